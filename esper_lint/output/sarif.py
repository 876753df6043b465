"""SARIF 2.1.0 for code scanning: one result per active finding, on its line, with links to the nearest copies.

Sections (§) are those of the standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
Silent findings are left out: the best-known host ignores ``suppressions`` and would show them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from esper_lint import __version__
from esper_lint.findings import FileError, Finding, Report
from esper_lint.output.array import elements
from esper_lint.output.encoding import uri_path, well_formed
from esper_lint.output.format import Sources, Style, ordered
from esper_lint.output.identifiers import identifiers
from esper_lint.output.lines import Place, lines_at
from esper_lint.output.peers import Nearest, Peers
from esper_lint.output.sarif_rules import LEVELS, RULE_INDEX, descriptors
from esper_lint.output.sarif_text import links, plain, sentence
from esper_lint.output.schema import Object

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Two runs of one category replace each other on the host, so the category is the tool's own (it ends at the slash).
_CATEGORY = "esper-lint/"
# No URI: the folder differs from machine to machine, and whoever reads the log knows where the sources are (§3.14.14).
_BASE = "%SRCROOT%"
_BASES = {_BASE: {"description": {"text": "The project folder, which the paths are relative to."}}}


def sarif(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    findings = ordered(report.active)
    lines = lines_at(((finding.path, finding.line) for finding in findings), sources)
    peers = Peers(report)
    results = (
        _result(finding, identifier, peers(finding), lines)
        for finding, identifier in zip(findings, identifiers(findings), strict=True)
    )
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{'
    yield f' "tool": {{"driver": {{"name": "esper-lint", "semanticVersion": "{__version__}", "rules": ['
    yield from elements(descriptors())
    yield " ]}},"
    yield f' "invocations": [{json.dumps(_invocation(report))}],'
    yield f' "automationDetails": {{"id": "{_CATEGORY}"}},'
    yield f' "originalUriBaseIds": {json.dumps(_BASES)},'
    yield ' "columnKind": "unicodeCodePoints",'
    yield ' "results": ['
    yield from elements(results)
    yield " ]"
    yield "}]}"


def _result(finding: Finding, identifier: str, peers: Nearest, lines: Mapping[Place, str]) -> Object:
    result: Object = {
        "ruleId": finding.rule,
        "ruleIndex": RULE_INDEX[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": sentence(finding.message)},
        "locations": [{"physicalLocation": _place(finding, lines)}],
        "partialFingerprints": {"primaryLocationLineHash": identifier},
        "properties": {"severity": finding.severity.value},
    }
    if finding.group is not None:
        result["properties"]["group"] = finding.group
    if peers.members:
        result["message"]["text"] += f" {links(peers)}"
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": plain(member.qualname)},
                "physicalLocation": {
                    "artifactLocation": _artifact(member.path),
                    "region": {"startLine": member.forward_line, "startColumn": member.forward_column},
                },
            }
            for number, member in enumerate(peers.members, start=1)
        ]
    return result


def _place(finding: Finding, lines: Mapping[Place, str]) -> Object:
    """The one line that the finding stands on, since an annotation is shown only if all of its lines are in the diff.

    A line that cannot be read any more gets an empty region at the column: hosts want both columns.
    """
    text = lines.get((finding.path, finding.line), "")
    end = max(len(text) + 1, finding.column)
    region: Object = {
        "startLine": finding.line,
        "startColumn": finding.column,
        "endLine": finding.line,
        "endColumn": end,
    }
    if finding.column < end:
        region["snippet"] = {"text": well_formed(text[finding.column - 1 :])}
    return {"artifactLocation": _artifact(finding.path), "region": region}


def _artifact(path: str) -> Object:
    return {"uri": uri_path(path), "uriBaseId": _BASE}


def _invocation(report: Report) -> Object:
    """Files that could not be read are told here as well: a result that somebody silenced would not tell."""
    invocation: Object = {"executionSuccessful": True}
    if report.errors:
        invocation["toolExecutionNotifications"] = [_notification(error) for error in report.errors]
    return invocation


def _notification(error: FileError) -> Object:
    return {
        "level": "warning",
        "message": {"text": sentence(error.message)},
        "associatedRule": {"id": error.rule, "index": RULE_INDEX[error.rule]},
        "locations": [
            {"physicalLocation": {"artifactLocation": _artifact(error.path), "region": {"startLine": error.line}}}
        ],
    }
