"""``Ticket`` -> Markdown, in the one form that we write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from esper_lint.tickets import contents, layout, metadata
from esper_lint.tickets.escaping import Claim, escaped, nothing
from esper_lint.tickets.layout import section_name
from esper_lint.tickets.markup import code_span, inline, one_line, plain
from esper_lint.tickets.places import place_text, range_text
from esper_lint.tickets.reading import CLAIMS
from esper_lint.tickets.reviews import LIMIT, is_claimed
from esper_lint.tickets.tables import row_text
from esper_lint.tickets.ticket import Box, Place, Relation, RelationKind, Review, Section, Site, Ticket, Verdict

_FIELDS_HEADER = ("| Field | Value |", "|-------|-------|")
_SHOWN_AS_CODE = frozenset(("id", "severity", "status", "agent", "rule", "fingerprint", "group"))
_RULE = "---"


def render(ticket: Ticket, *, support_word: str = "SUPPORT") -> str:
    """The ticket's file: line feeds, one at the end.  ``support_word`` is what is written for SUPPORT."""
    blocks = [_block(1, f"{layout.TITLE} {one_line(ticket.title)}", _rest(ticket, ""))]
    for name in layout.ORDER:
        if name == layout.REVIEW:
            reviews = [review_block(review, support_word=support_word) for review in ticket.reviews]
            blocks += ["\n\n".join(reviews)] if reviews else []
        else:
            body = section_body(ticket, name)
            blocks += [_block(2, name, body)] if body or _is_needed(ticket, name) else []
    blocks += [
        _block(section.level, section.heading, escaped(section.text, 2))
        for section in ticket.unknown
        if section.level in (1, 2)
    ]
    return f"\n\n{_RULE}\n\n".join(blocks) + "\n"


def section_body(ticket: Ticket, name: str) -> str:
    """What stands under the heading of a known section."""
    parts = [part for part in _BODIES[name](ticket) if part]
    if name not in (layout.DESCRIPTION, layout.VERIFICATION):
        parts.append(_rest(ticket, name))
    parts += [
        _block(3, section.heading, escaped(section.text, 3))
        for section in ticket.unknown
        if section.under == name and section.level > 0
    ]
    return "\n\n".join(part for part in parts if part)


def review_block(review: Review, *, support_word: str = "SUPPORT") -> str:
    """A review's section, without a line feed at the end."""
    rows = [row_text(("Verdict", verdict_cell(review, support_word=support_word))), "|---------|-------------|"]
    rows += [row_text(("Date", inline(review.date)))] if review.date else []
    rows += [row_text(("Code", code_span(review.code)))] if review.code else []
    heading = f"## {layout.REVIEW}: {inline(review.reviewer)}" if one_line(review.reviewer) else f"## {layout.REVIEW}"
    parts = [heading, "\n".join(rows)]
    evaluation = escaped(review.evaluation, LIMIT, is_claimed)
    if evaluation:
        begins_line = not _can_follow_label(evaluation)
        parts.append(f"**Evaluation:**{chr(10) * 2 if begins_line else ' '}{evaluation}")
    return "\n\n".join(parts)


def verdict_cell(review: Review, *, support_word: str = "SUPPORT") -> str:
    """``**OBJECT** (merge)``, not yet escaped for a table."""
    if review.verdict is None:
        word = code_span(review.word)  # as itself it might be a label
    else:
        word = f"**{support_word if review.verdict is Verdict.SUPPORT else review.verdict.value}**"
    qualifier = one_line(review.qualifier)
    return f"{word} ({qualifier})".lstrip(" ") if qualifier else word


def field_cell(name: str, value: str) -> str:
    """A value of the metadata, not yet escaped for a table."""
    return code_span(value) if name in _SHOWN_AS_CODE else inline(value)


def place_cells(places: Sequence[Place]) -> tuple[str, str]:
    """The cells for files and for lines."""
    paths = list(dict.fromkeys(place.path for place in places))
    if all(place.first for place in places) and (len(paths) in (1, len(places)) or not any(paths)):
        named = (place_text(Place(path)) for path in paths if path)
        return _codes(named), _codes(range_text(place) for place in places)
    return _codes(place_text(place) for place in places), ""


def member_line(site: Site) -> str:
    mark = f", fingerprint {code_span(site.fingerprint)}" if one_line(site.fingerprint) else ""
    return f"- {code_span(site.qualname)} in {code_span(place_text(site.place))}{mark}"


def relation_line(relation: Relation) -> str:
    kind = "" if relation.kind is RelationKind.RELATED else f" ({relation.kind.value})"
    note = one_line(relation.note)
    return f"- {relation.id}{kind}{': ' if note else ''}{note}"


def box_line(box: Box) -> str:
    return f"- [{box.mark.value}] {one_line(box.text)}".rstrip(" ")


