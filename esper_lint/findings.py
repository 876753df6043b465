"""The values that every stage after matching speaks in, and that the JSON contract is made of.

All of them are frozen, compare by value and pickle.  Paths are POSIX-style and relative to the project folder;
lines and columns count from 1 (columns in characters, ends exclusive).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class UnitKind(str, Enum):
    """What is compared: the body of one ``forward``, or a whole module class."""

    FORWARD = "forward"
    CLASS = "class"


class Severity(str, Enum):
    """P0 is the gravest.  The order of the members is the order of gravity."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class HoleKind(str, Enum):
    """What stands in a place where the members of a group differ."""

    NAME = "name"
    ATTRIBUTE = "attribute"
    LITERAL = "literal"
    CALL = "call"
    EXPRESSION = "expression"
    STATEMENTS = "statements"


class Span(NamedTuple):
    """A stretch of a file: from (line, column) up to, not including, (end_line, end_column)."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A place of the template where members differ: one text and one span per member, in the members' order.

    A member that has nothing there (a statement that only others have) has the text ``""`` and an empty span at
    the place where the statement would stand.
    """

    kind: HoleKind
    texts: tuple[str, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """The condition that encloses a class, or that chooses it, and the branch on which the class lies.

    ``feature`` is the condition without its negations and ``present`` tells on which side of it the branch lies, so
    that ``if HAS_X`` and ``if not HAS_X`` speak of one feature.
    """

    condition: str
    branch: str
    line: int
    feature: str
    present: bool


class NearLink(NamedTuple):
    """A unit of another group that is over the threshold with this member.

    ``unit`` is what was compared: a class group that speaks for its forwards carries their links beside its own.
    """

    group: str
    path: str
    qualname: str
    similarity: float
    unit: UnitKind = UnitKind.FORWARD


@dataclass(frozen=True, slots=True)
class Member:
    """One unit of a clone group.

    ``line`` is the ``def forward`` line for a forward, the ``class`` line for a class; ``forward_line`` is where a
    finding on it is placed.  ``similarity`` is to the group's first member.  ``variant`` numbers what the members say:
    those with the same one are equal but for comments and layout, and interchangeable.  ``forwards`` are the
    fingerprints of a class's forwards, for which it speaks.  ``code`` names what it says but for comments and layout,
    and after it what its forwards say.
    """

    path: str
    qualname: str
    line: int
    end_line: int
    forward_line: int
    forward_column: int
    fingerprint: str
    similarity: float
    guard: Guard | None
    variant: int
    near: tuple[NearLink, ...] = ()
    forwards: tuple[str, ...] = ()
    code: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why something is silent: ``kind`` is noqa, per-file, contract or baseline; ``where`` a place or a setting."""

    kind: str
    where: str


class Tier(str, Enum):
    """SAFE fixes are written when asked to fix, UNSAFE ones only with ``--unsafe-fixes``, DISPLAY ones never."""

    SAFE = "SAFE"
    UNSAFE = "UNSAFE"
    DISPLAY = "DISPLAY"


@dataclass(frozen=True, slots=True)
class FixOffer:
    """What would be done about a group, or about the part of it whose findings are marked as fixable."""

    tier: Tier
    strategy: str
    summary: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a group, or what is left of it, is not fixed; ``place`` is ``path:line``."""

    code: str
    message: str
    place: str


@dataclass(frozen=True, slots=True)
class Group:
    """A clone group: at least two units that share one template.

    ``texts_differ`` is False where the members are equal to the letter, comments and layout included.
    ``shown`` is the member that the group is shown by.  A group ``is_loose`` if every member and the one that its
    finding names are merely over the threshold: it is shown after the others.
    ``similarities`` has a row per variant, with its similarity to each variant of a smaller number.  ``fix`` and
    ``refusals`` are what planning came to; nothing unless somebody asked for it.
    """

    id: str
    rule: str
    unit: UnitKind
    clone_type: int
    similarity: float
    severity: Severity
    members: tuple[Member, ...]
    holes: tuple[Hole, ...]
    texts_differ: bool
    similarities: tuple[tuple[float, ...], ...] = ()
    suppressed: Suppressed | None = None
    fix: FixOffer | None = None
    refusals: tuple[Obstacle, ...] = ()
    shown: int = 0
    is_loose: bool = False

    def likeness(self, mine: int, theirs: int) -> float:
        """The similarity of two variants."""
        if mine == theirs:
            return 1.0
        return self.similarities[mine][theirs] if mine > theirs else self.similarities[theirs][mine]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule at one member of one group (``group`` is None for rules that speak of a line only, such as ESP202).

    ``detail`` are lines that show people what the message says, where there is no group to show it with.
    ``is_fixable`` says that ``fix`` would mend it without further ado, if somebody asked whether it would.
    """

    rule: str
    group: str | None
    path: str
    line: int
    column: int
    end_line: int
    message: str
    fingerprint: str
    severity: Severity
    suppressed: Suppressed | None = None
    detail: tuple[str, ...] = ()
    is_fixable: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a run has to say of a place that is no finding."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FileError:
    """A file that could not be read, decoded or parsed (ESP900)."""

    rule: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Summary:
    files: int
    module_classes: int
    forwards: int
    groups: int
    findings: int


@dataclass(frozen=True, slots=True)
class Report:
    """All that ``check`` has to say, before any format is chosen.

    ``findings`` holds suppressed ones too; ``errors`` are ESP900 findings' facts and stand in ``findings`` as well.
    """

    summary: Summary
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    errors: tuple[FileError, ...]
    notes: tuple[Note, ...] = ()

    @property
    def active(self) -> tuple[Finding, ...]:
        """The findings that nothing silences: those that text output shows and that make ``check`` exit 1."""
        return tuple(finding for finding in self.findings if finding.suppressed is None)
