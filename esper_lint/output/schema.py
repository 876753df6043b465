"""A report as the plain objects of the JSON contract, version 1.  Fields may be added, never renamed or dropped."""

from __future__ import annotations

from typing import Any

from esper_lint import __version__
from esper_lint.findings import (
    FileError,
    Finding,
    FixOffer,
    Group,
    Guard,
    Hole,
    Member,
    Note,
    Obstacle,
    Span,
    Summary,
    Suppressed,
)

SCHEMA_VERSION = 1
TOOL = {"name": "esper-lint", "version": __version__}

Object = dict[str, Any]


def summary_object(summary: Summary) -> Object:
    return {
        "files": summary.files,
        "module_classes": summary.module_classes,
        "forwards": summary.forwards,
        "groups": summary.groups,
        "findings": summary.findings,
    }


def group_object(group: Group) -> Object:
    return {
        "id": group.id,
        "rule": group.rule,
        "unit": group.unit.value,
        "clone_type": group.clone_type,
        "similarity": _rounded(group.similarity),
        "severity": group.severity.value,
        "loose": group.is_loose,
        "members": [_member(member) for member in group.members],
        "holes": [_hole(hole) for hole in group.holes],
        "suppressed": _suppressed(group.suppressed),
        "fix": _offer(group.fix),
        "refusals": [_obstacle(one) for one in group.refusals],
    }


def finding_object(finding: Finding) -> Object:
    return {
        "rule": finding.rule,
        "group": finding.group,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "severity": finding.severity.value,
        "suppressed": _suppressed(finding.suppressed),
    }


def error_object(error: FileError) -> Object:
    return {"rule": error.rule, "path": error.path, "line": error.line, "message": error.message}


def note_object(note: Note) -> Object:
    return {"path": note.path, "line": note.line, "message": note.message}


def _member(member: Member) -> Object:
    return {
        "path": member.path,
        "qualname": member.qualname,
        "line": member.line,
        "end_line": member.end_line,
        "fingerprint": member.fingerprint,
        "similarity": _rounded(member.similarity),
        "guard": _guard(member.guard),
        "near": [
            {
                "group": link.group,
                "path": link.path,
                "qualname": link.qualname,
                "similarity": _rounded(link.similarity),
            }
            for link in member.near
        ],
    }


def _guard(guard: Guard | None) -> Object | None:
    return None if guard is None else {"condition": guard.condition, "branch": guard.branch, "line": guard.line}


def _hole(hole: Hole) -> Object:
    return {"kind": hole.kind.value, "texts": list(hole.texts), "spans": [_span(span) for span in hole.spans]}


def _span(span: Span) -> Object:
    return {"line": span.line, "column": span.column, "end_line": span.end_line, "end_column": span.end_column}


def _suppressed(suppressed: Suppressed | None) -> Object | None:
    return None if suppressed is None else {"kind": suppressed.kind, "where": suppressed.where}


def _offer(fix: FixOffer | None) -> Object | None:
    if fix is None:
        return None
    return {"tier": fix.tier.value, "strategy": fix.strategy, "summary": fix.summary, "notes": list(fix.notes)}


def _obstacle(one: Obstacle) -> Object:
    return {"code": one.code, "message": one.message, "place": one.place}


def _rounded(similarity: float) -> float:
    return round(float(similarity), 4)
