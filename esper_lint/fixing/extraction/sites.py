"""A file's text -> sites: its forwards, each with the scopes around it and the facts of its body."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from esper_lint.discovery.blocks import physical_lines
from esper_lint.discovery.streams import parameter_names
from esper_lint.fixing.extraction.flow import Flow, Function, blocks_of, bound_within, statements_of
from esper_lint.fixing.extraction.module_names import ModuleNames, bound_in, module_names

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Source:
    """A file that parses.  ``path`` is what people call it."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def names(self) -> ModuleNames:
        return module_names(self.tree)

    @cached_property
    def lines(self) -> Sequence[str]:
        return physical_lines(self.text)

    @cached_property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The classes of the module's scope by name."""
        return {node.name: node for node in statements_of(self.tree.body) if isinstance(node, ast.ClassDef)}

    @cached_property
    def is_script(self) -> bool:
        """Whether it asks by its name if it is run by itself."""
        compared = (node.left for node in ast.walk(self.tree) if isinstance(node, ast.Compare))
        return "__name__" in self.text and any(isinstance(one, ast.Name) and one.id == "__name__" for one in compared)

    @cached_property
    def sites(self) -> Sequence[Site]:
        """Every method called forward, in the order of the text."""
        return list(sites_in(self))


def source_of(path: str, text: str) -> Source:
    """Raises SyntaxError, ValueError, RecursionError or MemoryError, as ``ast.parse`` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Source(path, text, ast.parse(text))


@dataclass(frozen=True, eq=False)
class Site:
    """One forward of a group; ``qualname`` is that of its class.

    ``body`` leaves the docstring out.  ``enclosing`` are the functions around its class, from the outside; ``top`` is
    the index of the top-level statement it lies in.
    """

    source: Source
    qualname: str
    function: Function
    owner: ast.ClassDef
    enclosing: Sequence[Function]
    top: int

    @cached_property
    def body(self) -> Sequence[ast.stmt]:
        first = self.function.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return self.function.body[1:] if documented and isinstance(first.value.value, str) else self.function.body  # type: ignore[attr-defined]

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of the functions that its class defines."""
        return frozenset(
            one.name for one in self.owner.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))
        )

    @property
    def is_static(self) -> bool:
        """Whether its first parameter is no module, as the ``ctx`` of a ``torch.autograd.Function`` is none."""
        return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in self.function.decorator_list)

    @cached_property
    def self_name(self) -> str:
        arguments = [*self.function.args.posonlyargs, *self.function.args.args]
        return arguments[0].arg if arguments else ""

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.function)

    @cached_property
    def outer_names(self) -> frozenset[str]:
        """What the forward, or a function inside it, declares global or nonlocal."""
        return frozenset(
            name
            for node in ast.walk(self.function)
            if isinstance(node, (ast.Global, ast.Nonlocal))
            for name in node.names
        )

    @cached_property
    def local_names(self) -> frozenset[str]:
        """What the forward binds in its own scope."""
        own = frozenset(parameter_names(self.function.args)) | bound_within(self.function.body)
        return own - self.outer_names

    @cached_property
    def inner_names(self) -> frozenset[str]:
        """What comprehensions in the forward bind in scopes of their own."""
        return frozenset(
            name
            for node in ast.walk(self.function)
            if isinstance(node, _COMPREHENSIONS)
            for generator in node.generators
            for name, _ in bound_in(generator.target)
        )

    @cached_property
    def captured(self) -> frozenset[str]:
        """The locals that a function, a lambda or a class inside the forward reads or binds, now or later."""
        inner = [
            node
            for node in ast.walk(self.function)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef))
            and node is not self.function
        ]
        named = {part.id for node in inner for part in ast.walk(node) if isinstance(part, ast.Name)}
        return self.local_names & named

    @cached_property
    def closure(self) -> Mapping[str, bool]:
        """What the functions around the class bind, and whether that is bound once, before the class, and for good."""
        found: dict[str, bool] = {}
        for function in self.enclosing:
            parameters = parameter_names(function.args)
            for name in (*parameters, *bound_within(function.body)):
                found[name] = _is_settled(name, function, self.owner)
        return found

    def kind_of(self, name: str) -> str:
        """``local``, ``closure`` (of a function around the class) or ``global`` (or builtin)."""
        if name in self.local_names or name in self.inner_names:
            return "local"
        return "closure" if name in self.closure else "global"


def sites_in(source: Source) -> Iterator[Site]:
    """Every method called forward, in the order of the text."""
    for index, statement in enumerate(source.tree.body):
        yield from _sites(source, statement, (), (), index, None)


def _sites(
    source: Source,
    node: ast.stmt,
    names: tuple[str, ...],
    around: tuple[Function, ...],
    top: int,
    owner: ast.ClassDef | None,
) -> Iterator[Site]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        if owner is not None and node.name == "forward":
            yield Site(source, ".".join(names), node, owner, around, top)
        names, around, owner = (*names, node.name), (*around, node), None
    elif isinstance(node, ast.ClassDef):
        names, owner = (*names, node.name), node
    for block in blocks_of(node):
        for inner in block:
            yield from _sites(source, inner, names, around, top, owner)


def functions_in(node: ast.AST) -> Iterator[Function]:
    """Every function in the order of the text; its place in it is how syntax trees of another make find it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child
        yield from functions_in(child)


def _is_settled(name: str, function: Function, owner: ast.ClassDef) -> bool:
    """Whether a variable of a function around a class is bound exactly once, and surely, before the class is made."""
    outer = {one for node in ast.walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)) for one in node.names}
    if name in outer:
        return False
    bindings = [statement for statement in function.body if name in bound_within([statement])]
    if name in parameter_names(function.args):
        return not bindings
    holder = next((one for one in function.body if any(node is owner for node in ast.walk(one))), None)
    if len(bindings) != 1 or holder is None or function.body.index(bindings[0]) >= function.body.index(holder):
        return False
    return isinstance(bindings[0], (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef))
