"""What only all tickets together, or the code, can tell about them; and that every code is known and described."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given

from esper_lint.tickets.health import CODES, cross_checked
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.writing import render
from tests.tickets.strategies import SEED, mutated
from tests.tickets.test_shapes import SHAPES, expected

PAGE = Path(__file__).parents[2] / "docs" / "ticket-format.md"
PREFIXES = ["/home/john/esper-lite"]
FILE = "src/esper/kasmina/blueprints/transformer.py"


def seed(name: str = "B3-PT-08.md", **replaced: str) -> Reading:
    text = SEED.decode()
    for old, new in replaced.items():
        text = text.replace(old, new)
    return read_ticket(text.encode(), name, PREFIXES)


def found(*readings: Reading, lines: int | None = 400, since: str | None = None) -> list[tuple[str, int, str]]:
    diagnostics = cross_checked(readings, lambda path: lines if path == FILE else None, lambda path: since)
    return [(one.name, one.line, one.code) for one in diagnostics if one.code != "dangling-relation"]


def test_the_seed_s_relations_dangle_until_their_tickets_are_there() -> None:
    one = seed()
    diagnostics = cross_checked([one], lambda path: 400)
    assert [(two.line, two.code, two.message) for two in diagnostics] == [
        (92, "dangling-relation", "there is no ticket B3-CR-12"),
        (93, "dangling-relation", "there is no ticket B3-DRL-25"),
    ]
    others = [seed(f"{name}.md", **{"`B3-PT-08`": f"`{name.lower()}`"}) for name in ("B3-CR-12", "B3-DRL-25")]
    assert cross_checked([one, *others], lambda path: 400) == ()


def test_two_tickets_with_one_id_are_told_at_either() -> None:
    assert found(seed(), seed("old/b.md", **{"`B3-PT-08`": "`b3-pt-08`"})) == [
        ("B3-PT-08.md", 9, "duplicate-id"),
        ("old/b.md", 9, "duplicate-id"),
    ]


def test_code_that_is_gone_is_told_of_open_tickets() -> None:
    assert found(seed(), lines=None) == [("B3-PT-08.md", 25, "stale-location")]
    assert found(seed(), lines=332) == [("B3-PT-08.md", 25, "stale-location")]
    assert found(seed(), lines=333) == []
    assert found(seed(**{"`303-333`": "~400"}), lines=333) == []
    assert found(seed("fixed/B3-PT-08.md"), lines=None) == []


def test_a_ticket_before_its_code_is_told() -> None:
    assert found(seed(), since="2024-12-28T09:00:00+01:00") == [("B3-PT-08.md", 16, "early-date")]
    assert found(seed(), since="2024-12-27") == []
    assert found(seed(**{"| 2024-12-27 |": "| |"}), since="2024-12-28") == []


def test_the_page_describes_every_code() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(CODES.items())


def test_every_code_of_one_ticket_has_a_shape() -> None:
    shown = {code for path in SHAPES for code, _ in expected(path)["diagnostics"]}
    elsewhere = {"unreadable", "duplicate-id", "dangling-relation", "stale-location", "early-date"}
    assert shown | elsewhere == set(CODES)


@given(mutated())
def test_diagnostics_have_known_codes_and_lines_of_the_file(data: bytes) -> None:
    for one in read_ticket(data, "x.md").diagnostics:
        assert one.code in CODES and "\n" not in one.message
        assert 1 <= one.line <= len(data.splitlines()) + 1


_SIZE = 100_000
_HOSTILE = {
    "back ticks": ("## Location\n\n- ", "`a``b"),
    "code spans": ("## Location\n\n- `", "` in `"),
    "fences": ("", "```a\n"),
    "backslashes": ("## Cross-Review\n\n|", "\\"),
    "words": ("## Location\n\n| Lines | ", "/a"),
    "numbers": ("## Location\n\n| Lines | ", "1 "),
    "parentheses": ("## Location\n\n| Lines | ", "("),
    "reviews": ("", "## Cross-Review: a\n"),
    "sub-headings": ("## Cross-Review\n", "### a Reviewer\n"),
    "spaces": ("## Cross-Review: a", " "),
    "ids": ("## Related Findings\n\n- ", "a-"),
    "rows": ("## Cross-Review\n\n", "| a | SUPPORT |\n"),
    "pipes": ("## Cross-Review\n\n", "|"),
    "stars": ("## Summary\n\n", "**a"),
    "sections": ("", "## a\n"),
    "boxes": ("## Summary\n", "- [ ] a\n"),
    "evaluations": ("## Cross-Review\n", "**a b Evaluation:** x\n"),
    "bullets": ("## Location\n\n", "- `a.py:1`\n"),
}


@pytest.mark.parametrize("start, part", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_a_hostile_file_is_read_in_linear_time(start: str, part: str) -> None:
    """A quadratic step costs minutes at this size, a linear one well under a second."""
    data = (start + part * (_SIZE // len(part))).encode()
    begin = time.process_time()
    reading = read_ticket(data, "x.md")
    assert read_ticket(render(reading.ticket).encode(), "x.md").ticket == reading.ticket
    assert time.process_time() - begin < 20
