"""Text from analysed files made fit for one line of a terminal: printable, on one line, of bounded length.

File names and code are whatever somebody committed: escape sequences, bidirectional overrides and newlines in them must
not move the cursor, reorder a line or forge a second one.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from functools import lru_cache

from esper_lint.findings import HoleKind

_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_CALLEE = re.compile(r"[A-Za-z_][\w.]*(?=\()")


def printable(text: str) -> str:
    """The text with every character that is not printable, newlines included, written as its escape."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def shortened(text: str, limit: int) -> str:
    """The text if it has at most ``limit`` characters, else its beginning and an ellipsis."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def one_line(text: str) -> str:
    """The text with each run of white space made one blank, printable."""
    return printable(" ".join(text.split()))


def short_path(path: str, limit: int) -> str:
    """The path, printable; if it is too long, its end, since the end is what tells files apart."""
    path = printable(path)
    return path if len(path) <= limit else "…" + path[-(limit - 1) :]


def callee(text: str) -> str | None:
    """``F.relu(…)`` for the text of a call of a dotted name, else None."""
    match = _CALLEE.match(text)
    return f"{printable(match[0])}(…)" if match and text.rstrip().endswith(")") else None


@lru_cache(maxsize=4096)
def expression(text: str) -> str:
    """The source text of an expression on one line; what is none by itself, as parameters, as it is written."""
    try:
        return one_line(ast.unparse(_parsed(f"({text}\n)")))
    except _UNPARSABLE:
        return one_line(text)


@lru_cache(maxsize=4096)
def statements(text: str) -> tuple[str, ...]:
    """The statements of a source text, each on one line and without comments.

    Text that is not a run of statements counts as one; no text holds none.
    """
    body = _body(text)
    return (one_line(text),) if body is None else tuple(one_line(ast.unparse(statement)) for statement in body)


@lru_cache(maxsize=4096)
def statement_count(text: str) -> int:
    """How many statements a text holds; parsed only if it can be more than one, since every message counts."""
    if "\n" not in text and ";" not in text:
        return int(bool(text))
    body = _body(text)
    return 1 if body is None else len(body)


def hole_text(kind: HoleKind, text: str) -> str:
    """What a member has in a hole, on one line; code that was laid out over several lines as if written on one."""
    if "\n" not in text:
        return one_line(text) or "nothing"
    return "; ".join(statements(text)) if kind is HoleKind.STATEMENTS else expression(text)


def _body(text: str) -> list[ast.stmt] | None:
    # The text starts at its first character, but its further lines may keep the indentation of the file.
    indents = [len(line) - len(line.lstrip()) for line in text.splitlines()[1:] if line.strip()]
    for candidate in (text, textwrap.dedent(" " * min(indents, default=0) + text)):
        try:
            return _parsed(candidate).body
        except _UNPARSABLE:
            continue
    return None


def _parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        # The parser warns about doubtful escapes in the code that is being read; that is not ours to say.
        warnings.simplefilter("ignore")
        return ast.parse(text)
