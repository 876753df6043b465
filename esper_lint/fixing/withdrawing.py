"""Fixes after which their members are still reported, or something new is: they are not worth to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from esper_lint.findings import Group, Report
from esper_lint.fixing.extraction.hazard import first_of_each_code
from esper_lint.fixing.fixes import (
    FIXABLE,
    FIXED_BY_EXTRACTION,
    FixKey,
    GroupFix,
    Rewritten,
    Spots,
    Withdrawn,
    spots_of,
)
from esper_lint.fixing.proving import key_of
from esper_lint.fixing.refusals import Refusal


def withdrawals(
    report: Report,
    known: set[tuple[str, str, str]],
    passes: Sequence[Sequence[GroupFix]],
    kept: Mapping[Spots, tuple[Refusal, ...]],
) -> Withdrawn:
    """The fixes to withdraw, with why: first what they left in place.

    ``report`` is of the tree with the fixes of all ``passes``, and ``known`` what ``reported`` gives without them.  Of
    several that leave members alike, those of the last pass go first, which built on what the others left.  Where these
    are all, and one member of each is left, the first one stays: it may not be alike without them.
    """
    by_member: dict[tuple[str, str], tuple[FixKey, Rewritten]] = {}
    ages: dict[FixKey, tuple[int, int]] = {}
    for number, made in enumerate(passes):
        for fix in made:
            ages[key_of(fix)] = number, len(ages)
            by_member |= {(one.path, one.qualname): (key_of(fix), one) for one in fix.members}
    failed: dict[FixKey, tuple[Refusal, ...]] = {}
    for group in report.groups:
        if group.suppressed or not _is_bad(group, known):
            continue
        left: dict[FixKey, list[Rewritten]] = {}
        for spot in spots_of(group.members):
            if spot in by_member:
                key, one = by_member[spot]
                left.setdefault(key, []).append(one)
        if not left:
            continue
        newest = max(ages[key][0] for key in left)
        latest = [key for key in left if ages[key][0] == newest]
        if len(latest) == len(group.members) > 1:
            latest.remove(min(latest, key=ages.__getitem__))
        for key in latest:
            one = left[key][0]
            message = f"`{one.qualname}` would still be reported, as {group.rule}, for what is left of it"
            cause = Refusal("FX-NO-BENEFIT", one.path, one.line, message)
            failed.setdefault(key, _gravest_first(kept[key.spots], cause))
    return failed


def _is_bad(group: Group, known: set[tuple[str, str, str]]) -> bool:
    """Whether a group that holds members of fixes tells that these came to little: forwards that are still alike, or
    classes none of which was reported before."""
    if group.rule in FIXED_BY_EXTRACTION:
        return True
    members = {(one.path, one.qualname, rule) for one in group.members for rule in FIXABLE}
    return group.rule == "ESP104" and not known & members


def reported(report: Report) -> set[tuple[str, str, str]]:
    """Path, qualified name and rule of every member of a group that is reported."""
    return {
        (member.path, member.qualname, group.rule)
        for group in report.groups
        if not group.suppressed
        for member in group.members
    }


def _gravest_first(kept: Sequence[Refusal], cause: Refusal) -> tuple[Refusal, ...]:
    """One of each code: a comment that is in the way can be moved, so it comes after what cannot, and that little is
    shared comes after the ``cause`` itself."""
    left = first_of_each_code(kept)
    hazards = [one for one in left if one.code != "FX-NO-BENEFIT"]
    hazards.sort(key=lambda one: one.code in ("FX-COMMENT", "FX-DIRECTIVE"))
    return (*hazards, cause, *(one for one in left if one.code == "FX-NO-BENEFIT"))
