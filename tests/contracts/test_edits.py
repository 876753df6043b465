"""What git says of members that have drifted: which side was edited last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.test_contracts import FLIPPED, held, told
from tests.repositories import commit, git, repository
from tests.trees import BODY, project, report, write

TWICE = FLIPPED.replace("dim=-1", "dim=-2")


@pytest.fixture
def members(tmp_path: Path) -> Path:
    """A repository in which A and B agree."""
    project(tmp_path, {})
    return repository(tmp_path, {"a.py": held("A"), "b.py": held("B")})


def edits(folder: Path) -> set[str]:
    """What is said of edits in the findings."""
    ends = {message.rpartition(" there")[2].removeprefix("; ") for _, _, message in told(report(folder))}
    head = git(folder, "rev-parse", "--short=7", "HEAD")
    return {end.replace(head, "HEAD") for end in ends}


def test_what_is_not_committed_is_newest(members: Path) -> None:
    write(members, {"b.py": held("B", body=FLIPPED)})
    assert edits(members) == {"`B` was edited last, and that is not committed"}
    write(members, {"b.py": held("B"), "a.py": held("A", body=FLIPPED)})
    assert edits(members) == {"`A` was edited last, and that is not committed"}


def test_the_commit_is_named(members: Path) -> None:
    commit(members, {"b.py": held("B", body=FLIPPED)})
    assert edits(members) == {"`B` was edited last, by HEAD 'x'"}
    commit(members, {"a.py": held("A", body=TWICE)})
    assert edits(members) == {"`A` was edited last, by HEAD 'x'"}


def test_layout_and_comments_are_no_edits(members: Path) -> None:
    commit(members, {"b.py": held("B", body=FLIPPED)})
    edited = git(members, "rev-parse", "--short=7", "HEAD")
    commit(members, {"a.py": "# new\n" + held("A", body=BODY.replace("b, n, d =", "b, n, d  ="))})
    assert edits(members) == {f"`B` was edited last, by {edited} 'x'"}


def test_a_renamed_file_is_followed(members: Path) -> None:
    commit(members, {"b.py": held("B", body=FLIPPED)})
    edited = git(members, "rev-parse", "--short=7", "HEAD")
    git(members, "mv", "a.py", "c.py")
    commit(members)
    assert edits(members) == {f"`B` was edited last, by {edited} 'x'"}


def test_one_commit_for_both_says_nothing(members: Path) -> None:
    commit(members, {"a.py": held("A", body=FLIPPED), "b.py": held("B", body=TWICE)})
    assert edits(members) == {""}


def test_without_a_repository_nothing_is_said(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": held("A"), "b.py": held("B", body=FLIPPED)})
    assert edits_of_lone(tmp_path) == {""}
    git(tmp_path, "init", "--quiet")
    assert edits_of_lone(tmp_path) == {""}  # nothing is committed


def edits_of_lone(folder: Path) -> set[str]:
    return {message.rpartition(" there")[2] for _, _, message in told(report(folder))}


def test_a_hostile_subject_stays_on_its_line(members: Path) -> None:
    write(members, {"b.py": held("B", body=FLIPPED)})
    git(members, "commit", "--quiet", "--all", "--message=\x1b[31m" + "long " * 40)
    (end,) = edits(members)
    assert end.startswith("`B` was edited last, by HEAD '\\x1b[31mlong long")
    assert len(end) < 90
