from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from esper_lint.findings import Finding, Report, Severity
from esper_lint.output import FORMATS, Style
from esper_lint.output.encoding import well_formed
from esper_lint.output.github import SHOWN
from esper_lint.rules.excerpt import printable
from tests.output.samples import FINDINGS, REPORT, UNUSED, sources
from tests.output.strategies import anything, reports

STYLE = Style(color=True, width=20)

Command = tuple[str, dict[str, str], str]


def lines(found: Report) -> list[str]:
    return list(FORMATS["github"](found, sources, STYLE))


def commands(found: Report) -> list[Command]:
    return [parsed(line) for line in lines(found)]


def report_of(findings: Iterable[Finding]) -> Report:
    return Report(REPORT.summary, (), tuple(findings), ())


def parsed(line: str) -> Command:
    """Level, properties and message, as the runner reads them (actions/runner, ActionCommand.TryParseV2)."""
    assert line.startswith("::")
    head, message = line[2:].split("::", 1)
    level, _, given = head.partition(" ")
    pairs = (pair.split("=", 1) for pair in given.strip().split(","))
    return level, {key: unescaped(value, ("%3A", ":"), ("%2C", ",")) for key, value in pairs}, unescaped(message)


def unescaped(text: str, *more: tuple[str, str]) -> str:
    for escape, char in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
        text = text.replace(escape, char)
    return text


def test_the_gravest_come_first() -> None:
    assert lines(REPORT) == [
        "::warning file=bad.py,line=3,col=1,endLine=3,title=ESP900 unreadable-file::invalid syntax",
        "::notice file=flex.py,line=1,col=9,endLine=1,title=ESP103 duplicate-fallback::"
        + FINDINGS[0].message.replace("%", "%25"),
        "::notice file=plain.py,line=2,col=9,endLine=2,title=ESP103 duplicate-fallback::"
        + FINDINGS[1].message.replace("%", "%25"),
        "::notice file=old.py,line=2,col=28,endLine=2,title=ESP202 unused-suppression::"
        "`# noqa: ESP101` silences nothing",
    ]


def test_levels() -> None:
    found = report_of(dataclasses.replace(UNUSED, severity=one, path=one.value) for one in Severity)
    levels = {properties["file"]: level for level, properties, _ in commands(found)}
    assert levels == {"P0": "error", "P1": "error", "P2": "warning", "P3": "notice", "P4": "notice"}


def test_a_summary_comes_first_where_the_host_would_not_show_all() -> None:
    many = [dataclasses.replace(UNUSED, line=number, severity=Severity.P2) for number in range(1, SHOWN + 2)]
    assert [level for level, _, _ in commands(report_of(many[:SHOWN]))] == ["warning"] * SHOWN
    level, properties, message = commands(report_of([*many, UNUSED]))[0]
    assert (level, properties) == ("notice", {"title": "esper-lint: 12 findings"})
    assert message.startswith("11 warnings, 1 notice. At most 10 of each level ")


def test_nothing_to_say_is_nothing() -> None:
    assert lines(report_of(())) == []


def test_what_a_name_may_hold_does_not_end_a_property() -> None:
    found = report_of([dataclasses.replace(UNUSED, path="a::b,line=9%0A\r\n.py")])
    assert lines(found)[0].startswith("::notice file=a%3A%3Ab%2Cline=9%250A%0D%0A.py,line=2,")


@given(reports())
def test_the_runner_reads_what_was_written(found: Report) -> None:
    read = commands(found)
    shown = sorted((properties["file"], message) for _, properties, message in read if "file" in properties)
    assert shown == sorted((well_formed(one.path), printable(one.message)) for one in found.active)
    levels = [level for level, properties, _ in read if "file" in properties]
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)


@given(anything, anything, st.sampled_from(Severity))
def test_a_command_is_one_line(path: str, message: str, severity: Severity) -> None:
    (line,) = lines(report_of([dataclasses.replace(UNUSED, path=path, message=message, severity=severity)]))
    assert not {"\r", "\n"} & set(line)
    line.encode()
