"""Cross-reviews: what each reviewer says, in whichever of the many shapes it was written.

A section is divided at its sub-headings; each part is a run of tables, of lines ``**Label:** value`` and of text, and
what they say is added to the draft of a review.  A second verdict, or a second reviewer, begins the next draft.  Every
draft knows the lines that it was made of, so that a patch can take out one review and leave the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from esper_lint.tickets.escaping import unescaped
from esper_lint.tickets.markup import key, plain
from esper_lint.tickets.scanning import Lines, is_blank
from esper_lint.tickets.tables import Pair, Row, Table, is_row, label_pair, pair_of, row_of, table_at
from esper_lint.tickets.ticket import Review, Verdict
from esper_lint.tickets.words import iso_date, severity_word, verdict_word

# Headings down to this level can divide a section of reviews; a text within a review has none of these.
LIMIT = 4

_HEADING = re.compile(
    r"cross[- ]?review(?:s|er|ers)?(?:[ \t]+evaluations?)?[ \t]*"
    r"(?::[ \t]*(?P<name>.*)|\((?P<inside>.*)\)|[-\N{EN DASH}\N{EM DASH}][ \t]*(?P<dashed>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_PLAIN_LABEL = re.compile(
    r"[ \t]*(?:[-*+][ \t]+)?(?P<label>verdict|reviewer|agent|evaluation|date)[ \t]*:[ \t]*(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(r"(?P<name>.*\S)[ \t]+(?:evaluation|assessment|rationale)", re.IGNORECASE | re.DOTALL)
_ROLES = frozenset(("specialist", "reviewer", "agent", "review"))

# No section has more reviews; it bounds what a hostile file can cost.
_LOOKED_BACK = 100

_REVIEWER, _VERDICT, _EVALUATION, _DATE, _CODE, _SEVERITY = (
    "reviewer",
    "verdict",
    "evaluation",
    "date",
    "code",
    "severity",
)
_LABELS = {
    "reviewer": _REVIEWER,
    "agent": _REVIEWER,
    "reviewedby": _REVIEWER,
    "specialist": _REVIEWER,
    "verdict": _VERDICT,
    "evaluation": _EVALUATION,
    "assessment": _EVALUATION,
    "rationale": _EVALUATION,
    "comment": _EVALUATION,
    "comments": _EVALUATION,
    "notes": _EVALUATION,
    "date": _DATE,
    "reviewdate": _DATE,
    "reviewed": _DATE,
    "code": _CODE,
    "severity": _SEVERITY,
    "proposedseverity": _SEVERITY,
    "suggestedseverity": _SEVERITY,
    "recommendedseverity": _SEVERITY,
}
# What makes a table one of a review; the rest of the labels is too common to.
_TELLING = {_REVIEWER, _VERDICT, _EVALUATION}


class Found(NamedTuple):
    """A review, the line that begins it, and the lines that are its alone; ``odd`` are diagnostics with their lines."""

    review: Review
    line: int
    lines: tuple[int, ...]
    odd: tuple[tuple[int, str, str], ...]


def reviewer_in_heading(heading: str) -> str | None:
    """The reviewer that a heading of a cross-review names, nothing if it names none, None if it is another heading."""
    found = _HEADING.fullmatch(heading)
    return plain(found["name"] or found["inside"] or found["dashed"] or "") if found else None


def reviewer_key(name: str) -> str:
    """What two ways to write a reviewer have in common: ``DRL Specialist`` and ``drl`` are one."""
    words = name.casefold().split()
    while len(words) > 1 and words[-1] in _ROLES:
        words.pop()
    return key("".join(words)) or name.casefold()


def is_claimed(line: str) -> bool:
    """Whether a line within a review's text would be taken for a field of a review."""
    if is_row(line):
        return any(key(plain(cell)) in _LABELS for cell in row_of(line, 0).cells)
    return _field(line, 0) is not None


def reviews_of(lines: Lines, heading: int, reviewer: str, first: int, last: int) -> tuple[Found, ...]:
    """The reviews of the section under ``heading``, whose text runs from ``first`` to ``last``."""
    section = _Section(lines, heading, reviewer)
    parts = lines.headings_in(first, last, LIMIT)
    ends = [*(one.line for one in parts), last]
    section.add(first, ends[0])
    for part, end in zip(parts, ends[1:], strict=True):
        section.add_part(part.line, part.text, end)
    return tuple(section.found())


