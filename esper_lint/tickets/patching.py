"""Small changes of a ticket's file in place: every byte outside of what is changed stays.

A patch is planned on the lines that the reader sees and carried out on the bytes under them, so a file keeps its line
ends, its byte order mark and whatever shape it was written in.  What comes out is read again: unless the reader finds
the value that was asked for, nothing is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from esper_lint.tickets import contents, layout, metadata
from esper_lint.tickets.escaping import escaped
from esper_lint.tickets.layout import Block, parts_of, sections_of
from esper_lint.tickets.markup import code_span, inline, one_line, plain
from esper_lint.tickets.reading import digest_of, read_ticket
from esper_lint.tickets.reviews import reviewer_in_heading, reviewer_key, reviews_of
from esper_lint.tickets.scanning import RULE, Lines, decoded, decoded_line, is_blank, scanned
from esper_lint.tickets.tables import Pair, escaped_cell, row_text
from esper_lint.tickets.ticket import Mark, Place, Review, Site, Ticket
from esper_lint.tickets.writing import field_cell, member_line, place_cells, review_block

_LAST_LINE_END = re.compile(rb"\r\n|\n|\r")


class TicketChanged(Exception):
    """The file is not the one that was read any more; the message is one line."""


class CannotPatch(Exception):
    """The file has no place for this change, or would not be read as it; the message is one line."""


@dataclass(frozen=True, slots=True)
class SetCell:
    """The value of a field of the metadata, by its label; a row that is not there is added."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class SetPlaces:
    """The files and lines of the location."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SetMembers:
    """The list of further members under the location's table."""

    members: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class PutReview:
    """A review, in the place of the one that the same reviewer gave before, else after all others."""

    review: Review
    support_word: str = "SUPPORT"


@dataclass(frozen=True, slots=True)
class TickBox:
    """What stands in the first check box with this text, among the categories or what verifies the fix."""

    text: str
    mark: Mark = Mark.TICKED


@dataclass(frozen=True, slots=True)
class SetSection:
    """The text under a known heading that has one, such as Resolution; a section that is not there is added."""

    heading: str
    text: str


Patch = SetCell | SetPlaces | SetMembers | PutReview | TickBox | SetSection


def patched(data: bytes, patches: Sequence[Patch], *, expected: str) -> bytes:
    """The file with all patches.  Raises TicketChanged if ``expected`` is not the digest of ``data``, CannotPatch."""
    if digest_of(data) != expected:
        raise TicketChanged("the ticket has been changed since it was read")
    for patch in patches:
        data = _with_patch(data, patch)
    return data


def _with_patch(data: bytes, patch: Patch) -> bytes:
    if decoded(data).is_utf16:
        raise CannotPatch("the ticket is UTF-16: save it as UTF-8")
    before = read_ticket(data, "").ticket
    if _holds(before, before, patch):
        return data
    file = _File(data)
    if isinstance(patch, SetCell):
        _set_cell(file, patch.field, patch.value)
    elif isinstance(patch, SetPlaces):
        _set_places(file, patch.places)
    elif isinstance(patch, SetMembers):
        _set_members(file, patch.members)
    elif isinstance(patch, PutReview):
        _put_review(file, patch)
    elif isinstance(patch, TickBox):
        _tick(file, patch)
    else:
        _set_section(file, patch)
    result = file.written()
    if not _holds(read_ticket(result, "").ticket, before, patch):
        raise CannotPatch(f"{_named(patch)} cannot be written into this ticket")
    return result


# -- the file ---------------------------------------------------------------------------------------------------------


