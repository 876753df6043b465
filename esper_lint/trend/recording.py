"""The report on a commit's files -> what is kept of it."""

from __future__ import annotations

from esper_lint.findings import Group, Report
from esper_lint.history.log import Commit
from esper_lint.trend.records import CommitRecord, GroupRecord, MemberRecord

_Silent = dict[tuple[str | None, str, str], str]


def record_of(commit: Commit, report: Report) -> CommitRecord:
    """The record of a commit, of whose files ``report`` is what ``check`` says."""
    silent: _Silent = {
        (one.group, one.rule, one.fingerprint): one.suppressed.kind
        for one in report.findings
        if one.suppressed is not None
    }
    summary = report.summary
    return CommitRecord(
        commit,
        summary.files,
        summary.module_classes,
        summary.forwards,
        summary.findings,
        duplicated_lines(report),
        tuple(_group(group, silent) for group in report.groups),
    )


def duplicated_lines(report: Report) -> int:
    """How many lines of code are there a second time, and more often.

    Of each group that is not silent, the first member counts as the original; of every other one whose finding is not
    silent, the lines from ``def forward``, or of a class group from ``class``, to the last one are duplicated.  They
    are lines of the file, with blank ones and comments.  A line that two groups hold is counted once.
    """
    active = {(one.group, one.fingerprint) for one in report.active}
    lines: dict[str, set[int]] = {}
    for group in report.groups:
        members = [member for member in group.members if (group.id, member.fingerprint) in active]
        for member in members[1:]:
            lines.setdefault(member.path, set()).update(range(member.line, member.end_line + 1))
    return sum(map(len, lines.values()))


def _group(group: Group, silent: _Silent) -> GroupRecord:
    members = tuple(
        MemberRecord(
            member.path,
            member.qualname,
            member.fingerprint,
            member.code[0],
            member.forwards,
            silent.get((group.id, group.rule, member.fingerprint), ""),
        )
        for member in group.members
    )
    suppressed = group.suppressed.kind if group.suppressed else ""
    return GroupRecord(group.id, group.rule, group.unit, group.similarity, members, suppressed)