@dataclass
class _Draft:
    reviewer: str
    line: int
    cell: str | None = None
    cell_line: int = 0
    date: str = ""
    date_line: int = 0
    code: str = ""
    severity: str = ""
    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    odd: list[tuple[int, str, str]] = field(default_factory=list)
    is_named: bool = False

    @property
    def is_empty(self) -> bool:
        return self.cell is None and not any(self.texts) and not self.date and not self.is_named


class _Columns(NamedTuple):
    roles: tuple[str | None, ...]
    labels: tuple[str, ...]

    @property
    def widest(self) -> int:
        """The column whose text most likely holds a pipe that was not escaped."""
        return self.roles.index(_EVALUATION) if _EVALUATION in self.roles else len(self.roles) - 1


class _Section:
    def __init__(self, lines: Lines, heading: int, reviewer: str) -> None:
        self._lines, self._reviewer = lines, reviewer
        self._now = _Draft(reviewer, heading, is_named=bool(reviewer))
        self._drafts = [self._now]
        self._columns: _Columns | None = None

    # -- parts --------------------------------------------------------------------------------------------------

    def add_part(self, line: int, heading: str, end: int) -> None:
        """A sub-heading is a label, a reviewer, or text of the review that it stands in."""
        name, _, after = plain(heading).partition(":")
        role = _LABELS.get(key(name))
        if role == _REVIEWER and after.strip(" \t"):
            self._begin(plain(after), line)
        elif role in _TELLING and not after.strip(" \t"):
            self._add_labelled(role, line, end)
            return
        elif self._is_reviewer(name, after, line, end):
            self._begin(plain(name), line)
            if after.strip(" \t"):
                self._set(_VERDICT, after.strip(" \t"), line)
        else:
            self._add_text(line)
        self.add(line + 1, end)

    def _is_reviewer(self, name: str, after: str, line: int, end: int) -> bool:
        if not name.strip(" \t"):
            return False
        if verdict_word(after).verdict is not None or name.casefold().split()[-1] in _ROLES:
            return True
        return any(_VERDICT in roles for roles in self._roles(line + 1, end))

    def _roles(self, first: int, last: int) -> Iterator[set[str | None]]:
        """The labels on each line of a range."""
        for number in range(first, last):
            line = self._lines.texts[number]
            if self._lines.code[number]:
                continue
            if is_row(line):
                yield {_LABELS.get(key(plain(cell))) for cell in row_of(line, number).cells}
            elif (pair := _field(line, number)) is not None:
                yield {_LABELS.get(pair.key)}

    def _add_labelled(self, role: str | None, line: int, end: int) -> None:
        """``### Verdict`` and the like, whose text is the value."""
        first, last = self._lines.trimmed(line + 1, end)
        if role == _EVALUATION:
            self._now.lines.append(line)
            self.add(first, last)
            return
        if first < last:
            if role == _REVIEWER:
                self._begin(plain(self._lines.texts[first]), line)
            else:
                self._set(_VERDICT, self._lines.texts[first].strip(" \t"), first)
            self._now.lines += [line, first]
        self.add(first + 1, end)

    def add(self, first: int, last: int) -> None:
        number = first
        while number < last:
            line = self._lines.texts[number]
            if self._lines.code[number]:
                self._add_text(number)
            elif is_row(line):
                table = table_at(self._lines, number, last)
                self._add_table(table)
                number = table.end
                continue
            elif (pair := _field(line, number)) is not None:
                self._add_field(pair)
            else:
                self._add_text(number)
            number += 1

    # -- tables -------------------------------------------------------------------------------------------------

    def _add_table(self, table: Table) -> None:
        columns = _columns(table)
        if columns is not None:
            self._columns = columns
            self._add_rows(table.rows[1:], columns)
        elif any(role in _TELLING for role in map(_first_role, table.rows)):
            self._add_fields(table)
        elif self._columns is not None and any(self._is_more(row) for row in table.rows):
            self._add_rows(table.rows, self._columns)
        elif table.rows and not self._now.is_empty and any(_first_role(row) for row in table.rows):
            self._add_fields(table)
        else:
            for number in range(table.first, table.end):
                self._add_text(number)

    def _is_more(self, row: Row) -> bool:
        """Whether a row without a header above it goes on with the table that came before."""
        columns = self._columns
        if columns is None or _VERDICT not in columns.roles or len(row.cells) < 2:
            return False
        place = columns.roles.index(_VERDICT)
        return place < len(row.cells) and verdict_word(row.cells[place]).verdict is not None

    def _add_rows(self, rows: Iterable[Row], columns: _Columns) -> None:
        for row in rows:
            texts, is_repaired = _fitted(row, self._lines.texts[row.line], columns)
            if not any(texts):
                continue
            given = list(zip(columns.roles, columns.labels, texts, strict=False))
            names = [plain(text) for role, _, text in given if role == _REVIEWER and text]
            if names:
                self._begin(names[0], row.line)
            elif self._now.cell is not None:
                self._begin(self._reviewer, row.line)
            self._now.lines.append(row.line)
            if is_repaired:
                self._repaired(row.line)
            for role, label, text in given:
                if role is None and text:
                    self._now.texts.append(f"{label}: {text}")
                elif role is not None and role != _REVIEWER and text:
                    self._set(role, text, row.line)

    def _add_fields(self, table: Table) -> None:
        rows = table.rows[1:] if table.has_fields_header else table.rows
        for row in rows:
            if not row.cells:
                continue
            pair = pair_of(row, self._lines.texts[row.line])
            role = _LABELS.get(pair.key)
            if role is None:
                self._now.lines.append(row.line)
                if pair.label or pair.value:
                    self._now.texts.append(f"{pair.label}: {pair.value}")
                continue
            self._add_field(pair)
        own = set(range(table.first, table.end)) - {row.line for row in rows}
        self._now.lines += sorted(own)

    # -- fields and text ----------------------------------------------------------------------------------------

    def _add_field(self, pair: Pair) -> None:
        role = _LABELS.get(pair.key)
        if role is None:
            named = _NAMED.fullmatch(pair.label)
            self._turn_to(plain(named["name"]) if named else "", pair.line)
            role = _EVALUATION
        if role == _REVIEWER:
            self._name(plain(pair.value), pair.line)
        elif role == _VERDICT and self._now.cell is not None:
            self._begin(self._reviewer, pair.line)
        self._now.lines.append(pair.line)
        if pair.is_repaired:
            self._repaired(pair.line)
        if role != _REVIEWER:
            self._set(role, pair.value, pair.line)

    def _set(self, role: str, value: str, line: int) -> None:
        now = self._now
        if role == _VERDICT:
            now.cell, now.cell_line = value, line
        elif role == _EVALUATION:
            if any(now.texts):
                now.texts.append("")
            now.texts.append(value)
        elif role == _DATE:
            now.date, now.date_line = plain(value), line
        elif role == _CODE:
            now.code = plain(value)
        else:
            now.severity = plain(value)

    def _add_text(self, line: int) -> None:
        text = self._lines.texts[line]
        if any(self._now.texts) or not is_blank(text):
            self._now.texts.append(unescaped(self._lines, [line], LIMIT, is_claimed) if "\\" in text else text)
            self._now.lines.append(line)

    # -- drafts -------------------------------------------------------------------------------------------------

    def _name(self, reviewer: str, line: int) -> None:
        """A field names a reviewer: this one's, or the next one's once this one has said something."""
        now = self._now
        if not reviewer:
            return
        is_same = reviewer_key(reviewer) == reviewer_key(now.reviewer)
        if not now.reviewer or (not is_same and now.cell is None and not any(now.texts)):
            now.reviewer, now.is_named = reviewer, True
        elif not is_same:
            self._begin(reviewer, line)

    def _begin(self, reviewer: str, line: int) -> None:
        """The next review; one of which nothing is known yet becomes it."""
        now = self._now
        if now.cell is None and not any(now.texts) and not now.date:
            now.reviewer, now.line, now.is_named = reviewer or now.reviewer, line, bool(reviewer) or now.is_named
        else:
            self._now = _Draft(reviewer, line, is_named=bool(reviewer))
            self._drafts.append(self._now)
        self._now.lines.append(line)

    def _turn_to(self, reviewer: str, line: int) -> None:
        """Go on with the review of this reviewer, or begin it."""
        wanted = reviewer_key(reviewer)
        for draft in self._drafts[-_LOOKED_BACK:]:
            if reviewer_key(draft.reviewer) == wanted:
                self._now = draft
                return
        if not self._now.reviewer:
            self._now.reviewer, self._now.is_named = reviewer, True
        else:
            self._begin(reviewer, line)

    def _repaired(self, line: int) -> None:
        self._now.odd.append((line, "repaired-cells", "a pipe inside of a cell is not escaped"))

    def found(self) -> Iterator[Found]:
        for draft in sorted(self._drafts, key=lambda draft: draft.line):
            if not draft.is_empty:
                yield _found(draft)


