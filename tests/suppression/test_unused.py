"""ESP202: a noqa that names our rules and silences nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from esper_lint.discovery.modules import Noqa
from esper_lint.rules import RULES
from esper_lint.suppression.unused import unused_noqa
from tests.rules.builders import group, member

GROUPS = [
    group(member("A", "a.py", 5), member("B", "b.py", 7)),
    group(member("A", "a.py", 5), member("C", "c.py", 9), rule="ESP104"),
]


def unused(line: int, codes: Sequence[str], known: Sequence[str] = tuple(RULES)) -> list[str]:
    """The codes that a comment in a.py names in vain."""
    found = list(unused_noqa({"a.py": [Noqa(line, 30, tuple(codes))]}, GROUPS, known))
    assert all(
        (one.rule, one.path, one.line, one.column, one.group) == ("ESP202", "a.py", line, 30, None) for one in found
    )
    return [one.message.split(":")[1].split("`")[0].strip() for one in found]


@pytest.mark.parametrize(
    ("line", "codes", "expected"),
    [
        (5, ["ESP101"], []),
        (5, ["ESP104"], []),
        (5, ["ESP101", "ESP104"], []),
        (5, ["ESP1"], []),
        (5, ["ESP102"], ["ESP102"]),
        (5, ["ESP101", "ESP102", "ESP103"], ["ESP102", "ESP103"]),
        (5, ["ESP102", "ESP102"], ["ESP102"]),
        (6, ["ESP101"], ["ESP101"]),
        (6, ["ESP1"], ["ESP1"]),
        # Not ours to judge.
        (6, [], []),
        (6, ["E501", "F401"], []),
        (6, ["ESP999"], []),
        (6, ["E"], []),
    ],
)
def test_what_is_unused(line: int, codes: list[str], expected: list[str]) -> None:
    assert unused(line, codes) == expected


def test_a_rule_that_was_not_run_cannot_be_judged() -> None:
    assert unused(6, ["ESP101", "ESP102"], known=["ESP102"]) == ["ESP102"]


def test_they_come_by_path_and_have_fingerprints_without_lines() -> None:
    comments = {name: [Noqa(3, 1, ("ESP101",)), Noqa(9, 1, ("ESP102",))] for name in ("b.py", "a.py")}
    found = list(unused_noqa(comments, [], RULES))
    assert [(one.path, one.line) for one in found] == [("a.py", 3), ("a.py", 9), ("b.py", 3), ("b.py", 9)]
    assert {one.fingerprint for one in found} == {"ESP202:ESP101", "ESP202:ESP102"}
