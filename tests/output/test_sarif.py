from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from esper_lint.findings import Finding, Report, Severity, Suppressed
from esper_lint.output import FORMATS, Style
from esper_lint.output.encoding import uri_path
from esper_lint.output.identifiers import identifiers
from esper_lint.output.peers import LIMIT
from esper_lint.output.sarif_text import plain, sentence
from esper_lint.rules import RULES
from tests.output.samples import FINDINGS, FLEX_GROUP, REPORT, SILENT, UNUSED, sources
from tests.output.strategies import anything, group_findings, reports
from tests.rules.builders import group, member
from tests.trees import project, report, seed

STYLE = Style(color=True, width=20)
# Where npm puts @microsoft/sarif-multitool-linux: its program, or the folder on PATH with the link to it.
PROGRAM = os.environ.get("ESPER_SARIF_MULTITOOL") or shutil.which("sarif-multitool-linux")
with_multitool = pytest.mark.skipif(
    PROGRAM is None, reason="needs npm's @microsoft/sarif-multitool-linux, on PATH or in ESPER_SARIF_MULTITOOL"
)
LINK = re.compile(r"(?<!\\)\[(?P<text>(?:[^\\\[\]]|\\.)*)\]\((?P<id>\d+)\)", re.DOTALL)
URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*")

# What the multitool says of every log of ours, and why it may.
ACCEPTED = {
    "SARIF2002": "messages are texts: hosts show no arguments",
    "SARIF2003": "what is under version control, the host knows and a linter does not ask",
    "SARIF2005": "the project has no public address yet, so there is no informationUri",
    "SARIF2006": "a test has no network to try the schema's address",
    "SARIF2011": "the host has the source around a line",
    "SARIF2012": "rules have no public page for helpUri, and are called what `esper-lint explain` calls them",
}


def beside_program(name: str) -> Path:
    """A file of the npm package.  Not its ``bin.js``: that passes arguments on through a shell, unquoted."""
    assert PROGRAM is not None
    return Path(PROGRAM).resolve(strict=True).parent / name


def log(found: Report, files: Any = sources) -> dict[str, Any]:
    written = "\n".join(FORMATS["sarif"](found, files, STYLE))
    assert written.isascii()
    parsed = json.loads(written)
    assert isinstance(parsed, dict)
    return parsed


def run(found: Report, files: Any = sources) -> dict[str, Any]:
    (only,) = log(found, files)["runs"]
    assert isinstance(only, dict)
    return only


def report_of(*findings: Finding) -> Report:
    return Report(REPORT.summary, (), findings, ())


def shown(text: str) -> str:
    """A plain text message without arguments as a reader of SARIF shows it, links as their texts."""
    text = LINK.sub(lambda link: link["text"], text)
    return re.sub(r"\\(.)", r"\1", text.replace("{{", "{").replace("}}", "}"), flags=re.DOTALL)


def test_the_log() -> None:
    parsed = log(REPORT)
    assert parsed["$schema"].endswith("/sarif-2.1.0.json") and parsed["version"] == "2.1.0"
    (only,) = parsed["runs"]
    assert only["columnKind"] == "unicodeCodePoints"
    assert only["automationDetails"] == {"id": "esper-lint/"}
    assert [(one["ruleId"], one["level"]) for one in only["results"]] == [
        ("ESP900", "warning"),
        ("ESP103", "note"),
        ("ESP202", "note"),
        ("ESP103", "note"),
    ]
    message = FINDINGS[1].message.replace("`", "'")
    assert only["results"][3] | {"partialFingerprints": {}} == {
        "ruleId": "ESP103",
        "ruleIndex": list(RULES).index("ESP103"),
        "level": "note",
        "message": {"text": f"{message}. The other copy: [Flex](1)."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "plain.py", "uriBaseId": "%SRCROOT%"},
                    "region": {
                        "startLine": 2,
                        "startColumn": 9,
                        "endLine": 2,
                        "endColumn": 26,
                        "snippet": {"text": "forward(self, x):"},
                    },
                }
            }
        ],
        "partialFingerprints": {},
        "properties": {"severity": "P3", "group": FLEX_GROUP.id},
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": "Flex"},
                "physicalLocation": {
                    "artifactLocation": {"uri": "flex.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 1, "startColumn": 9},
                },
            }
        ],
    }


