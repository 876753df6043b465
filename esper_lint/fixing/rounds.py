"""One round of a plan: pass after pass, until no group that can be fixed is left.

In a pass each class is rewritten once at most; then the tree is compared anew, as it would be.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise

from esper_lint.analysis import baseline_of, gather_overlay
from esper_lint.config import Config
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.generated import is_generated
from esper_lint.evidence import Evidence
from esper_lint.findings import Group, Member, Report, Tier, UnitKind
from esper_lint.fixing.advising import Advisor
from esper_lint.fixing.attempting import STILL_REPORTED, Attempt, attempted
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.extraction.extracting import Options
from esper_lint.fixing.extraction.naming import unnumbered
from esper_lint.fixing.fixes import (
    FIXABLE,
    Advice,
    FixKey,
    GroupFix,
    GroupRefusal,
    Overridden,
    Spots,
    Withdrawn,
    rewritten_by,
    spots_of,
)
from esper_lint.fixing.mentions import Mentions
from esper_lint.fixing.moving import ForwardLines, Moves
from esper_lint.fixing.packages import common_folder, is_module, module_name
from esper_lint.fixing.proving import MERGE, Proved
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.repeating import Earlier, holds, repeated
from esper_lint.fixing.telling import fix_on_disk, objected, refusal_on_disk
from esper_lint.fixing.trials import Trial, Trials
from esper_lint.fixing.wishes import Wishes
from esper_lint.fixing.withdrawing import reported, withdrawals
from esper_lint.judging import judged, narrowed
from esper_lint.parallel import forked_map, frozen, no_garbage_collection
from esper_lint.progress import Progress
from esper_lint.tickets.objections import Objections, blocking

_Open = tuple[Group, Sequence[Member]]
Checked = tuple[Report, Evidence]


@dataclass
class _Turn:
    """A group that is decided part by part: ``here`` are its members where they stand now, ``rest`` those of which
    nothing was decided yet."""

    group: Group
    members: Sequence[Member]
    here: Sequence[Member]
    rest: Sequence[Member]
    is_first: bool = True

    def stands(self, touched: Set[str]) -> bool:
        """Whether the rest is where it was, as nothing in its files was rewritten."""
        return touched.isdisjoint(one.path for one in self.rest)


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


def checked(setting: Setting, drafts: Drafts) -> Checked:
    """What a check of the tree finds, as it would be with the drafts.  Raises TreeChanged."""
    files, evidence = gather_overlay(
        setting.files,
        drafts.changed,
        setting.config,
        use_cache=setting.use_cache,
        progress=setting.progress,
    )
    return narrowed(*judged(files, evidence, setting.config, baseline_of(setting.config), whole=False)), evidence


@dataclass
class Round:
    """``refused`` are the fixes that a gate has stopped, ``withdrawn`` those of earlier rounds that came to nothing.

    ``checked`` is what a check finds in ``drafts``, before ``run`` and after it.
    """

    setting: Setting
    drafts: Drafts
    refused: dict[Spots, GroupRefusal]
    withdrawn: Withdrawn
    checked: Checked
    made: list[GroupFix] = field(default_factory=list)
    kept: dict[Spots, tuple[Refusal, ...]] = field(default_factory=dict)
    withheld: dict[Spots, GroupFix] = field(default_factory=dict)
    left_out: dict[tuple[str, str], GroupRefusal] = field(default_factory=dict)
    settled: set[Spots] = field(default_factory=set)
    advice: list[Advice] = field(default_factory=list)
    overridden: list[Overridden] = field(default_factory=list)
    taken: dict[Spots, frozenset[str]] = field(default_factory=dict)  # what the fix of members cannot add, by now
    claimed: dict[Hashable, tuple[Trial, Attempt]] = field(default_factory=dict)
    moves: Moves = field(init=False)

    def run(self) -> Withdrawn:
        """Plan until nothing is left; the fixes that came to nothing, with why."""
        known, passes = reported(self.checked[0]), [0]
        while self._pass(*self.checked):
            passes.append(len(self.made))
            self.checked = checked(self.setting, self.drafts)
        # Only now: what one pass leaves of a member, the next one may fix.
        made = [self.made[begun:ended] for begun, ended in pairwise(passes)]
        return withdrawals(self.checked[0], known, made, self.kept)

    def prove(self) -> list[Trial]:
        """Prove what is only claimed of the fixes; the trials that gave those which cannot be."""
        claimed, module_of = list(self.claimed.values()), self._module_of()
        proofs = forked_map(lambda one: holds(one[1], module_of), claimed, self.setting.config.jobs)
        disproved = [trial for (trial, _), is_proved in zip(claimed, proofs, strict=True) if not is_proved]
        self.claimed = {trial.key: (trial, self.claimed[trial.key][1]) for trial in disproved}
        return disproved

    # -- a pass --------------------------------------------------------------------------------------------------

    def _pass(self, report: Report, evidence: Evidence) -> bool:
        """Fix what can be fixed of the groups of a report; whether anything was.

        What holds a member that was rewritten has to be compared anew first, so it waits for the next pass.
        """
        begun, self.moves = len(self.made), Moves(self.drafts, self.setting.lines)
        groups = list(self._open(report, evidence))
        with frozen():
            while groups:
                with no_garbage_collection():  # a sweep leaves little garbage, beside much that is still in use
                    groups = self._swept(groups)
        return len(self.made) > begun

    def _swept(self, groups: Sequence[_Open]) -> list[_Open]:
        """Decide those that do not depend on each other, so that they can be tried at a time; the others."""
        turns, waiting = self._apart(groups)
        forwards = {spot for group, members in groups if group.unit is UnitKind.FORWARD for spot in spots_of(members)}
        touched: set[str] = set()
        parts: list[_Open] = []
        while turns:
            self.setting.trials.make_ahead(self._trial(one.group, one.rest) for one in turns if one.stands(touched))
            again: list[_Turn] = []
            for one in turns:
                if not one.stands(touched):
                    if one.is_first:
                        waiting.append((one.group, one.members))
                elif self._gives_way(one.group, one.rest):
                    again.append(one)
                elif one.is_first and self._is_part(one.group, one.here, forwards):
                    parts.append((one.group, one.members))
                else:
                    self._take(one, touched)
                    if len(one.rest) > 1 and one.stands(touched):
                        again.append(one)
                    elif touched.isdisjoint(member.path for member in one.here):
                        self.settled.add(spots_of(one.group.members))
            turns = again
        return [*waiting, *parts]

    def _take(self, turn: _Turn, touched: set[str]) -> None:
        """Decide part of a group; without UNSAFE fixes all that can be, since groups then share files, and the next one
        may rewrite those of this one."""
        while len(turn.rest) > 1 and turn.stands(touched):
            turn.rest = self._decided(turn.group, turn.rest, touched, is_first=turn.is_first)
            turn.is_first = False
            if self.setting.wishes.is_unsafe:
                return

    def _apart(self, groups: Sequence[_Open]) -> tuple[list[_Turn], list[_Open]]:
        """Groups of which no two have a file in common, and the others; of two that hold one member the first one has
        its turn first.

        What holds a member that was rewritten is in neither.
        """
        paths: set[str] = set()
        held: set[tuple[str, str]] = set()
        apart: list[_Turn] = []
        others: list[_Open] = []
        for group, members in groups:
            if self.moves.is_rewritten(members):
                continue
            own, spots = {one.path for one in members}, spots_of(members)
            if paths.isdisjoint(own) and held.isdisjoint(spots):
                here = self.moves.now(members)
                apart.append(_Turn(group, members, here, here))
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
        found = self.setting.trials.outcome(self._trial(group, members)).found
        return isinstance(found, Proved) and found.strategy != MERGE

    def _decided(
        self, group: Group, members: Sequence[Member], touched: set[str], *, is_first: bool
    ) -> Sequence[Member]:
        """Fix what can be fixed of the members, or say why nothing can; those of which nothing was decided yet.

        ``is_first`` tells that these are all of the group: why the others are left out was said with the fix.
        """
        trial = self._trial(group, members)
        found = self.setting.trials.outcome(trial)
        if not isinstance(found.found, Proved):
            begun = rewritten_by(self.made)
            left = [one for one in members if (one.path, one.qualname) not in begun]
            if is_first and (group.rule != "ESP104" or len(left) == len(members)):
                self._refuse(group, members, found.found, found.withdrawn)
            return left if len(left) < len(members) else ()
        objections = blocking(self.setting.reviewed.to(group), merges=found.found.strategy == MERGE)
        if objections and not self.setting.wishes.override:
            self._refuse(group, members, objected(members[0], objections))
            return ()
        fix = fix_on_disk(self.drafts, group, found.found)
        key = spots_of(fix.members)
        rest = [one for one in members if (one.path, one.qualname) not in key]
        if key in self.refused:
            return rest
        self._advise(group, is_refused=False)
        if found.claim is not None:
            self.claimed[trial.key] = trial, found
        if fix.tier is not Tier.SAFE and not self.setting.wishes.is_unsafe:
            self.withheld.setdefault(key, fix)
            return rest
        kept = refusal_on_disk(self.drafts, group, members, (*found.unmerged, *found.found.kept)).causes
        left_out = [(one, refusal_on_disk(self.drafts, group, [one], [cause])) for one, cause in found.causes]
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
                    self.left_out.setdefault(
                        (one.path, one.qualname), refusal_on_disk(self.drafts, group, [one], [cause])
                    )
                yield group, free
            elif held:
                self._refuse(group, reported, [cause for _, cause in held])

    def _refuse(
        self, group: Group, members: Iterable[Member], causes: Iterable[Refusal], withdrawn: Iterable[FixKey] = ()
    ) -> None:
        """What a fix that was ``withdrawn`` left in place tells most, and that little is shared tells least."""
        told = [cause for key in withdrawn for cause in self.withdrawn[key]]
        rest = refusal_on_disk(
            self.drafts, group, members, [one for one in causes if not told or one.message != STILL_REPORTED]
        )
        rest_last = sorted(rest.causes, key=lambda one: one.code == "FX-NO-BENEFIT")
        self.refused[spots_of(group.members)] = replace(rest, causes=tuple(dict.fromkeys((*told, *rest_last))))
        self._advise(group, is_refused=True)

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
        fixed = rewritten_by(self.made)
        ours = [one for one in members if (one.path, one.qualname) in fixed]
        parts = [[one for one in ours if one.path == path] for path in sorted({one.path for one in ours})]
        return next((part for part in parts if len(part) > 1), [])

    def _gives_way(self, group: Group, members: Sequence[Member]) -> bool:
        """Whether another fix has taken the name of the file that this one would add; it is tried again, under the next
        name that none has taken."""
        found = self.setting.trials.outcome(self._trial(group, members)).found
        texts = found.texts if isinstance(found, Proved) else {}
        added = texts.keys() - {one.path for one in members}
        if added.isdisjoint(self.drafts.names):
            return False
        self.taken[spots_of(members)] = frozenset(
            name for name in self.drafts.names - self.drafts.paths.keys() if any(_is_like(name, one) for one in added)
        )
        return True

    def _trial(self, group: Group, members: Sequence[Member]) -> Trial:
        paths = sorted({one.path for one in members})
        spots = spots_of(members)
        withdrawn = frozenset(key for key in self.withdrawn if not set(key.spots).difference(spots))
        texts = {path: self.drafts.text(path) for path in paths}
        taken = self.taken.get(spots, frozenset())
        run = partial(self._attempt, group, members, withdrawn, taken)
        return Trial((spots, group.unit, withdrawn), texts, taken, run)

    def _attempt(
        self,
        group: Group,
        members: Sequence[Member],
        withdrawn: frozenset[FixKey],
        taken: frozenset[str],
        earlier: Sequence[Earlier],
    ) -> Attempt:
        """Of what other fixes have added only the names in ``taken`` count, whichever were tried before."""
        setting, on_disk = self.setting, self.drafts.paths
        paths = sorted({one.path for one in members})
        options = Options(
            setting.wishes.helper_name,
            setting.width,
            scripted=setting.said.scripted,
            patched=setting.said.patched,
            module_of=self._module_of(),
            is_taken=partial(is_module, project=setting.config.project, names=on_disk.keys() | taken),
            folder=common_folder(paths, setting.config.project, on_disk),
            assumes_breaks=setting.config.assume_breaks,
        )
        sources = {path: self.drafts.source(path) for path in paths}
        for one in earlier:
            again = repeated(one, members, sources, options)
            if again is not None:
                return again
        return attempted(group, members, sources, options, withdrawn)

    def _module_of(self) -> Callable[[str], str]:
        return partial(module_name, project=self.setting.config.project, names=self.drafts.paths)


def _is_like(name: str, other: str) -> bool:
    """Whether two files are named alike but for a number."""
    return unnumbered(name.removesuffix(".py")) == unnumbered(other.removesuffix(".py"))
