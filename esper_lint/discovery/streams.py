"""A class's syntax tree -> the symbol stream that similarity is measured on.

The stream of a unit is the preorder of its ``ast`` without docstrings, annotations and comments (which ``ast`` never
sees).  A node contributes a symbol for its type, an identifier or a constant one for its text.  Every occurrence of a
local name is the one symbol ``LOCAL`` and every attribute of ``self`` the one symbol ``ATTRIBUTE``; the names behind
them are kept beside the stream, in order, so that a pairing of names can be judged later.  Symbols are 64-bit hashes of
their text: streams of different files, runs and machines compare without a shared table.

A preorder of lists of any length does not determine its tree, so a stream also carries ``marks``: the lengths of the
stream at which a list or an optional field ended.  Stream and marks together do.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from esper_lint.discovery.delegations import helper_called
from esper_lint.discovery.forms import ATTRIBUTE, LOCAL, Form, exact_key, normal_form

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class _SymbolTable(dict[str, int]):
    """Text -> symbol, for one kind of text.  Literal values are odd and everything else even, so that a stream can be
    blanked of its literals without knowing any text."""

    def __init__(self, kind: str, *, literal: bool = False) -> None:
        super().__init__()
        self._kind = kind.encode()
        self._literal = literal

    def __missing__(self, text: str) -> int:
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=self._kind).digest()
        # Small numbers are reserved: no hash may be mistaken for LOCAL or ATTRIBUTE.
        symbol = int.from_bytes(digest, "little") & ~1 | 1 << 63 | self._literal
        self[text] = symbol
        return symbol


_TYPES = _SymbolTable("type")
_NAMES = _SymbolTable("name")
_ATTRIBUTES = _SymbolTable("attribute")
_KEYWORDS = _SymbolTable("keyword")
_METHODS = _SymbolTable("method")
_LITERALS = _SymbolTable("literal", literal=True)

_OWN_CLASS = _NAMES["<own class>"]
_LITERAL = _TYPES["Constant"]
_CALL = _TYPES["Call"]
_SINGLETONS = {None: _TYPES["None"], ...: _TYPES["Ellipsis"]}

# Their annotations, contexts and type comments are not code that runs in a forward.
_SKIPPED_FIELDS = frozenset({"ctx", "annotation", "returns", "type_comment", "type_params", "kind", "simple"})


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """Type of a node -> its fields that count."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        found = self[kind] = tuple(field for field in kind._fields if field not in _SKIPPED_FIELDS)
        return found


_FIELDS = _Fields()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a class's stream: symbols[start:end], names[first:last], marks[low:high]."""

    start: int
    end: int
    first: int
    last: int
    low: int
    high: int

    def until(self, other: Stretch) -> Stretch:
        """What of this stretch stands before ``other``, which begins inside it."""
        return Stretch(self.start, other.start, self.first, other.first, self.low, other.low)


def parameter_names(arguments: ast.arguments) -> list[str]:
    """The names that a signature binds, in its order."""
    nodes = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    nodes += [node for node in (arguments.vararg, arguments.kwarg) if node is not None]
    return [node.arg for node in nodes]


