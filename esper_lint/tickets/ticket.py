"""What a ticket says, whatever shape it was written in.

``reading`` makes these values of Markdown and ``writing`` Markdown of them; everything that decides something about
tickets looks at these values only.  All are frozen and compare by value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from esper_lint.findings import Severity


class State(str, Enum):
    """What people have come to about a finding."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    TRIAGED = "triaged"
    IN_REVIEW = "in-review"
    FIXED = "fixed"
    WONT_FIX = "wont-fix"
    NOT_A_BUG = "not-a-bug"
    DUPLICATE = "duplicate"

    @property
    def is_closed(self) -> bool:
        return self in (State.FIXED, State.WONT_FIX, State.NOT_A_BUG, State.DUPLICATE)


class Verdict(str, Enum):
    """What a reviewer thinks of a finding.  REFINE: the problem is right, its severity or its fix is not."""

    SUPPORT = "SUPPORT"
    NEUTRAL = "NEUTRAL"
    REFINE = "REFINE"
    OBJECT = "OBJECT"


class Scope(str, Enum):
    """What an objection is to: base classes and merges (``inherit``, ``merge``), or any fix."""

    INHERIT = "inherit"
    MERGE = "merge"
    ALL = "all"


class Mark(str, Enum):
    """What stands in a check box."""

    EMPTY = " "
    TICKED = "x"
    PARTLY = "~"
    DROPPED = "-"


class RelationKind(str, Enum):
    RELATED = "related"
    DUPLICATE = "duplicate"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class Box:
    """A line with a check box."""

    text: str
    mark: Mark = Mark.EMPTY


@dataclass(frozen=True, slots=True)
class Place:
    """Where the code is.  ``path`` has ``/`` and is relative to the project; lines count from 1, and are 0 if not told.

    ``is_about`` tells that the lines were given roughly (``~120``).
    """

    path: str
    first: int = 0
    last: int = 0
    is_about: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """One member of the finding: what it is called, where it is, and its fingerprint if the ticket knows it."""

    qualname: str
    place: Place
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    id: str
    kind: RelationKind = RelationKind.RELATED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer says.

    ``verdict`` is None for a word that is none of ours, or for none; ``word`` is what was written.  ``qualifier`` is
    what stood in parentheses after it: the scope of an objection, the severity that a refinement proposes.  ``date`` is
    ISO 8601 or empty.  ``code`` names what the group's members said when the review was written (see ``detection``),
    empty if nobody noted it.  ``word`` does not count for equality: AGREE and SUPPORT are one verdict.
    """

    reviewer: str
    verdict: Verdict | None
    evaluation: str = ""
    qualifier: str = ""
    date: str = ""
    code: str = ""
    word: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the metadata that we know nothing of."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading that we know nothing of, and what stands under it, with line feeds for line ends.

    ``under`` is the known section that it stands in, empty for one of its own.  Text of a known section that is none
    of its fields has level 0 and no heading; with no ``under`` either it stands between the title and the first
    section.
    """

    level: int
    heading: str
    text: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """All that a ticket says, in the order in which it is written.

    Texts are Markdown without a blank line at either end; all else is one line.  ``status`` is what the metadata say;
    where folder or resolution say otherwise, ``Reading.state`` decides.  Dates are ISO 8601 or empty.  ``group`` is
    the id of the clone group, ``fingerprint`` that of the member that the ticket was made for.
    """

    id: str
    title: str
    severity: Severity | None = None
    status: State | None = None
    batch: str = ""
    agent: str = ""
    domains: tuple[str, ...] = ()
    assignee: str = ""
    created: str = ""
    updated: str = ""
    rule: str = ""
    fingerprint: str = ""
    group: str = ""
    resolution: str = ""
    fixed: str = ""
    fields: tuple[Field, ...] = ()
    places: tuple[Place, ...] = ()
    names: tuple[str, ...] = ()
    members: tuple[Site, ...] = ()
    summary: str = ""
    categories: tuple[Box, ...] = ()
    wrong: str = ""
    evidence: str = ""
    why: str = ""
    description: str = ""
    recommendation: str = ""
    verification: tuple[Box, ...] = ()
    verification_text: str = ""
    related: tuple[Relation, ...] = ()
    reviews: tuple[Review, ...] = ()
    resolved: str = ""
    report_file: str = ""
    report_section: str = ""
    unknown: tuple[Section, ...] = ()