class _File:
    """The bytes of a file, its lines, and the changes that are asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._raw = data.splitlines(keepends=True)
        text = decoded(data)
        self.lines: Lines = scanned(text.text)
        self._mark = 3 if text.has_mark else 0
        self._starts = [0]
        for line in self._raw:
            self._starts.append(self._starts[-1] + len(line))
        ends = _LAST_LINE_END.search(data)
        self._line_end = ends[0] if ends else b"\n"
        self._changes: list[tuple[int, int, bytes]] = []

    def sections(self) -> list[Block]:
        return list(sections_of(self.lines))

    def section(self, name: str) -> Block | None:
        return next((block for block in self.sections() if block.name == name), None)

    def change_in_line(self, line: int, start: int, end: int, text: str) -> None:
        """Other text between two columns of a line."""
        begin, finish = (self._column(line, column) for column in (start, end))
        self._changes.append((begin, finish, text.encode()))

    def change_lines(self, first: int, last: int, text: str) -> None:
        """Other lines for those from ``first`` up to ``last``, of which there is at least one; none for no text."""
        begin, end = self._starts[first], self._starts[min(last, len(self._raw))]
        if text:
            self._changes.append((begin, end - len(self._end_of(last - 1)), self._encoded(text)))
        else:
            self._changes.append((begin, end, b""))

    def insert_after(self, line: int, text: str) -> None:
        """New lines after a line; -1 is before the first one."""
        if line < 0:
            self._changes.append((self._mark, self._mark, self._encoded(text) + self._line_end))
            return
        end = self._starts[min(line + 1, len(self._raw))]
        own_end = self._end_of(line)
        place = end - len(own_end)
        tail = b"" if own_end else self._line_end
        self._changes.append((place, place, self._line_end + self._encoded(text) + tail))

    def written(self) -> bytes:
        data = self._data
        for start, end, text in sorted(self._changes, reverse=True):
            data = data[:start] + text + data[end:]
        return data

    def _encoded(self, text: str) -> bytes:
        return text.encode("utf-8", "replace").replace(b"\n", self._line_end)

    def _column(self, line: int, column: int) -> int:
        start = self._starts[line] + (self._mark if line == 0 else 0)
        raw = self._raw[line] if line < len(self._raw) else b""
        _, encoding = decoded_line(raw[self._mark if line == 0 else 0 :].rstrip(b"\r\n"))
        text = self.lines.texts[line][:column]
        return start + (len(text.encode()) if encoding == "utf-8" else len(text))

    def _end_of(self, line: int) -> bytes:
        raw = self._raw[line] if line < len(self._raw) else b""
        return raw[len(raw.rstrip(b"\r\n")) :] if raw.endswith((b"\r", b"\n")) else b""


# -- fields -----------------------------------------------------------------------------------------------------------


def _set_cell(file: _File, label: str, value: str) -> None:
    name = metadata.metadata_key(label)
    section = file.section(layout.METADATA)
    if section is None:
        _add_metadata(file, name, value)
        return
    own = next(iter(parts_of(file.lines, section)))
    pairs, _ = metadata.metadata_pairs(file.lines, own)
    same = [pair for pair in pairs if metadata.metadata_key(pair.label) == name]
    if same:
        # The one that is read: the first that has a meaning.
        meant = [one for one in same if metadata.value_of(name, one.value)] or [one for one in same if one.value]
        pair = (meant or same)[0]
        _write_value(file, pair, _in_style(pair.value, name, value))
        return
    row = _row_of(name, value)
    rows = [pair for pair in pairs if pair.is_row]
    if rows:
        file.insert_after(rows[-1].line, row)
    elif pairs:
        file.insert_after(pairs[-1].line, f"**{metadata.LABELS[name]}:** {field_cell(name, value)}")
    else:
        file.insert_after(section.line, f"\n| Field | Value |\n|-------|-------|\n{row}")


def _write_value(file: _File, pair: Pair, text: str) -> None:
    text = escaped_cell(text) if pair.is_row else one_line(text)
    line = file.lines.texts[pair.line]
    before = line[: pair.start][-1:]
    after = line[pair.end :][:1]
    lead = " " if text and before not in ("", " ", "\t") else ""
    tail = " " if text and after == "|" else ""
    if pair.is_row and line.count("|") == 1:
        lead = " | "
    file.change_in_line(pair.line, pair.start, pair.end, f"{lead}{text}{tail}")


def _in_style(old: str, name: str, value: str) -> str:
    """The value in back ticks or bold as the old one was, if it is still read as itself."""
    old = old.strip(" \t")
    if name == "domains":
        return value if "`" in value else ", ".join(code_span(part.strip(" \t")) for part in value.split(","))
    candidates = []
    if old.startswith("**") and plain(old) != old:
        candidates.append(f"**{one_line(value)}**")
    elif old and not old.startswith("`"):
        candidates.append(inline(value))
    candidates.append(field_cell(name, value))
    return next((one for one in candidates if plain(one) == one_line(value)), code_span(value))


def _row_of(name: str, value: str) -> str:
    return row_text((f"**{metadata.LABELS[name]}**", _in_style("", name, value)))


def _add_metadata(file: _File, name: str, value: str) -> None:
    table = f"## {layout.METADATA}\n\n| Field | Value |\n|-------|-------|\n{_row_of(name, value)}"
    _add_section(file, layout.METADATA, table)


def _set_places(file: _File, places: Sequence[Place]) -> None:
    section = file.section(layout.LOCATION)
    files, lines = place_cells(places)
    wanted = {metadata.FILES: files, metadata.LINES: lines}
    if section is None:
        rows = "\n".join(row_text((f"**{label}**", text)) for label, text in wanted.items())
        _add_section(file, layout.LOCATION, f"## {layout.LOCATION}\n\n| Field | Value |\n|-------|-------|\n{rows}")
        return
    own = next(iter(parts_of(file.lines, section)))
    pairs, _ = metadata.location_pairs(file.lines, own)
    for label, text in wanted.items():
        same = [pair for pair in pairs if metadata.location_key(pair.label) == label]
        if len(same) > 1:
            raise CannotPatch(f"{label} is there {len(same)} times")
        if same:
            _write_value(file, same[0], text)
        elif text:
            anchor = pairs[-1].line if pairs else section.line
            row = row_text((f"**{label}**", text))
            file.insert_after(anchor, row if pairs else f"\n| Field | Value |\n|-------|-------|\n{row}")


def _set_members(file: _File, members: Sequence[Site]) -> None:
    section = file.section(layout.LOCATION)
    if section is None:
        raise CannotPatch("the ticket has no section 'Location'")
    own = next(iter(parts_of(file.lines, section)))
    pairs, rest = metadata.location_pairs(file.lines, own)
    old = metadata.member_lines(file.lines, rest)
    text = "\n".join(map(member_line, members))
    if old:
        for number in old[1:]:
            file.change_lines(number, number + 1, "")
        file.change_lines(old[0], old[0] + 1, text)
    else:
        anchor = pairs[-1].line if pairs else section.line
        file.insert_after(anchor, f"\n{text}")


# -- boxes ------------------------------------------------------------------------------------------------------------


def _tick(file: _File, patch: TickBox) -> None:
    for number in _box_lines(file):
        found = contents.BOX.fullmatch(file.lines.texts[number])
        if found is not None and (found["text"] or "").strip(" \t") == patch.text:
            start, end = found.span("mark")
            file.change_in_line(number, start, end, patch.mark.value)
            return
    raise CannotPatch(f"there is no check box '{one_line(patch.text)}'")


def _box_lines(file: _File) -> Iterator[int]:
    for name in (layout.SUMMARY, layout.VERIFICATION):
        section = file.section(name)
        if section is None:
            continue
        for block in parts_of(file.lines, section):
            if block.level == 0 or block.name == layout.HOW:
                yield from (line for line in range(block.first, block.last) if file.lines.is_text(line))


# -- reviews ----------------------------------------------------------------------------------------------------------


def _put_review(file: _File, patch: PutReview) -> None:
    wanted = reviewer_key(patch.review.reviewer)
    text = review_block(patch.review, support_word=patch.support_word)
    is_put = False
    for section in (block for block in file.sections() if block.name == layout.REVIEW):
        named = reviewer_in_heading(section.heading) or ""
        found = reviews_of(file.lines, section.line, named, section.first, section.last)
        same = [one for one in found if reviewer_key(one.review.reviewer) == wanted]
        others = [one for one in found if one not in same]
        last = _last_line(section) + 1
        if same and not others and not is_put:
            file.change_lines(section.line, last, text)
        elif same and not others:
            while last < len(file.lines.texts) and is_blank(file.lines.texts[last]):
                last += 1
            file.change_lines(section.line, last, "")
        elif same:
            shared = {section.line, *(line for one in others for line in one.lines)}
            for line in sorted({line for one in same for line in one.lines} - shared):
                file.change_lines(line, line + 1, "")
            if not is_put:
                file.insert_after(last - 1, f"\n{text}")
        is_put |= bool(same)
    if not is_put:
        _add_section(file, layout.REVIEW, text)


# -- sections ---------------------------------------------------------------------------------------------------------


def _set_section(file: _File, patch: SetSection) -> None:
    name = layout.section_name(patch.heading)
    under, part = layout.part_name(patch.heading)
    if name in (layout.FIX, layout.RESOLUTION):
        block, limit = file.section(name), 2
    elif part in (layout.WRONG, layout.EVIDENCE, layout.WHY):
        outer = file.section(under)
        if outer is None:
            body = escaped(patch.text, 3)
            _add_section(file, under, f"## {under}\n\n### {part}\n\n{body}" if body else f"## {under}")
            return
        parts = list(parts_of(file.lines, outer))
        block, limit = next((one for one in parts if one.name == part), None), 3
    else:
        raise CannotPatch(f"'{one_line(patch.heading)}' is no section of text")
    text = escaped(patch.text, limit)
    if block is None and part:
        _add_part(file, parts, outer, part, text)
    elif block is None:
        _add_section(file, name, f"## {name}\n\n{text}" if text else f"## {name}")
    elif block.first < block.last:
        file.change_lines(block.first, block.last, text)
    else:
        file.insert_after(block.line, f"\n{text}")


def _add_part(file: _File, parts: Sequence[Block], outer: Block | None, name: str, text: str) -> None:
    order = (layout.WRONG, layout.EVIDENCE, layout.WHY)
    before = [one for one in parts if one.level == 0 or (one.name and order.index(one.name) < order.index(name))]
    block = before[-1]
    anchor = _last_line(block) if block.line >= 0 or block.first < block.last else (outer.line if outer else -1)
    file.insert_after(anchor, f"\n### {name}\n\n{text}")


def _add_section(file: _File, name: str, text: str) -> None:
    """The new section in its place in the order; parted from the one before it as the ticket parts its sections."""
    rank = layout.ORDER.index(name)
    sections = [block for block in file.sections() if block.level > 0 or block.first < block.last]
    before = [block for block in sections if not block.name or layout.ORDER.index(block.name) <= rank]
    known = [block for block in before if block.name]
    later = [block for block in sections if block.name and layout.ORDER.index(block.name) > rank]
    if known:
        anchor = known[-1]
    elif later:
        earlier = [block for block in sections if block.line < later[0].line]
        anchor = earlier[-1] if earlier else Block("", 0, "", -1, 0, 0)
    else:
        anchor = sections[-1] if sections else Block("", 0, "", -1, 0, 0)
    line = _last_line(anchor)
    if line < 0:
        file.insert_after(-1, f"{text}\n")
        return
    is_ruled = any(
        file.lines.is_text(number) and RULE.match(file.lines.texts[number])
        for block in sections[:-1]
        for number in _margin(file.lines, block)
    )
    is_next_review = name == layout.REVIEW and anchor.name == layout.REVIEW
    file.insert_after(line, f"\n---\n\n{text}" if is_ruled and not is_next_review else f"\n{text}")


def _margin(lines: Lines, block: Block) -> Iterator[int]:
    """The lines between a section's text and the next one."""
    number = _last_line(block) + 1
    while number < len(lines.texts) and (is_blank(lines.texts[number]) or RULE.match(lines.texts[number])):
        yield number
        number += 1


