"""Two members of a contract, read side by side: which statement of one is which of the other.

The source's identifiers are renamed on the way.  Gaps are one thing each, and what is ignored stands for anything.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, SUITES, Code, Gap, Ignored, Item, first_line, last_line

UNREAD = frozenset({"ctx", "type_comment", "kind", "type_ignores"})


@dataclass(frozen=True, slots=True)
class Aligned:
    """An item of the source's suite and one of the member's, which need not be equal, or one of which the other side
    has none: ``place`` is where among those that are ``kept`` of the member's suite it is or would be, and ``there``
    where in the source's."""

    theirs: Item | None
    ours: Item | None
    place: int
    there: int


class Alignment:
    """Compares a source and a member; ``renaming`` makes the member's identifiers of the source's."""

    def __init__(self, source: Code, member: Code, renaming: Renaming) -> None:
        self.source = source
        self.member = member
        self.renaming = renaming

    def same(self, theirs: object, ours: object) -> bool:
        if isinstance(theirs, ast.AST):
            return type(theirs) is type(ours) and self._same_node(theirs, ours)
        if isinstance(theirs, list):
            return isinstance(ours, list) and len(theirs) == len(ours) and all(map(self.same, theirs, ours))
        if isinstance(theirs, str):
            return isinstance(ours, str) and self.renaming.identifier(theirs) == ours
        if isinstance(theirs, Gap):
            return isinstance(ours, Gap) and ours.name == theirs.name
        return type(theirs) is type(ours) and theirs == ours

    def _same_node(self, theirs: ast.AST, ours: Any) -> bool:
        if isinstance(theirs, ast.Constant):
            return self._same_constant(theirs.value, ours.value)
        if self._are_own_names(theirs, ours):
            return True
        for field in theirs._fields:
            if field in UNREAD:
                continue
            value: Any = getattr(theirs, field, None)
            other: Any = getattr(ours, field, None)
            if field in SUITES and isinstance(value, list):
                found = self.source.suite(value, theirs), self.member.suite(other, ours)
                if any(isinstance(one, Ignored) for one in found[1]):
                    if not all(map(self._is_met, self.aligned(*found))):
                        return False
                elif not self.same(*found):
                    return False
            elif not self.same(value, other):
                return False
        return True

    def _same_constant(self, theirs: object, ours: object) -> bool:
        if type(theirs) is not type(ours):
            return False
        if isinstance(theirs, str) and isinstance(ours, str):
            return theirs == ours or self._same_words(theirs, ours)
        return repr(theirs) == repr(ours)  # -0.0 is not 0.0, and nan is nan

    def _same_words(self, theirs: str, ours: str) -> bool:
        """What a string says may name what is renamed, and need not."""
        if self.renaming.text(theirs) == ours:
            return True
        words = re.split(r"(\W+)", theirs), re.split(r"(\W+)", ours)
        return len(words[0]) == len(words[1]) and all(
            one == other or self.renaming.text(one) == other for one, other in zip(*words, strict=True)
        )

    def _are_own_names(self, theirs: ast.AST, ours: Any) -> bool:
        """Whether either definition speaks of itself here: by its name, or as a method of ``self``."""
        if isinstance(theirs, ast.Name):
            return self.renaming.is_own(theirs.id, ours.id)
        return (
            isinstance(theirs, ast.Attribute)
            and self.renaming.is_own(theirs.attr, ours.attr)
            and isinstance(theirs.value, ast.Name)
            and theirs.value.id in ("self", "cls")
            and self.same(theirs.value, ours.value)
        )

    def _is_met(self, one: Aligned) -> bool:
        return one.theirs is not None and one.ours is not None and self.same(one.theirs, one.ours)

    # -- suites -------------------------------------------------------------------------------------------------

    def kept(self, ours: Sequence[Item]) -> list[Item]:
        """What counts of a suite of the member."""
        return [one for one in ours if not isinstance(one, Ignored)]

    def aligned(self, theirs: Sequence[Item], ours: Sequence[Item]) -> Iterator[Aligned]:
        """The items of two suites, paired in the order in which they stand."""
        theirs = list(self._without_ignored(theirs, ours))
        kept: list[Item] = []
        wild = []  # before which of those kept an ignored statement may stand for one of theirs
        for one in ours:
            if not isinstance(one, Ignored):
                kept.append(one)
            elif not one.name:
                wild += [len(kept)] * one.size
        if not wild and len(theirs) == len(kept) and all(map(self._may_pair, theirs, kept)):
            for place, pair in enumerate(zip(theirs, kept, strict=True)):
                yield Aligned(*pair, place, place)
            return
        keys = [self.key(one, renamed=True) for one in theirs], [self.key(one, renamed=False) for one in kept]
        for tag, start, end, first, last in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
            if tag == "equal":  # but for what keys leave open
                for at in range(end - start):
                    yield Aligned(theirs[start + at], kept[first + at], first + at, start + at)
                continue
            left = theirs[start:end]
            for at in [at for at in wild if first <= at <= last]:
                if len(left) > last - first and at - first < len(left):
                    wild.remove(at)
                    del left[at - first]
            yield from self._runs(left, kept[first:last], first, start)

    def _without_ignored(self, theirs: Sequence[Item], ours: Sequence[Item]) -> Iterator[Item]:
        """The source's items but for the definitions that the member ignores: of a getter and a setter, that one."""
        ignored, seen = set(), Counter[str]()
        for one in ours:
            name = one.name if isinstance(one, Ignored) else self._name(one, renamed=False)
            if name:
                if isinstance(one, Ignored):
                    ignored.add((name, seen[name]))
                seen[name] += 1
        seen.clear()
        for one in theirs:
            name = self._name(one, renamed=True)
            if not name or (name, seen[name]) not in ignored:
                yield one
            seen[name] += 1

    def _runs(self, theirs: Sequence[Item], ours: Sequence[Item], first: int, start: int) -> Iterator[Aligned]:
        """Two runs of statements that have nothing in common: those of a kind are paired first."""
        kinds = [self._kind(one, renamed=True) for one in theirs], [self._kind(one, renamed=False) for one in ours]
        left = right = 0
        for block in SequenceMatcher(None, *kinds, autojunk=False).get_matching_blocks():
            yield from self._between(theirs[left : block.a], ours[right : block.b], first + right, start + left)
            for offset in range(block.size):
                mine, own = block.a + offset, block.b + offset
                yield Aligned(theirs[mine], ours[own], first + own, start + mine)
            left, right = block.a + block.size, block.b + block.size

    def _between(self, theirs: Sequence[Item], ours: Sequence[Item], first: int, start: int) -> Iterator[Aligned]:
        """Runs without anything of a kind: what stands in the same place was replaced, unless it is a gap."""
        paired = 0
        for one, other in zip(theirs, ours, strict=False):
            if isinstance(one, Gap) or isinstance(other, Gap):
                break
            yield Aligned(one, other, first + paired, start + paired)
            paired += 1
        for at in range(paired, len(ours)):
            yield Aligned(None, ours[at], first + at, start + len(theirs))
        for at in range(paired, len(theirs)):
            yield Aligned(theirs[at], None, first + len(ours), start + at)

    def _may_pair(self, theirs: Item, ours: Item) -> bool:
        return self._kind(theirs, renamed=True) == self._kind(ours, renamed=False)

    # -- keys ---------------------------------------------------------------------------------------------------

    def _kind(self, item: Item, *, renamed: bool) -> tuple[object, str]:
        """Two statements of one kind may be the same one, edited."""
        return type(item), item.name if isinstance(item, Gap) else self._name(item, renamed=renamed)

    def _name(self, item: Item, *, renamed: bool) -> str:
        """That of a definition, and none of anything else."""
        if not isinstance(item, DEFINITIONS):
            return ""
        return self.renaming.identifier(item.name) if renamed else item.name

    def key(self, value: object, *, renamed: bool) -> object:
        """Equal for a statement of the source and one of the member that are the same; what strings say, and what the
        definitions call themselves, is left open."""
        if isinstance(value, Gap):
            return "gap", value.name
        if isinstance(value, ast.AST):
            fields = (getattr(value, field, None) for field in value._fields if field not in UNREAD)
            if isinstance(value, ast.Constant):
                held = value.value
                return type(held), "" if isinstance(held, str) else repr(held)
            return type(value), *(self.key(one, renamed=renamed) for one in fields)
        if isinstance(value, list):
            return tuple(self.key(one, renamed=renamed) for one in value)
        if isinstance(value, str):
            if value == self.renaming.own[not renamed]:
                return ""
            return self.renaming.identifier(value) if renamed else value
        return value


def item_line(item: Item) -> int:
    return first_line(item) if isinstance(item, ast.AST) else item.start


def item_end(item: Item) -> int:
    return last_line(item) if isinstance(item, ast.AST) else item.end
