"""Tickets with the nastiest of texts, and files that were made of real ones."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from esper_lint.findings import Severity
from esper_lint.tickets.layout import section_name
from esper_lint.tickets.markup import key, one_line
from esper_lint.tickets.metadata import metadata_key
from esper_lint.tickets.scanning import is_blank
from esper_lint.tickets.ticket import (
    Box,
    Field,
    Mark,
    Place,
    Relation,
    RelationKind,
    Review,
    Section,
    Site,
    State,
    Ticket,
    Verdict,
)
from esper_lint.tickets.words import says_nothing

SEED = Path(__file__).with_name("seed.md").read_bytes()

# What makes up a ticket's own structure, and what else people paste into one.
NASTY = (
    *("# Finding Ticket: x", "## Resolution", "## Cross-Review: Eve", "### Why This Matters", "#### deep", "#", "###"),
    *(
        "\\# x",
        "\\\\## y",
        "\\",
        "\\\\",
        "\\|",
        "a \\\\| b",
        "|",
        "||",
        "| a | b |",
        "| Verdict | **SUPPORT** |",
        "|---|---|",
    ),
    *(
        "| Agent | Verdict |",
        "| Status | fixed |",
        "| **File(s)** | `x.py` |",
        "| Field | Value |",
        "\\| Verdict | x |",
    ),
    *(
        "**Verdict:** OBJECT",
        "**Evaluation:** ha",
        "**DRL Evaluation:** so",
        "Verdict: OBJECT",
        "Reviewer: Eve",
        "**Date:** x",
    ),
    *(
        "**One-line summary:** x",
        "**Category:**",
        "- [ ] box",
        "- [x] box",
        "\\- [x] box",
        "- B1-CR-2: note",
        "- `f` in `x.py:1`",
    ),
    *(
        "```",
        "```python",
        "````",
        "~~~",
        "~~~~ x",
        "`",
        "``",
        "` `",
        "\\```",
        "    code",
        "\t# tab",
        "---",
        "\\---",
        "***",
        "- - -",
    ),
    *(
        "<script>alert(1)</script>",
        "<!-- x",
        "-->",
        "&amp;",
        "[a](javascript:x)",
        "![i](x)",
        "=cmd|' /C calc'!A0",
        "+1",
        "@x",
    ),
    *(
        "\x00",
        "\x1b[31mred",
        "\x85",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x0c",
        "\x1c",
        "\ufeff",
        "\u202eevil\u202c",
        "é",
        "日本語",
        "🤖",
    ),
    *(
        "**bold**",
        "*it*",
        "`code`",
        "__x__",
        "**",
        "***",
        "** a **",
        "x **y**",
        "(a",
        "b)",
        "()",
        "OBJECT",
        "SUPPORT / OBJECT",
    ),
    *(
        "none",
        "P3",
        "~120",
        "a.py:3",
        "1-2",
        ", ",
        '"',
        '"quoted"',
        'P3 - "x"',
        ":",
        "::",
        "- ",
        "> q",
        "1. one",
        "  ",
        " x",
    ),
)
_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")
words = st.one_of(st.sampled_from(NASTY), st.text(_characters, max_size=12))
lines = st.lists(words, max_size=3).map(" ".join) | words
one_liners = lines.map(one_line)
some_line = one_liners.filter(bool)


def _text(parts: list[str]) -> str:
    while parts and is_blank(parts[0]):
        parts = parts[1:]
    while parts and is_blank(parts[-1]):
        parts = parts[:-1]
    return "\n".join(parts)


texts = st.lists(lines, max_size=7).map(_text)
some_text = texts.filter(bool)
dates = st.just("") | st.dates().map(str) | st.just("2024-12-27T10:30:00Z")
item = some_line.filter(lambda text: not says_nothing(text))
paths = item.filter(lambda path: "\\" not in path and not path.startswith("./"))
ids = st.from_regex(r"[A-Z][A-Z0-9]{0,3}(-[A-Z]{1,3})?-[0-9]{1,3}", fullmatch=True)


@st.composite
def _places(draw: st.DrawFn) -> Place:
    path = draw(paths)
    first = draw(st.just(0) | st.integers(1, 999_999_999))
    if not first:
        return Place(path)
    return Place(path, first, draw(st.just(first) | st.integers(first, 999_999_999)), draw(st.booleans()))


@st.composite
def _reviews(draw: st.DrawFn) -> Review:
    verdict = draw(st.sampled_from([None, *Verdict]))
    return Review(draw(some_line), verdict, draw(texts), draw(one_liners), draw(dates), draw(one_liners))


def _is_unknown(heading: str) -> bool:
    return not section_name(heading) and key(heading) not in (
        *("whatswrong", "whatiswrong", "codeevidence", "evidence", "whythismatters", "whyitmatters"),
        *("howtoverifythefix", "howtoverify", "originalreportreference", "reportreference"),
    )


_headings = one_liners.filter(_is_unknown)
# In the order in which they are written.
_UNDER = (
    "Ticket Metadata",
    "Location",
    "Summary",
    "Detailed Description",
    "Verification",
    "Related Findings",
    "Appendix",
)
# Text of the location may name files in passing, and those are places of the ticket then.
_WITH_TEXT = ("", "Ticket Metadata", "Summary", "Related Findings", "Appendix")


@st.composite
def _unknown(draw: st.DrawFn) -> tuple[Section, ...]:
    result: list[Section] = []
    for under in ("", *_UNDER):
        if under in _WITH_TEXT and draw(st.integers(0, 3)) == 0:
            result.append(Section(0, "", draw(some_text), under))
        if under and draw(st.integers(0, 3)) == 0:
            result.append(Section(3, draw(_headings), draw(texts), under))
    result += draw(st.lists(st.builds(Section, st.sampled_from([1, 2]), _headings, texts), max_size=2))
    return tuple(result)


_fields = st.builds(
    Field, some_line.filter(lambda label: not metadata_key(label) and label == label.strip()), one_liners
)

tickets = st.builds(
    Ticket,
    id=some_line,
    title=one_liners,
    severity=st.sampled_from([None, *Severity]),
    status=st.sampled_from([None, *State]),
    batch=one_liners,
    agent=one_liners,
    domains=st.lists(item, max_size=3).map(tuple),
    assignee=one_liners,
    created=dates,
    updated=dates,
    rule=one_liners,
    fingerprint=one_liners,
    group=one_liners,
    resolution=one_liners,
    fixed=one_liners,
    fields=st.lists(_fields, max_size=2).map(tuple),
    places=st.lists(_places(), max_size=3).map(tuple),
    names=st.lists(item.filter(lambda name: not name.endswith("()")), max_size=2).map(tuple),
    members=st.lists(st.builds(Site, some_line, _places(), one_liners), max_size=2).map(tuple),
    summary=one_liners,
    categories=st.lists(st.builds(Box, one_liners, st.sampled_from(Mark)), max_size=3).map(tuple),
    wrong=texts,
    evidence=texts,
    why=texts,
    description=texts,
    recommendation=texts,
    verification=st.lists(st.builds(Box, one_liners, st.sampled_from(Mark)), max_size=3).map(tuple),
    verification_text=texts,
    related=st.lists(st.builds(Relation, ids, st.sampled_from(RelationKind), one_liners), max_size=2).map(tuple),
    reviews=st.lists(_reviews(), max_size=3).map(tuple),
    resolved=texts,
    report_file=one_liners,
    report_section=one_liners,
    unknown=_unknown(),
)


@st.composite
def mutated(draw: st.DrawFn, originals: tuple[bytes, ...] = (SEED,)) -> bytes:
    """A real ticket with lines taken out, doubled, moved and replaced, and with other bytes here and there."""
    rows = draw(st.sampled_from(originals)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(0, len(rows) - 1)))
        change = draw(st.integers(0, 5))
        if change == 0:
            del rows[place : place + draw(st.integers(1, 4))]
        elif change == 1:
            rows[place:place] = rows[place : place + draw(st.integers(1, 12))]
        elif change == 2:
            rows.insert(place, draw(lines).encode() + b"\n")
        elif change == 3 and rows:
            row = rows[place]
            at = draw(st.integers(0, len(row)))
            rows[place] = row[:at] + draw(st.binary(max_size=3) | words.map(str.encode)) + row[at:]
        elif change == 4 and rows:
            rows[place] = rows[place].rstrip(b"\r\n") + draw(st.sampled_from([b"\r\n", b"\r", b"", b"\n\n"]))
        elif rows:
            rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(place))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + b"".join(rows)
