"""A forward -> mutants of it, each by one kind of edit, as files that hold one class.

The kinds follow Svajlenko and Roy (mutation and injection framework, 2009 and later).  Edits are made on the syntax
tree and the mutant is written afresh from it, so that every kind changes the layout too.  Choices are drawn from the
random numbers given, so that one seed gives one set of mutants.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from tests.benchmarks.forwards import Forward, Method, body_of

HEADER = "from torch import nn\n\n\nclass {name}(nn.Module):\n"

Edit = Callable[[Method, Random], bool]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mutation: its name, the clone type it makes, and the edit, which says whether it did anything."""

    name: str
    clone_type: int
    edit: Edit
    renames_attributes: bool = False
    one_statement: bool = False


def original_source(forward: Forward) -> str:
    """The forward as it stands in its file, alone in a class of its name."""
    lines = forward.source.splitlines(keepends=True)[forward.node.lineno - 1 : forward.node.end_lineno]
    return HEADER.format(name=_class_name(forward)) + "".join(lines).rstrip() + "\n"


def mutant_source(forward: Forward, kind: Kind, random: Random) -> str | None:
    """The mutated forward in the same surroundings; None if the forward has nothing for this kind to change."""
    method = deepcopy(forward.node)
    method.decorator_list.clear()
    if not kind.edit(method, random):
        return None
    holder = ast.parse(HEADER.format(name=_class_name(forward)) + "    pass\n")
    owner = holder.body[-1]
    assert isinstance(owner, ast.ClassDef)
    owner.body = [method]
    text = ast.unparse(ast.fix_missing_locations(holder)) + "\n"
    return _commented(text) if kind.clone_type == 1 else text


def _class_name(forward: Forward) -> str:
    return forward.qualname.rpartition(".")[2]


def _commented(text: str) -> str:
    """A comment and an empty line before every statement of every body."""
    lines = text.splitlines()
    forward = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, Method))
    starts = {}
    for statement in _statements(body_of(forward)):
        decorators = getattr(statement, "decorator_list", [])
        starts[min([statement.lineno, *(one.lineno for one in decorators)])] = statement.col_offset
    for line, column in sorted(starts.items(), reverse=True):
        lines[line - 1 : line - 1] = ["", f"{' ' * column}# step at line {line}"]
    return "\n".join(lines) + "\n"


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    return (node for statement in body for node in ast.walk(statement) if isinstance(node, ast.stmt))


# -- type 1 and 2 ---------------------------------------------------------------------------------------------------


def _nothing(method: Method, random: Random) -> bool:
    return True


def _rename_locals(method: Method, random: Random) -> bool:
    own = method.args.args[0].arg if method.args.args else ""
    bound: set[str] = set()
    fixed = {own}
    for node in ast.walk(method):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.ExceptHandler, *_FUNCTIONS)) and node is not method and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            fixed.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            fixed.update(node.names)
        elif isinstance(node, ast.ClassDef):
            fixed.add(node.name)
    names = {name: f"{name}_renamed" for name in bound - fixed}
    for node in ast.walk(method):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = names.get(node.arg, node.arg)
        elif isinstance(node, (ast.ExceptHandler, *_FUNCTIONS)) and node is not method and node.name:
            node.name = names.get(node.name, node.name)
    body_names = {node.id for statement in method.body for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return not body_names.isdisjoint(names.values())


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _rename_attributes(method: Method, random: Random) -> bool:
    own = method.args.args[0].arg if method.args.args else ""
    found = False
    for statement in body_of(method):
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
                node.attr += "_renamed"
                found = True
    return found


def _change_literals(method: Method, random: Random) -> bool:
    """Every number and string of the body, but for strings that stand alone."""
    found = False
    for statement in _statements(body_of(method)):
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        for node in ast.iter_child_nodes(statement):
            if isinstance(node, ast.stmt):
                continue  # its turn comes
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and _change(part):
                    found = True
    return found


def _change(constant: ast.Constant) -> bool:
    value = constant.value
    if isinstance(value, str):
        constant.value = value + "_changed"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        constant.value = value * 2 + 1
    else:
        return False
    return True


def _rename_both(method: Method, random: Random) -> bool:
    attributes = _rename_attributes(method, random)
    return _rename_locals(method, random) and attributes


def _all_of_type_2(method: Method, random: Random) -> bool:
    literals = _change_literals(method, random)
    return _rename_both(method, random) and literals


# -- type 3 ---------------------------------------------------------------------------------------------------------


def _blocks(method: Method) -> list[list[ast.stmt]]:
    """Every list of statements of the body, without the docstring."""
    start = len(method.body) - len(body_of(method))
    method.body, docstring = method.body[start:], method.body[:start]
    found = [method.body]
    for statement in _statements(method.body):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(statement, field, None)
            if isinstance(block, list) and block:
                found.append(block)
    if docstring:
        method.returns = None  # a docstring is dropped: it is no part of the body
    return found


def _insert(method: Method, random: Random, count: int = 1) -> bool:
    names = sorted({node.arg for node in method.args.args[1:]}) or ["state"]
    for number in range(count):
        places = [(block, index) for block in _blocks(method) for index in range(len(block) + 1)]
        block, index = random.choice(places)
        text = random.choice(_INSERTED).format(name=random.choice(names), number=number)
        block.insert(index, ast.parse(text).body[0])
    return True


_INSERTED = (
    "extra_{number} = torch.tanh({name})",
    "self.monitor_{number}({name})",
    "{name} = self.dropout_{number}({name})",
    'assert {name} is not None, "missing"',
    "extra_{number} = {name}.shape[0]",
)


def _insert_three(method: Method, random: Random) -> bool:
    return _insert(method, random, 3)


def _delete(method: Method, random: Random) -> bool:
    places = [(block, index) for block in _blocks(method) for index in range(len(block)) if _is_simple(block[index])]
    if not places:
        return False
    block, index = random.choice(places)
    del block[index]
    if not block:
        block.append(ast.Pass())
    return True


def _is_simple(statement: ast.stmt) -> bool:
    return not any(isinstance(node, ast.stmt) for node in ast.walk(statement) if node is not statement)


def _change_statement(method: Method, random: Random) -> bool:
    """Another function called in one statement, or its value passed through one more call."""
    valued = [one for one in _statements(body_of(method)) if isinstance(one, _VALUED) and one.value is not None]
    if not valued:
        return False
    statement = random.choice(valued)
    value = statement.value
    assert isinstance(value, ast.expr)
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    other = ast.Attribute(ast.Name("torch", ast.Load()), "changed", ast.Load())
    if calls and random.random() < 0.5:
        random.choice(calls).func = other
    else:
        statement.value = ast.Call(other, [value, ast.Constant(2)], [])
    return True


_VALUED = (ast.Assign, ast.AugAssign, ast.Return, ast.Expr)

KINDS = (
    Kind("layout and comments", 1, _nothing),
    Kind("locals renamed", 2, _rename_locals),
    Kind("attributes renamed", 2, _rename_attributes, renames_attributes=True),
    Kind("locals and attributes renamed", 2, _rename_both, renames_attributes=True),
    Kind("every literal changed", 2, _change_literals),
    Kind("all three", 2, _all_of_type_2, renames_attributes=True),
    Kind("one statement inserted", 3, _insert, one_statement=True),
    Kind("one statement deleted", 3, _delete, one_statement=True),
    Kind("one statement changed", 3, _change_statement, one_statement=True),
    Kind("three statements inserted", 3, _insert_three),
)