def _last_line(block: Block) -> int:
    return block.last - 1 if block.first < block.last else block.line


# -- what was asked for -----------------------------------------------------------------------------------------------


def _holds(ticket: Ticket, before: Ticket, patch: Patch) -> bool:
    """Whether the ticket is the one before with the value of the patch, and with nothing else changed."""
    if isinstance(patch, SetCell):
        name = metadata.metadata_key(patch.field)
        return _without_rows(ticket, name) == _without_rows(_with_cell(before, patch), name)
    if isinstance(patch, SetPlaces):
        return ticket == replace(before, places=patch.places)
    if isinstance(patch, SetMembers):
        return ticket == replace(before, members=patch.members)
    if isinstance(patch, TickBox):
        return _without_marks(ticket) == _without_marks(before) and _mark_of(ticket, patch.text) is patch.mark
    if isinstance(patch, SetSection):
        changed: Any = {_text_field(patch.heading): _lf(patch.text)}
        return ticket == replace(before, **changed)
    return _has_review(ticket, before, patch.review)


def _with_cell(before: Ticket, patch: SetCell) -> Ticket:
    name = metadata.metadata_key(patch.field)
    if not name:
        raise CannotPatch(f"'{one_line(patch.field)}' is no field of the metadata")
    value = metadata.value_of(name, patch.value)
    if one_line(patch.value) and not value:
        raise CannotPatch(f"'{one_line(patch.value)}' is no value of {metadata.LABELS[name]}")
    return replace(before, **{name: value})


