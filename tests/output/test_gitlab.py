from __future__ import annotations

import dataclasses
import json
import os
import re
from typing import Any

from hypothesis import given

from esper_lint.findings import Report, Severity
from esper_lint.output import FORMATS, Style
from tests.output.samples import FINDINGS, REPORT, UNUSED, sources
from tests.output.strategies import reports

STYLE = Style(color=True, width=20)


def issues(found: Report) -> list[dict[str, Any]]:
    written = "\n".join(FORMATS["gitlab"](found, sources, STYLE))
    assert written.isascii()
    parsed = json.loads(written)
    assert isinstance(parsed, list)
    return parsed


def test_the_report() -> None:
    found = issues(REPORT)
    assert [(one["check_name"], one["location"]["path"]) for one in found] == [
        ("ESP900", "bad.py"),
        ("ESP103", "flex.py"),
        ("ESP202", "old.py"),
        ("ESP103", "plain.py"),
    ]
    assert found[1] | {"fingerprint": ""} == {
        "description": FINDINGS[0].message,
        "check_name": "ESP103",
        "fingerprint": "",
        "severity": "minor",
        "location": {"path": "flex.py", "lines": {"begin": 1, "end": 1}},
    }


def test_severities() -> None:
    for severity, word in zip(Severity, ("blocker", "critical", "major", "minor", "info"), strict=True):
        (issue,) = issues(Report(REPORT.summary, (), (dataclasses.replace(UNUSED, severity=severity),), ()))
        assert issue["severity"] == word


def test_nothing_found_is_an_empty_array() -> None:
    assert issues(Report(REPORT.summary, (), (), ())) == []


def test_a_name_that_is_no_text_is_escaped() -> None:
    found = Report(REPORT.summary, (), (dataclasses.replace(UNUSED, path=os.fsdecode(b"a\xff.py")),), ())
    assert issues(found)[0]["location"]["path"] == "a\\udcff.py"


@given(reports())
def test_every_active_finding_is_an_issue_with_a_fingerprint_of_its_own(found: Report) -> None:
    written = issues(found)
    assert len(written) == len(found.active)
    known = {issue["fingerprint"] for issue in written}
    assert len(known) == len(written) and all(re.fullmatch("[0-9a-f]{32}", one) for one in known)
    for issue in written:
        (
            issue["description"].encode(),
            issue["location"]["path"].encode(),
        )  # what holds a lone surrogate cannot be stored


def test_a_fingerprint_holds_no_line_number() -> None:
    moved = tuple(dataclasses.replace(one, line=one.line + 7) for one in FINDINGS)
    before, after = issues(REPORT), issues(dataclasses.replace(REPORT, findings=moved))
    assert [one["fingerprint"] for one in before] == [one["fingerprint"] for one in after]
    assert before != after
