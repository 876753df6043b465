"""Which members of a group were there before: the one question behind the baseline and ``--new-from``."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.earlier import Earlier, Mark
from esper_lint.findings import UnitKind
from esper_lint.identity import matched


@dataclass(frozen=True)
class Marks:
    """A group of ``path:qualname#fingerprint``, for a class also ``|fingerprint of its forward``."""

    members: tuple[Mark, ...]
    unit: UnitKind = UnitKind.FORWARD


def marks(*names: str, unit: UnitKind = UnitKind.FORWARD) -> Marks:
    found = []
    for name in names:
        place, _, fingerprint = name.partition("#")
        path, _, qualname = place.partition(":")
        fingerprint, _, forward = fingerprint.partition("|")
        found.append(Mark(fingerprint or place, path, qualname, (forward,) if forward else ()))
    return Marks(tuple(found), unit)


def pairs(old: Marks, new: Marks) -> dict[str, str]:
    found = matched(old.members, new.members)
    return {old.members[one].path: new.members[other].path for one, other in found.items()}


def new_ones(group: Marks, *earlier: Marks) -> list[str]:
    """The paths of the members that no earlier group had."""
    found = Earlier(earlier).members(group)
    return [member.path for member, one in zip(group.members, found, strict=True) if one is None]


# -- which is which ---------------------------------------------------------------------------------------------------


def test_members_match_by_place_or_by_fingerprint() -> None:
    assert pairs(marks("a:A#1", "b:B#2", "c:C#3"), marks("a:A#1", "b:B#9", "z:C#3", "d:D#4")) == {
        "a": "a",
        "b": "b",
        "c": "z",
    }


def test_a_new_equal_copy_before_others_is_the_new_one() -> None:
    # Equals of one name are numbered in path order, so the fingerprints of all that follow move on.
    assert pairs(marks("b:A#0", "c:A#1"), marks("a:A#0", "b:A#1", "c:A#2")) == {"b": "b", "c": "c"}


def test_members_that_moved_onto_each_others_places_all_match() -> None:
    assert pairs(marks("a:A#1", "b:A#2"), marks("b:A#1", "c:A#2")) == {"a": "b", "b": "c"}
    assert pairs(marks("a:A#1", "b:A#2", "c:A#3"), marks("b:A#1", "c:A#2", "d:A#3")) == {"a": "b", "b": "c", "c": "d"}


def test_of_several_in_one_place_equals_match_first() -> None:
    old, new = marks("a:A#1", "a:A#2"), marks("a:A#2", "a:A#3")
    assert matched(old.members, new.members) == {1: 0, 0: 1}


MEMBERS = st.lists(
    st.builds(Mark, st.sampled_from("123456"), st.sampled_from("abcdef"), st.just("A")),
    unique_by=(lambda one: one.fingerprint, lambda one: one.path),
    max_size=6,
)


@given(MEMBERS, MEMBERS)
def test_as_many_match_as_can_and_each_for_a_reason(old: list[Mark], new: list[Mark]) -> None:
    found = matched(old, new)
    assert len(set(found.values())) == len(found)
    assert all(
        old[one].path == new[two].path or old[one].fingerprint == new[two].fingerprint for one, two in found.items()
    )
    assert len(found) == most(old, new)
    assert len(matched(new, old)) == len(found)


def most(old: list[Mark], new: list[Mark]) -> int:
    if not old:
        return 0
    first, rest = old[0], old[1:]
    sizes = [most(rest, new)]
    for index, other in enumerate(new):
        if first.path == other.path or first.fingerprint == other.fingerprint:
            sizes.append(1 + most(rest, new[:index] + new[index + 1 :]))
    return max(sizes)


