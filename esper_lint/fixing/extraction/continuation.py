"""A statement before and after names in it were replaced -> the new one, with its continuation lines under the brackets
that they were aligned with."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from esper_lint.fixing.extraction.comments import Statement


@dataclass(frozen=True, slots=True)
class _Bracket:
    """``row`` and ``column`` count from 0."""

    row: int
    column: int


def realigned(old: Statement, new: Statement, layout: cst.Module) -> Statement:
    """``new`` has the lines of ``old``, and the same brackets but for some that it may lack at its start."""
    before, after = (_text(node, layout).split("\n") for node in (old, new))
    if len(before) == 1 or len(before) != len(after):
        return new
    lines = _shifted(before, after)
    if lines == after:
        return new
    parsed = cst.parse_statement("\n".join(lines), layout.config_for_parsing)
    assert isinstance(parsed, (cst.SimpleStatementLine, cst.BaseCompoundStatement))
    return parsed.with_changes(leading_lines=new.leading_lines)


def _shifted(before: Sequence[str], after: Sequence[str]) -> list[str]:
    old_brackets, aligned = _layout(before)
    new_brackets, _ = _layout(after)
    missing = len(old_brackets) - len(new_brackets)
    lines, shifts = list(after), [0] * len(after)
    for row, number in sorted(aligned.items()):
        if number < missing:
            continue
        bracket = new_brackets[number - missing]
        wanted = bracket.column + shifts[bracket.row] + 1
        text = after[row].lstrip(" ")
        shifts[row] = wanted - (len(after[row]) - len(text))
        lines[row] = " " * wanted + text
    return lines


def _layout(lines: Sequence[str]) -> tuple[list[_Bracket], dict[int, int]]:
    """The opening brackets, and for each line that begins right under what follows one of them, the number of that."""
    brackets: list[_Bracket] = []
    still_open: list[int] = []
    aligned: dict[int, int] = {}
    seen = -1
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
        row, column = token.start[0] - 1, token.start[1]
        if token.type in (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        begins = row > seen and not lines[row][:column].strip(" ")
        if begins and still_open and brackets[still_open[-1]].column + 1 == column:
            aligned[row] = still_open[-1]
        seen = max(seen, row)
        if token.type == tokenize.OP and token.string in "([{":
            still_open.append(len(brackets))
            brackets.append(_Bracket(row, column))
        elif token.type == tokenize.OP and token.string in ")]}" and still_open:
            still_open.pop()
    return brackets, aligned


def _text(node: Statement, layout: cst.Module) -> str:
    bare = node.with_changes(leading_lines=())
    return layout.code_for_node(bare).removesuffix("\n").removesuffix("\r")
