"""The classes of a file with their statements both as libcst and as ``ast`` has them.

``ast`` says what a statement means, libcst how it is written; what is decided is decided on the one, and what is
written is cut out of the other.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst import matchers

from esper_lint.discovery.blocks import physical_lines
from esper_lint.fixing.merging.bindings import evaluates_annotations
from esper_lint.fixing.merging.outline import UNREADABLE, Outline, Place, size
from esper_lint.fixing.merging.values import ClassSite, Unmergeable

StatementCode = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True, slots=True)
class Statement:
    """A logical line or a compound statement of a class; ``nodes`` are more than one only around a semicolon."""

    nodes: tuple[ast.stmt, ...]
    code: StatementCode

    @property
    def line(self) -> int:
        return self.nodes[0].lineno

    @property
    def meaning(self) -> str:
        """Equal for statements that are equal but for comments and layout."""
        return "\n".join(map(ast.dump, self.nodes))

    @property
    def size(self) -> int:
        return sum(map(size, self.nodes))

    @property
    def comments(self) -> Counter[str]:
        return Counter(comments_in(self.code))


@dataclass(frozen=True, slots=True)
class ClassCode:
    """A class to be merged; ``statements`` are without the docstring, ``indent`` are the blanks before the class."""

    site: ClassSite
    place: Place
    code: cst.ClassDef
    docstring: Statement | None
    statements: tuple[Statement, ...]
    indent: str

    @property
    def tree(self) -> ast.ClassDef:
        return self.place.tree

    @property
    def top(self) -> int:
        return self.place.top


@dataclass(frozen=True, slots=True)
class Source:
    """A file; ``annotations`` if it evaluates them."""

    tree: ast.Module
    code: cst.Module
    scopes: symtable.SymbolTable
    annotations: bool
    classes: tuple[ClassCode, ...]


def source_of(file: Outline) -> Source | Unmergeable:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            scopes = symtable.symtable(file.text, "<file>", "exec")
        code = cst.parse_module(file.text)
        if code.code != file.text:  # as with line ends of a carriage return alone
            return UNREADABLE
        found = _ClassCodes()
        code.visit(found)
        codes = dict(zip(file.everywhere, found.codes, strict=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError, cst.ParserSyntaxError):
        return UNREADABLE
    lines = physical_lines(file.text)
    classes = tuple(
        _class_code(site, place, codes[place], lines) for site, place in zip(file.sites, file.places, strict=True)
    )
    return Source(file.tree, code, scopes, evaluates_annotations(file.tree.body), classes)


def comments_in(node: cst.CSTNode) -> Iterator[str]:
    """The comments of a node, those above it included, in their order."""
    for found in matchers.findall(node, matchers.Comment()):
        if isinstance(found, cst.Comment):
            yield found.value


class _ClassCodes(cst.CSTVisitor):
    """The classes of a module in the order in which they begin."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[cst.ClassDef] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.codes.append(node)

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> bool:
        return False

    def visit_Parameters(self, node: cst.Parameters) -> bool:
        return False


def _class_code(site: ClassSite, place: Place, code: cst.ClassDef, lines: Sequence[str]) -> ClassCode:
    header = lines[site.line - 1]
    statements = tuple(_statements(place.tree, code))
    docstring = None
    if statements and len(statements[0].nodes) == 1 and ast.get_docstring(place.tree, clean=False) is not None:
        docstring, *rest = statements
        statements = tuple(rest)
    return ClassCode(site, place, code, docstring, statements, header[: len(header) - len(header.lstrip())])


def _statements(tree: ast.ClassDef, code: cst.ClassDef) -> Iterator[Statement]:
    """None for a class whose body is on the line of its header."""
    nodes = iter(tree.body)
    if isinstance(code.body, cst.IndentedBlock):
        for line in code.body.body:
            count = len(line.body) if isinstance(line, cst.SimpleStatementLine) else 1
            if isinstance(line, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                yield Statement(tuple(next(nodes) for _ in range(count)), line)
