"""What ``verify`` found is shown for the code that it speaks of, and is STALE for any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from esper_lint.dashboard.equivalence import NotVerification, verification_of
from esper_lint.discovery.reading import digest_of
from tests.output.samples import FLEX_GROUP

OLD, NEW = b"old\n", b"new\n"


def record(status: str = "TESTED", **more: Any) -> dict[str, Any]:
    return {
        "path": "flex.py",
        "qualname": "Flex",
        "line": 1,
        "status": status,
        "cases": 3,
        "runs": 9,
        "checks": [
            {"name": "timing", "outcome": "not run", "detail": ""},
            {"name": "ops", "outcome": "equal", "detail": ""},
            {"name": "outputs", "outcome": "equal", "detail": "all"},
        ],
        "boxes": {},
        "worlds": [{"name": "as installed", "masked": [], "cases": 3, "missing": ""}],
        "certificate": None,
        "refutation": None,
        "missing": [],
        "sources": {"old": {"flex.py": digest_of(OLD)}, "new": {"flex.py": digest_of(NEW)}},
    } | more


def document(*records: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "environment": {"python": "3.11.7", "torch": None},
        "old": "HEAD",
        "new": "the working tree",
        "classes": list(records),
    }


def written(folder: Path, content: object) -> str:
    file = folder / "verify.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("content", "status"), [(OLD, "TESTED"), (NEW, "TESTED"), (b"else\n", "STALE"), (None, "STALE")]
)
def test_a_record_speaks_of_either_version(tmp_path: Path, content: bytes | None, status: str) -> None:
    if content is not None:
        (tmp_path / "flex.py").write_bytes(content)
    found = verification_of([written(tmp_path, document(record()))], str(tmp_path)).classes[0]
    assert (found.status, found.was) == (status, "TESTED")


def test_a_project_below_the_top_of_the_repository_finds_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "flex.py").write_bytes(NEW)
    sources = {"old": {}, "new": {"sub/flex.py": digest_of(NEW)}}
    found = verification_of(
        [written(tmp_path, document(record(path="sub/flex.py", sources=sources | {"old": {"x": "y"}})))],
        str(tmp_path / "sub"),
    )
    assert found.classes[0].status == "TESTED"
    assert found.of(FLEX_GROUP) == found.classes


def test_what_needs_a_look_comes_first_and_outputs_come_before_the_rest(tmp_path: Path) -> None:
    (tmp_path / "flex.py").write_bytes(NEW)
    file = written(tmp_path, document(record("PROVED"), record("REFUTED"), record("UNVERIFIED")))
    found = verification_of([file], str(tmp_path))
    assert [one.status for one in found.classes] == ["REFUTED", "UNVERIFIED", "PROVED"]
    assert [one.name for one in found.classes[0].checks] == ["outputs", "timing", "ops"]
    assert found.told == ("HEAD and the working tree (Python 3.11.7, torch not told)",)
    assert found.counts()["REFUTED"] == 1


def test_a_record_of_a_fix_belongs_to_its_group(tmp_path: Path) -> None:
    certificate = {"groups": [FLEX_GROUP.id], "strategies": ["S1"], "obligations": ["nothing is patched"]}
    file = written(tmp_path, document(record(qualname="Another", certificate=certificate)))
    found = verification_of([file], str(tmp_path)).of(FLEX_GROUP)
    assert found[0].proof == ("certified: S1", "nothing is patched")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "not JSON"),
        ("[]", "not a document"),
        ({"schema_version": 2, "classes": []}, "not a document"),
        (document({"path": "x"}), "not a document"),
        (document(record("GREAT")), "no such status"),
        (document(record(sources={})), "not a document"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(NotVerification) as error:
        verification_of([written(tmp_path, content)], str(tmp_path))
    assert message in str(error.value) and "\n" not in str(error.value) and "verify.json" in str(error.value)


def test_no_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotVerification, match="No such file"):
        verification_of([str(tmp_path / "none.json")], str(tmp_path))


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.py", "a/../../secret.py"])
def test_no_path_of_a_document_leads_out_of_the_project(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.py").write_bytes(NEW)
    (tmp_path / "project").mkdir()
    sources = {version: {path: digest_of(NEW)} for version in ("old", "new")}
    file = written(tmp_path, document(record(sources=sources)))
    assert verification_of([file], str(tmp_path / "project")).classes[0].status == "STALE"
