"""The records of consecutive commits -> what happened to each group between them.

Groups of two commits are the same as ``identity.is_same_group`` has it, and one is the same as one at most: where a
group falls into two halves, the half that shares more members goes on, and the other is born.  Silent groups have
events too, so that at any commit births less deaths are all the groups that there are.

- birth, death: of a group that no group of the other commit is.
- growth, shrinking: members came, members went; both where some were exchanged.
- divergence, convergence: members that were there before and after were equal and no longer are, or have become equal;
  or, where no member came or went, the similarity of the worst pair fell or rose.
- silenced, unsilenced: a comment, a setting or a contract made all of the group silent, or no longer does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from esper_lint.identity import is_same_group, keys_of, matched
from esper_lint.trend.records import CommitRecord, Event, EventKind, GroupRecord, Sample, Trend


def trend_of(records: Iterable[CommitRecord]) -> Trend:
    """The trend of records, which are given oldest first."""
    samples: list[Sample] = []
    born = 0
    groups: tuple[GroupRecord, ...] = ()
    lineages: tuple[int, ...] = ()
    for record in records:
        same = followed(groups, record.groups)
        origin = {new: old for old, new in same.items()}
        numbers = []
        for index in range(len(record.groups)):
            if index in origin:
                numbers.append(lineages[origin[index]])
            else:
                numbers.append(born)
                born += 1
        events = tuple(_events(groups, lineages, record.groups, numbers, same))
        groups, lineages = record.groups, tuple(numbers)
        samples.append(Sample(record, events, lineages))
    return Trend(tuple(samples))


def followed(before: Sequence[GroupRecord], after: Sequence[GroupRecord]) -> dict[int, int]:
    """Which group of ``before`` is which of ``after``, by their indices; one is one at most."""
    # Most groups are what they were.
    places = {(group.id, group.rule): index for index, group in enumerate(after)}
    found: dict[int, int] = {}
    for index, group in enumerate(before):
        place = places.get((group.id, group.rule))
        if place is not None and after[place] == group:
            found[index] = place
    taken = set(found.values())
    ranked = sorted(_candidates(before, after, found.keys(), taken))
    for *_, old, new in ranked:
        if old not in found and new not in taken:
            found[old] = new
            taken.add(new)
    return found


def _candidates(
    before: Sequence[GroupRecord], after: Sequence[GroupRecord], old_taken: Iterable[int], new_taken: set[int]
) -> Iterator[tuple[int, str, str, int, int]]:
    """The pairs of groups that are the same, those that share most first; what else orders them stays what it is
    however the groups are numbered."""
    done = set(old_taken)
    by_key: dict[tuple[str, ...], list[int]] = {}
    for old, group in enumerate(before):
        if old not in done:
            for key in keys_of(group):
                by_key.setdefault(key, []).append(old)
    for new, group in enumerate(after):
        if new in new_taken:
            continue
        for old in sorted(set(chain.from_iterable(by_key.get(key, ()) for key in keys_of(group)))):
            if is_same_group(before[old], group):
                shared = len(matched(before[old].members, group.members))
                yield -shared, f"{group.id} {group.rule}", f"{before[old].id} {before[old].rule}", old, new


def _events(
    before: Sequence[GroupRecord],
    lineages: Sequence[int],
    after: Sequence[GroupRecord],
    numbers: Sequence[int],
    same: Mapping[int, int],
) -> Iterator[Event]:
    """Deaths first, then the others in the order of the groups."""
    for old, group in enumerate(before):
        if old not in same:
            yield Event(EventKind.DEATH, lineages[old], group, left=group.members, similarity_before=group.similarity)
    origin = {new: old for old, new in same.items()}
    for new, group in enumerate(after):
        if new not in origin:
            yield Event(EventKind.BIRTH, numbers[new], group, joined=group.members)
        elif before[origin[new]] != group:
            yield from _changes(before[origin[new]], group, numbers[new])


def _changes(old: GroupRecord, new: GroupRecord, lineage: int) -> Iterator[Event]:
    pairs = matched(old.members, new.members)
    staying = set(pairs.values())
    joined = tuple(member for index, member in enumerate(new.members) if index not in staying)
    left = tuple(member for index, member in enumerate(old.members) if index not in pairs)
    kinds = []
    if joined:
        kinds.append(EventKind.GROWTH)
    if left:
        kinds.append(EventKind.SHRINKING)
    codes = {(old.members[one].code, new.members[other].code) for one, other in pairs.items()}
    steady = not joined and not left
    # More pairs of (before, after) than there were codes before: some that were equal then are not now.
    if len(codes) > len({code for code, _ in codes}) or (steady and new.similarity < old.similarity):
        kinds.append(EventKind.DIVERGENCE)
    if len(codes) > len({code for _, code in codes}) or (steady and new.similarity > old.similarity):
        kinds.append(EventKind.CONVERGENCE)
    if bool(old.suppressed) != bool(new.suppressed):
        kinds.append(EventKind.SILENCED if new.suppressed else EventKind.UNSILENCED)
    for kind in kinds:
        yield Event(
            kind,
            lineage,
            new,
            joined if kind is EventKind.GROWTH else (),
            left if kind is EventKind.SHRINKING else (),
            old.similarity,
        )
