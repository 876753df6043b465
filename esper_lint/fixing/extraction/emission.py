"""Runs and their helpers' names -> the texts of the files with them extracted, written with LibCST so that comments and
layout survive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from esper_lint.fixing.extraction.annotations import Annotations
from esper_lint.fixing.extraction.choosing import Run
from esper_lint.fixing.extraction.comments import Statement
from esper_lint.fixing.extraction.concrete import AnyStatement, Replacement, Written
from esper_lint.fixing.extraction.continuation import realigned
from esper_lint.fixing.extraction.sites import Site


@dataclass(frozen=True)
class Helper:
    """A helper to be: its name, what it calls the module, the parameters that stand for values, and the statements as
    they move."""

    name: str
    module: str
    parameters: tuple[str, ...]
    docstring: str
    annotations: Annotations | None
    statements: tuple[Statement, ...]


class _Renamed(cst.CSTTransformer):
    """Names replaced where they are names of the scope, and values by parameters."""

    def __init__(self, names: Mapping[str, str], values: Mapping[cst.CSTNode, str]) -> None:
        self._names = names
        self._values = values

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        if original_node in self._values:
            return cst.Name(self._values[original_node])
        return super().on_leave(original_node, updated_node)  # type: ignore[return-value]

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        new = self._names.get(original_node.value)
        return updated_node if new is None else updated_node.with_changes(value=new)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)


def nodes_of_values(written: Written, run: Run, parameters: Sequence[str]) -> dict[cst.CSTNode, str]:
    """The nodes of the first site that become parameters."""
    if not parameters:
        return {}
    by_texts = {
        tuple(value.text for value in row): name for row, name in zip(run.interface.values, parameters, strict=True)
    }
    wanted: dict[tuple[int, int, int, int], str] = {}
    lines = written.source.lines
    for column in run.columns:
        for row in column.values:
            node = row[0].node
            start = _column(lines[node.lineno - 1], node.col_offset)
            end = _column(lines[(node.end_lineno or 1) - 1], node.end_col_offset or 0)
            wanted[node.lineno, start, node.end_lineno or 0, end] = by_texts[tuple(value.text for value in row)]
    positions = MetadataWrapper(written.module, unsafe_skip_copy=True).resolve(PositionProvider)
    found: dict[cst.CSTNode, str] = {}
    for cst_node, where in positions.items():
        assert isinstance(where, CodeRange)
        key = (where.start.line, where.start.column, where.end.line, where.end.column)
        if key in wanted and isinstance(cst_node, cst.BaseExpression):
            found[cst_node] = wanted[key]
    return found


def definition(
    helper: Helper, run: Run, first: Site, values: Mapping[cst.CSTNode, str], layout: cst.Module, width: int
) -> cst.FunctionDef:
    """The helper as a function; ``layout`` is the module of the first site."""
    interface = run.interface
    renamed = _Renamed({first.self_name: helper.module}, values)
    moved: list[Any] = [statement.visit(renamed) for statement in helper.statements]
    last = _with_return(moved[-1], interface.outs) if interface.outs else [moved[-1]]
    moved = [realigned(old, new, layout) for old, new in zip(helper.statements, [*moved[:-1], last[0]], strict=True)]
    body: list[AnyStatement] = [_without_blanks(moved[0]), *moved[1:], *last[1:]]
    names = [helper.module] * interface.uses_self + list(interface.ins) + list(helper.parameters)
    found = helper.annotations
    types = [] if found is None else [*found.module, *found.ins, *found.values]
    parameters = [f"{name}: {type_}" for name, type_ in zip(names, types, strict=True)] if found else names
    result = f" -> {found.result}" if found else ""
    header = f"def {helper.name}({', '.join(parameters)}){result}:"
    default_indent = layout.default_indent
    if len(header) > width:
        header = f"def {helper.name}({_wrapped(parameters, default_indent, width)}){result}:"
    parsed = cst.parse_statement(
        f'{header}\n{default_indent}"""{helper.docstring}"""\n', cst.PartialParserConfig(default_indent=default_indent)
    )
    assert isinstance(parsed, cst.FunctionDef) and isinstance(parsed.body, cst.IndentedBlock)
    return parsed.with_changes(body=parsed.body.with_changes(body=[*parsed.body.body, *body]))


def call(
    helper: Helper, run: Run, site: Site, k: int, indent: int, module: cst.Module, width: int
) -> cst.SimpleStatementLine:
    """The statement that stands at a site for what moved."""
    interface, renaming = run.interface, run.stretch.renamings[k]
    arguments = [site.self_name] * interface.uses_self + [renaming.get(name, name) for name in interface.ins]
    for name, row in zip(helper.parameters, interface.values, strict=True):
        arguments.append(f"{name}={row[k].text}")
    targets = ", ".join(renaming.get(name, name) for name in interface.outs)
    start = "return " if interface.returns else f"{targets} = " if targets else ""
    text = f"{start}{helper.name}({', '.join(arguments)})"
    if indent + len(text) > width:
        text = f"{start}{helper.name}({_wrapped(arguments, module.default_indent, width - indent)})"
    parsed = cst.parse_statement(text, module.config_for_parsing)
    assert isinstance(parsed, cst.SimpleStatementLine)
    return parsed


def replacement(block: cst.IndentedBlock, start: int, end: int, new: cst.SimpleStatementLine) -> Replacement:
    """The call in the place of a run; blank lines above the run stay, its comments have moved."""
    blanks = [line for line in _above(block.body[start]) if line.comment is None]
    return Replacement(start, end, new.with_changes(leading_lines=blanks))


def inserted(module: cst.Module, helpers: Sequence[cst.FunctionDef], top: int) -> cst.Module:
    """The module with helpers before what the top-level statement ``top`` was."""
    body = list(module.body)
    at = _index_of(body, top)
    follower: Any = body[at]
    gap = [cst.EmptyLine(indent=False)] * 2
    leading = _above(follower)
    comments = next((i for i, line in enumerate(leading) if line.comment), len(leading))
    blanks = leading[:comments]
    # Enough of a gap is kept as it is: there may be a form feed in it.
    first = [helpers[0].with_changes(leading_lines=blanks if len(blanks) >= len(gap) or not at else gap)]
    new = first + [one.with_changes(leading_lines=gap) for one in helpers[1:]]
    body[at : at + 1] = [*new, follower.with_changes(leading_lines=[*gap, *leading[comments:]])]
    return module.with_changes(body=body)


def _index_of(body: Sequence[AnyStatement], top: int) -> int:
    """Where the ``top``-th statement of the abstract tree stands, in which each of several on a line counts."""
    seen = 0
    for index, node in enumerate(body):
        seen += len(node.body) if isinstance(node, cst.SimpleStatementLine) else 1
        if seen > top:
            return index
    raise IndexError(top)


def _wrapped(parts: Sequence[str], step: str, width: int) -> str:
    """What stands between brackets, on one line of its own if it fits there, else on one for each part."""
    listed = ", ".join(parts)
    if len(step) + len(listed) > width:
        listed = f",\n{step}".join(parts) + ","
    return f"\n{step}{listed}\n"


def _with_return(last: Any, outs: Sequence[str]) -> list[Any]:
    """The last statement and a return of the results; an assignment to the only one becomes the return itself."""
    if len(outs) == 1 and isinstance(last, cst.SimpleStatementLine):
        only = last.body[0]
        value = None
        if isinstance(only, cst.Assign) and len(only.targets) == 1 and _is_name(only.targets[0].target, outs[0]):
            value = only.value
        if isinstance(only, cst.AnnAssign) and _is_name(only.target, outs[0]):
            value = only.value
        if value is not None:
            return [last.with_changes(body=[cst.Return(value)])]
    values: Sequence[cst.BaseExpression] = [cst.Name(name) for name in outs]
    result = values[0] if len(values) == 1 else cst.Tuple([cst.Element(one) for one in values], lpar=[], rpar=[])
    return [last, cst.SimpleStatementLine([cst.Return(result)])]


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


def _without_blanks(node: Statement) -> Statement:
    """Without the blank lines above its comments, if any, else above it."""
    lines = list(node.leading_lines)
    while lines and lines[0].comment is None:
        lines.pop(0)
    return node.with_changes(leading_lines=lines)


def _above(node: Any) -> list[cst.EmptyLine]:
    """The lines without code above a statement, which all kinds of statements have under one name."""
    return list(node.leading_lines)


def _column(line: str, offset: int) -> int:
    """Characters for the bytes that ``ast`` counts in."""
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))
