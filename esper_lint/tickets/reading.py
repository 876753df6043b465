"""Markdown -> ``Ticket``, with a diagnostic for whatever is odd.  Nothing is too odd to be read.

The values are the law's other half: for every ticket that this gives, ``read_ticket(render(ticket))`` gives it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from esper_lint.tickets import contents, layout
from esper_lint.tickets.escaping import Claim, nothing, unescaped
from esper_lint.tickets.health import Diagnostic
from esper_lint.tickets.layout import Block, parts_of, sections_of
from esper_lint.tickets.metadata import is_location, is_metadata, read_location, read_metadata
from esper_lint.tickets.reviews import reviewer_in_heading, reviewer_key, reviews_of
from esper_lint.tickets.scanning import Decoded, Lines, decoded, scanned
from esper_lint.tickets.tables import is_row, label_pair, pair_of, row_of
from esper_lint.tickets.ticket import Mark, Section, State, Ticket
from esper_lint.tickets.words import StateWord, state_word

# Lines of text that the reader of a section would take for its fields.
CLAIMS: dict[str, Claim] = {
    layout.METADATA: is_metadata,
    layout.LOCATION: is_location,
    layout.SUMMARY: contents.is_summary,
    layout.DESCRIPTION: nothing,
    layout.VERIFICATION: contents.is_box,
    layout.RELATED: contents.is_related,
    layout.APPENDIX: contents.is_reference,
}
_TEXTS = {layout.FIX: "recommendation", layout.RESOLUTION: "resolved"}
_PARTS = {layout.WRONG: "wrong", layout.EVIDENCE: "evidence", layout.WHY: "why"}
_STATE_LABELS = frozenset(
    ("status", "finalstatus", "resolution", "disposition", "finaldisposition", "outcome", "state")
)
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Bytes that cannot be of a hidden character: most files have no others, and are not searched.
_SHOWN = bytes((9, 10, 13, *range(32, 127)))


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read.  ``name`` is its path in the folder of tickets, ``digest`` names the bytes that were read.

    ``folder`` and ``resolution`` are the states that the file's folder and its resolution say, if they do.  ``lines``
    tells where things stand: ``id``, ``created``, ``location``, ``related ID``.
    """

    name: str
    ticket: Ticket
    diagnostics: tuple[Diagnostic, ...]
    digest: str
    folder: State | None = None
    resolution: State | None = None
    lines: tuple[tuple[str, int], ...] = ()

    @property
    def state(self) -> State:
        """The effective state: the folder's, else the resolution's, else the status's; open where nothing says."""
        return self.folder or self.resolution or self.ticket.status or State.OPEN

    def line_of(self, what: str) -> int:
        """The line on which a thing stands, the first one if it stands nowhere."""
        return dict(self.lines).get(what, 1)


def digest_of(data: bytes) -> str:
    """What names the contents of a ticket's file."""
    return blake2b(data, digest_size=16).hexdigest()


def read_ticket(data: bytes, name: str, prefixes: Sequence[str] = ()) -> Reading:
    """Never raises.  ``prefixes`` are those of absolute paths that are stripped."""
    text = decoded(data)
    reader = _Reader(scanned(text.text), name, prefixes)
    reader.note_bytes(text, data)
    return reader.read(digest_of(data))


