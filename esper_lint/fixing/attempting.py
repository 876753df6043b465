"""One group of a report -> the fix of it, or of the largest part that can be fixed, and why others cannot."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Protocol, TypeVar

from esper_lint.findings import Group, Member, Tier, UnitKind
from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.hazard import first_of_each_code
from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import Site, Source
from esper_lint.fixing.fixes import FixKey, spots_of
from esper_lint.fixing.merging.merge import merged
from esper_lint.fixing.merging.values import ClassSite, Merge
from esper_lint.fixing.proving import MergeIn, Proved, proved_extraction, proved_merge
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.subsets import by_size, sharing_parts, smaller_parts

_Found = Proved | tuple[Refusal, ...]
_Plan = TypeVar("_Plan", bound=Extraction | Merge)
_MOST_WITHDRAWN = 6  # each costs a round of planning, and what is left is ever smaller

_MOST_BLAMED = 4
# What these codes say is said of several members side by side; the others speak of a place in one.
_OF_ALL = frozenset(
    [
        "FX-ATTR-KEY",
        "FX-CERT",
        "FX-EARLY-RETURN",
        "FX-EFFECT-ORDER",
        "FX-LOOPCTL",
        "FX-NAME",
        "FX-NO-BENEFIT",
        "FX-SHADOW",
        "FX-WIDE",
    ]
)

STILL_REPORTED = "what is left of the members would still be reported"
"""Why a fix that was withdrawn is not found again; where it is the last word, what the fix left in place says more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """``found`` is a proved fix, or the causes why there is none; ``causes`` say why members were left out of a fix.

    ``unmerged`` say why the classes are not merged, where their forwards are extracted instead; ``withdrawn`` are the
    fixes that were found on the way and had been withdrawn.  With a ``claim`` the fix was proved on other texts, and
    that is what is still to be proved of it on these.
    """

    found: Proved | tuple[Refusal, ...]
    causes: tuple[tuple[Member, Refusal], ...] = ()
    unmerged: tuple[Refusal, ...] = ()
    withdrawn: tuple[FixKey, ...] = ()
    claim: Extraction | MergeIn | None = None


def attempted(
    group: Group,
    members: Sequence[Member],
    sources: Mapping[str, Source],
    options: Options,
    withdrawn: Collection[FixKey] = (),
) -> Attempt:
    """``members`` are those that may be rewritten, two or more; ``sources`` are their files by path.

    Classes are merged; where no two of them can be, what their forwards have in common is extracted.  What was
    ``withdrawn`` is not found again, and parts of it are tried.
    """
    extracting = _Extracting(sources, options)
    if group.unit is not UnitKind.CLASS:
        return _largest(members, smaller_parts(members, _variant), extracting, withdrawn)
    parts = _mergeable_parts(members, partial(_methods, sources=sources))
    merge = _largest(members, parts, _Merging(sources, options), withdrawn)
    if isinstance(merge.found, Proved) or merge.found[0].code == "FX-NAME":
        return merge
    forwards = _forwards(members)
    extraction = _largest(forwards, smaller_parts(forwards, _variant), extracting, withdrawn)
    met = (*merge.withdrawn, *extraction.withdrawn)
    if isinstance(extraction.found, Proved):
        return replace(_instead(extraction.found, merge.found, extraction.causes), withdrawn=met)
    return Attempt(tuple(dict.fromkeys((*merge.found, *extraction.found))), withdrawn=met)


def _variant(member: Member) -> int:
    return member.variant


def _mergeable_parts(
    members: Sequence[Member], methods: Callable[[Member], Mapping[str, int]]
) -> list[Sequence[Member]]:
    """Classes of several files get no base, so what each file has of them is a part."""
    by_file = [[one for one in members if one.path == path] for path in sorted({one.path for one in members})]
    several = [own for own in by_file if len(own) > 1]
    parts = [part for own in several for part in (*smaller_parts(own, _variant), *sharing_parts(own, methods))]
    return by_size([*(several if len(by_file) > 1 else ()), *parts])


def _forwards(members: Sequence[Member]) -> list[Member]:
    """The forwards of classes, where they stand; those are of one variant that say the same."""
    said: dict[tuple[str, ...], int] = {}
    return [
        replace(one, line=one.forward_line, variant=said.setdefault(one.code[1:] or (str(one.variant),), len(said)))
        for one in members
    ]


def _instead(found: Proved, unmerged: tuple[Refusal, ...], causes: tuple[tuple[Member, Refusal], ...]) -> Attempt:
    """An extraction in the place of a merge."""
    why = unmerged[0]
    note = f"the classes are not merged ({why.code}), and may stay alike as a whole: {why.message}"
    return Attempt(replace(found, notes=(*found.notes, note)), causes, unmerged)


