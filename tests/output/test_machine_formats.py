from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from hypothesis import given

from esper_lint.findings import Report
from esper_lint.output import FORMATS, Style
from tests.output.samples import REPORT, sources
from tests.output.strategies import reports

STYLE = Style(color=True, width=20)


def document(report: Report) -> dict[str, Any]:
    parsed = json.loads("\n".join(FORMATS["json"](report, sources, STYLE)))
    assert isinstance(parsed, dict)
    return parsed


def test_the_json_schema() -> None:
    parsed = document(REPORT)
    assert list(parsed) == ["schema_version", "tool", "summary", "groups", "findings", "errors", "notes"]
    assert parsed["schema_version"] == 1
    assert list(parsed["tool"]) == ["name", "version"]
    assert parsed["summary"] == {"files": 4, "module_classes": 5, "forwards": 5, "groups": 2, "findings": 6}
    group = parsed["groups"][0]
    assert group == {
        "id": "gflex.py:Flex",
        "rule": "ESP103",
        "unit": "forward",
        "clone_type": 3,
        "similarity": 0.8765,
        "severity": "P3",
        "loose": False,
        "members": [
            {
                "path": "flex.py",
                "qualname": "Flex",
                "line": 1,
                "end_line": 11,
                "fingerprint": "flex.py:Flex",
                "similarity": 1.0,
                "guard": {"condition": "_HAS_FLEX", "branch": "if", "line": 10},
                "near": [],
            },
            {
                "path": "plain.py",
                "qualname": "Plain",
                "line": 2,
                "end_line": 11,
                "fingerprint": "plain.py:Plain",
                "similarity": 0.8765,
                "guard": {"condition": "_HAS_FLEX", "branch": "else", "line": 10},
                "near": [],
            },
        ],
        "holes": [
            {
                "kind": "statements",
                "texts": ["mask = self.mask(length)", ""],
                "spans": [
                    {"line": 6, "column": 5, "end_line": 6, "end_column": 29},
                    {"line": 7, "column": 9, "end_line": 7, "end_column": 9},
                ],
            },
            {
                "kind": "call",
                "texts": ["flex_attention(q, k, v)", "F.scaled_dot_product_attention(q, k, v)"],
                "spans": [
                    {"line": 7, "column": 11, "end_line": 7, "end_column": 34},
                    {"line": 7, "column": 15, "end_line": 7, "end_column": 54},
                ],
            },
        ],
        "suppressed": None,
        "fix": None,
        "refusals": [],
    }
    finding = parsed["findings"][0]
    assert finding == {
        "rule": "ESP900",
        "group": None,
        "path": "bad.py",
        "line": 3,
        "column": 1,
        "end_line": 3,
        "message": "invalid syntax",
        "fingerprint": "f2",
        "severity": "P2",
        "suppressed": None,
    }
    assert parsed["errors"] == [{"rule": "ESP900", "path": "bad.py", "line": 3, "message": "invalid syntax"}]


def test_json_keeps_what_is_suppressed_and_says_by_what() -> None:
    silent = [finding for finding in document(REPORT)["findings"] if finding["path"] == "silent.py"]
    assert [finding["suppressed"] for finding in silent] == [{"kind": "noqa", "where": "silent.py:1"}] * 2


@given(reports())
def test_json_gives_every_text_back(report: Report) -> None:
    assert "\n".join(FORMATS["json"](report, sources, STYLE)).isascii()
    parsed = document(report)
    assert {finding["message"] for finding in parsed["findings"]} == {one.message for one in report.findings}
    assert [error["path"] for error in parsed["errors"]] == [error.path for error in report.errors]
    for written, group in zip(parsed["groups"], report.groups, strict=True):
        assert [member["path"] for member in written["members"]] == [member.path for member in group.members]
        assert [tuple(hole["texts"]) for hole in written["holes"]] == [hole.texts for hole in group.holes]
        assert abs(written["similarity"] - group.similarity) <= 0.00005


@given(reports())
def test_findings_are_sorted(report: Report) -> None:
    keys = [
        (one["path"], one["line"], one["column"], one["rule"], one["message"]) for one in document(report)["findings"]
    ]
    assert keys == sorted(keys)


@given(reports())
def test_json_lines_hold_the_same_objects(report: Report) -> None:
    parsed = document(report)
    objects = [json.loads(line) for line in FORMATS["jsonl"](report, sources, STYLE)]
    by_type: dict[str, list[Any]] = {"summary": [], "group": [], "finding": [], "error": []}
    for item in objects:
        by_type[item.pop("type")].append(item)
    assert by_type["summary"] == [
        {"schema_version": parsed["schema_version"], "tool": parsed["tool"]} | parsed["summary"]
    ]
    assert [by_type[key] for key in ("group", "finding", "error")] == [
        parsed[key] for key in ("groups", "findings", "errors")
    ]


def test_an_empty_report_is_a_valid_document() -> None:
    parsed = document(Report(REPORT.summary, (), (), ()))
    assert parsed["groups"] == parsed["findings"] == parsed["errors"] == []


def test_no_heavy_library_is_imported_for_output() -> None:
    code = "import sys, esper_lint.output; print({'libcst', 'rich', 'click', 'flake8'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