def _can_follow_label(evaluation: str) -> bool:
    """Whether the text is the same on the line of its label: it begins with a word, not with an item or a fence."""
    first = evaluation.partition("\n")[0]
    return first[0].isalpha() and first == first.rstrip(" \t") and not is_claimed(first)


def _block(level: int, heading: str, body: str) -> str:
    line = f"{'#' * level} {one_line(heading)}".rstrip(" ")
    return f"{line}\n\n{body}" if body else line


def _is_needed(ticket: Ticket, name: str) -> bool:
    """Whether the section is written though it is empty: as all are that every ticket has, and one that an unknown one
    would be taken for."""
    return name in (layout.METADATA, layout.LOCATION, layout.SUMMARY) or any(
        section.level in (1, 2) and section_name(section.heading) == name for section in ticket.unknown
    )


def _metadata(ticket: Ticket) -> Iterator[str]:
    rows = [*_FIELDS_HEADER]
    for place, (name, label) in enumerate(metadata.LABELS.items()):
        value = getattr(ticket, name)
        if name == "domains":
            text = _codes(value)
        elif name in ("severity", "status"):
            text = f"`{value.value}`" if value else ""
        else:
            text = field_cell(name, value)
        if text or place < metadata.ALWAYS:
            rows.append(row_text((f"**{label}**", text)))
    for field in ticket.fields:
        bold = f"**{one_line(field.label)}**"
        label = bold if plain(bold) == one_line(field.label) else inline(field.label)
        rows.append(row_text((label, inline(field.value))))
    yield "\n".join(rows)


def _location(ticket: Ticket) -> Iterator[str]:
    files, lines = place_cells(ticket.places)
    names = _codes(ticket.names)
    yield "\n".join(
        (
            *_FIELDS_HEADER,
            row_text((f"**{metadata.FILES}**", files)),
            row_text((f"**{metadata.LINES}**", lines)),
            row_text((f"**{metadata.NAMES}**", names)),
        )
    )
    yield "\n".join(map(member_line, ticket.members))


def _summary(ticket: Ticket) -> Iterator[str]:
    yield f"**One-line summary:** {one_line(ticket.summary)}".rstrip(" ")
    if ticket.categories:
        yield "\n".join(("**Category:**", *map(box_line, ticket.categories)))


def _description(ticket: Ticket) -> Iterator[str]:
    yield escaped(ticket.description, 3)
    for heading, text in ((layout.WRONG, ticket.wrong), (layout.EVIDENCE, ticket.evidence), (layout.WHY, ticket.why)):
        is_taken = any(part_is(section, layout.DESCRIPTION, heading) for section in ticket.unknown)
        body = escaped(text, 3)
        yield _block(3, heading, body) if body or is_taken else ""


def _fix(ticket: Ticket) -> Iterator[str]:
    yield escaped(ticket.recommendation, 2)


def _verification(ticket: Ticket) -> Iterator[str]:
    text = escaped(ticket.verification_text, 3, contents.is_box)
    body = "\n\n".join(part for part in ("\n".join(map(box_line, ticket.verification)), text) if part)
    is_taken = any(part_is(section, layout.VERIFICATION, layout.HOW) for section in ticket.unknown)
    yield _block(3, layout.HOW, body) if body or is_taken else ""


def _related(ticket: Ticket) -> Iterator[str]:
    yield "\n".join(map(relation_line, ticket.related))


def _resolution(ticket: Ticket) -> Iterator[str]:
    yield escaped(ticket.resolved, 2)


def _appendix(ticket: Ticket) -> Iterator[str]:
    lines = [f"**Report file:** {code_span(ticket.report_file)}"] if one_line(ticket.report_file) else []
    lines += [f'**Section:** "{one_line(ticket.report_section)}"'] if one_line(ticket.report_section) else []
    is_taken = any(part_is(section, layout.APPENDIX, layout.REFERENCE) for section in ticket.unknown)
    yield _block(3, layout.REFERENCE, "\n".join(lines)) if lines or is_taken else ""


def part_is(section: Section, under: str, name: str) -> bool:
    """Whether an unknown sub-section has the name of a known one."""
    return section.level == 3 and section.under == under and layout.part_name(section.heading) == (under, name)


def _rest(ticket: Ticket, name: str) -> str:
    """The text of a section that is none of its fields."""
    claimed: Claim = CLAIMS.get(name, nothing)
    texts = [section.text for section in ticket.unknown if section.level == 0 and section.under == name]
    return escaped("\n\n".join(texts), 3 if name else 2, claimed)


def _codes(values: Iterable[str]) -> str:
    return ", ".join(code_span(value) for value in values)


_BODIES = {
    layout.METADATA: _metadata,
    layout.LOCATION: _location,
    layout.SUMMARY: _summary,
    layout.DESCRIPTION: _description,
    layout.FIX: _fix,
    layout.VERIFICATION: _verification,
    layout.RELATED: _related,
    layout.RESOLUTION: _resolution,
    layout.APPENDIX: _appendix,
}
