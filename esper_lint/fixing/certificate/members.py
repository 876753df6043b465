"""Members of a class: which of them may move to a base class at module level, for several classes at once."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from esper_lint.fixing.certificate.definition import identifiers, is_mangled
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Scope, all_arguments, occurrences, outside, parts

# Decorators that may run once instead of once a class, by their last name.
_DECORATORS = frozenset(
    {
        *("abstractmethod", "autocast", "cached_property", "classmethod", "custom_bwd", "custom_fwd", "deleter"),
        *("enable_grad", "export", "final", "getter", "ignore", "inference_mode", "no_grad", "overload", "override"),
        *("property", "setter", "staticmethod", "unused"),
    }
)
# A class is made by these, or they say something of the class that they stand in.
_OF_THE_CLASS = frozenset(
    {
        *(
            "__annotations__",
            "__classcell__",
            "__dict__",
            "__doc__",
            "__init_subclass__",
            "__metaclass__",
            "__module__",
        ),
        *("__new__", "__qualname__", "__set_name__", "__slots__", "__subclasshook__", "__weakref__"),
    }
)


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement of a class body binds in it."""
    return set(Scope.of_class_body([statement]).bound)


def check_movable(member: ast.stmt, owner: Scope, class_names: Collection[str], *, postponed: bool) -> None:
    """Raises ``Objection`` where a member would mean something else in a base class of the module.

    ``owner`` is the scope of its class, and ``class_names`` are those of all classes that it leaves; with
    ``postponed``, annotations are no code.
    """
    for node in ast.walk(member):
        for identifier in identifiers(node):
            if is_mangled(identifier):
                line = getattr(node, "lineno", member.lineno)
                raise Objection("mangled", f"{identifier} is private to its class", line)
        if isinstance(node, ast.Name) and node.id in ("__class__", "__module__", "__qualname__"):
            raise Objection("super", f"{node.id} is another one in a base class", node.lineno)
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            raise Objection("scope", "it declares names of another scope", node.lineno)
    list(supers([member]))  # for what it raises
    taken = bound_names(member) & _OF_THE_CLASS
    if taken:
        raise Objection("special", f"{min(taken)} says something of its own class", member.lineno)
    _check_shape(member)
    skipped = (
        {id(node) for annotation in _annotations(member) for node in ast.walk(annotation)} if postponed else set[int]()
    )
    for name, scope in occurrences([member], owner):
        around = {id(outer) for outer in owner.around() if outer.parent is not None}
        symbol = scope.resolve(name.id)
        if id(name) in skipped:
            continue
        if id(symbol.scope) in around:
            raise Objection("enclosing", f"{name.id} is a variable of an enclosing function", name.lineno)
        if symbol.scope is None and name.id in class_names:
            raise Objection("own-name", f"{name.id} is one of the classes", name.lineno)


def _check_shape(member: ast.stmt) -> None:
    """Only what can be made once for all classes may move."""
    match member:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for decorator in member.decorator_list:
                named = decorator.func if isinstance(decorator, ast.Call) else decorator
                name = (
                    named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""
                )
                if name not in _DECORATORS:
                    reason = f"{ast.unparse(decorator)} would decorate once for all classes"
                    raise Objection("decorated", reason, decorator.lineno)
            for default in (*member.args.defaults, *filter(None, member.args.kw_defaults)):
                if not _is_fixed(default):
                    raise Objection("default", f"{ast.unparse(default)} would be shared", default.lineno)
        case ast.Assign(targets=targets, value=value) if all(isinstance(target, ast.Name) for target in targets):
            if not _is_fixed(value):
                raise Objection("shared", f"{ast.unparse(value)} would be shared by the classes", member.lineno)
        case ast.AnnAssign(target=ast.Name(), value=value):
            if value is not None and not _is_fixed(value):
                raise Objection("shared", f"{ast.unparse(value)} would be shared by the classes", member.lineno)
        case _:
            raise Objection("member", "only methods and assignments may move", member.lineno)


def _is_fixed(value: ast.expr) -> bool:
    """Whether it makes no difference if several classes have one such value."""
    match value:
        case ast.Constant() | ast.Name():
            return True
        case ast.Attribute(value=inner) | ast.UnaryOp(operand=inner):
            return _is_fixed(inner)
        case ast.Tuple(elts=elements):
            return all(map(_is_fixed, elements))
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
    return False


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, (int, float))


def supers(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The attributes that are looked up through ``super()``. Raises ``Objection`` where ``super`` is used otherwise."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]), attr=name):
                yield name
                continue
            case ast.Name(id="super"):
                raise Objection("super", "super is used in another way than super().name", node.lineno)
        waiting.extend(ast.iter_child_nodes(node))


def read_at_once(statement: ast.stmt, owner: Scope, *, postponed: bool) -> list[ast.Name]:
    """The names of the class or the module that a statement of a class body reads when the class is made."""
    annotations = {id(part) for node in _annotations(statement) for part in ast.walk(node)}
    found = []
    nodes: list[tuple[ast.AST, Scope]] = [(statement, owner)]
    while nodes:
        node, scope = nodes.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load) and scope.resolve(node.id).scope in (owner, None):
                found.append(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            nodes.extend((part, scope) for part in outside(node))
        else:
            nodes.extend(parts(node, scope))
            if isinstance(node, ast.AnnAssign):
                nodes.append((node.annotation, scope))
    return [name for name in found if not (postponed and id(name) in annotations)]


def _annotations(statement: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(statement):
        if isinstance(node, ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.extend(arg.annotation for arg in all_arguments(node.args) if arg.annotation is not None)
            if node.returns is not None:
                found.append(node.returns)
    return found
