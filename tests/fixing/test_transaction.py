"""All files or none, whatever fails in the middle; and back again."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.transaction import NothingToUndo, RolledBack, commit, interrupted, undo


class Killed(BaseException):
    """What no handler of ours may stop."""


def edits(folder: Path, count: int = 3) -> list[FileEdit]:
    found = []
    for number in range(count):
        path = folder / f"{number}.py"
        path.write_bytes(b"old %d\r\n" % number)
        found.append(FileEdit(str(path), path.name, path.read_bytes(), b"new %d" % number))
    return found


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.py"))]


OLD, NEW = [b"old 0\r\n", b"old 1\r\n", b"old 2\r\n"], [b"new 0", b"new 1", b"new 2"]


def test_a_fix_is_written_and_undone(tmp_path: Path) -> None:
    journal = tmp_path / "cache" / "fix.json"
    found = edits(tmp_path)
    os.chmod(found[0].path, 0o640)
    commit(found, journal)
    assert contents(tmp_path) == NEW and not interrupted(journal)
    assert stat.S_IMODE(os.stat(found[0].path).st_mode) == 0o640
    undo(journal)
    assert contents(tmp_path) == OLD and sorted(os.listdir(tmp_path)) == ["0.py", "1.py", "2.py", "cache"]
    with pytest.raises(NothingToUndo, match="no fix to undo"):
        undo(journal)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    found = edits(tmp_path, 1)[0]
    (tmp_path / "link").symlink_to("0.py")
    commit([FileEdit(str(tmp_path / "link"), "link", found.before, found.after)], tmp_path / "fix.json")
    assert (tmp_path / "link").is_symlink() and contents(tmp_path) == NEW[:1]


def test_a_file_that_changed_meanwhile_stops_all(tmp_path: Path) -> None:
    found = edits(tmp_path)
    (tmp_path / "2.py").write_bytes(b"mine")
    with pytest.raises(RolledBack, match=r"2\.py has changed since it was read; nothing was written"):
        commit(found, tmp_path / "fix.json")
    assert contents(tmp_path) == [*OLD[:2], b"mine"] and not (tmp_path / "fix.json").exists()


def test_a_file_that_changed_since_the_fix_stops_undo(tmp_path: Path) -> None:
    commit(edits(tmp_path), tmp_path / "fix.json")
    (tmp_path / "1.py").write_bytes(b"mine")
    with pytest.raises(RolledBack, match=r"1\.py has changed since the fix; nothing was restored"):
        undo(tmp_path / "fix.json")
    assert contents(tmp_path) == [NEW[0], b"mine", NEW[2]]


@pytest.mark.parametrize("failing", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_was_replaced_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, error: BaseException
) -> None:
    real, calls = os.replace, iter(range(100))

    def replace(old: str, new: str) -> None:
        if next(calls) == failing:  # 0 is the journal
            raise error
        real(old, new)

    found = edits(tmp_path)
    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(RolledBack if isinstance(error, OSError) else KeyboardInterrupt):
        commit(found, tmp_path / "fix.json")
    monkeypatch.undo()
    assert contents(tmp_path) == OLD and not list(tmp_path.glob("*.tmp"))


def test_a_run_that_was_killed_between_two_files_is_undone(tmp_path: Path) -> None:
    journal = tmp_path / "fix.json"
    found = edits(tmp_path)
    child = os.fork()
    if not child:
        real, calls = os.replace, iter(range(100))
        os.replace = lambda *names: os._exit(9) if next(calls) == 2 else real(*names)
        try:
            commit(found, journal)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert contents(tmp_path) == [NEW[0], *OLD[1:]] and interrupted(journal)
    undo(journal)
    assert contents(tmp_path) == OLD


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_stops_all(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir()
    found = [*edits(tmp_path, 2), *edits(tmp_path / "locked", 1)]
    os.chmod(tmp_path / "locked", 0o500)
    try:
        with pytest.raises(RolledBack, match="nothing was written"):
            commit(found, tmp_path / "fix.json")
    finally:
        os.chmod(tmp_path / "locked", 0o700)
    assert contents(tmp_path) == OLD[:2]


def test_a_file_that_cannot_be_staged_stops_all(tmp_path: Path) -> None:
    found = edits(tmp_path)
    (tmp_path / f"2.py.{os.getpid()}.tmp").mkdir()
    with pytest.raises(RolledBack, match=r"cannot write 2\.py: File exists; nothing was written"):
        commit(found, tmp_path / "fix.json")
    assert contents(tmp_path) == OLD


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 0}', '{"version": 1, "files": [{}]}'])
def test_a_journal_that_cannot_be_read_is_said_to_be_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "fix.json").write_text(text, encoding="ascii")
    assert not interrupted(tmp_path / "fix.json")
    with pytest.raises(NothingToUndo, match="last fix"):
        undo(tmp_path / "fix.json")
