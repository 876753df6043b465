"""Sites of one group in one file -> the file with what they have in common in helpers."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from esper_lint.fixing.extraction import comments
from esper_lint.fixing.extraction.alignment import Alignment, Column, align
from esper_lint.fixing.extraction.annotations import ANY, annotations_of
from esper_lint.fixing.extraction.breaks import unresolved_in
from esper_lint.fixing.extraction.choosing import Choice, Run, chosen
from esper_lint.fixing.extraction.concrete import Replacement, Unfaithful, Written, rewritten
from esper_lint.fixing.extraction.emission import (
    MODULE,
    Helper,
    call,
    definition,
    inserted,
    nodes_of_values,
    replacement,
)
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.imports import with_import
from esper_lint.fixing.extraction.naming import free_name, helper_names
from esper_lint.fixing.extraction.plan import Extraction, SitePlace, Unextractable
from esper_lint.fixing.extraction.sites import Site

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Options:
    """``helper_name`` names the helper, ``width`` is how long a line may be; see ``chosen`` for ``with_attributes``."""

    helper_name: str = ""
    width: int = 88
    with_attributes: bool = False


def extracted(sites: Sequence[Site], options: Options) -> Extraction | Unextractable:
    """The plan for two or more sites of one file."""
    source = sites[0].source
    first = sites[0].function.lineno
    try:
        written = Written.of(source, sites)
    except Unfaithful as error:
        return Unextractable((Hazard("FX-ENCODING", source.path, first, str(error)),))
    for site in sites:
        if isinstance(site.function, ast.AsyncFunctionDef) or not site.self_name:
            message = "the forward is not a plain method"
            return Unextractable((Hazard("FX-CTRL", source.path, site.function.lineno, message),))
    alignment = align(sites, lambda column: _unmovable(column, sites, written))
    choice = chosen(alignment, sites, with_attributes=options.with_attributes)
    if not choice.runs:
        return Unextractable(_causes(choice, alignment, sites))
    names = _names(choice.runs, sites, options)
    if isinstance(names, Hazard):
        return Unextractable((names,))
    helpers = [_helper(run, name, sites, written) for run, name in zip(choice.runs, names, strict=True)]
    after = _rewritten(sites, choice.runs, helpers, written, options.width)
    return Extraction(
        _strategy(choice.runs, sites),
        {source.path: source.text},
        {source.path: after},
        tuple((source.path, name) for name in names),
        tuple(SitePlace(source.path, site.qualname, site.function.lineno) for site in sites),
        sum(column.shapes[0].statements for run in choice.runs for column in run.columns),
        _notes(choice.runs, sites),
    )


def _unmovable(column: Column, sites: Sequence[Site], written: Written) -> Hazard | None:
    """A reason that only the layout gives: a shared line, or comments that have no place."""
    for site, statement in zip(sites, column.statements, strict=True):
        if statement not in written.places:
            message = "the statement shares its line with another one"
            return Hazard("FX-COMMENT", site.source.path, statement.lineno, message)
    found = _statement(column, written)
    if isinstance(found, str):
        what = "directives" if found == "FX-DIRECTIVE" else "comments"
        message = f"the {what} at this statement are not the same everywhere"
        return Hazard(found, sites[0].source.path, column.statements[0].lineno, message)
    return None


def _statement(column: Column, written: Written) -> comments.Statement | str:
    renamed = [shape.names != column.shapes[0].names or bool(column.values) for shape in column.shapes]
    return comments.merged([written.node(one) for one in column.statements], renamed)


def _names(runs: Sequence[Run], sites: Sequence[Site], options: Options) -> list[str] | Hazard:
    is_taken = sites[0].source.names.is_taken
    if not options.helper_name:
        return helper_names(runs, sites, is_taken)
    wanted = [options.helper_name] + [f"{options.helper_name}_{number}" for number in range(2, len(runs) + 1)]
    for name in wanted:
        if is_taken(name) or not name.isidentifier() or name.startswith("__"):
            message = f"`{name}` cannot be the name of a helper here: it is taken, or would be mangled in a class"
            return Hazard("FX-NAME", sites[0].source.path, sites[0].function.lineno, message)
    return wanted


def _helper(run: Run, name: str, sites: Sequence[Site], written: Written) -> Helper:
    statements = tuple(_statement(column, written) for column in run.columns)
    parameters: list[str] = []
    used = {name for column in run.columns for one in column.statements for name in _identifiers(one)} | {MODULE}
    for row in run.interface.values:
        hint = next((value.hint for value in row if value.hint), "value")
        parameters.append(free_name(hint, lambda one: one in used or one in parameters))
    return Helper(
        name,
        tuple(parameters),
        _docstring(run, sites),
        annotations_of(run, sites),
        tuple(one for one in statements if not isinstance(one, str)),
    )


def _rewritten(
    sites: Sequence[Site], runs: Sequence[Run], helpers: Sequence[Helper], written: Written, width: int
) -> str:
    edits: dict[cst.IndentedBlock, list[Replacement]] = {}
    definitions = []
    for run, helper in zip(runs, helpers, strict=True):
        values = nodes_of_values(written, run, helper.parameters)
        definitions.append(definition(helper, run, sites[0], values, written.module.default_indent, width))
        for k, site in enumerate(sites):
            block, start = written.places[run.columns[0].statements[k]]
            _, last = written.places[run.columns[-1].statements[k]]
            indent = run.columns[0].statements[k].col_offset
            new = call(helper, run, site, k, indent, written.module, width)
            edits.setdefault(block, []).append(replacement(block, start, last + 1, new))
    module = inserted(rewritten(written.module, edits), definitions, min(site.top for site in sites))
    if any(helper.annotations for helper in helpers) and not sites[0].source.names.bindings.get(ANY):
        module = with_import(module, "typing", ANY)
    return module.code


def _docstring(run: Run, sites: Sequence[Site]) -> str:
    names = list(dict.fromkeys(site.owner.name for site in sites))
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    statements = [column.statements[0] for column in run.columns]
    if statements[0] is sites[0].body[0]:
        what = "Forward" if run.interface.returns and len(statements) == len(sites[0].body) else "Start of the forward"
    else:
        what = "End of the forward" if statements[-1] is sites[0].body[-1] else "Part of the forward"
    return f"{what} of {listed}."


def _strategy(runs: Sequence[Run], sites: Sequence[Site]) -> str:
    values = [value for run in runs for row in run.interface.values for value in row]
    if values:
        return "S4" if any(value.kind == "attribute" for value in values) else "S3"
    if len(runs) > 1:
        return "S2"
    whole = all(len(runs[0].columns) == len(site.body) for site in sites)
    return "S0" if whole else "S1"


def _causes(choice: Choice, alignment: Alignment, sites: Sequence[Site]) -> tuple[Hazard, ...]:
    """What stood in the way, each code once; that nothing is worth moving is said where nothing else can be."""
    found: dict[str, Hazard] = {}
    for hazard in choice.hazards:
        found.setdefault(hazard.code, hazard)
    if not found:
        longest = max(alignment.common_runs, default=0)
        message = f"no run of statements is worth a helper (the longest that all have is of {longest})"
        found["FX-NO-BENEFIT"] = Hazard("FX-NO-BENEFIT", sites[0].source.path, sites[0].function.lineno, message)
    return tuple(found.values())


def _notes(runs: Sequence[Run], sites: Sequence[Site]) -> tuple[str, ...]:
    notes = ["temporaries of a helper end their lives when it returns", "all sites share the compiled code of a helper"]
    unresolved = {
        name
        for run in runs
        for column in run.columns
        for site, statement in zip(sites, column.statements, strict=True)
        for name in unresolved_in(statement, site)
    }
    if unresolved:
        listed = ", ".join(f"`{name}`" for name in sorted(unresolved))
        notes.append(f"graph: what {listed} may break of the graph is not known")
    return tuple(notes)


def _identifiers(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
