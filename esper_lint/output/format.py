"""What a format is: a function from a report to lines of text, and the order in which findings stand in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from esper_lint.findings import Finding, Report

Sources = Callable[[str], Sequence[str]]
"""The physical lines of a file by its path in the report; may raise OSError, and then no code of it is shown."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the terminal can show.  Formats for machines do not look at it."""

    color: bool
    width: int


Formatter = Callable[[Report, Sources, Style], Iterable[str]]
"""Yields lines without their newline."""


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """By path, line, column, rule and message: the same on every run and from every front end."""
    return sorted(findings, key=lambda one: (one.path, one.line, one.column, one.rule, one.message))


def loose_last(report: Report) -> tuple[list[Finding], list[Finding]]:
    """The active findings that people should see first, and those that tell of loose groups; each in their order."""
    loose = {(group.rule, group.id) for group in report.groups if group.is_loose}
    found = ordered(report.active)
    by_looseness: tuple[list[Finding], list[Finding]] = ([], [])
    for one in found:
        by_looseness[(one.rule, one.group) in loose].append(one)
    return by_looseness
