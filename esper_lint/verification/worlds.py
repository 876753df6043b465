"""The text of a file -> the worlds that its guards tell apart: as installed, and without each optional import."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.discovery.guards import optional_imports
from esper_lint.verification.imports import absolute_module

AS_INSTALLED = "as installed"
# Without these nothing runs, so a guard on what they hold takes only that away.
_INDISPENSABLE = frozenset({"torch", "torch.nn", "torch.nn.functional", "torch.utils"})


@dataclass(frozen=True, slots=True)
class World:
    """``masked`` are the modules, or names in modules, that cannot be imported there."""

    name: str = AS_INSTALLED
    masked: tuple[str, ...] = ()


@lru_cache(maxsize=64)  # of a file there are as many askers as it has classes
def worlds_of(text: str, package: str) -> tuple[World, ...]:
    """The world as it is first, then one for each guard of a file in ``package``; no guard is found in no Python."""
    try:
        tree = ast.parse(text)
        guards = optional_imports(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (World(),)
    masks = (_outermost(masked for one in imports for masked in _masked(one, package)) for imports in guards)
    return (World(), *(World(f"without {', '.join(mask)}", mask) for mask in dict.fromkeys(masks) if mask))


def _masked(statement: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.name not in _INDISPENSABLE:
                yield alias.name
        return
    module = absolute_module(statement, package)
    if module in _INDISPENSABLE or module.partition(".")[0] in sys.stdlib_module_names:
        yield from (f"{module}.{alias.name}" for alias in statement.names if alias.name != "*")
    elif module:
        yield module


def _outermost(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that lie in others of them."""
    found = dict.fromkeys(names)
    return tuple(name for name in found if not any(name.startswith(other + ".") for other in found))
