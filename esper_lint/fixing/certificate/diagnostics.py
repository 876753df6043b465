"""What pyflakes says of a text, so that a fix does not add to it."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from functools import lru_cache

from esper_lint.fixing.certificate.objection import Objection

_KINDS = {
    "UndefinedName": "undefined",
    "UndefinedLocal": "undefined",
    "UndefinedExport": "undefined",
    "UnusedVariable": "unused",
    "UnusedAnnotation": "unused",
    "UnusedImport": "unused",
    "UnusedIndirectAssignment": "unused",
    "RedefinedWhileUnused": "redefined",
    "ImportShadowedByLoopVar": "redefined",
    "LateFutureImport": "syntax",
}
_Message = tuple[str, str]


def _messages(tree: ast.Module) -> list[tuple[_Message, int]]:
    from pyflakes.checker import Checker

    return [
        ((type(message).__name__, str(message.message_args[:1])), message.lineno)
        for message in Checker(tree).messages
        if type(message).__name__ in _KINDS
    ]


@lru_cache(maxsize=8)  # the same file is proposed changed in several ways
def _known(text: str) -> tuple[_Message, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    return tuple(message for message, _ in _messages(tree))


def check_diagnostics(before: str | None, after: ast.Module) -> None:
    """Raises ``Objection`` where a name has become undefined, unused or redefined."""
    found = _messages(after)
    if not found:
        return
    known = Counter(_known(before) if before is not None else ())
    for message, line in found:
        if known[message]:
            known[message] -= 1
            continue
        kind, names = message
        raise Objection(_KINDS[kind], f"{kind} {names.strip('(),')}", line)