class _Reader:
    def __init__(self, lines: Lines, name: str, prefixes: Sequence[str]) -> None:
        self._lines, self._name, self._prefixes = lines, name, prefixes
        self._odd: list[tuple[int, str, str]] = []
        self._values: dict[str, Any] = {}
        self._unknown: list[Section] = []
        self._preamble: list[str] = []
        self._reviewers: set[str] = set()
        self._at: dict[str, int] = {}

    def note_bytes(self, text: Decoded, data: bytes) -> None:
        if text.is_utf16:
            self._note(0, "not-utf8", "the file is UTF-16")
        elif text.has_mark:
            self._note(0, "byte-order-mark", "the file begins with a byte order mark")
        for line in text.odd:
            self._note(line, "not-utf8", "the line is not UTF-8")
        if b"\r" in data and 0 < data.count(b"\r\n") < data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n"):
            first = next(
                number for number, line in enumerate(data.splitlines(keepends=True), 0) if _is_other(line, data)
            )
            self._note(first, "mixed-line-ends", "the line does not end as the first one does")
        for line in self._lines.unclosed:
            self._note(line, "unclosed-fence", "the fenced block that begins here is never closed")
        if data.translate(None, _SHOWN) and _HIDDEN.search(text.text):
            for number, one in enumerate(self._lines.texts):
                if (hidden := _HIDDEN.search(one)) is not None:
                    self._note(number, "hidden-characters", f"the line holds U+{ord(hidden[0]):04X}")

    def read(self, digest: str) -> Reading:
        seen: set[str] = set()
        title: str | None = None
        for block in sections_of(self._lines):
            if block.level == 0 or (block.level == 1 and title is None and not block.name):
                if block.level:
                    title = self._title(block.heading)
                self._preamble.append(self._text(block, 2))
            elif not block.name or block.name in seen:
                if block.name and block.name != layout.REVIEW:
                    self._note(block.line, "repeated-section", f"'{block.name}' is there a second time")
                if block.name == layout.REVIEW:
                    self._review(block)
                else:
                    self._unknown.append(Section(block.level, block.heading, self._text(block, 2)))
            else:
                seen.add(block.name)
                self._section(block)
        preamble = "\n\n".join(part for part in self._preamble if part)
        if preamble:
            self._unknown.insert(0, Section(0, "", preamble))
        if title is None:
            self._note(0, "no-title", "there is no heading '# Finding Ticket: …'")
        if layout.METADATA not in seen:
            self._note(0, "no-metadata", "there is no section 'Ticket Metadata'")
        self._values.setdefault("title", title or "")
        self._identify()
        self._note_what_is_missing(seen)
        return self._reading(digest)

    # -- sections -----------------------------------------------------------------------------------------------

    def _title(self, heading: str) -> str:
        is_ours = heading.casefold().startswith(layout.TITLE.casefold())
        self._values["title"] = title = heading[len(layout.TITLE) :].strip(" \t") if is_ours else heading
        return title

    def _section(self, block: Block) -> None:
        if block.name in _TEXTS:
            self._values[_TEXTS[block.name]] = self._text(block, 2)
        elif block.name == layout.REVIEW:
            self._review(block)
        else:
            own, *parts = parts_of(self._lines, block)
            _SECTION_READERS[block.name](self, block, own._replace(line=block.line))
            self._parts(block, parts)

    def _metadata(self, block: Block, own: Block) -> None:
        found = read_metadata(self._lines, own, self._odd)
        self._values |= found.values
        self._values["fields"] = found.fields
        self._at |= found.lines
        self._rest(block, found.rest)

    def _location(self, block: Block, own: Block) -> None:
        found = read_location(self._lines, own, self._prefixes, self._odd)
        self._values |= {"places": found.places, "names": found.names, "members": found.members}
        self._at["location"] = found.line
        self._rest(block, found.rest)

    def _summary(self, block: Block, own: Block) -> None:
        found = contents.read_summary(self._lines, own, self._odd)
        self._values |= {"summary": found.summary, "categories": found.categories}
        self._at["summary"] = block.line
        self._rest(block, found.rest)

    def _description(self, block: Block, own: Block) -> None:
        self._values["description"] = self._text(own, 3)

    def _verification(self, block: Block, own: Block) -> None:
        boxes, rest = contents.read_boxes(self._lines, range(own.first, own.last), self._odd)
        self._values["verification"] = boxes
        self._values["verification_text"] = self._joined(rest, 3, contents.is_box)

    def _related(self, block: Block, own: Block) -> None:
        found, rest = contents.read_related(self._lines, own)
        self._values["related"] = tuple(relation for relation, _ in found)
        for relation, line in found:
            self._at.setdefault(f"related {relation.id}", line)
        self._rest(block, rest)

    def _appendix(self, block: Block, own: Block) -> None:
        self._reference(block, own)

    def _reference(self, block: Block, own: Block) -> None:
        found = contents.read_reference(self._lines, own)
        for field, value in (("report_file", found.file), ("report_section", found.section)):
            if value:
                self._values.setdefault(field, value)
        self._rest(block, found.rest)

    def _parts(self, block: Block, parts: Iterable[Block]) -> None:
        seen: set[str] = set()
        for part in parts:
            if not part.name or part.name in seen:
                if part.name:
                    self._note(part.line, "repeated-section", f"'{part.name}' is there a second time")
                self._unknown.append(Section(3, part.heading, self._text(part, 3), block.name))
            elif part.name in _PARTS:
                self._values[_PARTS[part.name]] = self._text(part, 3)
            elif part.name == layout.HOW:
                boxes, rest = contents.read_boxes(self._lines, range(part.first, part.last), self._odd)
                self._values["verification"] += boxes
                text = self._joined(rest, 3, contents.is_box)
                texts = (self._values["verification_text"], text)
                self._values["verification_text"] = "\n\n".join(one for one in texts if one)
            else:
                self._reference(block, part)
            seen.add(part.name)

    def _review(self, block: Block) -> None:
        found = reviews_of(self._lines, block.line, reviewer_in_heading(block.heading) or "", block.first, block.last)
        reviews = self._values.setdefault("reviews", [])
        for one in found:
            self._odd += one.odd
            same = reviewer_key(one.review.reviewer)
            if same and same in self._reviewers:
                self._note(one.line, "repeated-reviewer", f"{one.review.reviewer} has a review already")
            self._reviewers.add(same)
            reviews.append(one.review)

    # -- texts --------------------------------------------------------------------------------------------------

    def _text(self, block: Block, limit: int, claimed: Claim = nothing) -> str:
        return self._joined(range(block.first, block.last), limit, claimed)

    def _joined(self, numbers: Iterable[int], limit: int, claimed: Claim) -> str:
        return unescaped(self._lines, numbers, limit, claimed)

    def _rest(self, block: Block, numbers: Sequence[int]) -> None:
        """Text of a known section that is none of its fields."""
        text = self._joined(numbers, 3, CLAIMS[block.name])
        if not text:
            return
        for place, section in enumerate(self._unknown):
            if section.level == 0 and section.under == block.name:
                self._unknown[place] = Section(0, "", f"{section.text}\n\n{text}", block.name)
                return
        self._unknown.append(Section(0, "", text, block.name))

    # -- the whole ----------------------------------------------------------------------------------------------

    def _identify(self) -> None:
        if self._values.get("id"):
            return
        named = contents.ID_WORD.search(self._values["title"])
        stem = self._name.rpartition("/")[2].removesuffix(".md")
        self._values["id"] = named[0] if named else stem
        self._note(self._at.get("id", 0), "no-id", f"no ticket ID is given; it is taken to be {self._values['id']}")

    def _note_what_is_missing(self, seen: set[str]) -> None:
        if not any(place.path for place in self._values.get("places", ())):
            self._note(self._at.get("location", 0), "no-location", "no file is named")
        if not any(box.mark in (Mark.TICKED, Mark.PARTLY) for box in self._values.get("categories", ())):
            self._note(self._at.get("summary", 0), "no-category", "no category is ticked")

    def _reading(self, digest: str) -> Reading:
        values = {**self._values, "reviews": tuple(self._values.get("reviews", ()))}
        ticket = Ticket(**values, unknown=_in_order(self._unknown))
        by_folder, by_resolution = _folder_word(self._name), _resolution_word(ticket)
        status = ticket.status
        folder = _settled(by_folder, by_resolution.state if by_resolution else None, status)
        resolution = _settled(by_resolution, status)
        line = self._at.get("status", 0)
        if folder is not None and status is not None and folder is not status:
            self._note(line, "status-folder", f"the status is {status.value}, the folder says {folder.value}")
        elif folder is None and resolution is not None and status is not None and resolution is not status:
            self._note(line, "status-resolution", f"the status is {status.value}, the resolution {resolution.value}")
        diagnostics = sorted(Diagnostic(self._name, line + 1, code, message) for line, code, message in self._odd)
        at = tuple((what, line + 1) for what, line in self._at.items())
        return Reading(self._name, ticket, tuple(diagnostics), digest, folder, resolution, at)

    def _note(self, line: int, code: str, message: str) -> None:
        self._odd.append((line, code, message))


