"""The sections that are more than text and less than tables: summary, verification, related findings, appendix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esper_lint.tickets.layout import Block
from esper_lint.tickets.markup import key, plain
from esper_lint.tickets.scanning import Lines, is_blank
from esper_lint.tickets.tables import is_row, label_pair, pair_of, row_of, table_at
from esper_lint.tickets.ticket import Box, Mark, Relation, RelationKind

Odd = tuple[int, str, str]

BOX = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+\[(?P<mark>.?)\](?:[ \t]+(?P<text>.*))?", re.DOTALL)
ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*-\d+[a-z]?")

_MARKS = {mark.value: mark for mark in Mark} | {"X": Mark.TICKED}
_ODD_MARKS = {"": Mark.EMPTY, "*": Mark.TICKED, "v": Mark.TICKED, "V": Mark.TICKED} | dict.fromkeys(
    "\N{CHECK MARK}\N{HEAVY CHECK MARK}\N{SQUARE ROOT}", Mark.TICKED
)
ID_WORD = re.compile(rf"(?<![\w-]){ID.pattern}(?![\w-])", re.ASCII)
_WRITTEN = re.compile(
    rf"- (?P<id>{ID.pattern})(?: \((?P<kind>related|duplicate|blocks)\))?(?:: (?P<note>.*))?", re.DOTALL
)
_BULLET = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<text>.*)", re.DOTALL)
_CONTINUED = re.compile(r"[ \t]+\S")
_LINK = re.compile(rf"\[({ID.pattern})\]\([^()]*\)", re.ASCII)
_EDGES = " \t:;,.-*`\N{EN DASH}\N{EM DASH}"
_KINDS = (("duplicat", RelationKind.DUPLICATE), ("block", RelationKind.BLOCKS))
_TICKET_COLUMNS = frozenset(("ticket", "ticketid", "id", "finding", "relatedticket"))
_KIND_COLUMNS = frozenset(("relation", "relationship", "type", "kind"))
_QUOTED = re.compile(r'"(.*)"', re.DOTALL)
_SUMMARIES = frozenset(("onelinesummary", "onelinersummary", "summary"))
_CATEGORIES = frozenset(("category", "categories"))
_REPORT_FILES, _REPORT_SECTIONS = frozenset(("reportfile", "report")), frozenset(("section", "reportsection"))


class Summary(NamedTuple):
    summary: str
    categories: tuple[Box, ...]
    rest: list[int]


def read_summary(lines: Lines, block: Block, odd: list[Odd]) -> Summary:
    summary: list[str] | None = None
    boxes: list[Box] = []
    rest: list[int] = []
    is_open = False  # the paragraph of the summary goes on
    for number in range(block.first, block.last):
        line = lines.texts[number]
        pair = None if lines.code[number] else label_pair(line, number)
        if pair is not None and pair.key in _SUMMARIES and summary is None:
            summary, is_open = [pair.value], True
        elif pair is not None and pair.key in _CATEGORIES:
            boxes += [Box(plain(pair.value), Mark.TICKED)] if pair.value else []
            is_open = False
        elif not lines.code[number] and (box := box_of(line, number, odd)) is not None:
            boxes.append(box)
            is_open = False
        elif is_open and summary is not None and not is_blank(line) and not lines.code[number] and pair is None:
            summary.append(line)
        else:
            is_open = False
            rest.append(number)
    if summary is None:
        summary, rest = _first_paragraph(lines, rest)
    return Summary(" ".join(part.strip(" \t") for part in summary if part.strip(" \t")), tuple(boxes), rest)


def is_summary(line: str) -> bool:
    """Whether a line of text in the summary would be taken for one of its fields."""
    pair = label_pair(line, 0)
    return (pair is not None and pair.key in _SUMMARIES | _CATEGORIES) or BOX.fullmatch(line) is not None


def box_of(line: str, number: int, odd: list[Odd]) -> Box | None:
    """The check box of a line, or None."""
    found = BOX.fullmatch(line)
    if found is None:
        return None
    mark = _MARKS.get(found["mark"])
    if mark is None:
        mark = _ODD_MARKS.get(found["mark"], Mark.EMPTY)
        odd.append((number, "odd-box", f"'[{found['mark']}]' is read as '[{mark.value}]'"))
    return Box((found["text"] or "").strip(" \t"), mark)


def is_box(line: str) -> bool:
    return BOX.fullmatch(line) is not None


def read_boxes(lines: Lines, numbers: Iterable[int], odd: list[Odd]) -> tuple[tuple[Box, ...], list[int]]:
    """The check boxes among lines, and the other lines."""
    boxes, rest = [], []
    for number in numbers:
        box = None if lines.code[number] else box_of(lines.texts[number], number, odd)
        if box is None:
            rest.append(number)
        else:
            boxes.append(box)
    return tuple(boxes), rest


def read_related(lines: Lines, block: Block) -> tuple[tuple[tuple[Relation, int], ...], list[int]]:
    """The relations, each with its line, and the lines that hold none."""
    found: list[tuple[Relation, int]] = []
    rest: list[int] = []
    number = block.first
    while number < block.last:
        line = lines.texts[number]
        if not lines.code[number] and is_row(line):
            table = table_at(lines, number, block.last)
            columns = [key(plain(cell)) for cell in table.rows[0].cells] if table.rows else []
            is_known = any(column in _TICKET_COLUMNS for column in columns)
            rows = [(row.line, _of_row(row.cells, columns if is_known else [])) for row in table.rows[is_known:]]
            if any(relations for _, relations in rows):
                found += [(relation, at) for at, relations in rows for relation in relations]
                rest += [at for at, relations in rows if not relations]
            else:
                rest += range(number, table.end)
            number = table.end
            continue
        end = _end_of_bullet(lines, number, block.last)
        relations = () if lines.code[number] else _of_lines(lines.texts[number:end])
        if relations:
            found += [(relation, number) for relation in relations]
        else:
            rest += range(number, end)
        number = end
    return tuple(found), rest


def is_related(line: str) -> bool:
    """Whether a line of text would be taken for a relation."""
    if is_row(line):
        return ID_WORD.search(line) is not None or any(
            key(plain(cell)) in _TICKET_COLUMNS for cell in row_of(line, 0).cells
        )
    return bool(_of_lines([line]))


class Reference(NamedTuple):
    file: str
    section: str
    rest: list[int]


def read_reference(lines: Lines, block: Block) -> Reference:
    """The file and the section of the report that a finding was taken from."""
    values: dict[frozenset[str], str] = {}
    rest: list[int] = []
    for number in range(block.first, block.last):
        names, value = _reference_field(lines.texts[number]) if lines.is_text(number) else (frozenset[str](), "")
        if names and names not in values:
            values[names] = value
        else:
            rest.append(number)
    section = values.get(_REPORT_SECTIONS, "")
    quoted = _QUOTED.fullmatch(section)
    return Reference(plain(values.get(_REPORT_FILES, "")), quoted[1] if quoted else plain(section), rest)


def is_reference(line: str) -> bool:
    """Whether a line of text in the appendix would be taken for one of its fields."""
    return bool(_reference_field(line)[0])


def _reference_field(line: str) -> tuple[frozenset[str], str]:
    if is_row(line):
        row = row_of(line, 0)
        pair = pair_of(row, line) if row.cells else None
    else:
        pair = label_pair(line, 0)
    for names in (_REPORT_FILES, _REPORT_SECTIONS):
        if pair is not None and pair.key in names:
            return names, pair.value
    return frozenset(), ""


def _first_paragraph(lines: Lines, numbers: Sequence[int]) -> tuple[list[str], list[int]]:
    """The summary where nothing says which it is: the text up to the first blank line."""
    taken: dict[int, str] = {}
    for number in numbers:
        if lines.code[number] or is_row(lines.texts[number]):
            break
        if is_blank(lines.texts[number]):
            if taken:
                break
            continue
        taken[number] = lines.texts[number]
    return list(taken.values()), [number for number in numbers if number not in taken]


def _end_of_bullet(lines: Lines, number: int, last: int) -> int:
    """Where the next line begins that does not go on with this bullet."""
    end = number + 1
    if lines.code[number] or _BULLET.fullmatch(lines.texts[number]) is None:
        return end
    while (
        end < last
        and not lines.code[end]
        and _CONTINUED.match(lines.texts[end])
        and _BULLET.fullmatch(lines.texts[end]) is None
    ):
        end += 1
    return end


def _of_lines(texts: Sequence[str]) -> tuple[Relation, ...]:
    """The relations of a bullet or of a line ``**Duplicates:** …``; none of prose that only mentions an id."""
    text = (
        " ".join((texts[0].rstrip(" \t"), *(part.strip(" \t") for part in texts[1:]))) if len(texts) > 1 else texts[0]
    )
    written = _WRITTEN.fullmatch(text)
    if written is not None:
        kind = RelationKind(written["kind"] or RelationKind.RELATED.value)
        return (Relation(written["id"], kind, (written["note"] or "").strip(" \t")),)
    bullet = _BULLET.fullmatch(text)
    pair = label_pair(text, 0)
    if bullet is None and pair is None:
        return ()
    content = _LINK.sub(r"\1", bullet["text"] if bullet is not None else text)
    ids = list(ID_WORD.finditer(content))
    if not ids:
        return ()
    before, after = content[: ids[0].start()], content[ids[-1].end() :]
    note = _bare_note(after)
    kind = _kind(before) or _kind(re.split(r"[:.]|\N{EN DASH}|\N{EM DASH}", note)[0]) or RelationKind.RELATED
    between = content[ids[0].end() : ids[-1].start()]
    if len(ids) > 1 and re.sub(r"[\s,;&*`+\[\]()/]|\band\b", "", ID_WORD.sub("", between)):
        return (Relation(ids[0][0], kind, _bare_note(content[ids[0].end() :])),)  # the others are part of its note
    return tuple(Relation(found[0], kind, note) for found in ids)


def _bare_note(text: str) -> str:
    """What is said of a relation, without what parts it from the id."""
    text = text.strip(_EDGES.replace(".", ""))
    inside = re.fullmatch(r"\(([^()]*)\)", text)
    return (inside[1] if inside else text).strip(" \t")


def _kind(text: str) -> RelationKind | None:
    return next(
        (kind for word, kind in _KINDS if word in text.casefold() and "blocked by" not in text.casefold()), None
    )


def _of_row(cells: Sequence[str], columns: Sequence[str]) -> tuple[Relation, ...]:
    if not columns:
        columns = ["ticket", *("note" for _ in cells[1:])]
    ids = [
        found[0]
        for cell, column in zip(cells, columns, strict=False)
        if column in _TICKET_COLUMNS
        for found in ID_WORD.finditer(cell)
    ]
    kinds = [_kind(cell) for cell, column in zip(cells, columns, strict=False) if column in _KIND_COLUMNS]
    notes = [
        plain(cell)
        for place, cell in enumerate(cells)
        if cell and (place >= len(columns) or columns[place] not in _TICKET_COLUMNS | _KIND_COLUMNS)
    ]
    kind = next((one for one in kinds if one is not None), RelationKind.RELATED)
    if not kinds and notes and _kind(notes[0]) is not None and len(notes[0]) < 20:
        kind, notes = _kind(notes[0]) or kind, notes[1:]
    return tuple(Relation(one, kind, " | ".join(notes)) for one in ids)
