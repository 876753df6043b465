"""What is kept of a commit, and what a history of commits comes to: plain values.

Paths are those of reports: with ``/``, relative to the project folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from esper_lint.findings import UnitKind
from esper_lint.history.log import Commit


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A unit of a group at a commit.

    ``code`` names what it says but for comments and layout: members with equal ones are equal.  ``forwards`` are the
    fingerprints of a class's forwards.  ``silent`` is what makes its finding silent (noqa, per-file, contract), or
    empty.
    """

    path: str
    qualname: str
    fingerprint: str
    code: str
    forwards: tuple[str, ...] = ()
    silent: str = ""


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A clone group at a commit.

    ``similarity`` is that of its worst pair.  ``suppressed`` is what makes all of it silent (noqa, per-file, contract),
    if anything; its members are there all the same.
    """

    id: str
    rule: str
    unit: UnitKind
    similarity: float
    members: tuple[MemberRecord, ...]
    suppressed: str = ""


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """What ``check`` would have counted at a commit, with the settings of today.

    ``findings`` are those that nothing silences.  ``duplicated_lines`` is defined by ``lines.duplicated_lines``.
    ``groups`` hold silent ones too, in the order in which ``check`` shows them.
    """

    commit: Commit
    files: int
    module_classes: int
    forwards: int
    findings: int
    duplicated_lines: int
    groups: tuple[GroupRecord, ...]

    @property
    def active(self) -> tuple[GroupRecord, ...]:
        """The groups that nothing silences."""
        return tuple(group for group in self.groups if not group.suppressed)


class EventKind(str, Enum):
    """What may happen to a group from one commit to the next that was looked at; ``events`` defines each."""

    BIRTH = "birth"
    GROWTH = "growth"
    SHRINKING = "shrinking"
    DIVERGENCE = "divergence"
    CONVERGENCE = "convergence"
    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    DEATH = "death"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a group.

    ``lineage`` numbers the groups of a trend, from 0 in the order of their births: a group keeps its number for as long
    as it is the same, while its id may change.  ``group`` is as it is after the event, or, of a group that died, as it
    was before.  ``joined`` and ``left`` are the members that came and went: all of them at a birth and at a death.
    ``similarity_before`` is that of the worst pair before, and None at a birth.
    """

    kind: EventKind
    lineage: int
    group: GroupRecord
    joined: tuple[MemberRecord, ...] = ()
    left: tuple[MemberRecord, ...] = ()
    similarity_before: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A commit that was looked at: its record, what happened since the one before, and, parallel to the groups of the
    record, their lineages."""

    record: CommitRecord
    events: tuple[Event, ...]
    lineages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The commits that were looked at, oldest first.  At the first one, all groups are born."""

    samples: tuple[Sample, ...]

    def story(self, lineage: int) -> tuple[tuple[Commit, Event], ...]:
        """All that happened to one group, with the commits at which it was seen."""
        return tuple(
            (sample.record.commit, event)
            for sample in self.samples
            for event in sample.events
            if event.lineage == lineage
        )

    def lineage_of(self, group: str) -> int | None:
        """The number of the group that has this id at the newest commit, or None if none has."""
        if self.samples:
            newest = self.samples[-1]
            for one, lineage in zip(newest.record.groups, newest.lineages, strict=True):
                if one.id == group:
                    return lineage
        return None
