"""A block: a run of statements of a file as whole lines, the unit of text that is read when a group is explained."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from esper_lint.discovery.decoding import LINE_END


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``line`` to ``end_line``, from byte ``column`` of the first to byte ``end_column``, if not 0, of the last.

    ``digest`` names the text without its common indentation of ``indent`` characters: blocks of equal digest are
    equal to the letter, comments and layout included.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    indent: int
    digest: str


def physical_lines(text: str) -> list[str]:
    """The lines that Python counts, without their ends; ``str.splitlines`` knows seven more line ends."""
    return LINE_END.split(text) if "\r" in text else text.split("\n")


def block_of(statements: Sequence[ast.stmt], lines: Sequence[str]) -> Block:
    """The block of consecutive statements of one suite."""
    first, last = statements[0], statements[-1]
    decorators = getattr(first, "decorator_list", ())
    line = min(first.lineno, *[decorator.lineno for decorator in decorators]) if decorators else first.lineno
    end_line = last.end_lineno or last.lineno
    # A column matters only where another statement shares the line: after a one-line header, around a semicolon.
    column = first.col_offset if not decorators and lines[line - 1][: first.col_offset].strip() else 0
    end_column = 0
    if ";" in lines[end_line - 1] and _utf8(lines[end_line - 1])[last.end_col_offset :].lstrip().startswith(b";"):
        end_column = last.end_col_offset or 0
    text = _text(line, column, end_line, end_column, lines)
    indent = len(text) - len(text.lstrip(" \t"))
    plain = text[indent:].replace("\n" + text[:indent], "\n")
    digest = blake2b(_utf8(plain), digest_size=12).hexdigest()
    return Block(line, column, end_line, end_column, indent, digest)


def block_text(block: Block, lines: Sequence[str]) -> str:
    """The block as whole lines, each ended by a newline; what precedes or follows it on its lines is blanked."""
    return _text(block.line, block.column, block.end_line, block.end_column, lines)


def _text(first: int, column: int, last: int, end_column: int, lines: Sequence[str]) -> str:
    chosen = [*lines[first - 1 : last], ""]
    if end_column:
        chosen[-2] = _utf8(chosen[-2])[:end_column].decode("utf-8", "surrogatepass")
    if column:
        before = _utf8(chosen[0])[:column].decode("utf-8", "surrogatepass")
        chosen[0] = " " * len(before) + chosen[0][len(before) :]
    return "\n".join(chosen)


def _utf8(text: str) -> bytes:
    """The bytes that the columns of ``ast`` count."""
    return text.encode("utf-8", "surrogatepass")
