"""Whatever fails or is killed at whatever call: all files or none, and the way back to what was there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.transaction import HalfWritten, RolledBack, commit, interrupted, undo
from tests.fixing.faults import Faults, broken, full, interrupt, kill

OLD = {f"old_{number}.py": b"old %d\r\n" % number for number in range(4)} | {"gone.py": b"\xff\x00no text"}
NEW = {f"old_{number}.py": b"new %d" % number for number in range(4)} | {"added.py": b"a leaf\n"}
EARLIER = {name: b"earlier " + data for name, data in OLD.items()}
_MOST_CALLS = 200


def tree(folder: Path) -> dict[str, bytes]:
    """All files of the project, so what is left beside them shows too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def edits(folder: Path, before: dict[str, bytes], after: dict[str, bytes]) -> list[FileEdit]:
    names = sorted(before.keys() | after.keys())
    return [FileEdit(str(folder / name), name, before.get(name), after.get(name)) for name in names]


class Project:
    """A folder in which one fix was made already, and its journal."""

    def __init__(self, place: Path) -> None:
        self.folder, self.journal = place / "project", place / "cache" / "fix.json"
        self.folder.mkdir(parents=True)
        for name, data in EARLIER.items():
            (self.folder / name).write_bytes(data)
        commit(edits(self.folder, EARLIER, OLD), self.journal)

    def fix(self) -> None:
        commit(edits(self.folder, OLD, NEW), self.journal)

    def undo(self) -> None:
        undo(self.journal)


def sources(project: Project) -> dict[str, bytes]:
    return {name: data for name, data in tree(project.folder).items() if name.endswith(".py")}


def each_call(place: Path) -> Iterator[tuple[int, Project]]:
    """A project for each call that may be hit; whoever takes them stops at the first that was not."""
    for at in range(_MOST_CALLS):
        yield at, Project(place / str(at))
    raise AssertionError("the calls do not come to an end")


def hit(work: Callable[[], None], faults: Faults) -> BaseException | None:
    """What the work raised with the faults in its way."""
    with pytest.MonkeyPatch.context() as patch:
        faults.install(patch.setattr)
        try:
            work()
        except (RolledBack, KeyboardInterrupt, OSError) as error:
            return error
    return None


def killed(work: Callable[[], None], at: int) -> bool:
    """Run the work in a process that is killed before call ``at``; whether there was that call."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            Faults(kill, at).install()
            work()
            os._exit(0)
        os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


@pytest.mark.parametrize("verb", ["fix", "undo"])
def test_a_disk_that_is_full_from_any_call_on_leaves_all_as_it_was(tmp_path: Path, verb: str) -> None:
    for at, project in each_call(tmp_path):
        if verb == "undo":
            project.fix()
        before, after = (OLD, NEW) if verb == "fix" else (NEW, OLD)
        faults = Faults(full, at, stays=True, movers=False)
        error = hit(getattr(project, verb), faults)
        assert error is None or isinstance(error, RolledBack), at
        assert tree(project.folder) == (before if error else after), at
        if error is not None:
            assert "No space left" in str(error) and not interrupted(project.journal), at
        elif faults.calls <= at:
            assert at > 10
            return


@pytest.mark.parametrize("fault", [broken, interrupt])
def test_one_call_that_fails_leaves_all_or_nothing(tmp_path: Path, fault: Callable[[], object]) -> None:
    for at, project in each_call(tmp_path):
        faults = Faults(fault, at)
        error = hit(project.fix, faults)
        assert not isinstance(error, HalfWritten), at
        assert sources(project) in ((OLD, NEW) if isinstance(error, KeyboardInterrupt) else (OLD if error else NEW,)), (
            at
        )
        if sources(project) == NEW:  # whoever interrupts what is done already can undo it
            project.undo()
            assert sources(project) == OLD, at
        if faults.calls <= at:
            assert error is None and at > 20
            return


def test_a_fix_that_failed_does_not_cost_the_way_back_from_the_one_before(tmp_path: Path) -> None:
    for at, project in each_call(tmp_path):
        error = hit(project.fix, Faults(full, at, stays=True, movers=False))
        if error is None:
            return
        project.undo()
        assert tree(project.folder) == EARLIER, at


def test_a_fix_that_is_killed_at_any_call_can_be_undone(tmp_path: Path) -> None:
    for at, project in each_call(tmp_path):
        was_killed = killed(project.fix, at)
        found = sources(project)
        for name in OLD.keys() | NEW.keys():
            assert found.get(name) in (OLD.get(name), NEW.get(name)), at
        assert interrupted(project.journal) == (found not in (OLD, NEW)), at
        project.undo()
        if not was_killed:
            assert found == NEW and tree(project.folder) == OLD and at > 20
            return
        assert tree(project.folder) in ((OLD, EARLIER) if found == OLD else (OLD,)), at
        if found != NEW and tree(project.folder) == OLD:
            project.undo()  # of the fix before, whose journal stands again where it stood
            assert tree(project.folder) == EARLIER, at


def test_an_undo_that_is_killed_at_any_call_can_be_made_again(tmp_path: Path) -> None:
    for at, project in each_call(tmp_path):
        project.fix()
        was_killed = killed(project.undo, at)
        if project.journal.exists():
            project.undo()
        assert tree(project.folder) == OLD, at
        if not was_killed:
            return


def test_a_fix_after_one_that_was_killed_before_it_changed_anything_cleans_up(tmp_path: Path) -> None:
    for at, project in each_call(tmp_path):
        was_killed = killed(project.fix, at)
        if not was_killed:
            return
        if sources(project) == OLD:
            project.fix()
            assert tree(project.folder) == NEW, at


def test_two_fixes_at_once_make_one(tmp_path: Path) -> None:
    for number in range(8):
        project = Project(tmp_path / str(number))
        children = []
        for _ in range(2):
            children.append(os.fork())
            if not children[-1]:
                try:
                    project.fix()
                except RolledBack:
                    os._exit(3)
                os._exit(0)
        ends = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
        assert ends == [0, 3] and tree(project.folder) == NEW
        project.undo()
        assert tree(project.folder) == OLD


def test_what_cannot_be_put_back_is_told_and_undone_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    real = os.replace

    def replace(old: str, new: str) -> None:
        if str(new).endswith("old_2.py") or (str(old).endswith(".old") and str(new).endswith("old_1.py")):
            raise OSError(5, "Input/output error")
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(HalfWritten, match=r"cannot put back old_1\.py \(Input/output error\); 'esper-lint fix --undo'"):
        project.fix()
    monkeypatch.undo()
    assert (project.folder / "old_1.py").read_bytes() == NEW["old_1.py"] and interrupted(project.journal)
    project.undo()
    assert tree(project.folder) == OLD


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    # Root may write anything, so what the system says of the file is said here.
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("old_3.py"))
    with pytest.raises(RolledBack, match=r"cannot write old_3\.py: Permission denied; nothing was written"):
        project.fix()
    assert tree(project.folder) == OLD


def test_the_last_call_may_be_lost_and_the_fix_is_made(tmp_path: Path) -> None:
    """Names beside the files are removed when all is done; that this fails is no failure of the fix."""
    project = Project(tmp_path)
    calls = Faults(lambda: None, -1)
    hit(project.fix, calls)
    project.undo()
    assert hit(project.fix, Faults(broken, calls.calls - 1)) is None
    assert sources(project) == NEW
