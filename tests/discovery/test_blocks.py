"""Blocks: whole lines of statements, whose digest knows neither their depth nor their place."""

from __future__ import annotations

import ast
import random
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.blocks import Block, block_of, block_text, physical_lines
from tests.programs import BODIES


def block(text: str, first: int = 0, last: int = 0) -> tuple[Block, str]:
    """The block of statements ``first`` to ``last`` inside the only compound statement of a file, and its text."""
    (outer,) = ast.parse(text).body
    assert isinstance(outer, (ast.If, ast.ClassDef, ast.FunctionDef))
    lines = physical_lines(text)
    found = block_of(outer.body[first : last + 1], lines)
    return found, block_text(found, lines)


@pytest.mark.parametrize(
    ("text", "first", "last", "expected"),
    [
        ("if 1:\n    a\n    b\n", 0, 0, "    a\n"),
        ("if 1:\n    a  # why\n\n    # so\n    b\n", 0, 1, "    a  # why\n\n    # so\n    b\n"),
        ("if 1:\n    a = (\n  1)\n    b\n", 0, 0, "    a = (\n  1)\n"),
        ("if 1: a\n", 0, 0, "      a\n"),
        ("if 1: a; b\n", 1, 1, "         b\n"),
        ("if 1: a; b; c\n", 1, 1, "         b\n"),
        ("if 1:\n    a; b; c\n", 0, 1, "    a; b\n"),
        ("if 1:\n    a; # b\n", 0, 0, "    a\n"),
        ("if 1:\n    ä = 'ö'; b = 1\n", 1, 1, "             b = 1\n"),
        ("if 1:\n    ä = 'ö'; b = 1\n", 0, 0, "    ä = 'ö'\n"),
        ("if 1:\n\ta\n", 0, 0, "\ta\n"),
        ("if 1:\n    @f\n    @g(\n    1)\n    def h(): pass\n", 0, 0, "    @f\n    @g(\n    1)\n    def h(): pass\n"),
        ("if 1:\r\n    a\r\n    b\r\n", 0, 1, "    a\n    b\n"),
        ("if 1:\n    '\x0c\x1c\u2028'\n    b\n", 1, 1, "    b\n"),
        ("if 1:\n    a", 0, 0, "    a\n"),
    ],
)
def test_text(text: str, first: int, last: int, expected: str) -> None:
    assert block(text, first, last)[1] == expected


@given(BODIES, st.integers(1, 12), st.integers(0, 5))
def test_law_the_digest_knows_neither_depth_nor_place(body: str, depth: int, above: int) -> None:
    statements = len(ast.parse(body).body) - 1
    here, text = block("if 1:\n" + indent(body, "    ") + "\n", 0, statements)
    there, moved = block("\n" * above + "if 1:\n" + indent(body, " " * depth) + "\n", 0, statements)
    assert here.digest == there.digest
    assert (here.line, here.indent, there.line, there.indent) == (2, 4, above + 2, depth)
    assert [line[4:] for line in text.splitlines()] == [line[depth:] for line in moved.splitlines()]


@given(BODIES, BODIES)
def test_law_equal_digests_mean_equal_texts(one: str, other: str) -> None:
    found = []
    for body in (one, other):
        made, text = block("if 1:\n" + indent(body, "    ") + "\n", 0, len(ast.parse(body).body) - 1)
        found.append((made.digest, text))
    assert (found[0][0] == found[1][0]) == (found[0][1] == found[1][1])


@given(BODIES)
def test_law_a_block_parses_as_what_it_is_of(body: str) -> None:
    tree = ast.parse(body)
    lines = physical_lines(body)
    first = random.Random(body).randrange(len(tree.body))
    text = block_text(block_of(tree.body[first:], lines), lines)
    again = ast.parse("if 1:\n" + indent(text, " ")).body[0]
    assert isinstance(again, ast.If)
    assert [ast.dump(node) for node in again.body] == [ast.dump(node) for node in tree.body[first:]]


def test_a_comment_or_layout_makes_another_digest() -> None:
    digests = {
        block(f"if 1:\n    {text}\n")[0].digest for text in ("a = 1", "a = 1  # why", "a  = 1", "a = (1)", "b = 1")
    }
    assert len(digests) == 5
