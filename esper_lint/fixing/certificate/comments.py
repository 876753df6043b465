"""Whether every comment of a site is still there, and directives stand on the statements that they speak of."""

from __future__ import annotations

import ast
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from esper_lint.fixing.certificate.definition import blocks
from esper_lint.fixing.certificate.inlining import Inliner
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.regions import Lines
from esper_lint.fixing.certificate.source import Source, first_line, last_line

_DIRECTIVE = re.compile(
    r"#\s*(?:type:|noqa\b|pragma\b|fmt:|yapf:|isort:|ruff:|flake8[:\b]|pylint:|pyright:|mypy:|pyre-|nosec\b|nopep8\b|esper:)",
    re.IGNORECASE,
)


class Comment(NamedTuple):
    row: int
    text: str
    alone: bool  # nothing else stands on its line

    @property
    def is_directive(self) -> bool:
        return _DIRECTIVE.match(self.text) is not None


class Anchor(NamedTuple):
    """The statement that a comment speaks of, by its id, and whether it stands above it."""

    statement: int
    above: bool


class Comments:
    """The comments of a definition within some lines, with what they speak of."""

    def __init__(self, source: Source, node: ast.FunctionDef | ast.ClassDef, lines: Lines) -> None:
        self._statements = sorted(_statements(node.body), key=lambda item: (first_line(item), -last_line(item)))
        self.all = [comment for comment in _comments(source, node, lines) if lines.first <= comment.row <= lines.last]
        self.directives: Mapping[Anchor | None, set[str]] = self._anchored()

    @property
    def texts(self) -> list[str]:
        return [comment.text for comment in self.all]

    def _anchored(self) -> dict[Anchor | None, set[str]]:
        found: dict[Anchor | None, set[str]] = defaultdict(set)
        for comment in self.all:
            if comment.is_directive:
                found[self._anchor(comment)].add(comment.text)
        return found

    def _anchor(self, comment: Comment) -> Anchor | None:
        owners = [node for node in self._statements if first_line(node) <= comment.row <= last_line(node)]
        if owners and not (comment.alone and blocks(owners[-1])):
            return Anchor(id(owners[-1]), False)
        below = next((node for node in self._statements if first_line(node) > comment.row), None)
        return Anchor(id(below), True) if below is not None else None

    def of(self, statement: ast.stmt, *, above: bool) -> set[str]:
        return self.directives.get(Anchor(id(statement), above), set())


Pairs = Sequence[tuple[ast.stmt, ast.stmt]]  # moved statements: where they stand now, and where they stood


def check_comments(before: Comments, after: Comments, inliner: Inliner, helpers: Mapping[int, Comments]) -> None:
    """The comments of one site; ``helpers`` has those of each helper, by its node's id. Raises ``Objection``."""
    called = [helpers[id(inlined.helper.node)] for inlined in inliner.found]
    check_present(before, after, called)
    for inlined, moved in zip(inliner.found, called, strict=True):
        check_moved(before, moved, inlined.renaming.pairs)
        left = after.of(inlined.call.statement, above=False) | after.of(inlined.call.statement, above=True)
        if left:
            raise Objection("directive", f"left behind: {min(left)}", inlined.run[0].lineno)
    for mine, theirs in inliner.opened:
        if before.of(mine, above=False) != after.of(theirs, above=False):
            raise Objection("directive", "a directive has changed", mine.lineno)


def check_present(before: Comments, after: Comments, elsewhere: Iterable[Comments]) -> None:
    """No comment is lost, and those that stay are in order. Raises ``Objection``."""
    there = {*after.texts, *(text for comments in elsewhere for text in comments.texts)}
    for comment in before.all:
        if comment.text not in there:
            raise Objection("comment", f"lost: {comment.text}", comment.row)
    if not _is_subsequence(after.texts, before.texts):
        raise Objection("comment", "comments were moved or added", before.all[0].row if before.all else 1)


def check_moved(before: Comments, moved: Comments, pairs: Pairs) -> None:
    """Directives have moved with their statements. Raises ``Objection``."""
    for mine, theirs in pairs:
        for above in (False, True):
            lost = before.of(theirs, above=above) - moved.of(mine, above=above)
            if lost:
                raise Objection("directive", f"does not stand where its statement is: {min(lost)}", theirs.lineno)


def check_origin(moved: Comments, sites: Iterable[tuple[Comments, Pairs]], line: int) -> None:
    """Directives of what is shared come from the same statements of sites. Raises ``Objection`` at ``line``."""
    known: dict[Anchor, set[str]] = defaultdict(set)
    for before, pairs in sites:
        for mine, theirs in pairs:
            for above in (False, True):
                known[Anchor(id(mine), above)] |= before.of(theirs, above=above)
    for anchor, texts in moved.directives.items():
        new = texts - (known[anchor] if anchor is not None else set())
        if new:
            raise Objection("directive", f"is new: {min(new)}", line)


def header_comments(source: Source, node: ast.ClassDef, body: Lines) -> list[str]:
    """The comments between the name of a class and its body."""
    tokens = source.tokens(node.lineno, last_line(node))
    return [token.string for token in tokens if token.type == tokenize.COMMENT and token.start[0] < body.first]


def all_pairs(pairs: Pairs) -> Pairs:
    """Pairs of equal statements, with those inside them."""
    return [pair for one, other in pairs for pair in zip(_statements([one]), _statements([other]), strict=True)]


def check_kept(before: Source, after: Source, kept: Sequence[tuple[ast.stmt, ast.stmt]]) -> None:
    """Statements of a site that were not moved are spelled as they were. Raises ``Objection``."""
    for mine, theirs in kept:
        old, new = (
            source.lines[first_line(node) - 1 : last_line(node)] for source, node in ((before, mine), (after, theirs))
        )
        if [line.rstrip("\r\n") for line in old] != [line.rstrip("\r\n") for line in new]:
            raise Objection("layout", "a statement that stays is spelled differently", mine.lineno)


def _comments(source: Source, node: ast.FunctionDef | ast.ClassDef, lines: Lines) -> list[Comment]:
    return [
        Comment(token.start[0], token.string.rstrip(), not token.line[: token.start[1]].strip())
        for token in source.tokens(node.lineno, max(last_line(node), lines.last))
        if token.type == tokenize.COMMENT
    ]


def _statements(nodes: Iterable[ast.stmt]) -> list[ast.stmt]:
    found = []
    for node in nodes:
        found.append(node)
        for block in blocks(node):
            found.extend(_statements(block))
    return found


def _is_subsequence(some: Sequence[str], all_of_them: Sequence[str]) -> bool:
    rest = iter(all_of_them)
    return all(text in rest for text in some)