def _without_rows(ticket: Ticket, name: str) -> Ticket:
    """The ticket without rows of a field that had no meaning, one of which the new value may have replaced."""
    return replace(ticket, fields=tuple(one for one in ticket.fields if metadata.metadata_key(one.label) != name))


def _without_marks(ticket: Ticket) -> Ticket:
    return replace(
        ticket,
        categories=tuple(replace(box, mark=Mark.EMPTY) for box in ticket.categories),
        verification=tuple(replace(box, mark=Mark.EMPTY) for box in ticket.verification),
    )


def _mark_of(ticket: Ticket, text: str) -> Mark | None:
    return next((box.mark for box in (*ticket.categories, *ticket.verification) if box.text == text), None)


def _text_field(heading: str) -> str:
    name = layout.section_name(heading) or layout.part_name(heading)[1]
    return {
        layout.FIX: "recommendation",
        layout.RESOLUTION: "resolved",
        layout.WRONG: "wrong",
        layout.EVIDENCE: "evidence",
        layout.WHY: "why",
    }.get(name, "resolved")


def _has_review(ticket: Ticket, before: Ticket, review: Review) -> bool:
    wanted = reviewer_key(review.reviewer)
    others = [one for one in before.reviews if reviewer_key(one.reviewer) != wanted]
    return (
        [one for one in ticket.reviews if reviewer_key(one.reviewer) != wanted] == others
        and [one for one in ticket.reviews if reviewer_key(one.reviewer) == wanted] == [_normal(review)]
        and replace(ticket, reviews=()) == replace(before, reviews=())
    )


def _normal(review: Review) -> Review:
    return replace(
        review,
        reviewer=one_line(review.reviewer),
        evaluation=_lf(review.evaluation),
        qualifier=one_line(review.qualifier),
    )


def _lf(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and is_blank(lines[-1]):
        lines.pop()
    while lines and is_blank(lines[0]):
        lines.pop(0)
    return "\n".join(lines)


def _named(patch: Patch) -> str:
    if isinstance(patch, SetCell):
        return f"the value of {patch.field}"
    if isinstance(patch, PutReview):
        return f"the review of {one_line(patch.review.reviewer) or 'nobody'}"
    return {SetPlaces: "the location", SetMembers: "the list of members", TickBox: "the check box"}.get(
        type(patch), "the text"
    )
