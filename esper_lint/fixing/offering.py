"""A report and what fixing its files comes to -> the report with an offer, or what is in its way, at each group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from esper_lint.contracts.wording import RULE
from esper_lint.findings import Finding, FixOffer, Group, Obstacle, Report, Tier, UnitKind
from esper_lint.fixing.fixes import Fixes, GroupFix
from esper_lint.fixing.lockstep.planning import Fixed


def offered(report: Report, fixes: Fixes, resynced: Iterable[Fixed] = ()) -> Report:
    """``report`` with what was planned on the same files: groups have their fix and refusals, and the findings that
    ``fixes`` and the ``resynced`` members of contracts would mend are marked as fixable.

    A fix that only another one made possible belongs to the group that its members are in now; what becomes of a group
    that is not there yet is not told.
    """
    planned = dict(_by_group(report.groups, fixes))
    groups = tuple(_with_offer(group, planned.get(group.id), fixes) for group in report.groups)
    mended = set(_mended(report.groups, planned)) | set(_resynced(resynced))
    findings = (replace(one, is_fixable=_spot(one) in mended and one.suppressed is None) for one in report.findings)
    return replace(report, groups=groups, findings=tuple(findings))


_Spot = tuple[str, int, str]
_BY_HAND = "S7"


def _by_group(groups: Sequence[Group], fixes: Fixes) -> Iterator[tuple[str, GroupFix]]:
    """The first fix of each group, by its id."""
    taken = set()
    for fix in (*fixes.made, *fixes.withheld):
        home = _home(groups, fix)
        if home is not None and home.id not in taken:
            taken.add(home.id)
            yield home.id, fix


def _home(groups: Sequence[Group], fix: GroupFix) -> Group | None:
    """The group of the report that a fix is of: by its id, else one that has all members of the fix."""
    members = {(one.path, one.qualname) for one in fix.members}
    holding = [
        one
        for one in groups
        if one.suppressed is None and members <= {(member.path, member.qualname) for member in one.members}
    ]
    return next((one for one in holding if one.id == fix.group), holding[0] if holding else None)


def _with_offer(group: Group, fix: GroupFix | None, fixes: Fixes) -> Group:
    causes = [cause for one in fixes.refused if one.group == group.id for cause in one.causes]
    obstacles = dict.fromkeys(Obstacle(one.code, one.message, f"{one.path}:{one.line}") for one in causes)
    return replace(group, fix=_offer(group, fix, fixes), refusals=tuple(obstacles))


def _offer(group: Group, fix: GroupFix | None, fixes: Fixes) -> FixOffer | None:
    """The fix, else what people could do instead, the first of which removes the most."""
    if fix is not None:
        return FixOffer(fix.tier, fix.strategy, fix.summary, fix.notes)
    advice = [one.suggestion for one in fixes.advice if one.group == group.id]
    if not advice:
        return None
    return FixOffer(Tier.DISPLAY, _BY_HAND, advice[0].message, tuple(one.message for one in advice[1:]))


def _mended(groups: Iterable[Group], planned: dict[str, GroupFix]) -> Iterator[_Spot]:
    """Classes that share the code of their forwards are alike as a whole as before: that mends no finding."""
    for group in groups:
        fix = planned.get(group.id)
        if fix is None or fix.tier is not Tier.SAFE or group.unit is UnitKind.CLASS:
            continue
        rewritten = {(one.path, one.qualname) for one in fix.members}
        for member in group.members:
            if (member.path, member.qualname) in rewritten:
                yield member.path, member.forward_line, group.rule


def _resynced(fixed: Iterable[Fixed]) -> Iterator[_Spot]:
    for one in fixed:
        for line in one.lines:
            yield one.member.path, line, RULE


def _spot(finding: Finding) -> _Spot:
    return finding.path, finding.line, finding.rule
