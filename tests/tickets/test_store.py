"""The folder of tickets: what is read, what is kept, and what happens to a ticket when something goes wrong."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from esper_lint.tickets import store as store_module
from esper_lint.tickets.cached_values import reading_of, values_of
from esper_lint.tickets.patching import CannotPatch, PutReview, SetCell, TicketChanged
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.ticket import Review, State, Ticket, Verdict
from tests.tickets import faults
from tests.tickets.strategies import SEED
from tests.tickets.test_shapes import SHAPES, as_bytes, expected

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two tickets, one of them in a folder, and what is no ticket."""
    path = tmp_path / "findings"
    (path / "fixed").mkdir(parents=True)
    (path / "B3-PT-08.md").write_bytes(SEED)
    (path / "fixed" / "B3-CR-12.md").write_bytes(SEED.replace(b"`B3-PT-08`", b"`B3-CR-12`"))
    for name in ("README.md", "template.md", "_draft.md", ".hidden.md", "notes.txt"):
        (path / name).write_text("# nothing\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def old(folder: Path) -> None:
    """As if every file had been written some time ago; a stamp of just now is not trusted."""
    for path in folder.rglob("*.md"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


# -- reading ----------------------------------------------------------------------------------------------------------


def test_all_tickets_are_read_by_name(folder: Path) -> None:
    readings = TicketFolder(folder, prefixes=["/home/john/esper-lite"]).readings()
    assert [(one.name, one.ticket.id, one.state) for one in readings] == [
        ("B3-PT-08.md", "B3-PT-08", State.OPEN),
        ("fixed/B3-CR-12.md", "B3-CR-12", State.FIXED),
    ]
    assert readings[0].ticket.places[0].path == "src/esper/kasmina/blueprints/transformer.py"


def test_a_ticket_is_found_by_its_id(folder: Path) -> None:
    tickets = TicketFolder(folder)
    found = tickets.find("b3-cr-12")
    assert found is not None and found.name == "fixed/B3-CR-12.md"
    assert tickets.find("B9-XX-1") is None


def test_a_folder_that_is_not_there_has_no_tickets(tmp_path: Path) -> None:
    assert TicketFolder(tmp_path / "none", cache=tmp_path / "cache").readings() == ()


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "S-1.md").write_bytes(SEED)
    (folder / "S-1.md").symlink_to(outside / "S-1.md")
    (folder / "linked").symlink_to(outside)
    assert len(TicketFolder(folder).readings()) == 2


def test_a_ticket_that_cannot_be_read_is_one_with_a_diagnostic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str, mode: str = "r") -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store_module, "open", broken, raising=False)
    first, _ = TicketFolder(folder).readings()
    assert first.ticket.id == "B3-PT-08"
    assert [(one.code, one.message) for one in first.diagnostics] == [
        ("unreadable", "the file cannot be read: Permission denied")
    ]


