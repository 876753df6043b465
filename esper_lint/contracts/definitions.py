"""The text of a file -> its classes and functions, and the declarations that stand above them."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from esper_lint.contracts import copied_from, declaration
from esper_lint.contracts.declaration import Declaration, Malformed
from esper_lint.contracts.suites import Problem, gaps_in, lines_in_strings

_COMMENT_LINE = re.compile(r"\s*#")
_ANYWHERE = re.compile(r"#\s*esper:")
_QUOTES = ('"""', "'''")
_Defined = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Definition(NamedTuple):
    """A class or function: lines ``first``, that of a decorator if it has one, to ``end``; ``line`` is the ``class`` or
    ``def`` line.  ``digest`` names its text, so that what was found out of it holds wherever it stands."""

    qualname: str
    is_class: bool
    first: int
    line: int
    end: int
    digest: str


class Definitions(NamedTuple):
    """All of one file.  ``declared`` pairs a declaration with the number of its definition.

    ``loose`` are first and last lines of what no contract holds: gaps, and definitions that are no part of the copy
    that they stand in.
    """

    definitions: tuple[Definition, ...]
    declared: tuple[tuple[int, Declaration], ...]
    problems: tuple[Problem, ...]
    loose: tuple[tuple[int, int], ...]


def read_definitions(text: str, lines: Sequence[str], *, lockstep: bool, copies: bool) -> Definitions:
    """Read a file that parses: our own comments where ``lockstep``, and those of copies where ``copies``.

    Raises SyntaxError, or ValueError or RecursionError, for one that does not.
    """
    tree = ast.parse(text)
    nodes = list(_defined(tree, ""))
    found = tuple(_definition(node, qualname, lines) for qualname, node in nodes)
    declared: list[tuple[int, Declaration]] = []
    heard: set[int] = set()
    for number, one in enumerate(found):
        for line in _comments_above(one, lines, tree):
            if lockstep and declaration.COMMENT.match(lines[line - 1]):
                try:
                    said = declaration.parsed(lines, line)
                except Malformed:
                    continue  # told with all others
                if isinstance(said, Declaration):
                    heard.add(line)
                    declared.append((number, said))
            elif copies and copied_from.COMMENT.match(lines[line - 1]):
                declared.append((number, copied_from.parsed(lines[line - 1], line)))
    gaps, wrong = gaps_in(tree, lines) if lockstep else ([], [])
    problems = [*_lost(tree, lines, heard), *wrong] if lockstep else []
    loose = [(gap.start, gap.end) for gap in gaps]
    if copies:
        loose += [(one.first, one.end) for one in found if _is_ignored(one, lines)]
    return Definitions(found, tuple(declared), tuple(problems), tuple(loose))


def _defined(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Defined):
            qualname = f"{scope}{child.name}"
            yield qualname, child
            yield from _defined(child, f"{qualname}.")
        elif not isinstance(child, ast.expr):  # a lambda defines nothing that has a name
            yield from _defined(child, scope)


def _definition(
    node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, qualname: str, lines: Sequence[str]
) -> Definition:
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    end = _end(node, lines)
    text = "\n".join(lines[first - 1 : end])
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return Definition(qualname, isinstance(node, ast.ClassDef), first, node.lineno, end, digest)


def _end(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, lines: Sequence[str]) -> int:
    """The last line of a definition: that of a comment of ours behind its last statement, if it has one there."""
    end = last = node.end_lineno or node.lineno
    for number in range(end + 1, len(lines) + 1):
        line = lines[number - 1]
        if line.strip() and (not _COMMENT_LINE.match(line) or len(line) - len(line.lstrip()) <= node.col_offset):
            break
        if declaration.COMMENT.match(line) or copied_from.END.match(line):
            last = number
    return last


def _comments_above(one: Definition, lines: Sequence[str], tree: ast.Module) -> list[int]:
    """The lines, in their order, of the comments that end right above the definition, and all those of its decorators,
    which may have a comment of their own."""
    found = list(range(one.first, one.line))
    number = one.first - 1
    while number > 0 and _COMMENT_LINE.match(lines[number - 1]):
        found.append(number)
        number -= 1
    if any(quotes in lines[line - 1] for line in found for quotes in _QUOTES):
        strings = lines_in_strings(tree)
        found = [line for line in found if line not in strings]
    return sorted(found)


def _is_ignored(one: Definition, lines: Sequence[str]) -> bool:
    number = one.first
    while number > 1 and _COMMENT_LINE.match(lines[number - 2]):
        number -= 1
    return any(copied_from.IGNORE.search(line) for line in lines[number - 1 : one.line])


def _lost(tree: ast.Module, lines: Sequence[str], heard: set[int]) -> Iterator[Problem]:
    """What is wrong with those of our comments that declare nothing, gaps aside."""
    written = [number for number, line in enumerate(lines, 1) if _ANYWHERE.search(line)]
    in_strings = lines_in_strings(tree) if written else set()
    for number in written:
        line = lines[number - 1]
        if number in heard or number in in_strings:
            continue
        if not declaration.COMMENT.match(line):
            if (column := _comment_column(line)) is not None:
                yield Problem(number, column, "a comment of esper-lint stands on a line of its own")
            continue
        try:
            said = declaration.parsed(lines, number)
        except Malformed as error:
            yield Problem(error.line, error.column, str(error))
            continue
        if isinstance(said, Declaration):
            yield Problem(said.line, said.column, "no class or def follows on the next line, so this declares nothing")


def _comment_column(line: str) -> int | None:
    """Where in a line of code, from 1, our comment begins; None if it stands in a string."""
    try:
        for token in tokenize.generate_tokens(iter([line.strip()]).__next__):
            if token.type == tokenize.COMMENT and _ANYWHERE.match(token.string):
                return token.start[1] + len(line) - len(line.lstrip()) + 1
    except (tokenize.TokenError, SyntaxError, StopIteration):
        pass  # the line goes on in the next one; what we have seen of it is enough
    return None