def _largest(
    members: Sequence[Member],
    parts: Iterable[Sequence[Member]],
    kind: _Kind[_Plan],
    withdrawn: Collection[FixKey],
) -> Attempt:
    """A fix of one kind, of all members or else of the largest of the parts that has one."""
    met: list[FixKey] = []
    known: dict[tuple[tuple[str, int], ...], _Found] = {}

    def once(part: Sequence[Member]) -> _Found:
        places = tuple((one.path, one.line) for one in part)
        if places not in known:
            known[places] = tried(part)
        return known[places]

    def tried(part: Sequence[Member]) -> _Found:
        plan = kind.plan(part)
        if isinstance(plan, tuple):
            return plan
        key = FixKey(kind.merges, spots_of(part))
        if key in withdrawn:
            met.append(key)
        if key in withdrawn or len(withdrawn) >= _MOST_WITHDRAWN:  # before it is proved, which takes time
            return (Refusal("FX-NO-BENEFIT", part[0].path, part[0].line, STILL_REPORTED),)
        return kind.proved(part, plan)

    whole = once(members)
    if isinstance(whole, Proved):
        return Attempt(whole)
    best: tuple[Sequence[Member], Proved] | None = None
    equal: tuple[Refusal, ...] = ()
    for part in by_size([*_unblamed(members, whole, once), *parts]):
        if best and len(part) < len(best[0]):
            break
        if best and len({one.path for one in part}) > 1:
            continue  # no larger than what there is, and never SAFE
        found = once(part)
        if not isinstance(found, Proved):
            if not equal and len({one.variant for one in part}) == 1:
                equal = found
        elif best is None or (best[1].tier is not Tier.SAFE and found.tier is Tier.SAFE):
            best = (part, found)
    if best is None:
        # What keeps equal members apart tells more than an outlier does.
        return Attempt(first_of_each_code((*equal, *whole)), withdrawn=tuple(dict.fromkeys(met)))
    part, proved = best
    causes = tuple(_left_out(members, part, proved.kept, whole, kind))
    return Attempt(proved, causes, withdrawn=tuple(dict.fromkeys(met)))


def _unblamed(
    members: Sequence[Member], refused: tuple[Refusal, ...], once: Callable[[Sequence[Member]], _Found]
) -> Iterator[Sequence[Member]]:
    """The members without those to which a refusal of them all speaks, where it speaks of each alone; and so on."""
    for _ in range(_MOST_BLAMED):
        gravest = first_of_each_code(refused)
        blamed = [one for one in members if any(_blames(cause, one) for cause in gravest)]
        members = [one for one in members if one not in blamed]
        if not blamed or len(members) < 2:
            return
        yield members
        found = once(members)
        if isinstance(found, Proved):
            return
        refused = found


def _blames(cause: Refusal, member: Member) -> bool:
    is_its_own = cause.path == member.path and member.line <= cause.line <= member.end_line
    return is_its_own and cause.code not in _OF_ALL


def _left_out(
    members: Sequence[Member],
    part: Sequence[Member],
    kept: Sequence[Refusal],
    whole: Sequence[Refusal],
    kind: _Kind[_Plan],
) -> Iterator[tuple[Member, Refusal]]:
    """Why each member is not in the part that is fixed: what keeps it from the first one there, and is not among what
    was ``kept`` there too; else the causes why not all of the members were fixed, the ``whole``, say it."""
    within = {(one.code, one.path, one.line) for one in kept}
    causes: dict[int, Refusal] = {}
    for one in members:
        if one in part:
            continue
        if one.variant not in causes:
            plan = kind.plan([part[0], one])
            found = plan if isinstance(plan, tuple) and plan else whole
            causes[one.variant] = next((why for why in found if (why.code, why.path, why.line) not in within), found[0])
        why = causes[one.variant]
        yield one, Refusal(why.code, one.path, one.line, f"`{one.qualname}` is left out: {why.message}")


class _Kind(Protocol[_Plan]):
    """A way to fix members; ``merges`` tells it from the others in the key of a fix."""

    merges: ClassVar[bool]

    def plan(self, members: Sequence[Member]) -> _Plan | tuple[Refusal, ...]:
        """What is to be proved, or why there is nothing."""
        ...

    def proved(self, members: Sequence[Member], plan: _Plan) -> _Found: ...


@dataclass(frozen=True, slots=True)
class _Extracting:
    merges: ClassVar[bool] = False
    sources: Mapping[str, Source]
    options: Options

    def plan(self, members: Sequence[Member]) -> Extraction | tuple[Refusal, ...]:
        """Without attributes as values first: what needs none is safe."""
        sites = [_site(one, self.sources[one.path]) for one in members]
        plan = extracted(sites, self.options)
        if isinstance(plan, Extraction):
            return plan
        with_attributes = extracted(sites, self.options.giving_attributes())
        return with_attributes if isinstance(with_attributes, Extraction) else _refusals(plan)

    def proved(self, members: Sequence[Member], plan: Extraction) -> _Found:
        found = proved_extraction(plan, self.options.module_of)
        return found if isinstance(found, Proved) else (found,)


def _refusals(plan: Unextractable) -> tuple[Refusal, ...]:
    return tuple(Refusal(one.code, one.path, one.line, one.message) for one in plan.hazards)


@dataclass(frozen=True, slots=True)
class _Merging:
    merges: ClassVar[bool] = True
    sources: Mapping[str, Source]
    options: Options

    def plan(self, members: Sequence[Member]) -> Merge | tuple[Refusal, ...]:
        path = members[0].path
        if any(one.path != path for one in members):
            message = "the classes stand in different files; a base that they share would tie these together"
            return (Refusal("FX-CYCLE", path, members[0].line, message),)
        classes = [ClassSite(one.qualname, one.line) for one in members]
        options = self.options
        plan = merged(self.sources[path].text, classes, options.helper_name, width=options.width)
        return plan if isinstance(plan, Merge) else (Refusal(plan.code, path, plan.line, plan.message),)

    def proved(self, members: Sequence[Member], plan: Merge) -> _Found:
        path = members[0].path
        found = proved_merge(MergeIn(path, self.sources[path].text, plan))
        return found if isinstance(found, Proved) else (found,)


def _site(member: Member, source: Source) -> Site:
    """The site that a member is."""
    return next(one for one in source.sites if one.qualname == member.qualname and one.function.lineno == member.line)


def _methods(member: Member, sources: Mapping[str, Source]) -> Mapping[str, int]:
    """The methods of a class as they are written, whatever their layout, and how much each says."""
    owner = _site(replace(member, line=member.forward_line), sources[member.path]).owner
    said = (ast.dump(one) for one in owner.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return {text: len(text) for text in said}
