"""A file's text -> the same text with one call in the place of each definition that a fix does not look into, and back.

LibCST needs half a second for a large file, most of it for classes that stay as they are.  The calls stand on the same
lines as what they stand for, so positions are the same in both texts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from esper_lint.discovery.decoding import LINE_END
from esper_lint.fixing.extraction.sites import Source

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Reduced:
    """``kept`` are the top-level statements that the text still has, ``blocks`` what the calls stand for, by number."""

    text: str
    kept: Sequence[ast.stmt]
    prefix: str
    blocks: Sequence[str]

    def restored(self, text: str) -> str:
        """A text with the calls, wherever they stand, as the file has it."""
        call = rf"{re.escape(self.prefix)}(\d+)__(?:\(\s*\))?"
        return re.sub(call, lambda found: self.blocks[int(found[1])], text) if self.blocks else text


def reduced(source: Source, tops: Collection[int]) -> Reduced:
    """Without the definitions of the module's scope but the first one, before which imports go, and those that
    ``tops`` are the indexes of."""
    body = source.tree.body
    defined = [index for index, one in enumerate(body) if isinstance(one, _DEFINITIONS)]
    left_out = dict.fromkeys(index for index in defined[1:] if index not in tops)
    prefix = "__stands_for_"
    while prefix in source.text:
        prefix += "_"
    lines, ends = list(source.lines), [*LINE_END.findall(source.text), ""]
    parts: list[str] = []
    blocks: list[str] = []
    at = 0
    for index in left_out:
        first, last = first_line(body[index]) - 1, _last_line(body, index, lines) - 1
        parts += [line + end for line, end in zip(lines[at:first], ends[at:first], strict=True)]
        inside = "".join(ends[first:last])
        parts.append(f"{prefix}{len(blocks)}__" + (f"({inside})" if inside else "") + ends[last])
        blocks.append("".join(map(str.__add__, lines[first:last], ends[first:last])) + lines[last])
        at = last + 1
    parts += [line + end for line, end in zip(lines[at:], ends[at:], strict=True)]
    kept = [one for index, one in enumerate(body) if index not in left_out]
    return Reduced("".join(parts), kept, prefix, blocks)


def first_line(statement: ast.stmt) -> int:
    """Where a statement begins, its decorators included."""
    decorators: Sequence[ast.expr] = getattr(statement, "decorator_list", ())
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _last_line(body: Sequence[ast.stmt], index: int, lines: Sequence[str]) -> int:
    """With the comments that are indented below it: they are its own, and would be those of what follows."""
    last = body[index].end_lineno or body[index].lineno
    end = first_line(body[index + 1]) - 1 if index + 1 < len(body) else len(lines)
    return max([last, *_indented_comments(lines, last, end)])


def _indented_comments(lines: Sequence[str], last: int, end: int) -> Iterator[int]:
    for number in range(last + 1, end + 1):
        line = lines[number - 1]
        if line[:1] in (" ", "\t") and line.lstrip().startswith("#"):
            yield number
