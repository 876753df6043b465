"""What fixing a project comes to: the values that the command, the codemod and the formats speak in."""

from __future__ import annotations

from dataclasses import dataclass

from esper_lint.findings import Tier
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.tickets.objections import Objection


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A member that a fix rewrites, as it stood before."""

    path: str
    qualname: str
    line: int


@dataclass(frozen=True, slots=True)
class Obligation:
    """What a certificate takes for granted, and where."""

    kind: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class GroupFix:
    """A certified fix of a group, or of the largest part of it that can be fixed.

    ``new`` are the definitions that it adds, each as (path, name).  ``group`` and ``rule`` are those of the report that
    it was planned on.
    """

    group: str
    rule: str
    strategy: str
    tier: Tier
    summary: str
    members: tuple[Rewritten, ...]
    new: tuple[tuple[str, str], ...]
    obligations: tuple[Obligation, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRefusal:
    """Why a group, or what is left of it, is not fixed: the causes, the gravest first."""

    group: str
    rule: str
    causes: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What people could do about a group that no fix was made for; nothing is ever written by it (DISPLAY)."""

    group: str
    rule: str
    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class Overridden:
    """An objection to the fix of a group that was made all the same, and why."""

    group: str
    objection: Objection
    reason: str


@dataclass(frozen=True, slots=True)
class Fixes:
    """``edits`` make all of ``made``; ``withheld`` could be made too with ``--unsafe-fixes``."""

    edits: tuple[FileEdit, ...]
    made: tuple[GroupFix, ...]
    withheld: tuple[GroupFix, ...]
    refused: tuple[GroupRefusal, ...]
    advice: tuple[Advice, ...]
    overridden: tuple[Overridden, ...] = ()