def _found(draft: _Draft) -> Found:
    odd = list(draft.odd)
    said = verdict_word(draft.cell or "")
    qualifier, texts = said.qualifier, list(draft.texts)
    if draft.severity:
        proposed = severity_word(draft.severity)
        if said.verdict is Verdict.REFINE and not qualifier and proposed is not None:
            qualifier = proposed.value
        else:
            texts.append(f"Severity: {draft.severity}")
    if said.verdict is None:
        if said.word:
            odd.append((draft.cell_line, "unknown-verdict", f"'{said.word}' is no verdict"))
        else:
            odd.append((draft.line, "no-verdict", "no verdict is given"))
    if not draft.reviewer:
        odd.append((draft.line, "no-reviewer", "no reviewer is named"))
    day = iso_date(draft.date)
    if draft.date and not day:
        odd.append((draft.date_line, "odd-date", f"'{draft.date}' is no date of ISO 8601"))
    while texts and is_blank(texts[-1]):
        texts.pop()
    while texts and is_blank(texts[0]):
        texts.pop(0)
    review = Review(draft.reviewer, said.verdict, "\n".join(texts), qualifier, day, draft.code, said.word)
    return Found(review, draft.line, tuple(sorted(set(draft.lines))), tuple(odd))


def _field(line: str, number: int) -> Pair | None:
    """The field of a review that a line gives, if it gives one."""
    pair = label_pair(line, number)
    if pair is not None:
        if pair.key in _LABELS:
            return pair if _LABELS[pair.key] in _TELLING or _LABELS[pair.key] in (_DATE, _CODE) else None
        return pair if _NAMED.fullmatch(pair.label) else None
    found = _PLAIN_LABEL.fullmatch(line)
    if found is None:
        return None
    start, end = found.span("value")
    return Pair(key(found["label"]), found["label"], found["value"].rstrip(" \t"), number, start, end, False)