def test_levels() -> None:
    found = report_of(*(dataclasses.replace(UNUSED, severity=severity) for severity in Severity))
    levels = {one["properties"]["severity"]: one["level"] for one in run(found)["results"]}
    assert levels == {"P0": "error", "P1": "error", "P2": "warning", "P3": "note", "P4": "note"}


def test_every_rule_is_described_within_the_limits_of_the_host() -> None:
    rules = run(report_of())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"] and rule["help"]["markdown"] == RULES[rule["id"]].documentation()
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")


def test_a_file_that_cannot_be_read_is_told_even_if_that_is_silenced() -> None:
    (invocation,) = run(Report(REPORT.summary, (), (), REPORT.errors))["invocations"]
    assert invocation["executionSuccessful"] is True
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "invalid syntax."
    assert "toolExecutionNotifications" not in run(report_of())["invocations"][0]


def test_what_looks_like_a_link_or_an_argument_is_text() -> None:
    text = "`blocks[0](1)` for {0} of c:\\[x"
    assert plain(text) == r"'blocks\[0\](1)' for {{0}} of c:\\\[x"
    assert not LINK.search(plain(text))


@given(anything)
def test_readers_show_the_text(text: str) -> None:
    well_formed = text.encode("utf-8", "backslashreplace").decode()
    assert shown(plain(text)) == well_formed.replace("`", "'")
    assert sentence(text).endswith((".", "…"))


def test_a_large_group_names_the_nearest_and_counts_the_rest() -> None:
    members = [member(f"M{number:02}", line=number, similarity=1 - number / 100) for number in range(1, 21)]
    found = group(member("M00"), *members, texts_differ=False)
    silent = dataclasses.replace(group_findings(found)[1], suppressed=Suppressed("noqa", "here"))
    only = run(Report(REPORT.summary, (found,), (group_findings(found)[0], silent), ()))
    (result,) = only["results"]
    assert len(result["relatedLocations"]) == LIMIT
    assert result["message"]["text"].endswith(" [M10](9), [M11](10) and 9 more.")
    assert "M01]" not in result["message"]["text"]


def test_the_nearest_peers_come_first() -> None:
    near, far = member("Near", line=9, similarity=0.9), member("Far", line=5, similarity=0.8)
    found = dataclasses.replace(group(member("First"), far, near), similarities=((), (0.8,), (0.9, 0.7)))
    members = [dataclasses.replace(one, variant=number) for number, one in enumerate(found.members)]
    found = dataclasses.replace(found, members=tuple(members))
    only = run(Report(REPORT.summary, (found,), group_findings(found), ()))
    named = [LINK.findall(result["message"]["text"]) for result in only["results"]]
    assert named == [
        [("Near", "1"), ("Far", "2")],
        [("First", "1"), ("Near", "2")],
        [("First", "1"), ("Far", "2")],
    ]


