"""Syntax trees as hash-consed terms: what anti-unification compares.

A term keeps the meaning of a node and forgets its layout: white space, comments, parentheses, trailing commas, quote
style, annotations and strings used as comments.  Equal terms have equal ``key``s, so that comparing two trees of any
size is comparing two numbers (hash consing; Ershov 1958).
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from esper_lint.discovery.decoding import LINE_END
from esper_lint.findings import HoleKind

# An annotation changes nothing that a forward does; contexts follow from the place.
_SKIPPED = frozenset(("ctx", "annotation", "returns", "type_comment", "type_params", "kind", "simple"))
_BLOCKS = frozenset(("body", "handlers", "cases"))
_CLAUSES = {
    name: re.compile(rf"^[ \t\f]*({word})\b", re.MULTILINE)
    for name, word in (("orelse", "else"), ("finalbody", "finally"))
}
_CASE = re.compile(r"^[ \t\f]*(case)\b", re.MULTILINE)
_PRECEDENCE: dict[type[ast.operator], str] = {
    ast.Add: "sum",
    ast.Sub: "sum",
    ast.Mult: "product",
    ast.Div: "product",
    ast.FloorDiv: "product",
    ast.Mod: "product",
    ast.MatMult: "product",
}
_DEFINED_NAME = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")

Extent = tuple[int, int]


@dataclass(slots=True, eq=False)
class Term:
    """A node of a statement, or a block: a list of statements (or handlers, decorators, cases) of any length.

    ``label`` says what the node is without its children, ``key`` says it with them.  ``kind`` is the kind of hole that
    opens where this term differs; None where none can open (an argument's keyword, a slice, a block), so that the
    enclosing expression must.  ``extent`` are offsets into the text it was read from; a block has none of its own.
    ``weight`` is the size of its bag.
    """

    label: int
    key: int
    kind: HoleKind | None
    children: tuple[Term, ...]
    extent: Extent
    weight: int = 0
    is_block: bool = False
    is_attribute: bool = False

    @property
    def is_dotted(self) -> bool:
        """Whether this is a name, or attributes of one: ``torch.nn.functional``."""
        term = self
        while term.is_attribute:
            term = term.children[0]
        return term.kind is HoleKind.NAME

    def holds(self, other: Term) -> bool:
        """Whether a term equal to ``other`` is this one or stands somewhere in it."""
        if self.weight < other.weight:
            return False
        stack = [self]
        while stack:
            term = stack.pop()
            if term.key == other.key:
                return True
            stack += [child for child in term.children if child.weight >= other.weight]
        return False


class _Numbers(dict[Hashable, int]):
    """Values -> numbers, in the order in which they are first asked for."""

    def __missing__(self, value: Hashable) -> int:
        number = self[value] = len(self)
        return number


class TermTable:
    """Numbers for labels and keys, comparable between all terms of one table."""

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self._bags: dict[int, frozenset[int]] = {}  # by key: a tree says the same things many times

    def bag(self, term: Term) -> frozenset[int]:
        """The labels below ``term`` as a set that intersects like the bag it stands for (SourcererCC, ICSE 2016).

        A name counts once for being a name and once for which it is, so that renamed statements stay alike.  Parts
        that have no meaning of their own (an argument apart from its value) do not count.
        """
        bag = self._bags.get(term.key)
        if bag is None:
            numbers, labels, stack = self.numbers, [], [term]
            while stack:
                part = stack.pop()
                children = part.children
                if part.kind is not None:
                    labels.append(part.label)
                    if not children:
                        labels.append(numbers[part.kind])
                stack += children
            found = set(labels)
            if len(found) < len(labels):
                # Each further occurrence of a label is a member of its own; no tree has so many labels that they meet.
                found.update(
                    [k << 48 | label for label, count in Counter(labels).items() if count > 1 for k in range(1, count)]
                )
            bag = self._bags[term.key] = frozenset(found)
        return bag

    def forget(self) -> None:
        """Drop what can be made again."""
        self._bags.clear()


class TermReader:
    """Makes the terms of the statements of one text, which stands in what was parsed below ``header`` lines."""

    def __init__(self, table: TermTable, text: str, header: int = 0) -> None:
        self._numbers = table.numbers
        self._text = text
        # By the lines that nodes name, counted from 1; one more, for where the last line ends.
        self._starts = [*[0] * (header + 2), *(newline.end() for newline in LINE_END.finditer(text)), len(text)]
        self._is_ascii = text.isascii()

    def statements(self, body: Sequence[ast.stmt]) -> tuple[Term, ...]:
        """One term per statement; strings used as comments are none."""
        return tuple([self.term(statement) for statement in body if not _is_comment(statement)])

    def term(self, node: ast.AST) -> Term:
        maker = _MAKERS.get(type(node))
        return maker(self, node) if maker else self._generic(node)

    def _make(self, label: Hashable, kind: HoleKind | None, extent: Extent, children: Sequence[Term] = ()) -> Term:
        number = self._numbers[label]
        if not children:
            return Term(number, number, kind, (), extent, 0 if kind is None else 2)
        key = self._numbers[(number, *[child.key for child in children])]
        weight = 0 if kind is None else 1
        for child in children:
            weight += child.weight
        return Term(number, key, kind, tuple(children), extent, weight)

    def _block(self, items: Sequence[Term]) -> Term:
        block = self._make("block", None, (0, 0), items)
        block.is_block = True
        return block

    def _extent(self, node: Any) -> Extent:
        if self._is_ascii:
            starts = self._starts
            return starts[node.lineno] + node.col_offset, starts[node.end_lineno] + node.end_col_offset
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """The offset into the text of a UTF-8 column."""
        start, end = self._starts[line : line + 2]
        return start + len(
            self._text[start:end].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass")
        )

    def _generic(self, node: ast.AST) -> Term:
        label: list[Hashable] = [type(node).__name__]
        children: list[Term] = []
        for name in node._fields:
            if name in _SKIPPED:
                continue
            value = getattr(node, name, None)
            if isinstance(value, list):
                if name in _CLAUSES and not isinstance(node, ast.expr):
                    children.append(self._clause(value, _CLAUSES[name]))
                elif name in _BLOCKS and not isinstance(node, ast.expr):
                    children.append(self._block(self._items(value)))
                elif (
                    value and not isinstance(value[0], ast.AST) and not any(isinstance(item, ast.AST) for item in value)
                ):
                    label.append(tuple(value))
                else:
                    label.append(tuple(type(item).__name__ if _is_operator(item) else item is None for item in value))
                    children.extend(self.term(item) for item in value if item is not None and not _is_operator(item))
            elif _is_operator(value):
                label.append(type(value).__name__)
            elif isinstance(value, ast.AST):
                label.append(name)
                children.append(self.term(value))
            else:
                label.append(value)
        kind = _kind(node)
        extent = self._extent(node) if hasattr(node, "lineno") else _hull(children)
        return self._make(tuple(label), kind, extent, children)

    def _clause(self, body: Sequence[ast.stmt], word: re.Pattern[str]) -> Term:
        """An ``else`` or ``finally`` as a block of one statement or none, so that a hole for it holds the word too."""
        statements = self.statements(body)
        if not statements:
            return self._block(())
        start, end = statements[0].extent[0], statements[-1].extent[1]
        if isinstance(body[0], ast.If) and self._text.startswith("elif", self._extent(body[0])[0]):
            return self._block(statements)
        clause = self._make("clause", HoleKind.STATEMENTS, (self._word(word, start), end), (self._block(statements),))
        return self._block((clause,))

    def _word(self, word: re.Pattern[str], before: int) -> int:
        """Where the keyword stands that opens the clause whose first part is at ``before``; ``ast`` does not tell."""
        return max((match.start(1) for match in word.finditer(self._text, 0, before)), default=before)

    def _case(self, node: ast.match_case) -> Term:
        parts = [self.term(node.pattern), *([self.term(node.guard)] if node.guard else [])]
        body = self.statements(node.body)
        end = body[-1].extent[1] if body else parts[-1].extent[1]
        extent = self._word(_CASE, parts[0].extent[0]), end
        return self._make(("case", len(parts)), HoleKind.STATEMENTS, extent, (*parts, self._block(body)))

    def _subscript(self, node: ast.Subscript) -> Term:
        """``x[:, 0]`` as a value and two indexes: its tuple is not an expression that could stand elsewhere."""
        indexes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        children = [self.term(node.value), *(self.term(index) for index in indexes)]
        label = ("Subscript", isinstance(node.slice, ast.Tuple), len(indexes))
        return self._make(label, HoleKind.EXPRESSION, self._extent(node), children)

    def _items(self, items: Sequence[Any]) -> Sequence[Term]:
        return (
            self.statements(items) if items and isinstance(items[0], ast.stmt) else [self.term(item) for item in items]
        )

    def _name(self, node: ast.Name) -> Term:
        return self._make(("name", node.id), HoleKind.NAME, self._extent(node))

    def _constant(self, node: ast.Constant) -> Term:
        return self._make(
            ("literal", type(node.value).__name__, repr(node.value)), HoleKind.LITERAL, self._extent(node)
        )

    def _f_string(self, node: ast.JoinedStr) -> Term:
        # One leaf: before Python 3.12 the nodes inside do not know their places, and results must not depend on that.
        return self._make(("f-string", ast.dump(node)), HoleKind.LITERAL, self._extent(node))

    def _attribute(self, node: ast.Attribute) -> Term:
        extent = self._extent(node)
        name = self._make(("attribute", node.attr), HoleKind.ATTRIBUTE, (extent[1] - len(node.attr), extent[1]))
        term = self._make("Attribute", HoleKind.EXPRESSION, extent, (self.term(node.value), name))
        term.is_attribute = True
        return term

    def _call(self, node: ast.Call) -> Term:
        arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        arguments.sort(key=lambda argument: (argument.lineno, argument.col_offset))
        children = [self.term(node.func), *(self._argument(argument) for argument in arguments)]
        return self._make(("Call", len(arguments)), HoleKind.CALL, self._extent(node), children)

    def _argument(self, node: ast.expr | ast.keyword) -> Term:
        extent = self._extent(node)
        if isinstance(node, ast.keyword):
            return self._make(("argument", node.arg or "**"), None, extent, (self.term(node.value),))
        if isinstance(node, ast.Starred):
            return self._make(("argument", "*"), None, extent, (self.term(node.value),))
        return self._make(("argument", ""), None, extent, (self.term(node),))

    def _unary(self, node: ast.UnaryOp) -> Term:
        operand = node.operand
        if isinstance(node.op, ast.USub) and isinstance(operand, ast.Constant):
            return self._make(("literal", "-", repr(operand.value)), HoleKind.LITERAL, self._extent(node))
        return self._generic(node)

    def _chain(self, node: ast.BinOp) -> Term:
        """``a + b - c`` as one node of three operands: what differs is an operand, not a nested left half."""
        operands: list[ast.expr] = []
        operators: list[str] = []
        level = _PRECEDENCE.get(type(node.op))
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and (left is node or (level and _PRECEDENCE.get(type(left.op)) == level)):
            operators.append(type(left.op).__name__)
            operands.append(left.right)
            left = left.left
        operands.append(left)
        children = [self.term(operand) for operand in reversed(operands)]
        return self._make(("chain", *reversed(operators)), HoleKind.EXPRESSION, self._extent(node), children)

    def _assignment(self, node: ast.Assign | ast.AnnAssign) -> Term:
        """``x: T = v`` as ``x = v``."""
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = targets if node.value is None else [*targets, node.value]
        label = ("Assign", len(targets), node.value is not None)
        return self._make(label, HoleKind.STATEMENTS, self._extent(node), [self.term(part) for part in parts])

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Term:
        start, end = self._extent(node)
        children = [self._block([self._decorator(decorator) for decorator in node.decorator_list])]
        match = _DEFINED_NAME.match(self._text, start)
        name = match.span(1) if match else (start, start)
        children.append(self._make(("name", node.name), HoleKind.NAME, name))
        if isinstance(node, ast.ClassDef):
            bases: list[ast.expr | ast.keyword] = [*node.bases, *node.keywords]
            children.extend(self._argument(base) for base in bases)
            label: Hashable = ("ClassDef", len(node.bases), len(node.keywords))
        else:
            children.append(self._parameters(node.args, self._text.find("(", name[1]) + 1))
            label = type(node).__name__
        children.append(self._block(self.statements(node.body)))
        if node.decorator_list:
            start = children[0].children[0].extent[0]
        return self._make(label, HoleKind.STATEMENTS, (start, end), children)

    def _decorator(self, node: ast.expr) -> Term:
        start, end = self._extent(node)
        return self._make("decorator", None, (self._text.rfind("@", 0, start), end), (self.term(node),))

    def _lambda(self, node: ast.Lambda) -> Term:
        extent = self._extent(node)
        children = (self._parameters(node.args, extent[0] + len("lambda")), self.term(node.body))
        return self._make("Lambda", HoleKind.EXPRESSION, extent, children)

    def _parameters(self, node: ast.arguments, empty: int) -> Term:
        """Names and defaults; ``empty`` is where the first parameter of none would stand."""
        groups = (node.posonlyargs, node.args, [node.vararg] if node.vararg else [], node.kwonlyargs)
        named = [argument for group in groups for argument in group] + ([node.kwarg] if node.kwarg else [])
        defaults = [*node.defaults, *(default for default in node.kw_defaults if default is not None)]
        names = [self._make(("name", one.arg), HoleKind.NAME, self._name_extent(one)) for one in named]
        children = [*names, *(self.term(default) for default in defaults)]
        shape = tuple(default is None for default in node.kw_defaults)
        label = ("parameters", *map(len, groups), node.kwarg is not None, len(node.defaults), shape)
        whole = [self._extent(part) for part in [*named, *defaults]] or [(empty, empty)]
        return self._make(label, HoleKind.EXPRESSION, (min(whole)[0], max(end for _, end in whole)), children)

    def _name_extent(self, node: ast.arg) -> Extent:
        start = self._extent(node)[0]
        return start, start + len(node.arg)


def _is_comment(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_operator(value: object) -> bool:
    return isinstance(value, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop))


def _kind(node: ast.AST) -> HoleKind | None:
    if isinstance(node, ast.stmt):
        return HoleKind.STATEMENTS
    if isinstance(node, ast.expr) and not isinstance(node, (ast.Starred, ast.Slice)):
        return HoleKind.EXPRESSION
    return None


def _hull(children: Sequence[Term]) -> Extent:
    """The extent of a node that has no place of its own."""
    extents = [child.extent for child in children if not child.is_block]
    return (min(start for start, _ in extents), max(end for _, end in extents)) if extents else (0, 0)


_MAKERS: dict[type[ast.AST], Callable[[TermReader, Any], Term]] = {
    ast.Name: TermReader._name,
    ast.Constant: TermReader._constant,
    ast.JoinedStr: TermReader._f_string,
    ast.Attribute: TermReader._attribute,
    ast.Call: TermReader._call,
    ast.UnaryOp: TermReader._unary,
    ast.BinOp: TermReader._chain,
    ast.Assign: TermReader._assignment,
    ast.AnnAssign: TermReader._assignment,
    ast.FunctionDef: TermReader._definition,
    ast.AsyncFunctionDef: TermReader._definition,
    ast.ClassDef: TermReader._definition,
    ast.Lambda: TermReader._lambda,
    ast.Subscript: TermReader._subscript,
    ast.match_case: TermReader._case,
}
