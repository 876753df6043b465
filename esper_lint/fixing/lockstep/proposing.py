"""Two definitions that are much alike -> the renames and the gaps with which they are members of one contract."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from esper_lint.contracts.agreement import code_of, differences
from esper_lint.contracts.alignment import UNREAD, Aligned, Alignment
from esper_lint.contracts.changes import Change, Lines, changes
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, SUITES, Code, Item


class Inexpressible(Exception):
    """The members differ in a way that renames and gaps cannot express: the line of the second, from 0, and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Proposal:
    """The lines of both with gaps put in, and the renames that turn the source's identifiers into the member's."""

    source: tuple[str, ...]
    member: tuple[str, ...]
    renames: Mapping[str, str]


def proposal(source: Sequence[str], member: Sequence[str], own: Mapping[str, str], gap: str) -> Proposal:
    """``own`` maps the name of the one definition to that of the other.  Raises Inexpressible, or SyntaxError."""
    theirs, ours = code_of(source, copies=False), code_of(member, copies=False)
    renames = dict(_renames(theirs, ours, own))
    renaming = Renaming({**own, **renames}, {})
    there, here = list(source), list(member)
    for mine, other in reversed(_regions(changes(theirs, ours, renaming), theirs, ours)):
        if not _is_gap(mine, theirs):
            _enclose(there, mine, gap, theirs, (other, ours))
        _enclose(here, other, gap, ours, (mine, theirs))
    codes = code_of(there, copies=False), code_of(here, copies=False)
    left = differences(*codes, renaming)
    if left:
        raise Inexpressible(max(left[0].line, 0), f"`{left[0].here}` here and `{left[0].there}` there")
    for name in sorted(renames):  # what only the gaps hold needs no rename
        fewer = {old: new for old, new in renames.items() if old != name}
        if not differences(*codes, Renaming({**own, **fewer}, {})):
            renames = fewer
    return Proposal(tuple(there), tuple(here), renames)


# -- renames ----------------------------------------------------------------------------------------------------