@given(reports())
def test_every_active_finding_is_a_result_with_its_rule_and_links_to_every_location(found: Report) -> None:
    only = run(found)
    assert len(only["results"]) == len(found.active)
    for result in only["results"]:
        assert only["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        related = result.get("relatedLocations", [])
        ids = [location["id"] for location in related]
        assert ids == list(range(1, len(related) + 1))
        assert [int(link["id"]) for link in LINK.finditer(result["message"]["text"])] == ids


@given(reports(), st.lists(anything, max_size=45))
def test_a_region_is_on_one_line_and_its_snippet_is_what_stands_there(found: Report, source: list[str]) -> None:
    for result in run(found, lambda path: source)["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] == region["endLine"]
        assert 1 <= region["startColumn"] <= region["endColumn"]
        text = source[region["startLine"] - 1] if region["startLine"] <= len(source) else ""
        there = text[region["startColumn"] - 1 : region["endColumn"] - 1]
        snippet = region.get("snippet", {"text": ""})["text"]
        assert snippet == there.encode("utf-8", "backslashreplace").decode()


def test_a_source_that_is_gone_costs_the_end_of_the_region_only() -> None:
    def gone(path: str) -> Sequence[str]:
        raise PermissionError(path)

    regions = [one["locations"][0]["physicalLocation"]["region"] for one in run(REPORT, gone)["results"]]
    assert regions[1] == {"startLine": 1, "startColumn": 9, "endLine": 1, "endColumn": 9}


@given(reports())
def test_identifiers_are_unique_and_hold_no_line_numbers(found: Report) -> None:
    known = identifiers(found.findings)
    assert len(set(known)) == len(known)
    moved = [dataclasses.replace(one, line=one.line + 7, end_line=99, column=1) for one in found.findings]
    assert identifiers(moved) == known


def test_a_member_is_known_by_rule_and_fingerprint_and_a_line_by_its_file_too() -> None:
    flex = group_findings(FLEX_GROUP)[0]
    (known,) = identifiers([flex])
    assert identifiers([dataclasses.replace(flex, path="moved.py", group="joined")]) == [known]
    assert identifiers([dataclasses.replace(flex, rule="ESP102")]) != [known]
    assert identifiers([flex, group_findings(SILENT)[0]])[0] == known
    assert identifiers([UNUSED]) != identifiers([dataclasses.replace(UNUSED, path="other.py")])


@given(anything)
def test_every_path_becomes_a_uri_reference(path: str) -> None:
    assert URI_REFERENCE.fullmatch(uri_path(path))


@given(st.binary())
def test_the_reference_to_a_file_gives_the_bytes_of_its_name_back(name: bytes) -> None:
    assert unquote_to_bytes(uri_path(name.decode("utf-8", "surrogateescape"))) == name


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("100%.py", "100%25.py"),
        ("../out.py", "../out.py"),
        ("c:d?#.py", "c%3Ad%3F%23.py"),
        ("é.py", "%C3%A9.py"),
        (os.fsdecode(b"\xff.py"), "%FF.py"),
    ],
)
def test_uris(path: str, uri: str) -> None:
    assert uri_path(path) == uri


@with_multitool
@settings(max_examples=40)
@given(reports(), st.lists(anything, max_size=45))
def test_any_log_follows_the_published_schema(found: Report, source: list[str]) -> None:
    schema = json.loads(beside_program("sarif-2.1.0.json").read_text(encoding="utf-8"))
    errors = Draft202012Validator(schema).iter_errors(log(found, lambda path: source))
    assert [error.message for error in errors] == []


@with_multitool
def test_the_multitool_finds_nothing_wrong_with_a_run_on_odd_names(tmp_path: Path) -> None:
    names = ["a b%.py", "ü/[0](1).py", os.fsdecode(b"\xff{0}.py")]
    inside = project(tmp_path / "inside", {name: seed() for name in names} | {"bad.py": "def forward(:\n"})
    outside = project(tmp_path / "outside", {"copy.py": seed()})
    found = report(inside, str(inside), str(outside))
    assert len(found.active) == 5

    def lines(path: str) -> Sequence[str]:
        return (inside / path).read_text().splitlines()

    assert "../outside/copy.py" in json.dumps(log(found, lines))
    told = multitool_verdict(tmp_path, "\n".join(FORMATS["sarif"](found, lines, STYLE)))
    assert [one for one in told if one[0] == "error" or one[1] not in ACCEPTED] == []


@with_multitool
def test_the_multitool_does_look(tmp_path: Path) -> None:
    written = "\n".join(FORMATS["sarif"](REPORT, sources, STYLE)).replace('"startLine": 2', '"startLine": 0')
    assert "error" in {level for level, _, _ in multitool_verdict(tmp_path, written)}


def multitool_verdict(folder: Path, written: str) -> list[tuple[str, str, str]]:
    """(level, rule, message id) of all that it has to say, which only its own log tells: it exits 0 in any case."""
    (folder / "our.sarif").write_text(written, encoding="ascii")
    command = [str(beside_program("Sarif.Multitool")), "validate", "our.sarif", "--rule-kind", "Sarif;Ghas"]
    command += ["--level", "Error;Warning;Note", "-o", "verdict.sarif"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    (only,) = json.loads((folder / "verdict.sarif").read_text(encoding="utf-8-sig"))["runs"]
    assert only["invocations"][0]["executionSuccessful"] is True
    assert not only["invocations"][0].get("toolConfigurationNotifications")
    return [(one.get("level", "warning"), one["ruleId"], one["message"].get("id", "")) for one in only["results"]]
