"""The sections of a ticket: their names, their order, and where each begins and ends in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from esper_lint.tickets.markup import key
from esper_lint.tickets.reviews import reviewer_in_heading
from esper_lint.tickets.scanning import Lines

TITLE = "Finding Ticket:"
METADATA = "Ticket Metadata"
LOCATION = "Location"
SUMMARY = "Summary"
DESCRIPTION = "Detailed Description"
WRONG = "What's Wrong"
EVIDENCE = "Code Evidence"
WHY = "Why This Matters"
FIX = "Recommended Fix"
VERIFICATION = "Verification"
HOW = "How to Verify the Fix"
RELATED = "Related Findings"
REVIEW = "Cross-Review"
RESOLUTION = "Resolution"
APPENDIX = "Appendix"
REFERENCE = "Original Report Reference"

ORDER = (METADATA, LOCATION, SUMMARY, DESCRIPTION, FIX, VERIFICATION, RELATED, REVIEW, RESOLUTION, APPENDIX)
_PARTS = {DESCRIPTION: (WRONG, EVIDENCE, WHY), VERIFICATION: (HOW,), APPENDIX: (REFERENCE,)}
_OTHER_NAMES = {
    METADATA: ("Metadata", "Finding Metadata"),
    LOCATION: ("Locations",),
    DESCRIPTION: ("Description", "Details"),
    WRONG: ("What is Wrong",),
    EVIDENCE: ("Evidence",),
    WHY: ("Why It Matters",),
    FIX: ("Suggested Fix", "Proposed Fix", "Recommendation"),
    HOW: ("How to Verify",),
    RELATED: ("Related", "Related Tickets"),
    REFERENCE: ("Report Reference",),
}


def _keys(names: tuple[str, ...]) -> dict[str, str]:
    return {key(one): name for name in names for one in (name, *_OTHER_NAMES.get(name, ()))}


_SECTIONS = _keys(tuple(name for name in ORDER if name != REVIEW))
_SUB_SECTIONS = {name: _keys(parts) for name, parts in _PARTS.items()}


class Block(NamedTuple):
    """A heading and the lines under it, from ``first`` up to ``last``, without blank lines and rules at either end.

    ``name`` is the canonical one, empty if nothing is known of it.  ``line`` is the heading's, -1 for text before any.
    """

    name: str
    level: int
    heading: str
    line: int
    first: int
    last: int


def sections_of(lines: Lines) -> Iterator[Block]:
    """The blocks under headings of level 1 and 2; before them the text that has no heading."""
    return _divided(lines, 0, len(lines.texts), 2, section_name)


def parts_of(lines: Lines, section: Block) -> Iterator[Block]:
    """A section's blocks under headings of level 3; before them the text that has none."""
    names = _SUB_SECTIONS.get(section.name, {})
    return _divided(lines, section.first, section.last, 3, lambda heading: names.get(key(heading), ""))


def section_name(heading: str) -> str:
    """The canonical name of a section, or nothing."""
    known = _SECTIONS.get(key(heading))
    if known is not None:
        return known
    return REVIEW if reviewer_in_heading(heading) is not None else ""


def part_name(heading: str) -> tuple[str, str]:
    """The section and the canonical name of a sub-section, or nothing twice."""
    for section, names in _SUB_SECTIONS.items():
        if key(heading) in names:
            return section, names[key(heading)]
    return "", ""


def _divided(lines: Lines, first: int, last: int, level: int, name: Callable[[str], str]) -> Iterator[Block]:
    headings = lines.headings_in(first, last, level)
    ends = [*(one.line for one in headings), last]
    yield Block("", 0, "", -1, *lines.trimmed(first, ends[0]))
    for heading, end in zip(headings, ends[1:], strict=True):
        known = name(heading.text)
        yield Block(known, heading.level, heading.text, heading.line, *lines.trimmed(heading.line + 1, end))