_SECTION_READERS = {
    layout.METADATA: _Reader._metadata,
    layout.LOCATION: _Reader._location,
    layout.SUMMARY: _Reader._summary,
    layout.DESCRIPTION: _Reader._description,
    layout.VERIFICATION: _Reader._verification,
    layout.RELATED: _Reader._related,
    layout.APPENDIX: _Reader._appendix,
}


def _in_order(unknown: Sequence[Section]) -> tuple[Section, ...]:
    """Unknown sections in the order in which they are written: those within known ones first, text before headings."""

    def place(section: Section) -> tuple[int, bool]:
        if not section.level and not section.under:
            return -1, False
        known = layout.ORDER.index(section.under) if section.under else len(layout.ORDER)
        return known, section.level > 0

    return tuple(sorted(unknown, key=place))


def _folder_word(name: str) -> StateWord | None:
    """The state that the nearest folder with such a name says."""
    for folder in reversed(name.split("/")[:-1]):
        word = state_word(folder)
        if word is not None:
            return word
    return None


def _resolution_word(ticket: Ticket) -> StateWord | None:
    """The state that the resolution says: its block in a field or in its first words, or the metadata's."""
    lines = [line for line in ticket.resolved.split("\n") if line.strip(" \t")]
    for line in lines:
        row = row_of(line, 0) if is_row(line) else None
        pair = pair_of(row, line) if row is not None and row.cells else label_pair(line, 0)
        if pair is not None and pair.key in _STATE_LABELS and (word := state_word(pair.value)) is not None:
            return word
    if lines and (word := state_word(lines[0].replace("*", " ").replace("#", " "))) is not None:
        return word
    return state_word(ticket.resolution)


def _settled(word: StateWord | None, *others: State | None) -> State | None:
    """The state that a word says; one that only says "closed" leaves it to the others how."""
    if word is None:
        return None
    if not word.is_vague:
        return word.state
    return next((state for state in others if state is not None and state.is_closed), word.state)


def _is_other(line: bytes, data: bytes) -> bool:
    """Whether a line ends in another way than the first line of the file."""
    first = data.splitlines(keepends=True)[0]
    return line.endswith(b"\r\n") != first.endswith(b"\r\n")
