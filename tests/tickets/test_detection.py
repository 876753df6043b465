"""Tickets against a report: what is there, gone and back, and which group a ticket is on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.findings import Finding, Group, Severity, Suppressed
from esper_lint.tickets.acceptance import Acceptance, Reason, Trigger, words_of
from esper_lint.tickets.detection import Detection, against, code_of
from esper_lint.tickets.sites import Homes, sites_of
from esper_lint.tickets.ticket import Place, State, Ticket
from tests.tickets.made import group, member, reading, report, ticket

PAIR = group(member("One"), member("factory.Two", "b.py"))
HELD = Suppressed("contract", "pair at a.py:9")
ACCEPTED = words_of(Acceptance(Reason.VERSION_ISOLATION, tuple(Trigger), "pair"))


def test_a_group_without_a_ticket_is_new_and_one_with_a_ticket_is_unresolved() -> None:
    other = group(member("Three"), member("Four"))
    scan = against([reading(PAIR)], report(PAIR, other))
    assert [(one.detection, one.group) for one in scan.found] == [(Detection.UNRESOLVED, PAIR)]
    assert scan.new == (other,)
    assert list(scan.disagreements()) == []


def test_a_silent_group_needs_no_ticket() -> None:
    assert against([], report(replace(PAIR, suppressed=Suppressed("noqa", "a.py:10")))).new == ()


def test_what_is_gone_is_resolved_and_the_disagreement_says_since_when() -> None:
    scan = against([reading(PAIR)], report())
    assert scan.found[0].detection is Detection.RESOLVED and scan.gone() == (scan.found[0].reading,)
    assert [one.message for one in scan.disagreements(lambda _: "1a2b")] == [
        "open in the ticket, not detected since 1a2b"
    ]


def test_what_cannot_be_read_is_not_gone() -> None:
    assert against([reading(PAIR)], report(unread=["b.py"])).found[0].detection is Detection.UNRESOLVED


def test_what_a_contract_holds_is_resolved() -> None:
    found = against([reading(PAIR)], report(replace(PAIR, suppressed=HELD))).found[0]
    assert (found.detection, found.contract) == (Detection.RESOLVED, "pair at a.py:9")


@pytest.mark.parametrize("kind", ["noqa", "per-file", "baseline"])
def test_other_silence_decides_nothing(kind: str) -> None:
    silent = report(replace(PAIR, suppressed=Suppressed(kind, "x")))
    assert against([reading(PAIR)], silent).found[0].detection is Detection.UNRESOLVED
    assert against([reading(PAIR, status=State.FIXED)], silent).found[0].detection is Detection.RESOLVED


@pytest.mark.parametrize("folder", ["", "fixed/"])
def test_what_was_fixed_and_is_there_is_reopened(folder: str) -> None:
    status = State.OPEN if folder else State.FIXED
    found = against([reading(PAIR, folder=folder, status=status)], report(PAIR)).found[0]
    assert (found.detection, found.why) == (Detection.REOPENED, "it was fixed and is detected again")


@pytest.mark.parametrize("state", [State.WONT_FIX, State.NOT_A_BUG, State.DUPLICATE])
def test_what_people_closed_is_not_reopened(state: State) -> None:
    assert against([reading(PAIR, status=state)], report(PAIR)).found[0].detection is Detection.UNRESOLVED


# -- acceptance -------------------------------------------------------------------------------------------------------


def accepted(*triggers: Trigger) -> str:
    return words_of(Acceptance(Reason.VERSION_ISOLATION, triggers, "pair"))


def drift(path: str = "a.py", contract: str = "pair") -> Finding:
    message = f"`One` no longer agrees with `Two` (b.py:10) under contract `{contract}`: `x` here, `y` there"
    return Finding("ESP201", None, path, 12, 1, 12, message, "f", Severity.P1)


def detected(resolution: str, *groups: Group, findings: tuple[Finding, ...] = (), void: str = "") -> tuple[str, str]:
    one = reading(PAIR, status=State.WONT_FIX, resolution=resolution)
    found = against([one], report(*groups, findings=findings), lambda group, reason: void).found[0]
    return found.detection.value, found.why


def test_what_is_accepted_and_held_is_resolved() -> None:
    assert detected(ACCEPTED, replace(PAIR, suppressed=HELD)) == ("resolved", "")


def test_a_further_copy_reopens_what_was_accepted() -> None:
    more = group(*PAIR.members, member("Three", "c.py"))
    assert detected(accepted(Trigger.MEMBER), more) == ("reopened", "`Three` (c.py:10) is a further copy")
    assert detected(accepted(Trigger.DIVERGE, Trigger.VOID), more) == ("unresolved", "")


def test_members_that_diverge_reopen_it_whether_they_are_still_a_group_or_not() -> None:
    why = "its members no longer agree under contract `pair`"
    for groups in ((), (replace(PAIR, suppressed=HELD),)):
        assert detected(accepted(Trigger.DIVERGE), *groups, findings=(drift(),)) == ("reopened", why)
        assert detected(accepted(Trigger.MEMBER), *groups, findings=(drift(),))[0] == "resolved"
        assert detected(accepted(Trigger.DIVERGE), *groups, findings=(drift("z.py"),))[0] == "resolved"
        assert detected(accepted(Trigger.DIVERGE), *groups, findings=(drift(contract="pair-2"),))[0] == "resolved"


def test_a_void_reason_reopens_it() -> None:
    held = replace(PAIR, suppressed=HELD)
    assert detected(accepted(Trigger.VOID), held, void="the guard is dead") == ("reopened", "the guard is dead")
    assert detected(accepted(Trigger.MEMBER), held, void="the guard is dead") == ("resolved", "")


def test_accepted_and_reported_is_a_disagreement() -> None:
    one = reading(PAIR, status=State.WONT_FIX, resolution=accepted(Trigger.VOID))
    messages = [one.message for one in against([one], report(PAIR)).disagreements()]
    assert messages == ["accepted in the ticket, reported by the scan"]


# -- which group ------------------------------------------------------------------------------------------------------


def by_hand(path: str, *names: str) -> Ticket:
    return Ticket("B3-PT-08", "By hand", places=(Place(path, 1, 2),), names=names)


@pytest.mark.parametrize(
    ("names", "is_found"),
    [
        (["Two"], True),
        (["factory.Two"], True),
        (["Two.forward()"], True),
        (["wo"], False),
        (["other.Two"], False),
        (["Two", "Nothing"], False),
    ],
)
def test_what_people_name_is_found_by_the_end_of_a_name(names: list[str], is_found: bool) -> None:
    many = group(*PAIR.members, member("Three", "c.py"), member("Four", "c.py"))
    assert (Homes([many]).home(by_hand("b.py", *names)) is many) is is_found
    assert Homes([many]).home(by_hand("c.py", *names)) is None


def test_of_several_groups_the_one_with_the_most_in_common_is_meant() -> None:
    near, far = group(member("One"), member("Two", "b.py")), group(member("Three"), member("Two", "c.py"))
    assert Homes([far, near]).home(ticket(near)) is near
    left = group(member("One"), member("Five"))
    assert Homes([left]).home(ticket(group(member("One"), member("Two"), member("Three"), member("Four")))) is None


def test_a_ticket_that_names_nothing_is_on_nothing() -> None:
    assert sites_of(Ticket("X", "x")) == ()
    assert Homes([PAIR]).home(Ticket("X", "x")) is None


def test_several_tickets_can_be_on_one_group() -> None:
    scan = against([reading(PAIR, "A-1"), reading(PAIR, "A-2")], report(PAIR))
    assert [one.reading.ticket.id for one in scan.by_group()[PAIR.id]] == ["A-1", "A-2"]
    assert scan.new == ()


# -- laws -------------------------------------------------------------------------------------------------------------

NAMES = st.lists(st.from_regex(r"[A-Z][a-z]{0,5}", fullmatch=True), min_size=4, max_size=16, unique=True)


@st.composite
def trees(draw: st.DrawFn) -> list[Group]:
    """Groups of two members and more; no member is in two."""
    names = draw(NAMES)
    groups = []
    while len(names) > 1:
        size = draw(st.integers(2, min(5, len(names))))
        paths = [draw(st.sampled_from(["a.py", "b.py", "c/d.py"])) for _ in range(size)]
        rule = draw(st.sampled_from(["ESP101", "ESP103", "ESP104"]))
        groups.append(group(*(member(name, path) for name, path in zip(names, paths, strict=False)), rule=rule))
        names = names[size:]
    return groups


@given(trees())
def test_every_group_is_found_again_by_its_ticket(groups: list[Group]) -> None:
    readings = [reading(one, f"T-{number}") for number, one in enumerate(groups)]
    scan = against(readings, report(*groups))
    assert [one.group for one in scan.found] == groups and scan.new == ()


@given(trees(), st.data())
def test_moving_files_and_lines_changes_no_match(groups: list[Group], data: st.DataObject) -> None:
    readings = [reading(one, f"T-{number}") for number, one in enumerate(groups)]
    moved = [
        replace(
            one,
            members=tuple(
                replace(each, path=f"moved/{each.path}", line=data.draw(st.integers(1, 500))) for each in one.members
            ),
        )
        for one in groups
    ]
    scan = against(readings, report(*moved))
    assert [one.group for one in scan.found] == moved and scan.new == ()


@given(trees(), st.randoms())
def test_the_order_of_tickets_and_groups_decides_nothing(groups: list[Group], random: object) -> None:
    readings = [reading(one, f"T-{number}") for number, one in enumerate(groups)]
    homes = {one.reading.name: one.group and one.group.id for one in against(readings, report(*groups)).found}
    random.shuffle(readings)  # type: ignore[attr-defined]
    random.shuffle(groups)  # type: ignore[attr-defined]
    again = {one.reading.name: one.group and one.group.id for one in against(readings, report(*groups)).found}
    assert again == homes


@given(trees(), st.integers(0, 3))
def test_the_code_of_a_group_is_what_it_says_and_not_where(groups: list[Group], number: int) -> None:
    one = groups[0]
    members = [replace(each, path="x.py", line=7, fingerprint=f"g{each.qualname}") for each in reversed(one.members)]
    assert code_of(replace(one, members=tuple(members))) == code_of(one)
    edited = list(one.members)
    edited[number % len(edited)] = replace(edited[number % len(edited)], code=("other",))
    assert code_of(replace(one, members=tuple(edited))) != code_of(one)
