"""What is said to have happened to groups, by examples, and laws that hold of any records."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.identity import is_same_group
from esper_lint.trend import CommitRecord, Event, EventKind, GroupRecord, Trend
from esper_lint.trend.events import followed, trend_of
from tests.trend.values import group, histories, partitions, record, records_of

ABC = group("a", "b", "c")


def kinds(*states: list[GroupRecord]) -> list[list[str]]:
    """What happened at each commit."""
    return [[event.kind.value for event in sample.events] for sample in trend_of(records_of(*states)).samples]


CHANGES = [
    (ABC, ABC, []),
    (ABC, group("a", "b", "c", "d"), ["growth"]),
    (ABC, group("a", "b"), ["shrinking"]),
    (ABC, group("a", "b", "d"), ["growth", "shrinking"]),
    (ABC, group("a", "b", "c", codes="aab", similarity=0.9), ["divergence"]),
    (group("a", "b", "c", codes="aab", similarity=0.9), ABC, ["convergence"]),
    (group("a", "b", codes="ab", similarity=0.9), group("a", "b", codes="ab", similarity=0.8), ["divergence"]),
    (group("a", "b", codes="ab", similarity=0.8), group("a", "b", codes="cd", similarity=0.9), ["convergence"]),
    # One pair came apart and another one together.
    (
        group("a", "b", "c", codes="xxy", similarity=0.9),
        group("a", "b", "c", codes="xyy", similarity=0.9),
        ["divergence", "convergence"],
    ),
    # All were edited alike.
    (ABC, group("a", "b", "c", codes="bbb"), []),
    # The worst pair is worse because of a new member: those that were there are what they were.
    (ABC, group("a", "b", "c", "d", codes="aaab", similarity=0.8), ["growth"]),
    (ABC, replace(ABC, suppressed="contract"), ["silenced"]),
    (replace(ABC, suppressed="contract"), replace(ABC, suppressed="noqa"), []),
    (replace(ABC, suppressed="noqa"), ABC, ["unsilenced"]),
    (ABC, group("c", "d", "e"), ["death", "birth"]),
    (ABC, replace(ABC, unit=ABC.unit.__class__("class")), ["death", "birth"]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_what_happens_to_a_group(before: GroupRecord, after: GroupRecord, expected: list[str]) -> None:
    assert kinds([before], [after]) == [["birth"], expected]


def test_who_came_and_who_went() -> None:
    _, sample = trend_of(records_of([ABC], [group("a", "b", "d")])).samples
    growth, shrinking = sample.events
    assert [[one.qualname for one in members] for members in (growth.joined, growth.left)] == [["D"], []]
    assert [[one.qualname for one in members] for members in (shrinking.joined, shrinking.left)] == [[], ["C"]]


def test_of_two_halves_the_one_that_shares_more_goes_on() -> None:
    whole = group("a", "b", "c", "d", "e")
    large, small = group("a", "b", "c"), group("d", "e")
    for after in ([large, small], [small, large]):
        trend = trend_of(records_of([whole], after))
        assert dict(zip(after, trend.samples[1].lineages, strict=True))[large] == 0
        assert [event.kind for event in trend.samples[1].events if event.lineage == 1] == [EventKind.BIRTH]


def test_a_group_keeps_its_number_while_its_id_changes() -> None:
    trend = trend_of(records_of([group("b", "c")], [group("b", "c", "a")], [], [group("b", "c")]))
    assert [sample.lineages for sample in trend.samples] == [(0,), (0,), (), (1,)]
    assert trend.samples[0].record.groups[0].id != trend.samples[1].record.groups[0].id
    told = [(commit.id, event.kind.value) for commit, event in trend.story(0)]
    assert told == [(f"{0:040x}", "birth"), (f"{1:040x}", "growth"), (f"{2:040x}", "death")]
    assert (trend.lineage_of(group("b", "c").id), trend.lineage_of("nothing")) == (1, None)


def test_of_no_commit_nothing_is_said() -> None:
    assert trend_of([]) == Trend(())
    assert Trend(()).lineage_of("x") is None


def test_an_empty_tree_between_ends_every_group() -> None:
    assert kinds([ABC], [], [ABC]) == [["birth"], ["death"], ["birth"]]


@given(histories())
def test_births_less_deaths_are_the_groups_that_there_are(records: list[CommitRecord]) -> None:
    counts: Counter[EventKind] = Counter()
    for sample in trend_of(records).samples:
        counts.update(event.kind for event in sample.events)
        assert counts[EventKind.BIRTH] - counts[EventKind.DEATH] == len(sample.record.groups)


@given(histories())
def test_events_replayed_give_the_members_and_what_is_silent(records: list[CommitRecord]) -> None:
    members: dict[int, set[str]] = {}
    silent: set[int] = set()
    for sample in trend_of(records).samples:
        for event in sample.events:
            _replay(event, members, silent)
        groups = dict(zip(sample.lineages, sample.record.groups, strict=True))
        assert {number: {one.fingerprint for one in group.members} for number, group in groups.items()} == members
        assert {number for number, group in groups.items() if group.suppressed} == silent


def _replay(event: Event, members: dict[int, set[str]], silent: set[int]) -> None:
    own = members.setdefault(event.lineage, set())
    own -= {one.fingerprint for one in event.left}
    own |= {one.fingerprint for one in event.joined}
    if event.kind is EventKind.SILENCED or (event.kind is EventKind.BIRTH and event.group.suppressed):
        silent.add(event.lineage)
    if event.kind in (EventKind.UNSILENCED, EventKind.DEATH):
        silent.discard(event.lineage)
    if event.kind is EventKind.DEATH:
        assert members.pop(event.lineage) == set()


@given(histories())
def test_divergence_is_never_said_of_what_is_equal(records: list[CommitRecord]) -> None:
    for sample in trend_of(records).samples:
        for event in sample.events:
            codes = {one.code for one in event.group.members}
            assert event.kind is not EventKind.DIVERGENCE or len(codes) > 1


@given(partitions(), partitions(), st.randoms(use_true_random=False))
def test_groups_are_followed_one_to_one_in_whatever_order(
    before: list[GroupRecord], after: list[GroupRecord], order: random.Random
) -> None:
    found = followed(before, after)
    assert len(set(found.values())) == len(found)
    assert all(is_same_group(before[old], after[new]) for old, new in found.items())
    for old, one in enumerate(before):  # none is left alone with its like
        for new, other in enumerate(after):
            assert old in found or new in found.values() or not is_same_group(one, other)
    mixed = order.sample(before, len(before)), order.sample(after, len(after))
    pairs = {(before[old].id, after[new].id) for old, new in found.items()}
    assert {(mixed[0][old].id, mixed[1][new].id) for old, new in followed(*mixed).items()} == pairs


def test_the_first_commit_has_a_birth_for_each_group() -> None:
    trend = trend_of([record(0, ABC, group("x", "y"))])
    assert [event.joined for event in trend.samples[0].events] == [ABC.members, group("x", "y").members]
