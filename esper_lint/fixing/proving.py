"""A plan -> a fix with its certificate, or the reason why it has none.

The only place where what was planned and what is proved meet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from esper_lint.discovery.blocks import physical_lines
from esper_lint.findings import Tier
from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate, Claim, MergeClaim, Rejected, SiteClaim
from esper_lint.fixing.certificate.claims import Rewritten as RewrittenFile
from esper_lint.fixing.certificate.diagnostics import is_diagnostic
from esper_lint.fixing.certificate.merging import certify_merge
from esper_lint.fixing.extraction.plan import Extraction
from esper_lint.fixing.fixes import FixKey, GroupFix, Obligation, Rewritten, spots_of
from esper_lint.fixing.merging.values import Merge
from esper_lint.fixing.places import lines_before
from esper_lint.fixing.refusals import Refusal

MERGE = "S6"
"""The strategy that gives classes a common base."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A fix that may be written, unless something of it is only claimed (``Attempt.claim``): files with other texts, by
    path, and what the certificate takes for granted.

    ``kept`` are the hazards of what it leaves in place.
    """

    strategy: str
    tier: Tier
    summary: str
    texts: Mapping[str, str]
    members: tuple[Rewritten, ...]
    new: tuple[tuple[str, str], ...]
    obligations: tuple[Obligation, ...]
    notes: tuple[str, ...]
    kept: tuple[Refusal, ...] = ()


def key_of(fix: Proved | GroupFix) -> FixKey:
    return FixKey(fix.strategy == MERGE, spots_of(fix.members))


def proved_extraction(plan: Extraction, module_of: Callable[[str], str]) -> Proved | Refusal:
    """``module_of`` gives the dotted names of files, which imports between them go by."""
    files = tuple(
        RewrittenFile(path, plan.before.get(path), text, module_of(path)) for path, text in plan.after.items()
    )
    sites = tuple(SiteClaim(site.path, f"{site.qualname}.forward", site.line) for site in plan.sites)
    found = certify(Claim(files, plan.helpers, sites, stable_attributes=plan.strategy == "S4"))
    if isinstance(found, Rejected):
        return _refusal(_placed(found, plan))
    tier = Tier.SAFE if len(files) == 1 and plan.strategy in ("S0", "S1", "S2", "S3") else Tier.UNSAFE
    names = ", ".join(f"`{name}`" for _, name in plan.helpers)
    what = "the whole forward" if plan.strategy == "S0" else f"{plan.statements} statements"
    return Proved(
        plan.strategy,
        tier,
        f"extract {what} of {len(plan.sites)} classes into {names}",
        dict(plan.after),
        tuple(Rewritten(site.path, site.qualname, site.line) for site in plan.sites),
        plan.helpers,
        _obligations(found),
        plan.notes,
        tuple(Refusal(one.code, one.path, one.line, one.message) for one in plan.kept),
    )


@dataclass(frozen=True, slots=True)
class MergeIn:
    """A merge, and the file that it is of."""

    path: str
    before: str
    plan: Merge


def proved_merge(merge: MergeIn) -> Proved | Refusal:
    """The classes keep their names; they get a base."""
    path, before, plan = merge.path, merge.before, merge.plan
    classes = tuple(SiteClaim(path, site.qualname, site.line) for site in plan.classes)
    found = certify_merge(MergeClaim(RewrittenFile(path, before, plan.after), plan.base, classes))
    if isinstance(found, Rejected):
        return _refusal(found)
    return Proved(
        MERGE,
        Tier.UNSAFE,
        f"move what {len(classes)} classes share into their base `{plan.base}`",
        {path: plan.after},
        tuple(Rewritten(path, site.qualname, site.line) for site in plan.classes),
        ((path, plan.base),),
        _obligations(found),
        plan.notes,
    )


def _placed(found: Rejected, plan: Extraction) -> Rejected:
    """With its place in the texts before: for what would be added, that of the first site, or of its line that says the
    same.  What pyflakes says is of the text after."""
    first = plan.sites[0]
    before = physical_lines(plan.before.get(found.path, ""))
    if found.path in plan.before and is_diagnostic(found.reason):
        after = physical_lines(plan.after[found.path])
        text = after[found.line - 1]
        line = lines_before(before, after)[found.line - 1]
        if before[line - 1] == text:
            return replace(found, line=line)
        same = (at for at in range(first.line, len(before)) if before[at].strip() == text.strip())
        return replace(found, path=first.path, line=next(same, first.line - 1) + 1)
    if found.path not in plan.before or found.line > len(before):
        return replace(found, path=first.path, line=first.line)
    return found


def _refusal(found: Rejected) -> Refusal:
    return Refusal("FX-CERT", found.path, found.line, f"not proved: {found.reason}")


def _obligations(found: Certificate) -> tuple[Obligation, ...]:
    return tuple(Obligation(one.kind, one.path, one.line, one.message) for one in found.obligations)