class ClassStream:
    """Writes one class's stream, and remembers of each method the stretch of its body, and how many symbols of it are
    ``delegated``: stand in statements that only call a helper."""

    def __init__(self, node: ast.ClassDef) -> None:
        self.symbols: list[int] = []
        self.marks: list[int] = []
        self.names: list[str] = []
        self._own_name = node.name
        self._bound: set[str] = set()
        self._class_names: set[str] = set()
        # Positions whose symbol is known at the end of the scope only: a name is local if the scope binds it anywhere.
        self._pending: list[tuple[int, str]] = []
        self._self_name: str | None = None
        self._depth = 0
        self._helper_calls: list[tuple[str, int]] = []
        self.bodies: dict[ast.AST, Stretch] = {}
        self.delegated: dict[ast.AST, int] = {}

    def position(self) -> tuple[int, int, int]:
        return len(self.symbols), len(self.names), len(self.marks)

    def write_statement(self, statement: ast.stmt) -> Stretch:
        """Append one direct statement of the class body; names become final with it."""
        start, first, low = self.position()
        self._statement_of_class(statement)
        self._settle(scope=None)
        end, last, high = self.position()
        return Stretch(start, end, first, last, low, high)

    def form(self, stretch: Stretch, parameters: Sequence[str] = (), delegated: int = 0) -> Form:
        """The form of a stretch; ``parameters`` are those of the method that it is the body of."""
        return normal_form(
            self.symbols[stretch.start : stretch.end],
            tuple(self.names[stretch.first : stretch.last]),
            [mark - stretch.start for mark in self.marks[stretch.low : stretch.high]],
            parameters,
            delegated,
        )

    def whole(self) -> Stretch:
        """The stretch of all that has been written."""
        return Stretch(0, len(self.symbols), 0, len(self.names), 0, len(self.marks))

    def exact_key(self, stretch: Stretch) -> str:
        """The key of a stretch that is only ever compared for equality."""
        return exact_key(
            self.symbols[stretch.start : stretch.end],
            self.names[stretch.first : stretch.last],
            [mark - stretch.start for mark in self.marks[stretch.low : stretch.high]],
        )

    # -- statements of the class body -------------------------------------------------------------------------

    def _statement_of_class(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._method(statement)
        elif isinstance(statement, ast.AnnAssign) and statement.value is None:
            # A field of a dataclass says by its annotation alone what the constructor takes.
            self.symbols.append(_TYPES["Field"])
            self._visit(statement.target)
        elif isinstance(statement, (ast.If, ast.Try)):
            # A method defined under a condition is a method all the same.
            self.symbols.append(_TYPES[type(statement).__name__])
            for name, value in ast.iter_fields(statement):
                if name == "test":
                    self._visit(value)
                else:
                    for child in value:
                        if isinstance(child, ast.ExceptHandler):
                            for inner in child.body:
                                self._statement_of_class(inner)
                        else:
                            self._statement_of_class(child)
                self.marks.append(len(self.symbols))
        else:
            self._visit(statement)

    def _method(self, node: _FunctionNode) -> None:
        self._settle(scope=None)
        self._class_names.add(node.name)
        self.symbols.append(_TYPES["FunctionDef" if isinstance(node, ast.FunctionDef) else "AsyncFunctionDef"])
        if node.name == "forward" or (node.name.startswith("__") and node.name.endswith("__")):
            self.symbols.append(_METHODS[node.name])
        else:
            self._attribute_of_self(node.name)
        for decorator in node.decorator_list:
            self._visit(decorator)
        self._settle(scope=None)
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
        parameters = [*node.args.posonlyargs, *node.args.args]
        self._self_name = parameters[0].arg if parameters and not static else None
        self._visit(node.args)
        self._settle(scope=node.name)
        bound = set(parameter_names(node.args))
        start, first, low = self.position()
        self._bound |= bound
        self._helper_calls.clear()
        for statement in node.body:
            self._visit(statement)
        self.delegated[node] = sum(size for name, size in self._helper_calls if name not in self._bound)
        self._settle(scope=node.name)
        end, last, high = self.position()
        self.bodies[node] = Stretch(start, end, first, last, low, high)
        self.marks.append(end)
        self._self_name = None

    def _settle(self, scope: str | None) -> None:
        """Decide the pending names: bound in this scope -> local (an attribute at class level), else global."""
        if scope is None:
            self._class_names |= self._bound
        symbols, names, own_name = self.symbols, self.names, self._own_name
        bound = self._bound if scope else self._class_names
        prefix = f"{scope}." if scope else "."
        kind = LOCAL if scope else ATTRIBUTE
        for position, name in self._pending:
            if name[0] == ".":
                names.append(name)
            elif name in bound:
                symbols[position] = kind
                names.append(prefix + name)
            elif name == own_name:
                symbols[position] = _OWN_CLASS
            else:
                symbols[position] = _NAMES[name]
        self._pending.clear()
        self._bound = set()

    # -- nodes --------------------------------------------------------------------------------------------------

    def _visit(self, node: ast.AST) -> None:
        _VISITORS[type(node)](self, node)

    def _visit_list(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            _VISITORS[type(node)](self, node)
        self.marks.append(len(self.symbols))

    def _generic(self, node: ast.AST, binding: str = "") -> None:
        """Any node, field by field; the field ``binding`` holds a name that the node binds."""
        symbols, marks = self.symbols, self.marks
        symbols.append(_TYPES[type(node).__name__])
        for field in _FIELDS[type(node)]:
            value = getattr(node, field, None)
            if field == binding and value is not None:
                self._bound.add(value)
                self._name_occurrence(value)
            elif isinstance(value, ast.AST):
                _VISITORS[type(value)](self, value)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        _VISITORS[type(item)](self, item)
                    else:  # a None key of a dict display, the keywords of a class pattern
                        symbols.append(_NAMES[str(item)])
            elif value is not None:
                symbols.append(_NAMES[str(value)])
            marks.append(len(symbols))

    def _attribute_of_self(self, name: str) -> None:
        self._pending.append((len(self.symbols), "." + name))
        self.symbols.append(ATTRIBUTE)

    def _name_occurrence(self, name: str) -> None:
        self._pending.append((len(self.symbols), name))
        self.symbols.append(0)

    def _name(self, node: ast.Name) -> None:
        self._pending.append((len(self.symbols), node.id))
        self.symbols.append(0)
        if type(node.ctx) is not ast.Load:
            self._bound.add(node.id)

    def _attribute(self, node: ast.Attribute) -> None:
        value = node.value
        if type(value) is ast.Name and value.id == self._self_name:
            self._pending.append((len(self.symbols), "." + node.attr))
            self.symbols.append(ATTRIBUTE)
        else:
            self.symbols.append(_ATTRIBUTES[node.attr])
            _VISITORS[type(value)](self, value)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if value is None or value is ...:
            self.symbols.append(_SINGLETONS[value])
        else:
            self.symbols.append(_LITERAL)
            self.symbols.append(_LITERALS[repr(value)])

    def _unary(self, node: ast.UnaryOp) -> None:
        operand = node.operand
        if type(node.op) is ast.USub and type(operand) is ast.Constant and type(operand.value) in (int, float):
            self.symbols.append(_LITERAL)  # -1 is one literal to its reader
            self.symbols.append(_LITERALS[f"-{operand.value!r}"])
        else:
            self.symbols.append(_TYPES[type(node.op).__name__])
            self._visit(operand)

    def _binary(self, node: ast.BinOp) -> None:
        self.symbols.append(_TYPES[type(node.op).__name__])
        self._visit(node.left)
        self._visit(node.right)

    def _call(self, node: ast.Call) -> None:
        self.symbols.append(_CALL)
        function = node.func
        _VISITORS[type(function)](self, function)
        self._visit_list(node.args)
        self._visit_list(node.keywords)

    def _keyword(self, node: ast.keyword) -> None:
        self.symbols.append(_KEYWORDS[node.arg or "**"])
        value = node.value
        _VISITORS[type(value)](self, value)

    def _statement(self, node: ast.Assign | ast.AnnAssign | ast.Return | ast.Expr) -> None:
        start = len(self.symbols)
        _WRITERS[type(node)](self, node)
        helper = helper_called(node)
        if helper:
            self._helper_calls.append((helper, len(self.symbols) - start))

    def _expression_statement(self, node: ast.Expr) -> None:
        value = node.value
        if type(value) is ast.Constant and type(value.value) is str:
            return  # a docstring, or a string used as a comment
        self.symbols.append(_TYPES["Expr"])
        self._visit(value)

    def _assign(self, node: ast.Assign) -> None:
        self.symbols.append(_TYPES["Assign"])
        self._visit_list(node.targets)
        self._visit(node.value)

    def _annotated_assign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            if isinstance(node.target, ast.Name):
                self._bound.add(node.target.id)
            return  # a declaration only
        self.symbols.append(_TYPES["Assign"])
        self._visit_list([node.target])
        self._visit(node.value)

    def _sequence(self, node: ast.Tuple | ast.List) -> None:
        self.symbols.append(_TYPES[type(node).__name__])
        self._visit_list(node.elts)

    def _parameter(self, node: ast.arg) -> None:
        self._bound.add(node.arg)
        self._name_occurrence(node.arg)

    def _inner_function(self, node: _FunctionNode) -> None:
        self.symbols.append(_TYPES[type(node).__name__])
        self._bound.add(node.name)
        self._name_occurrence(node.name)
        self._visit_list(node.decorator_list)
        self._visit(node.args)
        self._visit_list(node.body)

    def _inner_class(self, node: ast.ClassDef) -> None:
        self._generic(node, binding="name")

    def _handler(self, node: ast.ExceptHandler) -> None:
        self.symbols.append(_TYPES["ExceptHandler"])
        if node.type is not None:
            self._visit(node.type)
        if node.name is not None:
            self._bound.add(node.name)
            self._name_occurrence(node.name)
        self._visit_list(node.body)

    def _alias(self, node: ast.alias) -> None:
        if node.asname is None:
            self._bound.add(node.name.partition(".")[0])
        self._generic(node, binding="asname")

    def _capture(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self._generic(node, binding="name")

    def _mapping_pattern(self, node: ast.MatchMapping) -> None:
        self._generic(node, binding="rest")

    def _outer_names(self, node: ast.Global | ast.Nonlocal) -> None:
        self.symbols.append(_TYPES[type(node).__name__])
        for name in node.names:
            self._name_occurrence(name)
        self.marks.append(len(self.symbols))


_WRITERS: dict[type, Callable[[ClassStream, Any], None]] = {
    ast.Expr: ClassStream._expression_statement,
    ast.Assign: ClassStream._assign,
    ast.AnnAssign: ClassStream._annotated_assign,
    ast.Return: ClassStream._generic,
}


class _Visitors(dict[type, Callable[[ClassStream, Any], None]]):
    """Type of a node -> what writes it."""

    def __missing__(self, kind: type) -> Callable[[ClassStream, Any], None]:
        self[kind] = ClassStream._generic
        return ClassStream._generic


_VISITORS = _Visitors(
    {
        **dict.fromkeys(_WRITERS, ClassStream._statement),
        ast.Name: ClassStream._name,
        ast.Attribute: ClassStream._attribute,
        ast.Constant: ClassStream._constant,
        ast.UnaryOp: ClassStream._unary,
        ast.BinOp: ClassStream._binary,
        ast.Call: ClassStream._call,
        ast.keyword: ClassStream._keyword,
        ast.Tuple: ClassStream._sequence,
        ast.List: ClassStream._sequence,
        ast.arg: ClassStream._parameter,
        ast.FunctionDef: ClassStream._inner_function,
        ast.AsyncFunctionDef: ClassStream._inner_function,
        ast.ClassDef: ClassStream._inner_class,
        ast.ExceptHandler: ClassStream._handler,
        ast.alias: ClassStream._alias,
        ast.MatchAs: ClassStream._capture,
        ast.MatchStar: ClassStream._capture,
        ast.MatchMapping: ClassStream._mapping_pattern,
        ast.Global: ClassStream._outer_names,
        ast.Nonlocal: ClassStream._outer_names,
    }
)
