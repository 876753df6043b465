"""Which of some units were changed last, and by which commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.findings import UnitKind
from esper_lint.git import GitError
from esper_lint.history import last_changes, sought
from esper_lint.index import Index
from esper_lint.progress import Silence
from tests.history.stories import BOTH, FIXED, GUARDED, RENAMED, Story, copy
from tests.trees import report


def last(folder: Path) -> list[tuple[str, str]]:
    """(class, subject of the commit) of each member of the only group."""
    found = report(folder)
    (group,) = found.groups
    config = load(str(folder), {}).config
    changes = last_changes(
        [sought(member) for member in group.members],
        UnitKind(group.unit),
        config,
        read=lambda name: (folder / name).read_bytes(),
        memory=Index(config, enabled=False),
        progress=Silence(),
    )
    return [(one.unit.qualname, one.commit.subject if one.commit else "not committed") for one in changes]


def test_the_commit_that_gave_each_its_code_newest_first(tmp_path: Path) -> None:
    story = Story(tmp_path / "r")
    assert last(story.folder) == [("A", "start"), ("B", "start")]
    story.commit("fix B", {"b.py": copy("B", FIXED)})
    story.commit("guard A", {"a.py": copy("A", GUARDED)})
    story.commit("comment", {"b.py": "# more\n" + copy("B", FIXED)})
    story.git("mv", "a.py", "moved.py")
    story.commit("rename")
    assert last(story.folder) == [("A", "guard A"), ("B", "fix B")]
    story.commit("names", {"b.py": copy("B", RENAMED)})
    assert last(story.folder) == [("B", "names"), ("A", "guard A")]


def test_what_is_not_committed_is_newest(tmp_path: Path) -> None:
    story = Story(tmp_path / "r")
    story.commit("fix both", {"a.py": copy("A", FIXED), "b.py": copy("B", FIXED)})
    story.write({"b.py": copy("B", BOTH)})
    assert last(story.folder) == [("B", "not committed"), ("A", "fix both")]
    story.write({"c.py": copy("C", FIXED)})
    assert last(story.folder) == [("B", "not committed"), ("C", "not committed"), ("A", "fix both")]


def test_a_merged_change_is_that_of_the_branch(tmp_path: Path) -> None:
    story = Story(tmp_path / "r")
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.git("checkout", "--quiet", "main")
    story.commit("guard", {"b.py": copy("B", GUARDED)})
    story.git("merge", "--quiet", "side", "-m", "merge")
    assert sorted(last(story.folder)) == [("A", "fix"), ("B", "guard")]


def test_a_commit_is_told_with_its_hash_and_its_time(tmp_path: Path) -> None:
    story = Story(tmp_path / "r")
    config = load(str(story.folder), {}).config
    (group,) = report(story.folder).groups
    memory = Index(config, enabled=False)
    units = [sought(member) for member in group.members]

    def read(name: str) -> bytes:
        return (story.folder / name).read_bytes()

    found = last_changes(units, group.unit, config, read=read, memory=memory, progress=Silence())
    head = story.git("rev-parse", "HEAD")
    seconds = int(story.git("log", "-1", "--format=%ct"))
    assert {one.commit and (one.commit.id, one.commit.time) for one in found} == {(head, seconds)}


def test_without_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    for name in "ab":
        (tmp_path / "plain" / f"{name}.py").write_text(copy(name.upper()), encoding="utf-8")
    with pytest.raises(GitError, match="is not in a git repository"):
        last(tmp_path / "plain")
