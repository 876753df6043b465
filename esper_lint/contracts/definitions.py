"""The text of a file -> its classes and functions, and the declarations that stand above them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from esper_lint.contracts import copied_from, declaration
from esper_lint.contracts.declaration import Declaration, Malformed
from esper_lint.contracts.suites import Problem, gaps_in, lines_in_strings

_COMMENT_LINE = re.compile(r"\s*#")
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
    """All of one file.  ``declared`` pairs a declaration with the number of its definition."""

    definitions: tuple[Definition, ...]
    declared: tuple[tuple[int, Declaration], ...]
    problems: tuple[Problem, ...]


def read_definitions(text: str, lines: Sequence[str], *, lockstep: bool, copies: bool) -> Definitions:
    """Read a file that parses: our own comments where ``lockstep``, and those of copies where ``copies``.

    Raises SyntaxError, or ValueError or RecursionError, for one that does not.
    """
    tree = ast.parse(text)
    nodes = list(_defined(tree, ""))
    found = tuple(_definition(node, qualname, lines) for qualname, node in nodes)
    declared: list[tuple[int, Declaration]] = []
    problems: list[Problem] = []
    heard: set[int] = set()
    for number, one in enumerate(found):
        for line in _comments_above(one, lines):
            if lockstep and declaration.COMMENT.match(lines[line - 1]):
                heard.add(line)
                try:
                    said = declaration.parsed(lines, line)
                except Malformed as error:
                    problems.append(Problem(error.line, error.column, str(error)))
                    continue
                if isinstance(said, Declaration):
                    declared.append((number, said))
                else:
                    heard.discard(line)
            elif copies and copied_from.COMMENT.match(lines[line - 1]):
                declared.append((number, copied_from.parsed(lines[line - 1], line)))
    if lockstep:
        problems.extend(_lost(tree, lines, heard))
    return Definitions(found, tuple(declared), tuple(problems))


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
    end = node.end_lineno or node.lineno
    text = "\n".join(lines[first - 1 : end])
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return Definition(qualname, isinstance(node, ast.ClassDef), first, node.lineno, end, digest)


def _comments_above(one: Definition, lines: Sequence[str]) -> list[int]:
    """The lines, in their order, of the comments that end right above the definition, and all those of its decorators,
    which may have a comment of their own."""
    found = list(range(one.first, one.line))
    number = one.first - 1
    while number > 0 and _COMMENT_LINE.match(lines[number - 1]):
        found.append(number)
        number -= 1
    return sorted(found)


def _lost(tree: ast.Module, lines: Sequence[str], heard: set[int]) -> Iterator[Problem]:
    """What is wrong with those of our comments that stand above no definition."""
    written = [number for number, line in enumerate(lines, 1) if declaration.COMMENT.match(line)]
    if not written:
        return
    in_strings = lines_in_strings(tree)
    for number in written:
        if number in heard or number in in_strings:
            continue
        try:
            said = declaration.parsed(lines, number)
        except Malformed as error:
            yield Problem(error.line, error.column, str(error))
            continue
        if isinstance(said, Declaration):
            yield Problem(said.line, said.column, "no class or def follows on the next line, so this declares nothing")
    yield from gaps_in(tree, lines)[1]
