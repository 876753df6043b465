"""The page about recordings says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from esper_lint.verification import encoding, keeping, recording
from esper_lint.verification.recordings import lines_of, read_recording

PAGE = Path(__file__).parents[2] / "docs" / "recording.md"


def test_the_example_of_the_file_is_one(tmp_path: Path) -> None:
    [example] = re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / "r.json"
    path.write_text(example, encoding="utf-8")
    assert list(lines_of(read_recording(path))) == example.splitlines()


def test_every_kind_of_value_is_described() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Cases by hand")[0]
    rows = re.findall(r"^\| (`[a-z`, ]+`) \|", page, re.MULTILINE)
    described = {name for row in rows for name in re.findall(r"`([a-z]+)`", row)}
    assert described == set(encoding._KINDS)


def test_the_limits_are_those_of_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert f"At most {keeping.CALLS_PER_BUILD} calls of one construction and {keeping.CASES_PER_CLASS} cases" in page
    assert f"the first {recording.CALLS_PER_TEST} calls of each class" in page
