"""Two members beside each other, or one above the other on a narrow terminal, the holes underlined and numbered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from esper_lint.findings import Group, Member
from esper_lint.output.colour import Role, paint
from esper_lint.output.extract import Line, cut, width
from esper_lint.output.format import Sources, Style
from esper_lint.output.pairs import extracts_of
from esper_lint.output.rows import Fold, Row, rows
from esper_lint.rules.excerpt import printable

WIDE = 100

_INDENT = "  "
_GUTTER = 6
_BETWEEN = " | "


def snippet(group: Group, left: int, right: int, sources: Sources, style: Style) -> Iterator[str]:
    """The lines of the members at ``left`` and ``right``; nothing if a source cannot be had any more."""
    extracts = extracts_of(group, left, right, sources)
    if extracts is None:
        return
    paired = rows(*extracts)
    titles = [_title(group.members[index]) for index in (left, right)]
    render = _beside if style.width >= WIDE else _above
    yield from (f"{_INDENT}{line}".rstrip() for line in render(titles, paired, style))


def _title(member: Member) -> str:
    """The class and its file by their own names; in full they stand above, in the findings."""
    name, file = member.qualname.rpartition(".")[2], member.path.rpartition("/")[2]
    return printable(f"{name} ({file}:{member.line})")


def _beside(titles: Sequence[str], paired: Sequence[Row | Fold], style: Style) -> Iterator[str]:
    column = (style.width - len(_INDENT) - len(_BETWEEN)) // 2

    def joined(left: str, right: str, role: Role) -> str:
        return f"{paint(left, role, style)}{'':{column - width(left)}}{_BETWEEN}{paint(right, role, style)}"

    yield joined(cut(titles[0], column), cut(titles[1], column), "place")
    for item in paired:
        if isinstance(item, Fold):
            yield paint(f"{'':{_GUTTER}}{item}", "quiet", style)
            continue
        yield joined(_code(item.left, column), _code(item.right, column), "code")
        if _marked(item.left) or _marked(item.right):
            yield joined(_carets(item.left, column), _carets(item.right, column), "mark")


def _above(titles: Sequence[str], paired: Sequence[Row | Fold], style: Style) -> Iterator[str]:
    column = max(style.width - len(_INDENT), 2 * _GUTTER)
    for side, title in enumerate(titles):
        yield paint(cut(title, column), "place", style)
        for item in paired:
            if isinstance(item, Fold):
                yield paint(f"{'':{_GUTTER}}{item}", "quiet", style)
                continue
            line = (item.left, item.right)[side]
            if line is not None:
                yield _code(line, column)
                if line.marks:
                    yield paint(_carets(line, column), "mark", style)


def _code(line: Line | None, column: int) -> str:
    return "" if line is None else cut(f"{line.number:>{_GUTTER - 1}} {line.text}", column)


def _marked(line: Line | None) -> bool:
    return line is not None and bool(line.marks)


def _carets(line: Line | None, column: int) -> str:
    """Carets under each hole, and then the holes' numbers, which stand there even when the carets are cut off."""
    if line is None or not line.marks:
        return ""
    labels = "".join(f" [{number}]" for number in dict.fromkeys(mark.number for mark in line.marks if mark.first))
    carets = " " * _GUTTER
    for mark in line.marks:
        carets += " " * (_GUTTER + mark.start - len(carets)) + "^" * (mark.end - mark.start)
    return carets[: max(column - len(labels), 0)] + labels
