"""Cases of one member of a clone group -> cases of the members that have none of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from esper_lint.verification.generating import SignatureOf
from esper_lint.verification.pairing import Inventory, Pair
from esper_lint.verification.placing import module_beside
from esper_lint.verification.siblings import Target, transferred
from esper_lint.verification.sourcing import Sourced
from esper_lint.verification.specs import Case

Member = tuple[str, str]  # a file, relative to the root of the tree, and a qualified name

_MOST = 4  # cases that a class gets from another


def with_siblings(
    own: Mapping[Pair, Sourced],
    pairs: Iterable[Pair],
    groups: Sequence[Sequence[Member]],
    held: Inventory,
    signature_of: SignatureOf,
) -> Mapping[Pair, Sourced]:
    """``own``, and for each other class the cases of the first sibling that has some which can be transferred."""
    sources = {(pair.old.file, pair.old.qualname): (pair, found) for pair, found in own.items()}
    found = dict(own)
    for pair in pairs:
        if pair in own:
            continue
        member = pair.old.file, pair.old.qualname
        siblings = dict.fromkeys(one for group in groups if member in group for one in group)
        for sibling in siblings:
            if sibling in sources:
                module, cases = _transferred(pair, *sources[sibling], held, signature_of)
                if cases:
                    found[pair] = Sourced(module, cases)
                    break
    return found


def _transferred(
    pair: Pair, sibling: Pair, source: Sourced, held: Inventory, signature_of: SignatureOf
) -> tuple[str, tuple[Case, ...]]:
    module = module_beside(pair.old.file, sibling.old.file, source.module)
    around = _function_around(held.texts[pair.old.file].decode("utf-8", "replace"), pair.old.qualname)
    target = Target(f"{module}:{pair.old.qualname}", f"{module}:{around}" if around else None)
    moved = (transferred(case, target, signature_of) for case in source.cases[:_MOST])
    return module, tuple(case for case in moved if isinstance(case, Case))


def _function_around(text: str, qualname: str) -> str:
    """The qualified name of the innermost function around a class; empty if there is none."""
    parts = qualname.split(".")
    try:
        body: Sequence[ast.stmt] = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    around = ""
    for depth, name in enumerate(parts[:-1], start=1):
        found = next((one for one in _definitions(body) if one.name == name), None)
        if found is None:
            return around
        if not isinstance(found, ast.ClassDef):
            around = ".".join(parts[:depth])
        body = found.body
    return around


def _definitions(body: Sequence[ast.stmt]) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Those of a body, under conditions too."""
    for statement in body:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield statement
        else:
            for field in ("body", "orelse", "finalbody"):
                yield from _definitions(getattr(statement, field, []))
            for handler in getattr(statement, "handlers", []):
                yield from _definitions(handler.body)
