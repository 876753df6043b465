"""Fixes after which their members are still reported, or something new is: they are not worth to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from esper_lint.findings import Report
from esper_lint.fixing.extraction.hazard import first_of_each_code
from esper_lint.fixing.fixes import FIXABLE, FIXED_BY_EXTRACTION, FixKey, GroupFix, Spots, Withdrawn, spots_of
from esper_lint.fixing.proving import MERGE
from esper_lint.fixing.refusals import Refusal


def withdrawals(
    report: Report,
    known: set[tuple[str, str, str]],
    made: Sequence[GroupFix],
    kept: Mapping[Spots, tuple[Refusal, ...]],
) -> Withdrawn:
    """The fixes to withdraw, with why: first what they left in place.

    ``report`` is of the tree with all of ``made``, and ``known`` what ``reported`` gives for the tree without.
    """
    by_member = {(one.path, one.qualname): (fix, one) for fix in made for one in fix.members}
    failed: dict[FixKey, tuple[Refusal, ...]] = {}
    for group in report.groups:
        if group.suppressed:
            continue
        for one in group.members:
            found = by_member.get((one.path, one.qualname))
            if found is None:
                continue
            fix, rewritten = found
            is_left = group.rule in FIXED_BY_EXTRACTION
            is_new = group.rule == "ESP104" and not known & {
                (member.path, member.qualname, rule) for member in group.members for rule in FIXABLE
            }
            if is_left or is_new:
                message = f"`{one.qualname}` would still be reported, as {group.rule}, for what is left of it"
                cause = Refusal("FX-NO-BENEFIT", one.path, rewritten.line, message)
                key = FixKey(fix.strategy == MERGE, spots_of(fix.members))
                failed.setdefault(key, _gravest_first(kept[key.spots], cause))
    return failed


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
