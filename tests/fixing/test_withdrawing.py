"""Fixes that are taken back, since their members would still be reported: as few as that takes."""

from __future__ import annotations

from collections.abc import Sequence

from esper_lint.findings import Group, Member, Report, Severity, Summary, Tier, UnitKind
from esper_lint.fixing.fixes import FixKey, GroupFix, Rewritten
from esper_lint.fixing.withdrawing import withdrawals

PATH = "a.py"


def group(rule: str, *names: str) -> Group:
    members = tuple(Member(PATH, name, 1, 9, 1, 1, name, 1.0, None, 0) for name in names)
    return Group("0", rule, UnitKind.FORWARD, 3, 0.9, Severity.P3, members, (), True)


def fix(*names: str) -> GroupFix:
    members = tuple(Rewritten(PATH, name, 1) for name in names)
    return GroupFix("0", "ESP102", "S1", Tier.SAFE, "", members, (), (), ())


def key(*names: str) -> FixKey:
    return FixKey(False, tuple((PATH, name) for name in names))


FIRST, SECOND = fix("A", "B"), fix("C", "D")


def withdrawn(*groups: Group, passes: Sequence[Sequence[GroupFix]] = ((FIRST, SECOND),)) -> set[FixKey]:
    report = Report(Summary(1, 1, 1, len(groups), 0), groups, (), ())
    return set(withdrawals(report, set(), passes, {key("A", "B").spots: (), key("C", "D").spots: ()}))


def test_what_leaves_its_members_alike_is_withdrawn() -> None:
    assert withdrawn(group("ESP102", "A", "B")) == {key("A", "B")}
    assert withdrawn(group("ESP102", "C", "X")) == {key("C", "D")}
    assert withdrawn(group("ESP102", "X", "Y")) == set()


def test_of_fixes_that_leave_one_member_each_alike_the_first_one_stays() -> None:
    """Its own members are not alike, and that of the other fix is what it was, without that."""
    assert withdrawn(group("ESP102", "B", "C")) == {key("C", "D")}
    assert withdrawn(group("ESP102", "C", "B")) == {key("C", "D")}


def test_the_first_one_does_not_stay_where_others_are_left_alike_too() -> None:
    assert withdrawn(group("ESP102", "B", "C", "X")) == {key("A", "B"), key("C", "D")}
    assert withdrawn(group("ESP102", "A", "B", "C")) == {key("A", "B"), key("C", "D")}
    assert withdrawn(group("ESP102", "B", "C"), group("ESP102", "A", "X")) == {key("A", "B"), key("C", "D")}


def test_classes_alike_as_wholes_are_bad_only_where_none_was_reported_before() -> None:
    assert withdrawn(group("ESP104", "A", "B")) == {key("A", "B")}
    report = Report(Summary(1, 1, 1, 1, 0), (group("ESP104", "A", "B"),), (), ())
    assert withdrawals(report, {(PATH, "A", "ESP104")}, ((FIRST,),), {key("A", "B").spots: ()}) == {}


def test_what_was_built_on_others_is_withdrawn_before_them() -> None:
    passes = ((FIRST,), (SECOND,))
    assert withdrawn(group("ESP102", "A", "B", "C"), passes=passes) == {key("C", "D")}
    assert withdrawn(group("ESP102", "A", "C", "X"), passes=passes) == {key("C", "D")}
    assert withdrawn(group("ESP102", "A", "C"), passes=passes) == {key("C", "D")}
    assert withdrawn(group("ESP102", "A", "X"), passes=passes) == {key("A", "B")}
