"""A baseline brought up to date: what is left of its entries."""

from __future__ import annotations

from dataclasses import replace

from esper_lint.earlier import Mark
from esper_lint.findings import FileError, Group, UnitKind
from esper_lint.suppression.baseline import Baseline, Entry, entry_of
from tests.rules.builders import group, member


def of(*names: str, rule: str = "ESP101", unit: UnitKind = UnitKind.FORWARD) -> Group:
    """A group of ``path:qualname#fingerprint``."""
    members = []
    for name in names:
        place, _, fingerprint = name.partition("#")
        path, _, qualname = place.partition(":")
        members.append(replace(member(qualname, path), fingerprint=fingerprint))
    return group(*members, rule=rule, unit=unit)


def entry(found: Group) -> Entry:
    return entry_of(found.rule, found.unit, found.members)


def as_now(old: Group, *groups: Group, unread: str = "") -> Entry | None:
    errors = [FileError("ESP900", unread, 1, "")] if unread else []
    (found,) = Baseline("known.json", (entry(old),)).as_now(groups, errors)
    return found


PAIR = of("a.py:A#1", "b.py:B#2")


def test_an_entry_has_its_members_in_the_order_of_their_places() -> None:
    found = entry_of(
        "ESP101", UnitKind.FORWARD, [Mark("1", "b.py", "B"), Mark("3", "a.py", "Z"), Mark("2", "a.py", "A")]
    )
    assert [(one.path, one.qualname) for one in found.members] == [("a.py", "A"), ("a.py", "Z"), ("b.py", "B")]
    assert found.id == "1"


def test_an_entry_that_is_what_it_was_stays() -> None:
    assert as_now(PAIR, of("x.py:X#7", "y.py:Y#8"), PAIR) == entry(PAIR)


def test_moved_and_edited_members_are_written_as_they_are_now() -> None:
    now = of("src/a.py:A#1", "b.py:B#9", rule="ESP102")
    assert as_now(PAIR, now) == entry(now)


def test_members_that_came_are_not_added() -> None:
    assert as_now(PAIR, of("a.py:A#1", "b.py:B#2", "c.py:C#3")) == entry(PAIR)


def test_members_that_are_gone_are_dropped_and_with_the_last_the_entry() -> None:
    assert as_now(PAIR, of("a.py:A#1", "c.py:C#3")) == entry_of("ESP101", UnitKind.FORWARD, [Mark("1", "a.py", "A")])
    assert as_now(PAIR, of("c.py:C#3", "d.py:D#4")) is None
    assert as_now(PAIR) is None


def test_members_that_cannot_be_read_are_not_gone() -> None:
    assert as_now(PAIR, unread="b.py") == entry_of("ESP101", UnitKind.FORWARD, [Mark("2", "b.py", "B")])
    deep = of("src/old/a.py:A#1", "src/b.py:B#2")
    assert as_now(deep, unread="src/old") == entry_of("ESP101", UnitKind.FORWARD, [Mark("1", "src/old/a.py", "A")])
    assert as_now(deep, unread="src") == entry(deep)


def test_an_entry_that_still_hides_a_member_in_another_group_is_of_use() -> None:
    assert as_now(PAIR, of("a.py:A#1", "x.py:X#7", "y.py:Y#8")) == entry_of(
        "ESP101", UnitKind.FORWARD, [Mark("1", "a.py", "A")]
    )


def test_a_class_that_is_known_for_its_forward_alone_stays_as_it_was() -> None:
    classes = entry_of("ESP104", UnitKind.CLASS, [Mark("1", "a.py", "A", ("f1",)), Mark("2", "b.py", "B", ("f2",))])
    (found,) = Baseline("known.json", (classes,)).as_now([of("a.py:A#f1", "b.py:B#f9")], [])
    assert found == classes
