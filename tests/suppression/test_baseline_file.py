"""The file of a baseline: what is written comes back, and what is no baseline is refused in one line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.config import Config, load
from esper_lint.earlier import Mark
from esper_lint.findings import UnitKind
from esper_lint.pyproject import ConfigError
from esper_lint.suppression.baseline import Entry, entry_of
from esper_lint.suppression.baseline_file import lines_of, read_baseline

PAIR = entry_of("ESP101", UnitKind.FORWARD, [Mark("2", "src/b.py", "B"), Mark("1", "src/a.py", "make.A")])
CLASSES = entry_of("ESP104", UnitKind.CLASS, [Mark("4", "b.py", "B", ("6",)), Mark("3", "a.py", "A", ("5", "7"))])
TEXT = """\
{
 "schema_version": 1,
 "groups": [
  {"id": "3", "rule": "ESP104", "unit": "class", "members": [
   {"path": "a.py", "qualname": "A", "fingerprint": "3", "forwards": ["5", "7"]},
   {"path": "b.py", "qualname": "B", "fingerprint": "4", "forwards": ["6"]}
  ]},
  {"id": "1", "rule": "ESP101", "unit": "forward", "members": [
   {"path": "src/a.py", "qualname": "make.A", "fingerprint": "1"},
   {"path": "src/b.py", "qualname": "B", "fingerprint": "2"}
  ]}
 ]
}
"""


def settings(folder: Path, content: bytes | str | None = None) -> Config:
    """Settings that name ``known.json``, which holds ``content``."""
    if content is not None:
        data = content if isinstance(content, bytes) else content.encode()
        (folder / "known.json").write_bytes(data)
    return load(str(folder), {"baseline": str(folder / "known.json")}).config


def written(*entries: Entry) -> str:
    return "".join(f"{line}\n" for line in lines_of(entries))


def without_lines(entries: tuple[Entry, ...]) -> set[Entry]:
    return {Entry(one.id, one.rule, one.unit, one.members) for one in entries}


def test_one_member_stands_on_a_line_and_all_is_sorted_by_place() -> None:
    assert written(PAIR, CLASSES) == written(CLASSES, PAIR) == TEXT
    assert json.loads(TEXT)["groups"][1]["members"][0]["qualname"] == "make.A"


def test_what_is_written_is_read_with_the_lines_where_it_stands(tmp_path: Path) -> None:
    found = read_baseline(settings(tmp_path, TEXT))
    assert found is not None
    assert [(one.id, one.line) for one in found.entries] == [("3", 4), ("1", 8)]
    assert without_lines(found.entries) == {PAIR, CLASSES}


NAMES = st.text(st.characters(exclude_categories=()), min_size=1)
MARKS = st.builds(Mark, st.text("0123456789abcdef", min_size=1), NAMES, NAMES, st.lists(NAMES, max_size=2).map(tuple))
ENTRIES = st.builds(entry_of, NAMES, st.sampled_from(UnitKind), st.lists(MARKS, min_size=1, max_size=4))


@given(st.lists(ENTRIES, max_size=4))
def test_whatever_stands_in_a_name_comes_back(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    text = written(*entries)
    assert text.isascii()
    folder = tmp_path_factory.mktemp("known")
    found = read_baseline(settings(folder, text))
    assert found is not None and without_lines(found.entries) == set(entries)


def test_a_name_with_bytes_that_are_no_text_survives(tmp_path: Path) -> None:
    odd = entry_of("ESP101", UnitKind.FORWARD, [Mark("1", os.fsdecode(b"odd\xff.py"), "A")])
    found = read_baseline(settings(tmp_path, written(odd)))
    assert found is not None and os.fsencode(found.entries[0].members[0].path) == b"odd\xff.py"


def test_lines_are_found_in_a_file_that_was_formatted_anew(tmp_path: Path) -> None:
    text = json.dumps(json.loads(TEXT), indent=4)
    found = read_baseline(settings(tmp_path, text))
    assert found is not None
    lines = text.splitlines()
    assert [lines[one.line - 1].strip() for one in found.entries] == ['"id": "3",', '"id": "1",']


def test_a_mark_and_crlf_line_ends_do_no_harm(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    found = read_baseline(settings(tmp_path, data))
    assert found is not None and [one.line for one in found.entries] == [4, 8]


def test_fields_that_are_not_known_are_passed_over(tmp_path: Path) -> None:
    text = TEXT.replace('"rule"', '"note": "why", "rule"').replace('"path"', '"line": 3, "path"')
    found = read_baseline(settings(tmp_path, text))
    assert found is not None and without_lines(found.entries) == {PAIR, CLASSES}


def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    assert read_baseline(load(str(tmp_path), {}).config) is None
    assert read_baseline(load(str(tmp_path), {"baseline": ""}).config) is None


def test_its_name_is_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    (tmp_path / "known.json").write_text(TEXT, encoding="utf-8")
    found = read_baseline(load(str(tmp_path / "inner"), {"baseline": str(tmp_path / "known.json")}).config)
    assert found is not None and found.name == "../known.json"


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    assert read_baseline(settings(tmp_path, written(PAIR))) != read_baseline(settings(tmp_path, written(CLASSES)))


GROUP = '{"schema_version": 1, "groups": [%s]}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; `esper-lint baseline` writes it"),
        ("", "not a baseline: Expecting value: line 1 column 1 (char 0)"),
        ("{", "not a baseline: Expecting property name"),
        (TEXT.replace(' "groups"', "<<<<<<< HEAD\n"), "not a baseline: Expecting property name"),
        (b"\xff\xfe", "not a baseline: 'utf-8' codec can't decode byte 0xff"),
        ("[" * 100_000, "not a baseline"),
        ("[]", "not a baseline: wants schema_version 1 and groups"),
        ("{}", "not a baseline: wants schema_version 1 and groups"),
        ('{"schema_version": 0, "groups": []}', "not a baseline: wants schema_version 1 and groups"),
        ('{"schema_version": "1", "groups": []}', "not a baseline: wants schema_version 1 and groups"),
        ('{"schema_version": 1, "groups": {}}', "not a baseline: wants schema_version 1 and groups"),
        ('{"schema_version": 2}', "of a newer esper-lint: has schema 2, and this one reads 1"),
        (GROUP % "7", "not a baseline: group 1 is not one"),
        (GROUP % "[]", "not a baseline: group 1 is not one"),
        (GROUP % "{}", "not a baseline: group 1 is not one"),
        (GROUP % '{"id": "1", "rule": "R", "unit": "forward", "members": []}', "group 1 is not one"),
        (GROUP % '{"id": "1", "rule": "R", "unit": "forward", "members": [7]}', "group 1 is not one"),
        (GROUP % '{"id": "1", "rule": "R", "unit": "forward", "members": [{"path": "a"}]}', "group 1 is not one"),
        (TEXT.replace('"unit": "class"', '"unit": "module"'), "group 1 is not one"),
        (TEXT.replace('"fingerprint": "1"', '"fingerprint": 1'), "group 2 is not one"),
        (TEXT.replace('["6"]', '"6"'), "group 1 is not one"),
    ],
)
def test_what_is_no_baseline_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        read_baseline(settings(tmp_path, content))
    assert str(caught.value).startswith("baseline known.json: ")
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_is_no_baseline(tmp_path: Path) -> None:
    (tmp_path / "known.json").mkdir()
    with pytest.raises(ConfigError, match=r"known\.json: cannot be read: Is a directory"):
        read_baseline(settings(tmp_path))
