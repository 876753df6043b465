"""A member that no longer agrees with its source -> the member with the statements that differ made the source's.

Each step makes one change and is kept only if the outcome parses, needs fewer changes than before and has lost nothing
that is the member's own; so what comes out agrees, or nothing does.
"""

from __future__ import annotations

import ast
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.contracts.agreement import code_of, differences
from esper_lint.contracts.changes import Change, changes
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.suites import DEFINITIONS, Code, Gap, Ignored, Item
from esper_lint.contracts.tokens import Token, tokens_of
from esper_lint.fixing.lockstep.rewriting import Rewriter

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, AssertionError, tokenize.TokenError)


@dataclass(frozen=True, slots=True)
class Resynced:
    """The lines of the member, which now agree."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why there are none: a refusal's code, and the line of the member, from 0, that is in the way."""

    code: str
    line: int
    message: str


def resynced(source: Sequence[str], member: Sequence[str], renaming: Renaming, *, copies: bool) -> Resynced | Stuck:
    """Re-sync the definition that the lines ``member`` hold, decorators first; ``copies`` if it may have ignored parts.

    Raises SyntaxError for lines that do not parse.
    """
    theirs, ours = code_of(source, copies=False), code_of(member, copies=copies)
    known = _Own(ours)
    while wanted := changes(theirs, ours, renaming):
        found = _step(theirs, ours, renaming, wanted, known, copies=copies)
        if isinstance(found, Stuck):
            return found
        ours = found
    left = differences(theirs, ours, renaming)
    if left:
        return Stuck("FX-CONTRACT", left[0].line, "the result would still differ from the member that is followed")
    return Resynced(tuple(ours.lines[1:]))


def _step(
    source: Code, member: Code, renaming: Renaming, wanted: Sequence[Change], known: _Own, *, copies: bool
) -> Code | Stuck:
    """The member with one change made, the last that can be; why the first cannot be if none can."""
    stuck: Stuck | None = None
    for change in reversed(wanted):
        rewriter = Rewriter(source, member, renaming)
        lost: Token | None = None
        for lines in rewriter.rewritten(change):
            try:
                found = code_of(lines[1:], copies=copies)
                if len(changes(source, found, renaming)) >= len(wanted):
                    continue
                own = _Own(found)
            except _UNREADABLE:
                continue
            if own.parts != known.parts or known.is_documented_otherwise(own):
                continue
            gone = known.comments - own.comments
            if not gone:
                return found
            lost = lost or next(one for one in tokens_of(member.lines) if one.is_comment and one.text in gone)
        if lost is not None:
            stuck = Stuck("FX-COMMENT", lost.start[0] - 2, f"the comment `{lost.text}` has no place in the new text")
        elif change.is_gap:
            stuck = Stuck("FX-CONTRACT", change.ours.first - 2, "one side has a gap here that the other has not")
        else:
            stuck = Stuck("FX-CONTRACT", change.ours.first - 2, "the result would not satisfy the contract")
    assert stuck is not None
    return stuck


class _Own:
    """What no re-sync may change: gaps, ignored parts, decorators, what follows an ``End copy``; the comments; and the
    docstrings of all definitions that stay."""

    def __init__(self, code: Code) -> None:
        lines = code.lines
        self.parts = [
            lines[1 : code.node.lineno - 1],
            lines[code.end :],
            *(lines[item.start - 1 : item.end] for item in _parts(code)),
        ]
        self.comments = Counter(token.text for token in tokens_of(lines) if token.is_comment)
        self._documents = dict(_documents(code.node))

    def is_documented_otherwise(self, other: _Own) -> bool:
        mine, theirs = self._documents, other._documents
        return any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys())


def _parts(code: Code) -> Iterator[Gap | Ignored]:
    for node in ast.walk(code.node):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                found: list[Item] = code.suite(statements, node)
                yield from (one for one in found if isinstance(one, (Gap, Ignored)))


def _documents(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    for child in ast.walk(node):
        if isinstance(child, DEFINITIONS):
            yield child.name if child is not node else "", ast.get_docstring(child, clean=False)
