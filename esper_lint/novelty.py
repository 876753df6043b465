"""Two reports, of now and of an earlier state -> what is new: groups that are new, won a member or were changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from esper_lint.earlier import Earlier
from esper_lint.findings import Finding, Member, Report, UnitKind
from esper_lint.judging import report_of


def only_new(report: Report, before: Report) -> tuple[Report, int]:
    """What of ``report`` was not in the one ``before``, and how many groups that are not silent are left out.

    Both are of whole groups, as ``judge`` makes them.  A finding that belongs to no group is new if ``before`` has none
    of its rule, file and fingerprint.
    """
    groups_before = [group for _, group in _open_groups(before)]
    earlier = Earlier(groups_before)
    new = {identity for identity, group in _open_groups(report) if _is_new(group, groups_before, earlier)}
    lone = Counter(_key(finding) for finding in before.findings if finding.group is None)
    findings = []
    for finding in report.findings:
        if finding.group is not None:
            if finding.group in new:
                findings.append(finding)
        elif lone[_key(finding)]:
            lone[_key(finding)] -= 1
        else:
            findings.append(finding)
    groups = [group for group in report.groups if group.id in new]
    places = {(finding.rule, finding.path, finding.line) for finding in findings}
    errors = [error for error in report.errors if (error.rule, error.path, error.line) in places]
    left_out = sum(group.suppressed is None and group.id not in new for group in report.groups)
    return report_of(report.summary, groups, findings, errors, report.notes), left_out


@dataclass(frozen=True, slots=True)
class _Open:
    """The members of a group that no comment and no setting takes out of it."""

    unit: UnitKind
    members: tuple[Member, ...]


def _open_groups(report: Report) -> Iterator[tuple[str, _Open]]:
    taken_out = {
        (finding.group, finding.fingerprint)
        for finding in report.findings
        if finding.suppressed is not None and finding.suppressed.kind != "baseline"
    }
    for group in report.groups:
        members = tuple(member for member in group.members if (group.id, member.fingerprint) not in taken_out)
        if members:
            yield group.id, _Open(group.unit, members)


def _is_new(group: _Open, before: Sequence[_Open], earlier: Earlier) -> bool:
    """Whether it has a member that no group had, or one whose code was edited since."""
    for member, place in zip(group.members, earlier.members(group), strict=True):
        if place is None or not _same_code(member, before[place[0]].members[place[1]]):
            return True
    return False


def _same_code(now: Member, then: Member) -> bool:
    """Whether two members say the same, or the forward that one of them is says what the other's does."""
    return now.code[0] in then.code if len(now.code) < len(then.code) else then.code[0] in now.code


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.fingerprint
