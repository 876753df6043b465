"""What fixing a project comes to: the values that the command, the codemod and the formats speak in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from esper_lint.contracts.book import Place
from esper_lint.findings import Member, Tier
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.tickets.objections import Objection

FIXED_BY_EXTRACTION = ("ESP101", "ESP102", "ESP103")
FIXABLE = (*FIXED_BY_EXTRACTION, "ESP104")

Spots = tuple[tuple[str, str], ...]
"""Path and qualified name of each member, in order."""


class FixKey(NamedTuple):
    """What tells one fix of a project from the others: whether it merges classes, and whom it rewrites."""

    merges: bool
    spots: Spots


Withdrawn = Mapping[FixKey, tuple[Refusal, ...]]
"""Fixes that turned out to be none, and why; lines are those on disk."""


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
    """Why a group, or what is left of it, is not fixed: the causes, the gravest first.

    ``members`` are those that it was tried with, as they stood before.
    """

    group: str
    rule: str
    members: tuple[Place, ...]
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


def rewritten_by(fixes: Iterable[GroupFix]) -> set[tuple[str, str]]:
    """The members that some fixes rewrite, each as (path, qualified name)."""
    return {spot for fix in fixes for spot in spots_of(fix.members)}


def spots_of(members: Sequence[Member] | Sequence[Rewritten]) -> Spots:
    return tuple(sorted((one.path, one.qualname) for one in members))
