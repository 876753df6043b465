"""Runs of one group -> names for their helpers: what the sites have in common, and what the statements give."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Sequence

from esper_lint.fixing.extraction.choosing import Run
from esper_lint.fixing.extraction.flow import statements_of
from esper_lint.fixing.extraction.sites import Site
from esper_lint.fixing.stems import common_words, joined, words_of

_MOST_OUTS_NAMED = 2
_VAGUE = frozenset(("x", "y", "h", "z", "out", "outs", "output", "outputs", "hidden_states", "hidden", "input", "res"))
_LONGEST = 40


def helper_names(runs: Sequence[Run], sites: Sequence[Site], is_taken: Callable[[str], bool]) -> list[str]:
    """One free name a run, each with one leading underscore."""
    classes = [site.owner.name for site in sites]
    stem = joined(common_words(classes) or words_of(classes[0]))
    names: list[str] = []
    for run in runs:
        base = f"_{stem}_{_what(run, sites)}"[: _LONGEST + 1].rstrip("_")
        names.append(free_name(base, lambda name: is_taken(name) or name in names))
    return names


def free_name(base: str, is_taken: Callable[[str], bool]) -> str:
    """The name itself, or with the first number that makes it free."""
    name, number = base, 1
    while is_taken(name) or keyword.iskeyword(name):
        number += 1
        name = f"{base}_{number}"
    return name


def _what(run: Run, sites: Sequence[Site]) -> str:
    """What a helper gives: the whole forward, its results, or what the last submodule that it calls makes of them."""
    statements = [column.statements[0] for column in run.columns]
    if run.interface.returns:
        if all(run.is_whole(k, site) for k, site in enumerate(sites)):
            return "forward"
        return _called(statements, sites[0]) or "output"
    outs = [re.sub(r"\W", "", name.strip("_")) for name in run.interface.outs]
    if outs and all(len(name) == 1 for name in outs) and len(outs) > 1:
        return "".join(outs)
    telling = [name for name in outs if name.lower() not in _VAGUE]
    if 0 < len(telling) <= _MOST_OUTS_NAMED and len(telling) == len(outs):
        return "_".join(telling)
    return _called(statements, sites[0]) or (telling or outs or ["step"])[-1]


def _called(statements: Sequence[ast.stmt], site: Site) -> str:
    """The last attribute of self that the statements call, unless it says nothing."""
    found = ""
    for statement in statements_of(statements):
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == site.self_name
            ):
                found = node.func.attr.strip("_")
    return found if found.isascii() else ""
