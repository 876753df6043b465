from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.findings import Report, Severity
from esper_lint.output import FORMATS, Sources, Style
from esper_lint.output.encoding import well_formed
from esper_lint.output.format import ordered
from esper_lint.output.lines import lines_at
from tests.output.samples import FINDINGS, REPORT, UNUSED, sources
from tests.output.strategies import anything, group_findings, reports
from tests.rules.builders import group, member

STYLE = Style(color=True, width=20)


def diagnostics(found: Report, files: Sources = sources) -> list[dict[str, Any]]:
    written = list(FORMATS["rdjsonl"](found, files, STYLE))
    assert all(line.isascii() and "\n" not in line for line in written)
    return [json.loads(line) for line in written]


def report_of_line(text: str, line: int = 1, column: int = 1) -> tuple[Report, Sources]:
    finding = dataclasses.replace(UNUSED, path="a.py", line=line, column=column)
    return Report(REPORT.summary, (), (finding,), ()), lambda path: [text]


def test_the_diagnostics() -> None:
    found = diagnostics(REPORT)
    assert [one["code"]["value"] for one in found] == ["ESP900", "ESP103", "ESP202", "ESP103"]
    assert found[1] == {
        "message": FINDINGS[0].message,
        "location": {
            "path": "flex.py",
            "range": {"start": {"line": 1, "column": 9}, "end": {"line": 1, "column": 22}},
        },
        "severity": "INFO",
        "source": {"name": "esper-lint"},
        "code": {"value": "ESP103"},
        "related_locations": [
            {
                "message": "Plain",
                "location": {
                    "path": "plain.py",
                    "range": {"start": {"line": 2, "column": 9}, "end": {"line": 2, "column": 26}},
                },
            }
        ],
    }
    assert "related_locations" not in found[2]


def test_severities() -> None:
    for severity, word in zip(Severity, ("ERROR", "ERROR", "WARNING", "INFO", "INFO"), strict=True):
        found = Report(REPORT.summary, (), (dataclasses.replace(UNUSED, severity=severity),), ())
        assert [one["severity"] for one in diagnostics(found)] == [word]


def test_columns_count_bytes() -> None:
    (found,) = diagnostics(*report_of_line("a𐐀b", column=3))
    assert found["location"]["range"] == {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 7}}


@pytest.mark.parametrize(("line", "column"), [(2, 1), (1, 4)])
def test_a_place_that_is_not_there_any_more_is_a_whole_line(line: int, column: int) -> None:
    (found,) = diagnostics(*report_of_line("abc", line, column))
    assert found["location"]["range"] == {"start": {"line": line}, "end": {"line": line}}


def test_a_source_that_is_gone_costs_the_columns_only() -> None:
    def gone(path: str) -> Sequence[str]:
        raise PermissionError(path)

    found = diagnostics(REPORT, gone)
    assert len(found) == len(REPORT.active)
    assert found[1]["location"]["range"] == {"start": {"line": 1}, "end": {"line": 1}}


def test_every_file_is_read_once() -> None:
    read: list[str] = []

    def counted(path: str) -> Sequence[str]:
        read.append(path)
        return ["x  ", "y"]

    assert lines_at([("b", 1), ("a", 2), ("b", 9), ("b", 1), ("a", 1)], counted) == {
        ("a", 1): "x",
        ("a", 2): "y",
        ("b", 1): "x",
    }
    assert read == ["a", "b"]


def test_a_line_stays_far_below_what_reviewdog_reads() -> None:
    name = "modeling_" + "x" * 100
    found = group(*(member(f"{name}{one}", f"src/{name}/{name}.py", one) for one in range(1, 301)), texts_differ=False)
    written = FORMATS["rdjsonl"](Report(REPORT.summary, (found,), group_findings(found), ()), sources, STYLE)
    assert max(map(len, written)) < 10_000


@given(reports(), st.lists(anything, max_size=45))
def test_a_range_is_what_stands_there_up_to_the_end_of_the_line(found: Report, source: list[str]) -> None:
    for diagnostic in diagnostics(found, lambda path: source):
        related = diagnostic.get("related_locations", [])
        for location in [diagnostic["location"], *(one["location"] for one in related)]:
            start, end = location["range"]["start"], location["range"]["end"]
            assert 1 <= start["line"] == end["line"]
            if "column" in start:
                line = source[start["line"] - 1].rstrip().encode("utf-8", "surrogatepass")
                assert 1 <= start["column"] < end["column"] == len(line) + 1
                line[start["column"] - 1 :].decode("utf-8", "surrogatepass")  # begins with a whole character
            location["path"].encode()
        diagnostic["message"].encode()


@given(reports())
def test_peers_are_the_others_of_the_group(found: Report) -> None:
    groups = {group.id: group for group in found.groups}
    for finding, diagnostic in zip(ordered(found.active), diagnostics(found), strict=True):
        named = sorted(one["message"] for one in diagnostic.get("related_locations", []))
        members = () if finding.group is None else groups[finding.group].members
        assert named == sorted(well_formed(one.qualname) for one in members if one.fingerprint != finding.fingerprint)


def test_members_at_one_place_are_told_apart() -> None:
    found = group(member("First", "a.py", 1), member("Second", "a.py", 1), texts_differ=False)
    report = Report(REPORT.summary, (found,), group_findings(found), ())
    named = [one["related_locations"][0]["message"] for one in diagnostics(report)]
    assert sorted(named) == ["First", "Second"]
