"""Text of one file -> its classes, their units, guards and suppression comments.

``read_source`` is a pure function of the text: its result depends on nothing else in the tree, so it can be computed in
any process and cached by content.  Whether a class is a *module class* depends on other files and is decided later, in
``bases``.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from esper_lint.discovery.blocks import Block, block_of, physical_lines
from esper_lint.discovery.forms import Form, FormKey
from esper_lint.discovery.guards import branches, chosen_classes, import_flags, may_guard
from esper_lint.discovery.noqa import Noqa, noqa_comments
from esper_lint.discovery.streams import ClassStream, parameter_names
from esper_lint.findings import Guard

# Only these bytes make a file worth parsing (two thirds of the cost of reading a library lie in the others).
HAS_FORWARD = re.compile(rb"def\s+forward\b")
# No anchor: a pattern that begins with a literal is searched for five times as fast.
_CLASS_HEADER = re.compile(
    rb"class[ \t]+(\w+)[ \t]*(?:\[[^\]\n]*\][ \t]*)?(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?[ \t]*:"
)
_ASIDE = re.compile(r"#[^\r\n]*|\[[^\[\]]*\]")  # a comment, or what a base is subscripted with
_CLASS_LINE = re.compile(r"^[ \t\f]*class\b", re.MULTILINE)
_IMPORT = re.compile(rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+)?import[ \t]+(\([^()]*\)|[^\r\n(]+)", re.MULTILINE)
_IMPORTS_TORCH = re.compile(rb"^[ \t]*(?:import|from)[ \t]+torch\b", re.MULTILINE)
_ALIAS = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?\s*$")
_DOTTED = re.compile(r"^[A-Za-z_][\w.]*$")


class Unparsable(Exception):
    """The text is not Python that this interpreter can parse."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Piece:
    """A direct statement of a class: its name if it is a definition, its equality key and its text.

    A method also has the equality key of its header (decorators and parameters) and the text of its body, docstring
    excluded: methods with equal headers differ in their bodies only.
    """

    name: str
    exact: str
    block: Block
    header: str = ""
    body: Block | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """A ``forward`` of a class; ``line`` and ``column`` are those of its ``def``, ``body`` is without the docstring."""

    line: int
    column: int
    end_line: int
    body: Block
    form: FormKey
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One class: its place, bases as dotted names resolved through the file's imports, its units and its guards."""

    name: str
    qualname: str
    line: int
    end_line: int
    bases: tuple[str, ...]
    guards: tuple[Guard, ...]
    forwards: tuple[Forward, ...]
    form: FormKey | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """All that the later stages need to know of one file; its forms travel beside it, by their exact keys."""

    imports_torch: bool
    classes: tuple[ClassFacts, ...]
    noqa: tuple[Noqa, ...]


def read_source(text: str) -> tuple[SourceFacts, dict[str, Form]]:
    """Parse a file that holds a forward.  Raises ``Unparsable`` with the line that the parser names."""
    tree = _parse(text)
    imports = _imports(tree)
    try:
        reader = _ClassReader(imports, import_flags(tree), text)
        found = list(reader.classes(tree.body, (), ()))
        named = frozenset(node.name for _, node, _ in found)
        chosen = chosen_classes(tree, named, reader.flags) if reader.flags or may_guard(text) else {}
        classes = tuple(reader.facts(scope, node, guards, chosen) for scope, node, guards in found)
    except RecursionError:
        raise Unparsable(1, "nested too deeply to be read") from None
    acting = {forward.line for facts in classes for forward in facts.forwards}
    return SourceFacts(_imports_torch(imports), classes, noqa_comments(text, reader.lines, acting)), reader.forms