# -- who is new -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "new"),
    [
        (marks("a:A#1", "b:B#2"), []),
        (marks("x:A#1", "y:B#2"), []),
        (marks("a:A#8", "b:B#9"), []),
        (marks("x:A#8", "y:B#9"), ["x", "y"]),
        (marks("a:A#1", "b:B#2", "c:C#3"), ["c"]),
        (marks("a:A#1", "c:C#3"), ["c"]),
        (marks("c:C#3", "d:D#4"), ["c", "d"]),
        # However many come: the known ones stay known, even if they were edited.
        (marks("a:A#8", "b:B#9", "c:C#3", "d:D#4", "e:E#5", "f:F#6"), ["c", "d", "e", "f"]),
        # One of the two, edited, among others: nothing tells that this is the group.
        (marks("a:A#8", "c:C#3", "d:D#4"), ["a", "c", "d"]),
        (marks("a:A#1", "c:C#3", "d:D#4"), ["c", "d"]),
    ],
)
def test_who_is_new_in_the_group_of_a_known_pair(group: Marks, new: list[str]) -> None:
    assert new_ones(group, marks("a:A#1", "b:B#2")) == new


def test_those_that_are_left_of_a_large_group_are_known() -> None:
    six = marks("a:A#1", "b:B#2", "c:C#3", "d:D#4", "e:E#5", "f:F#6")
    assert new_ones(marks("a:A#8", "b:B#9"), six) == []


def test_groups_that_grow_together_are_known() -> None:
    assert new_ones(marks("a:A#1", "b:B#8", "c:C#9", "d:D#4"), marks("a:A#1", "b:B#2"), marks("c:C#3", "d:D#4")) == []


def test_unedited_members_are_known_however_they_are_grouped() -> None:
    earlier = marks("a:A#1", "b:B#2"), marks("c:C#3", "d:D#4", "e:E#5")
    assert new_ones(marks("b:B#2", "e:E#5"), *earlier) == []
    assert new_ones(marks("b:B#2", "d:D#4", "e:E#5", "x:X#6"), *earlier) == ["x"]


def test_an_edited_member_that_comes_to_be_like_another_group_is_new_there() -> None:
    assert new_ones(marks("a:A#1", "b:B#2", "c:C#9"), marks("a:A#1", "b:B#2"), marks("c:C#3", "d:D#4")) == ["c"]


def test_a_new_equal_copy_does_not_pass_for_the_one_whose_fingerprint_it_takes() -> None:
    assert new_ones(marks("a:A#0", "b:A#1", "c:A#2"), marks("b:A#0", "c:A#1")) == ["a"]


def test_a_class_is_known_by_itself_and_its_forward_by_the_class() -> None:
    classes = marks("a:A#1|f1", "b:B#2|f2", unit=UnitKind.CLASS)
    assert new_ones(marks("a:A#1|f1", "b:B#9|f9", unit=UnitKind.CLASS), classes) == []
    assert new_ones(marks("a:A#f1", "b:B#f2"), classes) == []
    assert new_ones(marks("a:A#f8", "b:B#f9"), classes) == []
    assert new_ones(marks("b:B#f2", "c:C#f3"), classes) == ["c"]


def test_a_class_is_known_by_its_forward() -> None:
    classes = marks("a:A#c1|1", "b:B#c2|2", unit=UnitKind.CLASS)
    assert new_ones(classes, marks("a:A#1", "b:B#2")) == []
    # One of them was edited until their constructors were alike too.
    assert new_ones(classes, marks("a:A#1", "b:B#9")) == []
    assert new_ones(marks("a:A#c1|1", "c:C#c3|3", unit=UnitKind.CLASS), marks("a:A#1", "b:B#2")) == ["c"]


def test_a_group_is_known_from_one_of_its_own_kind_first() -> None:
    forwards = marks("a:A#1", "b:B#2", "c:C#3", "d:D#4")
    classes = [marks("a:A#c1|1", "b:B#c2|2", unit=UnitKind.CLASS), marks("c:C#c3|3", "d:D#c4|4", unit=UnitKind.CLASS)]
    earlier = Earlier([classes[0], forwards, classes[1]])
    assert earlier.members(forwards) == [(1, 0), (1, 1), (1, 2), (1, 3)]
    assert earlier.members(classes[1]) == [(2, 0), (2, 1)]