# -- the cache --------------------------------------------------------------------------------------------------------


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tickets that are parsed."""
    seen: list[str] = []

    def counted(data: bytes, name: str, prefixes: tuple[str, ...] = ()) -> Reading:
        seen.append(name)
        return read_ticket(data, name, prefixes)

    monkeypatch.setattr(store_module, "read_ticket", counted)
    monkeypatch.setattr("esper_lint.tickets.cache._RACY_NS", -(10**18))  # files of just now are settled
    return seen


def test_what_was_read_is_known_to_the_next_run(folder: Path, tmp_path: Path, reads: list[str]) -> None:
    first = TicketFolder(folder, cache=tmp_path / "cache").readings()
    assert len(reads) == 2
    assert TicketFolder(folder, cache=tmp_path / "cache").readings() == first
    tickets = TicketFolder(folder, cache=tmp_path / "cache")
    assert tickets.readings() == tickets.readings() == first
    assert len(reads) == 2


def test_a_changed_a_new_and_a_removed_file_are_seen(folder: Path, tmp_path: Path, reads: list[str]) -> None:
    tickets = TicketFolder(folder, cache=tmp_path / "cache")
    tickets.readings()
    reads.clear()
    (folder / "B3-PT-08.md").write_bytes(SEED.replace(b"`open`", b"`triaged`"))
    (folder / "A-1.md").write_bytes(SEED)
    (folder / "fixed" / "B3-CR-12.md").unlink()
    for seen in (tickets, TicketFolder(folder, cache=tmp_path / "cache")):
        assert [(one.name, one.state) for one in seen.readings()] == [
            ("A-1.md", State.OPEN),
            ("B3-PT-08.md", State.TRIAGED),
        ]
    assert reads == ["A-1.md", "B3-PT-08.md"]


def test_a_file_that_was_written_just_now_is_read_again(folder: Path, tmp_path: Path) -> None:
    tickets = TicketFolder(folder, cache=tmp_path / "cache")
    tickets.readings()
    path = folder / "B3-PT-08.md"
    stamp = path.stat()
    with path.open("r+b") as stream:  # the same file, size and time of writing
        stream.write(SEED.replace(b"`open`", b"`done`"))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert tickets.readings()[0].ticket.status is None


def test_other_prefixes_are_another_reading(folder: Path, tmp_path: Path, reads: list[str]) -> None:
    TicketFolder(folder, cache=tmp_path / "cache").readings()
    read = TicketFolder(folder, cache=tmp_path / "cache", prefixes=["/home/john/esper-lite"]).readings()
    assert read[0].ticket.places[0].path == "src/esper/kasmina/blueprints/transformer.py"


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_damaged_cache_changes_nothing(folder: Path, tmp_path: Path, reads: list[str], damage: bytes | None) -> None:
    first = TicketFolder(folder, cache=tmp_path / "cache").readings()
    (path,) = (tmp_path / "cache").iterdir()
    if damage is not None:
        path.write_bytes(damage)
    else:
        connection = sqlite3.connect(path)
        connection.execute("UPDATE readings SET reading = '[]'")
        connection.commit()
        connection.close()
    assert TicketFolder(folder, cache=tmp_path / "cache").readings() == first
    assert TicketFolder(folder, cache=tmp_path / "cache").readings() == first


def test_a_cache_that_cannot_be_made_changes_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert len(TicketFolder(folder, cache=tmp_path / "cache").readings()) == 2


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_the_cache_holds_all_of_a_reading(path: Path) -> None:
    data = as_bytes(path.read_text(encoding="utf-8"), expected(path).get("as", ""))
    reading = read_ticket(data, expected(path).get("name", path.name))
    again = reading_of(reading.name, json.loads(json.dumps(values_of(reading))))
    assert again == reading
    assert [one.word for one in again.ticket.reviews] == [one.word for one in reading.ticket.reviews]


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_ticket_is_created_under_its_id(tmp_path: Path) -> None:
    tickets = TicketFolder(tmp_path / "docs" / "findings")
    reading = tickets.create(Ticket("N/1: x", "New"))
    assert reading.name == "N-1-x.md" and tickets.readings() == (reading,)
    assert names(tmp_path) == ["docs/findings/N-1-x.md"]


def test_a_ticket_is_never_written_over(folder: Path) -> None:
    with pytest.raises(NotWritten, match=r"B3-PT-08\.md is there already"):
        TicketFolder(folder).create(Ticket("B3-PT-08", "New"))
    assert (folder / "B3-PT-08.md").read_bytes() == SEED


def test_a_patch_is_written_and_keeps_the_mode(folder: Path) -> None:
    path = folder / "B3-PT-08.md"
    path.chmod(0o640)
    tickets = TicketFolder(folder)
    before = tickets.readings()[0]
    after = tickets.patch(before.name, [SetCell("Status", "triaged")], before.digest)
    assert path.read_bytes() == SEED.replace(b"`open`", b"`triaged`")
    assert tickets.readings()[0] == after and after.state is State.TRIAGED
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_ticket_that_was_edited_underneath_is_not_touched(folder: Path) -> None:
    tickets = TicketFolder(folder)
    before = tickets.readings()[0]
    edited = SEED + b"\nSomebody was here.\n"
    (folder / before.name).write_bytes(edited)
    changes: tuple[Callable[[], object], ...] = (
        lambda: tickets.patch(before.name, [SetCell("Status", "fixed")], before.digest),
        lambda: tickets.patch(before.name, [], before.digest, new_name="fixed/x.md"),
    )
    for change in changes:
        with pytest.raises(TicketChanged, match="changed since"):
            change()
    assert (folder / before.name).read_bytes() == edited
    (folder / before.name).unlink()
    with pytest.raises(TicketChanged, match="not there any more"):
        tickets.patch(before.name, [SetCell("Status", "fixed")], before.digest)


def test_what_cannot_be_patched_is_left(folder: Path) -> None:
    tickets = TicketFolder(folder)
    with pytest.raises(CannotPatch):
        tickets.patch("B3-PT-08.md", [SetCell("Status", "parked")], tickets.readings()[0].digest)
    assert (folder / "B3-PT-08.md").read_bytes() == SEED


def test_a_name_that_is_no_text_is_written_under_itself(folder: Path) -> None:
    name = os.fsdecode(b"\xff.md")
    (folder / name).write_bytes(SEED)
    tickets = TicketFolder(folder)
    digest = read_ticket(SEED, name).digest
    assert tickets.patch(name, [SetCell("Status", "fixed")], digest).ticket.status is State.FIXED


def test_a_ticket_is_moved_but_not_over_another(folder: Path) -> None:
    tickets = TicketFolder(folder)
    before = tickets.readings()[0]
    after = tickets.patch(before.name, [], before.digest, new_name="wontfix/B3-PT-08.md")
    assert after.state is State.WONT_FIX and not (folder / before.name).exists()
    with pytest.raises(NotWritten, match="is there already"):
        tickets.patch(after.name, [SetCell("Status", "fixed")], after.digest, new_name="fixed/B3-CR-12.md")
    assert (folder / after.name).read_bytes() == SEED


def test_a_ticket_that_cannot_leave_its_old_name_gets_no_new_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = TicketFolder(folder)
    before = tickets.readings()[0]
    unlink = os.unlink

    def refusing(path: str | os.PathLike[str]) -> None:
        if Path(path) == folder / before.name:
            raise PermissionError(13, "Permission denied")
        unlink(path)

    monkeypatch.setattr(os, "unlink", refusing)
    with pytest.raises(NotWritten, match="Permission denied"):
        tickets.patch(before.name, [], before.digest, new_name="wontfix/B3-PT-08.md")
    assert (folder / before.name).read_bytes() == SEED and not (folder / "wontfix/B3-PT-08.md").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../x.md",
        "/etc/x.md",
        "a/../../x.md",
        "a\\..\\x.md",
        "C:x.md",
        ".git/x.md",
        "x.txt",
        "",
        "x.md/",
        "a//x.md",
        "a\0.md",
        "./x.md",
    ],
)
def test_names_stay_within_the_folder(folder: Path, name: str) -> None:
    tickets = TicketFolder(folder)
    before = names(folder.parent)
    with pytest.raises(NotWritten, match="no name of a ticket"):
        tickets.create(Ticket("N-1", "New"), name)
    with pytest.raises(NotWritten):
        tickets.patch(name, [SetCell("Status", "fixed")], "")
    with pytest.raises(NotWritten):
        tickets.patch("B3-PT-08.md", [], tickets.readings()[0].digest, new_name=name or "x")
    assert names(folder.parent) == before


def test_no_link_leads_a_write_outside(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "S-1.md").write_bytes(SEED)
    (folder / "linked").symlink_to(outside)
    (folder / "S-1.md").symlink_to(outside / "S-1.md")
    tickets = TicketFolder(folder)
    digest = read_ticket(SEED, "x.md").digest
    changes: tuple[Callable[[], object], ...] = (
        lambda: tickets.create(Ticket("N-1", "New"), "linked/N-1.md"),
        lambda: tickets.patch("linked/S-1.md", [SetCell("Status", "fixed")], digest),
        lambda: tickets.patch("S-1.md", [SetCell("Status", "fixed")], digest),
        lambda: tickets.patch("B3-PT-08.md", [], digest, new_name="linked/N-1.md"),
    )
    for change in changes:
        with pytest.raises(NotWritten, match="leads out of"):
            change()
    assert names(outside) == ["S-1.md"] and (outside / "S-1.md").read_bytes() == SEED


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hit", [faults.full, faults.read_only])
def test_a_disk_that_is_full_or_read_only_leaves_whole_tickets(
    folder: Path, hit: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(50):
        with monkeypatch.context() as patch:
            step = faults.Faults(hit, at, stays=True)
            step.install(patch.setattr)
            try:
                faults.changed(folder)
                break
            except NotWritten as error:
                assert "\n" not in str(error) and "cannot write" in str(error)
        assert_whole(folder)
        for path in folder.rglob("N-1.md"):
            path.unlink()
    else:
        raise AssertionError("the faults never ended")
    assert at >= 6


def test_a_writer_that_is_killed_at_any_point_leaves_whole_tickets(folder: Path) -> None:
    for at in range(50):
        command = [sys.executable, "-m", "tests.tickets.faults", str(at), str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
        assert_whole(folder)
        TicketFolder(folder).create(Ticket("L-1", "Later"), "L-1.md")  # the next one is not held up, and tidies
        (folder / "L-1.md").unlink()
        assert not list(folder.glob(".esper-*"))
        for path in folder.rglob("N-1.md"):
            path.unlink()
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
    assert at >= 6


def assert_whole(folder: Path) -> None:
    """All old tickets as they were; a new one with all of its text, with a whole review if it has one."""
    readings = {one.name: one for one in TicketFolder(folder).readings()}
    assert (folder / "B3-PT-08.md").read_bytes() == SEED
    assert readings["fixed/B3-CR-12.md"].ticket.reviews == readings["B3-PT-08.md"].ticket.reviews
    for name, reading in readings.items():
        if name.endswith("N-1.md"):
            assert reading.ticket.title == "New"
            assert reading.ticket.reviews in ((), (Review("Jo", Verdict.OBJECT, "No."),))
            assert (folder / name).read_bytes().endswith((b"**One-line summary:**\n", b"No.\n"))


_REVIEWER = """
import sys
from pathlib import Path
from esper_lint.tickets.patching import PutReview, TicketChanged
from esper_lint.tickets.store import TicketFolder
from esper_lint.tickets.ticket import Review, Verdict

