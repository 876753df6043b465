"""ESP202: a noqa that names our rules, or an entry of the baseline, that silences nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from esper_lint.discovery.noqa import Noqa
from esper_lint.findings import FileError, UnitKind
from esper_lint.rules import RULES
from esper_lint.suppression.baseline import Baseline, Entry, entry_of
from esper_lint.suppression.unused import unused_entries, unused_noqa
from tests.rules.builders import group, member

GROUPS = [
    group(member("A", "a.py", 5), member("B", "b.py", 7)),
    group(member("A", "a.py", 5), member("C", "c.py", 9), rule="ESP104"),
]

FOUND = [(one.path, one.forward_line, found.rule) for found in GROUPS for one in found.members]


def unused(line: int, codes: Sequence[str], known: Sequence[str] = tuple(RULES)) -> list[str]:
    """The codes that a comment in a.py names in vain."""
    found = list(unused_noqa({"a.py": [Noqa(line, 30, tuple(codes), line, line)]}, FOUND, known))
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
        # What could be said of these, they would silence.
        (6, ["ESP202"], []),
        (6, ["ESP2"], []),
        # Small letters are none of ours to flake8.
        (6, ["esp101"], ["esp101"]),
        (5, ["esp101"], ["esp101"]),
        (6, ["esp999", "e501"], []),
    ],
)
def test_what_is_unused(line: int, codes: list[str], expected: list[str]) -> None:
    assert unused(line, codes) == expected


def test_a_rule_that_was_not_run_cannot_be_judged() -> None:
    assert unused(6, ["ESP101", "ESP102"], known=["ESP102"]) == ["ESP102"]


def test_they_come_by_path_and_have_fingerprints_without_lines() -> None:
    comments = {name: [Noqa(3, 1, ("ESP101",), 3, 3), Noqa(9, 1, ("ESP102",), 9, 9)] for name in ("b.py", "a.py")}
    found = list(unused_noqa(comments, [], RULES))
    assert [(one.path, one.line) for one in found] == [("a.py", 3), ("a.py", 9), ("b.py", 3), ("b.py", 9)]
    assert {one.fingerprint for one in found} == {"ESP202:ESP101", "ESP202:ESP102"}


def test_small_letters_are_named_where_capitals_would_do() -> None:
    comment = {"a.py": [Noqa(5, 30, ("esp101", "esp103"), 5, 5)]}
    assert [one.message for one in unused_noqa(comment, FOUND, RULES)] == [
        "`# noqa: esp101` silences nothing here: codes count in capitals, as ESP101",
        "`# noqa: esp103` silences nothing here: remove it",
    ]


def test_a_comment_is_used_by_any_of_the_lines_that_it_speaks_for() -> None:
    comment = {"a.py": [Noqa(7, 1, ("ESP101", "ESP103"), 4, 7)]}
    assert [one.fingerprint for one in unused_noqa(comment, FOUND, RULES)] == ["ESP202:ESP103"]


def entries(*numbers: str) -> tuple[Entry, ...]:
    """Entries with a member for each letter, on lines 10, 20, ..."""
    return tuple(
        replace(entry_of("ESP101", UnitKind.FORWARD, [member(name, f"{name.lower()}.py") for name in names]), line=line)
        for line, names in enumerate(numbers, 1)
    )


def test_entries_without_a_member_in_any_group_are_unused() -> None:
    baseline = Baseline("known.json", entries("AB", "XY", "XYZ", "V"))
    found = list(unused_entries(baseline, GROUPS, ()))
    assert [(one.rule, one.path, one.line, one.column, one.group) for one in found] == [
        ("ESP202", "known.json", line, 1, None) for line in (2, 3, 4)
    ]
    assert [one.message for one in found] == [
        "this group is no longer found: `X` (x.py) and `Y` (y.py); run `esper-lint baseline --update`",
        "this group is no longer found: `X` (x.py) and 2 others; run `esper-lint baseline --update`",
        "this group is no longer found: `V` (v.py); run `esper-lint baseline --update`",
    ]
    assert [one.fingerprint for one in found] == [f"ESP202:{entry.id}" for entry in baseline.entries[1:]]


@pytest.mark.parametrize(("unread", "lines"), [("x.py", []), ("y.py", []), ("z.py", [1]), ("x.p", [1])])
def test_what_cannot_be_read_is_not_gone(unread: str, lines: list[int]) -> None:
    error = FileError("ESP900", unread, 1, "syntax error")
    found = unused_entries(Baseline("known.json", entries("XY")), GROUPS, [error])
    assert [one.line for one in found] == lines