def read_headers(data: bytes) -> SourceFacts:
    """The classes and bases of a file without a forward, by a scan of its class headers.

    Such a file matters only for the bases that it may give to classes elsewhere; parsing it would cost more than all
    the rest.  A header inside a string is taken for a class, and one of an unusual form for none.
    """
    headers = []
    for match in _CLASS_HEADER.finditer(data):
        name = match[1].decode("utf-8", "replace")
        arguments = _ASIDE.sub("", _ASIDE.sub("", (match[2] or b"").decode("utf-8", "replace"))).split(",")
        headers.append((name, [base.strip() for base in arguments if _DOTTED.match(base.strip())]))
    imports_torch = bool(headers) and _IMPORTS_TORCH.search(data) is not None
    # Where a base keeps its name, it is found by its name; only aliases and torch's own need the imports.
    roots = {base.partition(".")[0] for _, bases in headers for base in bases}
    if imports_torch or any(f" as {root}".encode() in data for root in roots):
        origins = _scanned_imports(data)
        headers = [(name, [_resolved(base, origins) for base in bases]) for name, bases in headers]
    classes = (ClassFacts(name, name, 0, 0, tuple(bases), (), (), None, ()) for name, bases in headers)
    return SourceFacts(imports_torch, tuple(classes), ())


def _scanned_imports(data: bytes) -> dict[str, str]:
    """Alias -> dotted origin, like ``_imports``, by a scan."""
    origins: dict[str, str] = {}
    for match in _IMPORT.finditer(data):
        module = match[1].decode("utf-8", "replace") + "." if match[1] else ""
        listed = re.sub(r"#[^\r\n]*", "", match[2].decode("utf-8", "replace")).strip("() \t\r\n")
        for part in listed.split(","):
            alias = _ALIAS.match(part.strip())
            if alias and module:
                origins[alias[2] or alias[1]] = module + alias[1]
            elif alias and alias[2]:
                origins[alias[2]] = alias[1]
    return origins


def _resolved(base: str, origins: Mapping[str, str]) -> str:
    root, dot, rest = base.partition(".")
    return origins.get(root, root) + dot + rest


