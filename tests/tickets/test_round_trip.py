"""What is written is read again as it was; what is read, whatever it is, is written so that it reads the same."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.tickets.reading import read_ticket
from esper_lint.tickets.ticket import Ticket, Verdict
from esper_lint.tickets.writing import render
from tests.tickets.strategies import SEED, mutated, tickets


def assert_same(found: Ticket, wanted: Ticket) -> None:
    """One field at a time, so that a failure says which."""
    for field in fields(Ticket):
        assert getattr(found, field.name) == getattr(wanted, field.name), field.name


@given(tickets)
def test_what_is_written_is_read_again_whatever_its_line_ends(ticket: Ticket) -> None:
    text = render(ticket)
    found = read_ticket(text.encode(), "x.md").ticket
    assert_same(found, ticket)
    assert_same(read_ticket(b"\xef\xbb\xbf" + text.encode().replace(b"\n", b"\r\n"), "x.md").ticket, ticket)
    assert render(found) == text
    assert "\r" not in text and text.endswith("\n") and not text.endswith("\n\n")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | mutated())
def test_any_bytes_are_read_and_what_was_read_is_written_so_that_it_reads_the_same(data: bytes) -> None:
    ticket = read_ticket(data, "x.md").ticket
    assert_same(read_ticket(render(ticket).encode(), "x.md").ticket, ticket)


def test_the_seed_is_written_as_it_was_but_for_its_path() -> None:
    ticket = read_ticket(SEED, "B3-PT-08.md", ["/home/john/esper-lite"]).ticket
    assert render(ticket).encode() == SEED.replace(b"/home/john/esper-lite/", b"")
    assert_same(read_ticket(render(ticket).encode(), "B3-PT-08.md").ticket, ticket)


@pytest.mark.parametrize("word", ["SUPPORT", "ENDORSE"])
def test_support_is_written_in_the_word_that_is_asked_for(word: str) -> None:
    seed = read_ticket(SEED, "x.md").ticket
    ticket = replace(seed, reviews=(replace(seed.reviews[0], verdict=Verdict.SUPPORT),))
    text = render(ticket, support_word=word)
    assert f"| Verdict | **{word}** |" in text
    assert_same(read_ticket(text.encode(), "x.md").ticket, ticket)
