"""One round of a plan: pass after pass, until no group that can be fixed is left.

In a pass each class is rewritten once at most; then the tree is compared anew, as it would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from esper_lint.analysis import baseline_of, gather_overlay
from esper_lint.config import Config
from esper_lint.contracts.book import Place
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.generated import is_generated
from esper_lint.evidence import Evidence
from esper_lint.findings import Group, Member, Report, Tier, UnitKind
from esper_lint.fixing.advising import Advisor
from esper_lint.fixing.attempting import STILL_REPORTED, Attempt, attempted
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.extraction.extracting import Options
from esper_lint.fixing.fixes import (
    FIXABLE,
    Advice,
    Fixes,
    FixKey,
    GroupFix,
    GroupRefusal,
    Overridden,
    Spots,
    Withdrawn,
    spots_of,
)
from esper_lint.fixing.mentions import Mentions
from esper_lint.fixing.moving import ForwardLines, Moves
from esper_lint.fixing.packages import common_folder, is_module, module_name
from esper_lint.fixing.proving import MERGE, Proved
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.trials import Trial, Trials
from esper_lint.fixing.wishes import Wishes
from esper_lint.fixing.withdrawing import reported, withdrawals
from esper_lint.judging import judged, narrowed
from esper_lint.parallel import frozen
from esper_lint.progress import Progress
from esper_lint.tickets.objections import Objection, Objections, blocking

_Open = tuple[Group, Sequence[Member]]
_Standing = tuple[Group, Sequence[Member], Sequence[Member]]  # and its members where they stand now


@dataclass(frozen=True)
class Setting:
    """What is the same in every round; ``said``, ``width`` and ``reviewed`` are of the project on disk."""

    files: FileSet
    config: Config
    wishes: Wishes
    progress: Progress
    use_cache: bool
    said: Mentions
    width: int
    reviewed: Objections
    trials: Trials
    advisor: Advisor
    lines: ForwardLines


@dataclass
class Round:
    """``refused`` are the fixes that a gate has stopped, ``withdrawn`` those of earlier rounds that came to nothing."""

    setting: Setting
    drafts: Drafts
    refused: dict[Spots, GroupRefusal]
    withdrawn: Withdrawn
    made: list[GroupFix] = field(default_factory=list)
    kept: dict[Spots, tuple[Refusal, ...]] = field(default_factory=dict)
    withheld: dict[Spots, GroupFix] = field(default_factory=dict)
    left_out: dict[tuple[str, str], GroupRefusal] = field(default_factory=dict)
    settled: set[Spots] = field(default_factory=set)
    advice: list[Advice] = field(default_factory=list)
    overridden: list[Overridden] = field(default_factory=list)
    moves: Moves = field(init=False)

    def run(self) -> Withdrawn:
        """Plan until nothing is left; the fixes that came to nothing, with why."""
        report, evidence = self._report()
        known, passes = reported(report), [0]
        while self._pass(report, evidence):
            passes.append(len(self.made))
            report, evidence = self._report()
        # Only now: what one pass leaves of a member, the next one may fix.
        made = [self.made[begun:ended] for begun, ended in pairwise(passes)]
        return withdrawals(report, known, made, self.kept)

    def fixes(self) -> Fixes:
        refused = _by_group((*self.refused.values(), *self._left_out()))
        return Fixes(
            self.drafts.edits(),
            tuple(self.made),
            tuple(self.withheld.values()),
            tuple(sorted(refused, key=lambda one: (one.causes[0].path, one.causes[0].line, one.group))),
            tuple(self.advice),
            tuple(self.overridden),
        )

    def _left_out(self) -> Iterator[GroupRefusal]:
        """Why members were left out of the fix of their group, if no other fix has them."""
        fixed = {spot for fix in (*self.made, *self.withheld.values()) for spot in spots_of(fix.members)}
        yield from (one for spot, one in self.left_out.items() if spot not in fixed)

    # -- a pass --------------------------------------------------------------------------------------------------

    def _pass(self, report: Report, evidence: Evidence) -> bool:
        """Fix what can be fixed of the groups of a report; whether anything was.

        What holds a member that was rewritten has to be compared anew first, so it waits for the next pass.
        """
        begun, self.moves = len(self.made), Moves(self.drafts, self.setting.lines)
        groups = list(self._open(report, evidence))
        with frozen():
            while groups:
                groups = self._swept(groups)
        return len(self.made) > begun

    def _swept(self, groups: Sequence[_Open]) -> list[_Open]:
        """Decide those that do not depend on each other, so that they can be tried at a time; the others."""
        batch, waiting = self._apart(groups)
        self.setting.trials.make_ahead(self._trial(group, here) for group, _, here in batch)
        forwards = {spot for group, members in groups if group.unit is UnitKind.FORWARD for spot in spots_of(members)}
        touched: set[str] = set()
        parts: list[_Open] = []
        for group, members, here in batch:
            if not touched.isdisjoint(one.path for one in here):
                waiting.append((group, members))
                continue
            if self._is_part(group, here, forwards):
                parts.append((group, members))
                continue
            rest, is_first = here, True
            while len(rest) > 1 and touched.isdisjoint(one.path for one in rest):
                rest, is_first = self._decided(group, rest, touched, is_first=is_first), False
            if len(rest) < 2 and touched.isdisjoint(one.path for one in here):
                self.settled.add(spots_of(group.members))
        return [*waiting, *parts]

    def _apart(self, groups: Sequence[_Open]) -> tuple[list[_Standing], list[_Open]]:
        """Groups of which no two have a file in common, and the others; of two that hold one member the first one has
        its turn first.

        What holds a member that was rewritten is in neither.
        """
        paths: set[str] = set()
        held: set[tuple[str, str]] = set()
        apart: list[_Standing] = []
        others: list[_Open] = []
        for group, members in groups:
            if self.moves.is_rewritten(members):
                continue
            own, spots = {one.path for one in members}, spots_of(members)
            if paths.isdisjoint(own) and held.isdisjoint(spots):
                apart.append((group, members, self.moves.now(members)))
                if self.setting.wishes.is_unsafe or len(own) == 1:  # what is SAFE stands in one file
                    paths |= own
            else:
                others.append((group, members))
                held.update(spots)
        return apart, others

    def _is_part(self, group: Group, members: Sequence[Member], forwards: set[tuple[str, str]]) -> bool:
        """Whether it is the forwards of the classes that would be extracted, while others may share them too, whose
        group has its turn before."""
        if group.unit is UnitKind.FORWARD or forwards.isdisjoint(spots_of(members)):
            return False
        found = self._outcome(group, members).found
        return isinstance(found, Proved) and found.strategy != MERGE

    def _decided(
        self, group: Group, members: Sequence[Member], touched: set[str], *, is_first: bool
    ) -> Sequence[Member]:
        """Fix what can be fixed of the members, or say why nothing can; those of which nothing was decided yet.

        ``is_first`` tells that these are all of the group: why the others are left out was said with the fix.
        """
        found = self._outcome(group, members)
        if not isinstance(found.found, Proved):
            begun = {spot for fix in self.made for spot in spots_of(fix.members)}
            left = [one for one in members if (one.path, one.qualname) not in begun]
            if is_first and (group.rule != "ESP104" or len(left) == len(members)):
                self._refuse(group, members, found.found, found.withdrawn)
            return left if len(left) < len(members) else ()
        objections = blocking(self.setting.reviewed.to(group), merges=found.found.strategy == MERGE)
        if objections and not self.setting.wishes.override:
            self._refuse(group, members, _objected(members[0], objections))
            return ()
        fix = self._fix(group, found.found)
        key = spots_of(fix.members)
        rest = [one for one in members if (one.path, one.qualname) not in key]
        if key in self.refused:
            return rest
        self._advise(group, is_refused=False)
        if fix.tier is not Tier.SAFE and not self.setting.wishes.is_unsafe:
            self.withheld.setdefault(key, fix)
            return rest
        kept = self._refusal(group, members, (*found.unmerged, *found.found.kept)).causes
        left_out = [(one, self._refusal(group, [one], [cause])) for one, cause in found.causes]
        before = {path: self.drafts.text(path) for path in found.found.texts if path in self.drafts.names}
        causes = self.drafts.write(found.found.texts)
        if causes:
            self._refuse(group, members, causes)
            return ()
        self.moves.note(before, fix.members)
        self.made.append(fix)
        self.overridden += [Overridden(group.id, one, self.setting.wishes.override) for one in objections]
        self.kept[key] = (*self.kept.get(key, ()), *kept)
        for one, refusal in left_out:
            self.left_out.setdefault((one.path, one.qualname), refusal)
        touched |= set(found.found.texts)
        return rest

    def _open(self, report: Report, evidence: Evidence) -> Iterator[_Open]:
        """The groups that are reported and of which nothing was decided yet, with the members that may be rewritten."""
        active = {(one.path, one.line, one.rule) for one in report.active}
        for group in report.groups:
            key = spots_of(group.members)
            wanted = not self.setting.wishes.group or group.id.startswith(self.setting.wishes.group)
            if (
                group.suppressed
                or group.rule not in FIXABLE
                or not wanted
                or key in self.refused
                or key in self.settled
            ):
                continue
            reported = [one for one in group.members if (one.path, one.forward_line, group.rule) in active]
            free, held = self._free(reported, evidence)
            free = self._left_of_fixes(free) or free
            if len(free) > 1:
                for one, cause in held:
                    self.left_out.setdefault((one.path, one.qualname), self._refusal(group, [one], [cause]))
                yield group, free
            elif held:
                self._refuse(group, reported, [cause for _, cause in held])

    def _refuse(
        self, group: Group, members: Iterable[Member], causes: Iterable[Refusal], withdrawn: Iterable[FixKey] = ()
    ) -> None:
        """What a fix that was ``withdrawn`` left in place tells most, and that little is shared tells least."""
        told = [cause for key in withdrawn for cause in self.withdrawn[key]]
        rest = self._refusal(group, members, [one for one in causes if not told or one.message != STILL_REPORTED])
        rest_last = sorted(rest.causes, key=lambda one: one.code == "FX-NO-BENEFIT")
        self.refused[spots_of(group.members)] = replace(rest, causes=tuple(dict.fromkeys((*told, *rest_last))))
        self._advise(group, is_refused=True)

    # What is told speaks of the files as they are on disk, whatever earlier passes made of them.

    def _refusal(self, group: Group, members: Iterable[Member], causes: Iterable[Refusal]) -> GroupRefusal:
        on_disk = self.drafts.line_on_disk
        places = (Place(one.path, one.qualname, on_disk(one.path, one.line)) for one in members)
        told = (replace(one, line=on_disk(one.path, one.line)) for one in causes)
        return GroupRefusal(group.id, group.rule, tuple(places), tuple(told))

    def _fix(self, group: Group, found: Proved) -> GroupFix:
        return GroupFix(
            group.id,
            group.rule,
            found.strategy,
            found.tier,
            found.summary,
            tuple(replace(one, line=self.drafts.line_on_disk(one.path, one.line)) for one in found.members),
            found.new,
            tuple(replace(one, line=self.drafts.line_on_disk(one.path, one.line)) for one in found.obligations),
            found.notes,
        )

    def _advise(self, group: Group, *, is_refused: bool) -> None:
        """Note what people could do; of the group as it is on disk, since they will."""
        if any(one.path in self.drafts.changed for one in group.members):
            return
        found = self.setting.advisor.advice(group, lambda path: self.drafts.text(path).text, is_refused=is_refused)
        is_objected = not self.setting.wishes.override and bool(blocking(self.setting.reviewed.to(group), merges=True))
        told = (one for one in found if not (is_objected and one.suggestion.kind == "merge"))
        self.advice += [one for one in told if one not in self.advice]  # a group is looked at for each part

    def _free(self, members: Sequence[Member], evidence: Evidence) -> tuple[list[Member], list[tuple[Member, Refusal]]]:
        """The members that may be rewritten, and why others may not."""
        free: list[Member] = []
        causes: list[tuple[Member, Refusal]] = []
        for one in members:
            held = evidence.contracts.holder(one)
            if held is not None:
                message = f"`{one.qualname}` is under the contract `{held}`, which the fix would break"
                causes.append((one, Refusal("FX-CONTRACT", one.path, one.line, message)))
            elif is_generated(self.drafts.text(one.path).data) and not self.setting.wishes.even_generated:
                message = f"`{one.qualname}`: the file is generated"
                causes.append((one, Refusal("FX-GENERATED", one.path, one.line, message)))
            elif one.path in self.setting.files.selected:
                free.append(one)
        return free, causes

    def _left_of_fixes(self, members: Sequence[Member]) -> list[Member]:
        """Of members in several files those in one file that this run has fixed before, if there are several.

        What a pass has left of them may look like others elsewhere; without those the next one can end what it began.
        """
        if self.setting.wishes.is_unsafe or len({one.path for one in members}) == 1:
            return []
        fixed = {spot for fix in self.made for spot in spots_of(fix.members)}
        ours = [one for one in members if (one.path, one.qualname) in fixed]
        parts = [[one for one in ours if one.path == path] for path in sorted({one.path for one in ours})]
        return next((part for part in parts if len(part) > 1), [])

    def _outcome(self, group: Group, members: Sequence[Member]) -> Attempt:
        """What is added has a name that is free: since a trial was made another fix may have taken that."""
        paths, taken = {one.path for one in members}, frozenset[str]()
        while True:
            found = self.setting.trials.outcome(self._trial(group, members, taken))
            new = found.found.texts.keys() - paths if isinstance(found.found, Proved) else set()
            if new.isdisjoint(self.drafts.names):
                return found
            taken |= new

    def _trial(self, group: Group, members: Sequence[Member], taken: frozenset[str] = frozenset()) -> Trial:
        """``taken`` are names of files that it was found to add before, and cannot."""
        paths = sorted({one.path for one in members})
        spots = spots_of(members)
        withdrawn = frozenset(key for key in self.withdrawn if not set(key.spots).difference(spots))
        key = (spots, group.unit, tuple(self.drafts.text(path).digest for path in paths), withdrawn, taken)
        return Trial(key, partial(self._attempt, group, members, paths, withdrawn))

    def _attempt(
        self, group: Group, members: Sequence[Member], paths: Sequence[str], withdrawn: frozenset[FixKey]
    ) -> Attempt:
        setting, on_disk = self.setting, self.drafts.paths
        options = Options(
            setting.wishes.helper_name,
            setting.width,
            scripted=setting.said.scripted,
            patched=setting.said.patched,
            module_of=partial(module_name, project=setting.config.project, names=on_disk),
            is_taken=partial(is_module, project=setting.config.project, names=self.drafts.names),
            folder=common_folder(paths, setting.config.project, on_disk),
            assumes_breaks=setting.config.assume_breaks,
        )
        return attempted(group, members, {path: self.drafts.source(path) for path in paths}, options, withdrawn)

    def _report(self) -> tuple[Report, Evidence]:
        setting = self.setting
        files, evidence = gather_overlay(
            setting.files,
            self.drafts.changed,
            setting.config,
            use_cache=setting.use_cache,
            progress=setting.progress,
        )
        return narrowed(*judged(files, evidence, setting.config, baseline_of(setting.config), whole=False)), evidence


def _objected(member: Member, objections: Iterable[Objection]) -> tuple[Refusal, ...]:
    """Where the group begins; the tickets that the messages name have the rest."""
    return tuple(Refusal("FX-OBJECTED", member.path, member.line, f"`{member.qualname}`: {one}") for one in objections)


def _by_group(refused: Iterable[GroupRefusal]) -> list[GroupRefusal]:
    """One refusal for each group, of which several parts may have been refused, or taken back, each with its causes."""
    found: dict[str, GroupRefusal] = {}
    for one in refused:
        known = found.get(one.group, replace(one, members=(), causes=()))
        members, causes = (*known.members, *one.members), (*known.causes, *one.causes)
        found[one.group] = replace(
            known, members=tuple(sorted(dict.fromkeys(members))), causes=tuple(dict.fromkeys(causes))
        )
    return list(found.values())