def _first_role(row: Row) -> str | None:
    return _LABELS.get(key(plain(row.cells[0]))) if row.cells else None


def _columns(table: Table) -> _Columns | None:
    """The columns of a table whose first row names them; a row that gives a label and its value names none."""
    if not table.rows or (len(table.rows) == 1 and not table.has_delimiter):
        return None
    labels = tuple(plain(cell) for cell in table.rows[0].cells)
    roles = tuple(
        None if cell.startswith(("`", "(")) else _LABELS.get(key(label))
        for cell, label in zip(table.rows[0].cells, labels, strict=True)
    )
    known = [role for role in roles if role is not None]
    is_header = len(known) > 1 or (len(roles) == 1 and known == [_VERDICT] and len(table.rows) > 1)
    return _Columns(roles, labels) if is_header and _TELLING & set(known) else None


def _fitted(row: Row, line: str, columns: _Columns) -> tuple[Sequence[str], bool]:
    """The row's cells, one a column: where pipes were not escaped, the cells that they made are one again."""
    extra = len(row.cells) - len(columns.roles)
    if extra <= 0:
        return row.cells, False
    if not any(row.cells[len(columns.roles) :]):
        return row.cells[: len(columns.roles)], False
    start, end = columns.widest, columns.widest + extra
    whole = line[row.spans[start][0] : row.spans[end][1]].replace("\\|", "|")
    return (*row.cells[:start], whole, *row.cells[end + 1 :]), True