def _parse(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the analysed code is not ours to report
            return ast.parse(text)
    except SyntaxError as error:
        raise Unparsable(error.lineno or 1, f"syntax error: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise Unparsable(1, "nested too deeply to be parsed") from None
    except ValueError as error:
        raise Unparsable(1, str(error)) from None


def _imports(tree: ast.Module) -> dict[str, str]:
    """Alias -> dotted origin, for imports anywhere in the file: a factory may import what its inner class derives from.

    An import at the top of the file has precedence over one of the same name in a function.
    """
    origins: dict[str, str] = {}
    level: list[ast.stmt] = list(tree.body)
    while level:
        inner: list[ast.stmt] = []
        for statement in level:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    origins.setdefault(name, alias.name if alias.asname else name)
            elif isinstance(statement, ast.ImportFrom):
                module = "." * statement.level + (statement.module or "")
                for alias in statement.names:
                    origins.setdefault(alias.asname or alias.name, f"{module}.{alias.name}")
            elif not isinstance(statement, _LEAVES):
                for field in ("body", "orelse", "finalbody"):
                    inner.extend(getattr(statement, field, ()))
                for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
                    inner.extend(part.body)
        level = inner
    return origins


def _imports_torch(imports: dict[str, str]) -> bool:
    return any(origin == "torch" or origin.startswith("torch.") for origin in imports.values())


_LEAVES = (ast.Assign, ast.Expr, ast.Return, ast.AnnAssign, ast.AugAssign)
_Scope = tuple[str, ...]
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class _ClassReader:
    """Reads the classes of one file, and collects their forms by exact key."""

    def __init__(self, imports: dict[str, str], flags: frozenset[str], text: str) -> None:
        self.imports = imports
        self.flags = flags
        self.lines = physical_lines(text)
        self.forms: dict[str, Form] = {}
        self._bodies: dict[ast.AST, Block] = {}
        # Statements of functions are many and classes inside them few: only where a line may open one do we look.
        self._class_lines = [
            number for number, line in enumerate(self.lines, 1) if "class" in line and _CLASS_LINE.match(line)
        ]

    def classes(
        self, body: Sequence[ast.stmt], scope: _Scope, guards: tuple[Guard, ...]
    ) -> Iterator[tuple[_Scope, ast.ClassDef, tuple[Guard, ...]]]:
        """Every class with its scope and the guards around it, innermost first."""
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                yield scope, statement, guards
                yield from self.classes(statement.body, (*scope, statement.name), guards)
            elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if self._may_hold_class(statement):
                    yield from self.classes(statement.body, (*scope, statement.name), guards)
            elif isinstance(statement, (ast.If, ast.Try)):
                for guard, block in branches(statement, self.flags):
                    yield from self.classes(block, scope, (guard, *guards) if guard else guards)
            elif isinstance(statement, (ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While)):
                yield from self.classes(statement.body, scope, guards)
                yield from self.classes(getattr(statement, "orelse", ()), scope, guards)
            elif isinstance(statement, ast.Match):
                for case in statement.cases:
                    yield from self.classes(case.body, scope, guards)

    def _may_hold_class(self, node: ast.stmt) -> bool:
        after = bisect_right(self._class_lines, node.lineno)
        return after < len(self._class_lines) and self._class_lines[after] <= (node.end_lineno or node.lineno)

    def facts(
        self, scope: _Scope, node: ast.ClassDef, guards: tuple[Guard, ...], chosen: dict[str, Guard]
    ) -> ClassFacts:
        qualname = ".".join((*scope, node.name))
        bases = tuple(_dotted(expression, self.imports) for expression in node.bases)
        if node.name in chosen and chosen[node.name] not in guards:
            guards = (*guards, chosen[node.name])
        end_line = node.end_lineno or node.lineno
        found = list(self._forward_definitions(node.body, guards))
        if not found:
            return ClassFacts(node.name, qualname, node.lineno, end_line, bases, guards, (), None, ())
        stream = ClassStream(node)
        pieces = tuple(piece for statement in node.body for piece in self._pieces(statement, stream))
        forwards = tuple(self._forward(definition, stream, within) for definition, within in found)
        whole = self._keep(stream.form(stream.whole()))
        return ClassFacts(node.name, qualname, node.lineno, end_line, bases, guards, forwards, whole, pieces)

    def _pieces(self, statement: ast.stmt, stream: ClassStream) -> Iterator[Piece]:
        stretch = stream.write_statement(statement)
        if stretch.end == stretch.start:
            return  # a docstring or a mere annotation
        name, exact, block = (
            getattr(statement, "name", ""),
            stream.exact_key(stretch),
            block_of([statement], self.lines),
        )
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            header = stream.exact_key(stretch.until(stream.bodies[statement]))
            yield Piece(name, exact, block, header, self._body(statement))
        else:
            yield Piece(name, exact, block)

    def _forward_definitions(
        self, body: Sequence[ast.stmt], guards: tuple[Guard, ...]
    ) -> Iterator[tuple[_FunctionNode, tuple[Guard, ...]]]:
        for statement in body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if statement.name == "forward" and not _is_overload(statement):
                    yield statement, guards
            elif isinstance(statement, (ast.If, ast.Try)):
                for guard, block in branches(statement, self.flags):
                    yield from self._forward_definitions(block, (guard, *guards) if guard else guards)

    def _forward(self, node: _FunctionNode, stream: ClassStream, guards: tuple[Guard, ...]) -> Forward:
        parameters = [f"{node.name}.{name}" for name in parameter_names(node.args)]
        key = self._keep(stream.form(stream.bodies[node], parameters, stream.delegated[node]))
        return Forward(node.lineno, node.col_offset + 1, node.end_lineno or node.lineno, self._body(node), key, guards)

    def _body(self, node: _FunctionNode) -> Block:
        found = self._bodies.get(node)
        if found is None:
            found = self._bodies[node] = block_of(_without_docstring(node), self.lines)
        return found

    def _keep(self, form: Form) -> FormKey:
        self.forms[form.key.exact] = form
        return form.key


def _is_overload(node: _FunctionNode) -> bool:
    """Whether a definition is a stub for the type checker, with the real one after it."""
    names = (getattr(decorator, "attr", getattr(decorator, "id", "")) for decorator in node.decorator_list)
    return "overload" in names


def _without_docstring(node: _FunctionNode) -> list[ast.stmt]:
    """The statements of the body; a body that is a docstring only keeps it."""
    has_docstring = ast.get_docstring(node, clean=False) is not None
    return node.body[1:] if has_docstring and len(node.body) > 1 else node.body


def _dotted(expression: ast.expr, imports: dict[str, str]) -> str:
    """``nn.Module`` -> ``torch.nn.Module``, through the file's imports; ``Base[T]`` counts as ``Base``."""
    if isinstance(expression, ast.Subscript):
        expression = expression.value
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return "?"  # a call or another expression: a base that can't be resolved
    parts.append(imports.get(expression.id, expression.id))
    return ".".join(reversed(parts))