def _renames(theirs: Code, ours: Code, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The identifiers that stand for another one wherever they stand for anything, one to one."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for old, new in _Identifiers(theirs, ours, Renaming(own, {})).of_definitions():
        votes[old][new] += 1
    taken = Counter(new for found in votes.values() for new in found)
    for old, found in sorted(votes.items()):
        ((new, _),) = found.most_common(1)
        if old != new and len(found) == 1 and taken[new] == 1 and own.get(old) != new:
            yield old, new


class _Identifiers(Alignment):
    """Pairs of identifiers in the same place of both."""

    def of_definitions(self) -> Iterator[tuple[str, str]]:
        theirs: Any = self.source.node
        ours: Any = self.member.node
        for field in ("args", "returns", "bases", "keywords"):
            yield from self._of_values(getattr(theirs, field, None), getattr(ours, field, None))
        yield from self._of_suite(theirs, ours, "body")

    def _of_values(self, theirs: Any, ours: Any) -> Iterator[tuple[str, str]]:
        if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
            for mine, own in zip(theirs, ours, strict=True):
                yield from self._of_values(mine, own)
        elif isinstance(theirs, ast.AST) and type(theirs) is type(ours) and not isinstance(theirs, ast.Constant):
            for field in theirs._fields:
                if field in UNREAD:
                    continue
                if field in SUITES and isinstance(getattr(theirs, field), list):
                    yield from self._of_suite(theirs, ours, field)
                    continue
                yield from self._of_values(getattr(theirs, field, None), getattr(ours, field, None))
        elif isinstance(theirs, str) and isinstance(ours, str) and theirs.isidentifier() and ours.isidentifier():
            yield theirs, ours

    def _of_suite(self, theirs: Any, ours: Any, field: str) -> Iterator[tuple[str, str]]:
        pair = [list(getattr(node, field)) for node in (theirs, ours)]
        items = self.source.suite(pair[0], theirs), self.member.suite(pair[1], ours)
        if not all(items):
            return
        if len(items[0]) == len(items[1]) and all(map(_may_stand_for, *items)):
            yield from self._of_values(*map(list, items))
            return
        for one in self.aligned(*items):
            if one.theirs is not None and one.ours is not None:
                yield from self._of_values(one.theirs, one.ours)

    def aligned(self, theirs: Sequence[Item], ours: Sequence[Item]) -> Iterator[Aligned]:
        """Of several statements that may be the other side's one, the first is."""
        found = list(super().aligned(theirs, ours))
        at = 0
        while at + 1 < len(found):
            moved = self._swapped(found[at], found[at + 1])
            if moved is not None:
                found[at : at + 2] = moved
                at = max(at - 1, 0)
            else:
                at += 1
        yield from found

    def _swapped(self, one: Aligned, other: Aligned) -> tuple[Aligned, Aligned] | None:
        """A pair below a statement that only one side has, with that statement in it, if it is as good."""
        if other.theirs is None or other.ours is None:
            return None
        if one.theirs is None and self._are_alike(one.ours, other.ours):
            return replace(other, ours=one.ours), replace(one, ours=other.ours)
        if one.ours is None and self._are_alike(one.theirs, other.theirs):
            return replace(other, theirs=one.theirs), replace(one, theirs=other.theirs)
        return None

    def _are_alike(self, one: object, other: object) -> bool:
        return self.key(one, renamed=True) == self.key(other, renamed=True)

    def key(self, value: object, *, renamed: bool) -> object:
        """Blind to identifiers, but for the name of a definition, and then to all else of it."""
        if isinstance(value, DEFINITIONS):
            return type(value), self._name(value, renamed=renamed)
        return "" if isinstance(value, str) else super().key(value, renamed=renamed)


def _may_stand_for(one: object, other: object) -> bool:
    return type(one) is type(other)


# -- gaps -------------------------------------------------------------------------------------------------------


def _regions(found: Sequence[Change], theirs: Code, ours: Code) -> list[tuple[Lines, Lines]]:
    """The lines of both sides that each gap must hold; changes of a suite with nothing that agrees between them share
    one, and one around a compound statement holds all that is in it."""
    regions: list[tuple[Lines, Lines]] = []
    suites: list[tuple[Lines, Lines]] = []
    for change in found:
        region, suite = (change.theirs, change.ours), change.around[0]
        if change.theirs and change.ours and (region[0].first, region[1].first) == (suite[0].first, suite[1].first):
            if len(change.around) == 1:
                raise Inexpressible(change.ours.first - 2, "their parameters or bases differ")
            region, suite = suite, change.around[1]  # a header cannot stand in a gap alone
        if regions and _holds(regions[-1], region):
            continue
        if regions and suites[-1] == suite and all(map(_touch, regions[-1], region, (theirs, ours))):
            last = regions.pop()
            region = _union(last[0], region[0]), _union(last[1], region[1])
            suites.pop()
        regions.append(region)
        suites.append(suite)
    return regions


def _holds(one: tuple[Lines, Lines], other: tuple[Lines, Lines]) -> bool:
    return all(mine and mine.first <= its.first and its.last <= mine.last for mine, its in zip(one, other, strict=True))


def _touch(one: Lines, other: Lines, code: Code) -> bool:
    """Whether there is no code between two runs of lines, or they overlap."""
    start, end = sorted((one, other))
    return all(not line.strip() or line.lstrip().startswith("#") for line in code.lines[start.last : end.first - 1])


def _union(one: Lines, other: Lines) -> Lines:
    if not one or not other:
        return one or other or one
    return Lines(min(one.first, other.first), max(one.last, other.last))


def _is_gap(lines: Lines, code: Code) -> bool:
    """Whether the lines are a gap already: that of another member."""
    return bool(lines) and "esper: gap(" in code.lines[lines.first - 1]


def _enclose(text: list[str], lines: Lines, gap: str, code: Code, other: tuple[Lines, Code]) -> None:
    """Put the comments of a gap around lines of ``code``, whose text without the line before it is ``text``."""
    if lines:
        indent = _indent(code.lines[lines.first - 1])
    else:
        there, theirs = other
        depth = _indent(theirs.lines[there.first - 1]) if there else ""
        indent = _indent(code.lines[code.node.lineno - 1]) + depth[len(_indent(theirs.lines[theirs.node.lineno - 1])) :]
    first, last = lines.first - 2, lines.last - 1  # places in ``text``
    text[first:last] = [f"{indent}# esper: gap({gap})", *text[first:last], f"{indent}# esper: end({gap})"]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
