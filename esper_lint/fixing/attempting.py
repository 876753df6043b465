"""One group of a report -> the fix of it, or of the largest part that can be fixed, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from esper_lint.findings import Group, Member, Tier, UnitKind
from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.hazard import first_of_each_code
from esper_lint.fixing.extraction.plan import Extraction
from esper_lint.fixing.extraction.sites import Site, Source
from esper_lint.fixing.merging.merge import merged
from esper_lint.fixing.merging.values import ClassSite, Unmergeable
from esper_lint.fixing.proving import Proved, proved_extraction, proved_merge
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.subsets import smaller_parts


@dataclass(frozen=True, slots=True)
class Attempt:
    """``found`` is a proved fix, or the causes why there is none; ``causes`` say why members were left out of a fix."""

    found: Proved | tuple[Refusal, ...]
    causes: tuple[Refusal, ...] = ()


def attempted(group: Group, members: Sequence[Member], sources: Mapping[str, Source], options: Options) -> Attempt:
    """``members`` are those that may be rewritten, two or more; ``sources`` are their files by path."""
    kind = _merge if group.unit is UnitKind.CLASS else _extraction

    def once(part: Sequence[Member]) -> Proved | tuple[Refusal, ...]:
        return kind(part, sources, options)

    whole = once(members)
    if isinstance(whole, Proved):
        return Attempt(whole)
    best: tuple[Sequence[Member], Proved] | None = None
    equal: tuple[Refusal, ...] = ()
    for part in smaller_parts(members, lambda one: one.variant):
        if best and len(part) < len(best[0]):
            break
        found = once(part)
        if not isinstance(found, Proved):
            if not equal and len({one.variant for one in part}) == 1:
                equal = found
        elif best is None or (best[1].tier is not Tier.SAFE and found.tier is Tier.SAFE):
            best = (part, found)
    if best is None:
        return Attempt(
            first_of_each_code((*equal, *whole))
        )  # what keeps equal members apart tells more than an outlier does
    part, found = best
    return Attempt(found, tuple(_left_out(members, part, whole[0], once)))


def _left_out(
    members: Sequence[Member],
    part: Sequence[Member],
    cause: Refusal,
    once: Callable[[Sequence[Member]], Proved | tuple[Refusal, ...]],
) -> Iterable[Refusal]:
    """Why each member is not in the part that is fixed: what keeps it from the first one there, else the ``cause`` of
    the refusal of them all."""
    causes: dict[int, Refusal] = {}
    for one in members:
        if one in part:
            continue
        if one.variant not in causes:
            found = once([part[0], one])
            causes[one.variant] = cause if isinstance(found, Proved) else found[0]
        why = causes[one.variant]
        yield Refusal(why.code, one.path, one.line, f"`{one.qualname}` is left out: {why.message}")


def _extraction(
    members: Sequence[Member], sources: Mapping[str, Source], options: Options
) -> Proved | tuple[Refusal, ...]:
    """Without attributes as values first: what needs none is safe."""
    sites = [_site(one, sources[one.path]) for one in members]
    plan = extracted(sites, options)
    if not isinstance(plan, Extraction):
        with_attributes = extracted(sites, options.giving_attributes())
        if not isinstance(with_attributes, Extraction):
            return tuple(Refusal(one.code, one.path, one.line, one.message) for one in plan.hazards)
        plan = with_attributes
    found = proved_extraction(plan, options.module_of)
    return found if isinstance(found, Proved) else (found,)


def _merge(members: Sequence[Member], sources: Mapping[str, Source], options: Options) -> Proved | tuple[Refusal, ...]:
    paths = {one.path for one in members}
    path = members[0].path
    if len(paths) > 1:
        message = "the classes stand in different files; a base that they share would tie these together"
        return (Refusal("FX-CYCLE", path, members[0].line, message),)
    before = sources[path].text
    classes = [ClassSite(one.qualname, one.line) for one in members]
    plan = merged(before, classes, options.helper_name, width=options.width)
    if isinstance(plan, Unmergeable):
        return (Refusal(plan.code, path, plan.line, plan.message),)
    found = proved_merge(plan, path, before)
    return found if isinstance(found, Proved) else (found,)


def _site(member: Member, source: Source) -> Site:
    """The site that a member is."""
    return next(one for one in source.sites if one.qualname == member.qualname and one.function.lineno == member.line)
