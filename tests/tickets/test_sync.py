"""A scan and what it makes of the tickets: nothing is done twice, and nothing that people wrote is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from esper_lint.findings import Group, Suppressed
from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, words_of
from esper_lint.tickets.detection import against
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.store import NotWritten, TicketFolder
from esper_lint.tickets.sync import Action, Sync, applied, edits_of, planned_sync
from esper_lint.tickets.ticket import Place, Review, State, Ticket, Verdict
from esper_lint.tickets.vanishing import Vanished
from esper_lint.tickets.writing import render
from tests.tickets.made import group, member, report, ticket
from tests.tickets.test_detection import trees

DAY = "2026-03-04"
PAIR = group(member("One"), member("Two", "b.py"))
HELD = replace(PAIR, suppressed=Suppressed("contract", "pair at a.py:9"))
GONE = Vanished("1a2b3c", "2026-02-03")


def plan(folder: Path, *groups: Group, reviewers: int = 3, unread: tuple[str, ...] = ()) -> tuple[Sync, TicketFolder]:
    store = TicketFolder(folder)
    scan = against(store.readings(), report(*groups, unread=unread))
    taken = [one.reading.ticket.id for one in scan.found]

    def made(one: Group) -> Ticket:
        taken.append(f"N-{len(taken)}")
        return ticket(one, taken[-1])

    return planned_sync(scan, today=DAY, reviewers=reviewers, vanished=lambda _: GONE, made=made), store


def synced(folder: Path, *groups: Group, reviewers: int = 3) -> list[tuple[str, str]]:
    """What was done, by ids; and a second time nothing would be."""
    found, store = plan(folder, *groups, reviewers=reviewers)
    assert applied(found, store) == (found, ())
    again, _ = plan(folder, *groups, reviewers=reviewers)
    assert again == Sync((), ())
    created = [(one.ticket.id, Action.CREATED.value) for one in found.creations]
    return created + [(one.reading.ticket.id, one.action.value) for one in found.changes]


def written(folder: Path, of: Group = PAIR, name: str = "T-1.md", **changes: object) -> Path:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(render(ticket(of, "T-1", **changes)), encoding="utf-8", newline="\n")
    return place


def read(place: Path, folder: Path) -> Reading:
    return read_ticket(place.read_bytes(), place.relative_to(folder).as_posix())


def test_a_new_group_gets_a_ticket(tmp_path: Path) -> None:
    assert synced(tmp_path, PAIR) == [("N-0", "created")]
    found = read(tmp_path / "N-0.md", tmp_path)
    assert found.ticket == ticket(PAIR, "N-0") and found.diagnostics == ()


@pytest.mark.parametrize("path", ["a\\b.py", "a\x1b.py", "\udcff.py", "c`|.py"])
def test_a_path_that_no_cell_holds_is_followed_once(tmp_path: Path, path: str) -> None:
    assert synced(tmp_path, group(member("One", path), member("Two", path))) == [("N-0", "created")]
    moved = group(member("One", f"x/{path}"), member("Two", f"x/{path}"))
    assert synced(tmp_path, moved) == [("N-0", "moved")]


def test_what_is_gone_is_fixed_with_its_commit_and_back_again_it_is_opened(tmp_path: Path) -> None:
    place = written(tmp_path)
    assert synced(tmp_path) == [("T-1", "fixed")]
    found = read(place, tmp_path)
    assert (found.state, found.ticket.status, found.ticket.updated) == (State.FIXED, State.FIXED, DAY)
    assert (found.ticket.fixed, found.ticket.resolution) == ("2026-02-03 (1a2b3c)", "fixed: no longer detected")
    assert found.ticket.resolved == f"fixed on {DAY}: no longer detected since 1a2b3c."
    assert synced(tmp_path, PAIR) == [("T-1", "reopened")]
    found = read(place, tmp_path)
    assert (found.state, found.ticket.fixed, found.ticket.resolution) == (State.OPEN, "", "")
    assert found.ticket.resolved.startswith(f"open on {DAY}: reopened: it was fixed and is detected again.")
    assert "no longer detected since 1a2b3c" in found.ticket.resolved
    assert found.diagnostics == ()


def test_what_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    written(tmp_path)
    assert plan(tmp_path, unread=("b.py",))[0] == Sync((), ())


def test_a_ticket_in_a_folder_of_its_state_moves_with_it(tmp_path: Path) -> None:
    written(tmp_path, name="batch3/triaged/T-1.md")
    assert synced(tmp_path) == [("T-1", "fixed")]
    assert read(tmp_path / "batch3/fixed/T-1.md", tmp_path).state is State.FIXED
    assert synced(tmp_path, PAIR) == [("T-1", "reopened")]
    assert read(tmp_path / "batch3/T-1.md", tmp_path).state is State.OPEN


def test_a_ticket_that_cannot_move_is_left_as_it_was(tmp_path: Path) -> None:
    place = written(tmp_path, name="triaged/T-1.md")
    (tmp_path / "fixed").mkdir()
    (tmp_path / "fixed/T-1.md").write_text("# Notes\n", encoding="utf-8")
    before = place.read_bytes()
    found, store = plan(tmp_path)
    assert [one.message for one in applied(found, store).failures] == ["fixed/T-1.md is there already"]
    assert place.read_bytes() == before


def test_what_a_contract_holds_is_accepted(tmp_path: Path) -> None:
    place = written(tmp_path)
    assert synced(tmp_path, HELD) == [("T-1", "accepted")]
    found = read(place, tmp_path)
    assert (found.state, found.ticket.resolution) == (State.WONT_FIX, "wont-fix: held by contract pair at a.py:9")


def test_what_only_a_contract_closed_is_opened_once_that_is_gone(tmp_path: Path) -> None:
    place = written(tmp_path)
    assert synced(tmp_path, HELD) == [("T-1", "accepted")]
    silent = replace(PAIR, suppressed=Suppressed("noqa", "a.py:9"))
    assert synced(tmp_path, silent) == []
    assert synced(tmp_path, PAIR) == [("T-1", "reopened")]
    found = read(place, tmp_path)
    assert (found.state, found.ticket.resolution) == (State.OPEN, "")
    assert "no contract holds all of it any more" in found.ticket.resolved


def test_what_was_accepted_is_opened_by_a_further_copy(tmp_path: Path) -> None:
    resolution = words_of(Acceptance(Reason.GENERATED, (Trigger.MEMBER,), "pair"))
    place = written(tmp_path, status=State.WONT_FIX, resolution=resolution)
    assert synced(tmp_path, HELD) == []
    more = group(*PAIR.members, member("Three"))
    assert synced(tmp_path, more) == [("T-1", "reopened")]
    found = read(place, tmp_path)
    assert (found.state, found.ticket.resolution) == (State.OPEN, f"open: was {resolution}")
    assert [site.qualname for site in found.ticket.members] == ["One", "Two", "Three"]


def test_what_people_closed_stays_as_it_is(tmp_path: Path) -> None:
    place = written(tmp_path, status=State.NOT_A_BUG)
    before = place.read_bytes()
    moved = group(*(replace(one, path="c.py") for one in PAIR.members))
    assert synced(tmp_path, moved) == [] and synced(tmp_path) == []
    assert place.read_bytes() == before


def test_a_majority_makes_it_triaged(tmp_path: Path) -> None:
    reviews = tuple(Review(name, Verdict.SUPPORT, "why") for name in ("Ann", "Bob"))
    place = written(tmp_path, reviews=reviews)
    assert synced(tmp_path, PAIR) == []
    assert synced(tmp_path, PAIR, reviewers=2) == [("T-1", "triaged")]
    assert read(place, tmp_path).state is State.TRIAGED


def test_a_move_patches_cells_and_members_and_nothing_else(tmp_path: Path) -> None:
    place = written(tmp_path)
    moved = group(*(replace(one, path=f"new/{one.path}", line=70, end_line=79) for one in PAIR.members))
    before = place.read_text(encoding="utf-8").splitlines()
    assert synced(tmp_path, moved) == [("T-1", "moved")]
    after = place.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in changed] == [
        f"| **Updated** | {DAY} |",
        "| **File(s)** | `new/a.py` |",
        "| **Line(s)** | `70-79` |",
        "- `One` in `new/a.py:70-79`, fingerprint `f-One`",
        "- `Two` in `new/b.py:70-79`, fingerprint `f-Two`",
    ]


@pytest.mark.parametrize(("line", "is_moved"), [(12, False), (19, False), (20, True), (1, False)])
def test_lines_are_followed_once_they_touch_nothing(tmp_path: Path, line: int, is_moved: bool) -> None:
    written(tmp_path)
    shifted = group(*(replace(one, line=line, end_line=line + 9) for one in PAIR.members))
    assert synced(tmp_path, shifted) == ([("T-1", "moved")] if is_moved else [])


def test_a_ticket_of_people_is_tied_to_its_group(tmp_path: Path) -> None:
    own = Ticket("B3-PT-08", "By hand", places=(Place("b.py", 3, 9),), names=("Two",))
    (tmp_path / "own.md").write_bytes(render(own).encode().replace(b"\n", b"\r\n"))
    assert synced(tmp_path, PAIR) == [("B3-PT-08", "moved")]
    found = read(tmp_path / "own.md", tmp_path)
    assert (found.ticket.rule, found.ticket.fingerprint, found.ticket.group) == ("ESP101", "f-Two", PAIR.id)
    assert found.ticket.places == (Place("b.py", 10, 19),)
    assert b"\n" not in (tmp_path / "own.md").read_bytes().replace(b"\r\n", b"")


def test_a_ticket_that_was_edited_meanwhile_stops_no_other(tmp_path: Path) -> None:
    first = written(tmp_path)
    found, store = plan(tmp_path, group(member("Three"), member("Four")))
    first.write_text(first.read_text(encoding="utf-8") + "\nmore\n", encoding="utf-8")
    _, failures = applied(found, store)
    assert [one.name for one in failures] == ["T-1.md"] and "changed" in failures[0].message
    assert first.read_text(encoding="utf-8").endswith("\nmore\n") and (tmp_path / "N-1.md").exists()


def test_a_ticket_that_moves_is_patched_and_moved_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = written(tmp_path, name="triaged/T-1.md")
    before = place.read_bytes()
    found, store = plan(tmp_path)

    def refusing(*_: object, **__: object) -> Reading:
        raise NotWritten("no space left on device")

    monkeypatch.setattr(store, "patch", refusing)
    assert [one.message for one in applied(found, store).failures] == ["no space left on device"]
    assert place.read_bytes() == before and not (tmp_path / "fixed" / "T-1.md").exists()


def test_the_diff_is_what_is_written(tmp_path: Path) -> None:
    written(tmp_path, name="triaged/T-1.md")
    found, store = plan(tmp_path, group(member("Three"), member("Four")))
    edits = list(edits_of(found, tmp_path, lambda name: f"docs/{name}"))
    assert [(one.name, one.before is None) for one in edits] == [("docs/N-1.md", True), ("docs/fixed/T-1.md", False)]
    applied(found, store)
    assert {one.name: one.after for one in edits} == {
        f"docs/{place.relative_to(tmp_path).as_posix()}": place.read_bytes() for place in tmp_path.rglob("*.md")
    }


def test_members_in_another_order_have_the_same_one_stand_for_them(tmp_path: Path) -> None:
    place = written(tmp_path)
    assert synced(tmp_path, group(*reversed(PAIR.members))) == [("T-1", "moved")]
    assert read(place, tmp_path).ticket.fingerprint == "f-One"


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate], deadline=None)
@given(trees(), trees(), st.data())
def test_a_second_sync_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, then: list[Group], now: list[Group], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("tickets")
    synced(folder, *then)
    silences = st.sampled_from([None, Suppressed("contract", "pair at a.py:9"), Suppressed("noqa", "a.py:10")])
    synced(folder, *(replace(one, suppressed=data.draw(silences)) for one in now))
