"""Runs of one group -> names for their helpers: what the sites have in common, and what the statements give."""

from __future__ import annotations

import ast
import keyword
import re
from collections import Counter
from collections.abc import Callable, Sequence
from string import digits

from esper_lint.fixing.extraction.choosing import Run
from esper_lint.fixing.extraction.sites import Site
from esper_lint.fixing.stems import common_words, joined, words_of

_MOST_NAMED = 2
_VAGUE = frozenset(("x", "y", "h", "z", "out", "outs", "output", "outputs", "hidden_states", "hidden", "input", "res"))
_VAGUE_ENDINGS = ("_out", "_output", "_outputs", "_states")
_LONGEST = 40


def helper_names(runs: Sequence[Run], sites: Sequence[Site], is_taken: Callable[[str], bool]) -> list[str]:
    """One free name a run, each with one leading underscore.

    Where two runs would be named alike, or a name would be long, it says which part of the forward it is.
    """
    stem = stem_of(sites)
    found = [_name(stem, _what(run, sites)) for run in runs]
    counts = Counter(found)
    names: list[str] = []
    for run, name in zip(runs, found, strict=True):
        base = name if counts[name] == 1 and len(name) <= _LONGEST else _name(stem, place_of(run, sites))
        names.append(free_name(base, lambda name: is_taken(name) or name in names))
    return names


def stem_of(sites: Sequence[Site]) -> str:
    """What the classes have in common in their names, or the name of the first one."""
    classes = [site.owner.name for site in sites]
    return joined(common_words(classes) or words_of(classes[0])) or "forward"


def free_name(base: str, is_taken: Callable[[str], bool]) -> str:
    """The name itself, or with the first number that makes it free."""
    name, number = base, 1
    while is_taken(name) or keyword.iskeyword(name):
        number += 1
        name = f"{base}_{number}"
    return name


def unnumbered(name: str) -> str:
    """What ``free_name`` may have made the name of."""
    return re.sub(r"(?<=.)_\d+$", "", name)


def place_of(run: Run, sites: Sequence[Site]) -> str:
    """What part of all forwards a run is: ``forward``, ``start``, ``end`` or ``part``."""
    begins = all(run.begins(k, site) for k, site in enumerate(sites))
    ends = all(run.ends(k, site) for k, site in enumerate(sites))
    return "forward" if begins and ends else "start" if begins else "end" if ends else "part"


def _name(stem: str, what: str) -> str:
    """Both together, without saying a word twice in a row."""
    words = f"{stem}_{what}".split("_")
    return "_" + "_".join(word for at, word in enumerate(words) if word and (not at or word != words[at - 1]))


def _what(run: Run, sites: Sequence[Site]) -> str:
    """What a helper gives: the whole forward, its results, or what the submodules that it calls make of them."""
    place = place_of(run, sites)
    if place == "forward":
        return place
    statements = [column.statements[0] for column in run.columns]
    return _of_outs(run.interface.outs) or _of_calls(_called(statements, sites[0])) or place


def _of_outs(outs: Sequence[str]) -> str:
    """The results, if they are few and each says something, or are many letters; else empty."""
    names = [re.sub(r"\W", "", name.strip("_")) for name in outs]
    if len(names) > 1 and all(len(name) == 1 and name.isalpha() for name in names):
        return "".join(names)
    if not 0 < len(names) <= _MOST_NAMED or any(name.lower() in _VAGUE for name in names):
        return ""
    for ending in _VAGUE_ENDINGS:
        if len(names) > 1 and all(name.endswith(ending) and name != ending for name in names):
            names = [name.removesuffix(ending) for name in names]
    return "_".join(names)


def _of_calls(called: Sequence[str]) -> str:
    """One or two submodules by name, more of one kind by that; else empty."""
    if len(called) == _MOST_NAMED and f"{called[1]}_".startswith(f"{called[0]}_"):
        called = called[1:]
    if 0 < len(called) <= _MOST_NAMED:
        return "_".join(called)
    kinds = {name.rstrip(f"_{digits}") for name in called}
    if len(kinds) != 1 or not all(name[-1] in digits for name in called):
        return ""
    kind = kinds.pop()
    return kind + ("es" if kind.endswith(("ch", "s", "sh", "x")) else "s")


def _called(statements: Sequence[ast.stmt], site: Site) -> list[str]:
    """The attributes of self that the statements call, in the order of the text, each once."""
    found = [
        (node.lineno, node.func.end_col_offset or 0, node.func.attr.strip("_"))
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == site.self_name
    ]
    return list(dict.fromkeys(name for *_, name in sorted(found) if name and name.isascii()))