tickets = TicketFolder(Path(sys.argv[1]), cache=Path(sys.argv[2]))
for number in range(12):
    while True:
        reading = tickets.find("B3-PT-08")
        try:
            review = Review(f"{sys.argv[3]} {number}", Verdict.SUPPORT, "Yes.")
            tickets.patch(reading.name, [PutReview(review)], reading.digest)
            break
        except TicketChanged:
            pass
"""


def test_two_writers_at_once_lose_no_verdict(folder: Path, tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _REVIEWER, str(folder), str(tmp_path / "cache"), name], cwd=ROOT)
        for name in ("Jo", "Al")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    reviews = TicketFolder(folder).readings()[0].ticket.reviews
    wanted = {f"{name} {number}" for name in ("Jo", "Al") for number in range(12)}
    assert len(reviews) == 3 + len(wanted) and {review.reviewer for review in reviews} >= wanted


def test_a_writer_waits_for_its_turn_and_gives_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from esper_lint.tickets import files

    monkeypatch.setattr(files, "_WAIT_S", 0.1)
    tickets = TicketFolder(folder)
    start = time.monotonic()
    with files.turn(folder), pytest.raises(NotWritten, match="another process has been writing"):
        tickets.create(Ticket("N-1", "New"))
    assert time.monotonic() - start < 10
    assert tickets.create(Ticket("N-1", "New")).name == "N-1.md"


def test_without_locks_of_folders_the_turn_is_a_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from esper_lint.tickets import files

    monkeypatch.setattr(files, "_WAIT_S", 0.1)
    with (
        files._database_turn(folder),
        pytest.raises(NotWritten, match="cannot get a turn"),
        files._database_turn(folder),
    ):
        pass


def test_a_file_system_without_links_keeps_the_promises(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*names: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", unsupported)
    tickets = TicketFolder(folder)
    faults.changed(folder)
    assert tickets.find("N-1") is not None
    with pytest.raises(NotWritten, match="is there already"):
        tickets.create(Ticket("B3-PT-08", "New"))
    assert names(folder).count("wontfix/N-1.md") == 1


def test_a_file_that_may_not_be_written_is_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = TicketFolder(folder)
    before = tickets.readings()[0]
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # who runs this may write whatever it wants
    with pytest.raises(NotWritten, match="Permission denied"):
        tickets.patch(before.name, [PutReview(Review("Jo", Verdict.OBJECT, "No."))], before.digest)
    assert (folder / before.name).read_bytes() == SEED
