"""What pyflakes says of a text, so that a fix does not add to it, but for imports that are left without a use."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection
from functools import lru_cache

from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.source import Source, parsed

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


def is_diagnostic(reason: str) -> bool:
    """Whether a rejection is what pyflakes says of a text after."""
    return reason.partition(" ")[0] in _KINDS


def _messages(tree: ast.Module) -> list[tuple[_Message, int]]:
    from pyflakes.checker import Checker

    return [
        ((type(message).__name__, str(message.message_args[:1])), message.lineno)
        for message in Checker(tree).messages
        if type(message).__name__ in _KINDS
    ]


@lru_cache(maxsize=256)  # the same file is proposed changed in several ways
def _known(path: str, text: str) -> tuple[_Message, ...]:
    return tuple(message for message, _ in _messages(parsed(path, text, compiles=False).tree))


def check_diagnostics(before: Source | None, after: ast.Module) -> None:
    """Raises ``Objection`` where a name has become undefined, unused or redefined."""
    for name, line in unused_imports(before, after, ()):
        raise Objection("unused", f"UnusedImport {name}", line)


def unused_imports(
    before: Source | None, after: ast.Module, added: Collection[str], moved_from: Collection[Source] = ()
) -> list[tuple[str, int]]:
    """The names that the text before imported for what has moved to another file, with their lines in the text after.

    Their imports stay, since others may import these names from here.  ``added`` are names that the fix imports.  A
    file that the fix adds has no text before, and may say what those that it has its code from (``moved_from``) said.
    Raises ``Objection`` where a name has become undefined, unused in any other way, or redefined.
    """
    found = _messages(after)
    left: list[tuple[str, int]] = []
    sources = (moved_from if before is None else [before]) if found else ()  # most files have nothing to be told
    known = Counter(message for source in sources for message in _known(source.path, source.text))
    for message, line in found:
        kind, names = message
        if known[message] and not (before is None and kind == "UnusedImport"):
            known[message] -= 1
            continue
        name = names.strip("'(),").rpartition(" as ")[2]
        if kind != "UnusedImport" or before is None or name.rpartition(".")[2] in added:
            raise Objection(_KINDS[kind], f"{kind} {names.strip('(),')}", line)
        left.append((name, line))
    return left
