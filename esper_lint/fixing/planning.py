"""A project -> its fixes: contracts that hold again, and groups of clones with what they share in one place.

One group is fixed per file and pass; then the tree is compared anew, as it would be, until nothing is left to do.  A
fix that leaves its members reported, or makes something new to report, is taken back and all is planned without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from esper_lint.analysis import baseline_of, gather_overlay
from esper_lint.config import Config
from esper_lint.discovery.decoding import Undecodable
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.generated import is_generated
from esper_lint.evidence import Evidence
from esper_lint.findings import Group, Member, Report, Tier, UnitKind
from esper_lint.fixing.attempting import Attempt, attempted
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.extraction.extracting import Options
from esper_lint.fixing.extraction.hazard import first_of_each_code
from esper_lint.fixing.extraction.sites import Source, source_of
from esper_lint.fixing.fixes import Advice, Fixes, GroupFix, GroupRefusal, Overridden, Rewritten
from esper_lint.fixing.line_length import line_length
from esper_lint.fixing.mentions import Mentions, mentions
from esper_lint.fixing.packages import common_folder, module_name
from esper_lint.fixing.places import lines_before
from esper_lint.fixing.proving import MERGE, Proved
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.suggesting.suggest import suggestions
from esper_lint.fixing.texts import SourceText, Unwritable, text_of, with_text
from esper_lint.fixing.trials import Trial, Trials
from esper_lint.judging import judged, narrowed
from esper_lint.progress import Progress
from esper_lint.tickets.objections import Objection, Objections, blocking, objected
from esper_lint.tree import TreeChanged

FIXED_BY_EXTRACTION = ("ESP101", "ESP102", "ESP103")
FIXABLE = (*FIXED_BY_EXTRACTION, "ESP104")

_UNREADABLE = (Undecodable, SyntaxError, ValueError, RecursionError, MemoryError, OSError)
_Key = tuple[tuple[str, str], ...]

Gate = Callable[[Fixes], Mapping[GroupFix, GroupRefusal]]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for: UNSAFE fixes too, only the group of that id, a name for its helper, generated files too.

    ``override`` says why what reviewers object to is made all the same; empty, it is not made.
    """

    is_unsafe: bool = False
    group: str = ""
    helper_name: str = ""
    even_generated: bool = False
    override: str = ""


def planned(
    files: FileSet,
    config: Config,
    wishes: Wishes,
    progress: Progress,
    before: Mapping[str, bytes] | None = None,
    *,
    use_cache: bool = True,
    gate: Gate | None = None,
) -> Fixes:
    """What to write so that no group that can be fixed is left; ``before`` are contents that will stand in any case.

    A ``gate`` is given all that would be made, and says which of it may not be; then all is planned without that.

    Raises TreeChanged, and ConfigError for a baseline that cannot be used.
    """
    refused: dict[_Key, GroupRefusal] = {}
    trials = Trials(config.jobs)
    said, width = mentions(_contents(files)), line_length(config.project)  # of the disk, so the same for every trial
    reviewed = objected(config)
    while True:
        planner = _Planner(
            files, config, wishes, progress, use_cache, said, width, reviewed, dict(before or {}), dict(refused), trials
        )
        failed = planner.run()
        if not failed and gate is not None:
            stopped = gate(planner.fixes())
            failed = {key: stopped[fix] for key, fix in planner.made if fix in stopped}
        if not failed:
            return planner.fixes()
        refused |= failed


@dataclass
class _Planner:
    files: FileSet
    config: Config
    wishes: Wishes
    progress: Progress
    use_cache: bool
    said: Mentions
    width: int
    reviewed: Objections
    changed: dict[str, bytes]
    refused: dict[_Key, GroupRefusal]
    trials: Trials
    made: list[tuple[_Key, GroupFix]] = field(default_factory=list)
    kept: dict[_Key, tuple[Refusal, ...]] = field(default_factory=dict)
    withheld: dict[_Key, GroupFix] = field(default_factory=dict)
    left_out: dict[tuple[str, str], GroupRefusal] = field(default_factory=dict)
    settled: set[_Key] = field(default_factory=set)
    advice: list[Advice] = field(default_factory=list)
    overridden: list[Overridden] = field(default_factory=list)
    _texts: dict[str, SourceText] = field(default_factory=dict)
    _sources: dict[str, Source] = field(default_factory=dict)
    _lines: dict[tuple[str, bytes], list[int]] = field(default_factory=dict)

    def run(self) -> dict[_Key, GroupRefusal]:
        """Plan until nothing is left; the groups whose fixes turned out to be none."""
        self._paths = {file.name: file.path for file in self.files.files}
        report, evidence = self._report()
        known = _reported(report)
        while self._pass(report, evidence):
            report, evidence = self._report()
        return self._failures(report, known)  # only now: what one pass leaves of a member, the next one may fix

    def fixes(self) -> Fixes:
        edits = [
            FileEdit(self._path(name), name, self._on_disk(name), data) for name, data in sorted(self.changed.items())
        ]
        refused = _by_group((*self.refused.values(), *self._left_out()))
        return Fixes(
            tuple(edit for edit in edits if edit.before != edit.after),
            tuple(fix for _, fix in self.made),
            tuple(self.withheld.values()),
            tuple(sorted(refused, key=lambda one: (one.causes[0].path, one.causes[0].line, one.group))),
            tuple(self.advice),
            tuple(self.overridden),
        )

    def _left_out(self) -> Iterator[GroupRefusal]:
        """Why members were left out of the fix of their group, if no other fix has them."""
        fixed = {spot for key in (*(key for key, _ in self.made), *self.withheld) for spot in key}
        yield from (one for spot, one in self.left_out.items() if spot not in fixed)

    # -- a pass --------------------------------------------------------------------------------------------------

    def _pass(self, report: Report, evidence: Evidence) -> bool:
        """Fix at most one group in each file; whether any was fixed."""
        touched: set[str] = set()
        groups = list(self._open(report, evidence))
        forwards = {spot for group, members in groups if group.unit is UnitKind.FORWARD for spot in _key(members)}
        parts: list[tuple[Group, Sequence[Member]]] = []
        for number, (group, members) in enumerate(chain(groups, parts)):
            if number < len(groups):
                if not self.trials.knows(self._trial(group, members)):
                    self._try_ahead(groups[number:], touched)
                if self._is_part(group, members, forwards, touched):
                    parts.append((group, members))
                    continue
            rest, is_first = members, True
            while len(rest) > 1 and touched.isdisjoint(one.path for one in rest):
                rest, is_first = self._decided(group, rest, touched, is_first=is_first), False
            if len(rest) < 2 and touched.isdisjoint(one.path for one in members):
                self.settled.add(_key(group.members))
        return bool(touched)

    def _is_part(
        self, group: Group, members: Sequence[Member], forwards: set[tuple[str, str]], touched: set[str]
    ) -> bool:
        """Whether it is the forwards of the classes that would be extracted, while others may share them too, whose
        group has its turn in this pass."""
        if group.unit is UnitKind.FORWARD or forwards.isdisjoint(_key(members)):
            return False
        if not touched.isdisjoint(one.path for one in members):
            return False
        found = self.trials.outcome(self._trial(group, members)).found
        return isinstance(found, Proved) and found.strategy != MERGE

    def _decided(
        self, group: Group, members: Sequence[Member], touched: set[str], *, is_first: bool
    ) -> Sequence[Member]:
        """Fix what can be fixed of the members, or say why nothing can; those of which nothing was decided yet.

        ``is_first`` tells that these are all of the group: why the others are left out was said with the fix.
        """
        found = self.trials.outcome(self._trial(group, members))
        if not isinstance(found.found, Proved):
            begun = {spot for key, _ in self.made for spot in key}
            left = [one for one in members if (one.path, one.qualname) not in begun]
            if is_first and (group.rule != "ESP104" or len(left) == len(members)):
                self._refuse(group, found.found)
            return left if len(left) < len(members) else ()
        objections = blocking(self.reviewed.to(group), merges=found.found.strategy == MERGE)
        if objections and not self.wishes.override:
            self._refuse(group, _objected(members[0], objections))
            return ()
        fix = self._fix(group, found.found)
        key = _key(fix.members)
        rest = [one for one in members if (one.path, one.qualname) not in key]
        if key in self.refused:
            return rest
        self._advise(group, is_refused=False)
        if fix.tier is not Tier.SAFE and not self.wishes.is_unsafe:
            self.withheld.setdefault(key, fix)
            return rest
        kept = self._refusal(group, (*found.unmerged, *found.found.kept)).causes
        left_out = [(one, self._refusal(group, [cause])) for one, cause in found.causes]
        causes = self._write(found.found)
        if causes:
            self._refuse(group, causes)
            return ()
        self.made.append((key, fix))
        self.overridden += [Overridden(group.id, one, self.wishes.override) for one in objections]
        self.kept[key] = (*self.kept.get(key, ()), *kept)
        for one, refusal in left_out:
            self.left_out.setdefault((one.path, one.qualname), refusal)
        touched |= set(found.found.texts)
        return rest

    def _open(self, report: Report, evidence: Evidence) -> Iterator[tuple[Group, Sequence[Member]]]:
        """The groups that are reported and of which nothing was decided yet, with the members that may be rewritten."""
        active = {(one.path, one.line, one.rule) for one in report.active}
        for group in report.groups:
            key = _key(group.members)
            wanted = not self.wishes.group or group.id.startswith(self.wishes.group)
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
                    self.left_out.setdefault((one.path, one.qualname), self._refusal(group, [cause]))
                yield group, free
            elif held:
                self._refuse(group, tuple(cause for _, cause in held))

    def _refuse(self, group: Group, causes: tuple[Refusal, ...]) -> None:
        self.refused[_key(group.members)] = self._refusal(group, causes)
        self._advise(group, is_refused=True)

    # What is told speaks of the files as they are on disk, whatever earlier passes made of them.

    def _refusal(self, group: Group, causes: Sequence[Refusal]) -> GroupRefusal:
        told = (replace(one, line=self._line_on_disk(one.path, one.line)) for one in causes)
        return GroupRefusal(group.id, group.rule, tuple(told))

    def _fix(self, group: Group, found: Proved) -> GroupFix:
        return GroupFix(
            group.id,
            group.rule,
            found.strategy,
            found.tier,
            found.summary,
            tuple(replace(one, line=self._line_on_disk(one.path, one.line)) for one in found.members),
            found.new,
            tuple(replace(one, line=self._line_on_disk(one.path, one.line)) for one in found.obligations),
            found.notes,
        )

    def _line_on_disk(self, path: str, line: int) -> int:
        if path not in self.changed:
            return line
        now = self._text(path)
        if (path, now.data) not in self._lines:
            before = text_of(self._on_disk(path) or b"").lines
            self._lines[path, now.data] = lines_before(before, now.lines)
        return self._lines[path, now.data][line - 1]

    def _advise(self, group: Group, *, is_refused: bool) -> None:
        """Note what people could do; of the group as it is on disk, since they will."""
        if any(one.path in self.changed for one in group.members):
            return
        found = suggestions(group, lambda path: self._text(path).text, self.config.project, is_refused)
        is_objected = not self.wishes.override and bool(blocking(self.reviewed.to(group), merges=True))
        told = (Advice(group.id, group.rule, one) for one in found if not (is_objected and one.kind == "merge"))
        # A group is looked at for each part.
        self.advice += [one for one in dict.fromkeys(told) if one not in self.advice]

    def _free(self, members: Sequence[Member], evidence: Evidence) -> tuple[list[Member], list[tuple[Member, Refusal]]]:
        """The members that may be rewritten, and why others may not."""
        free: list[Member] = []
        causes: list[tuple[Member, Refusal]] = []
        for one in members:
            held = evidence.contracts.holder(one)
            if held is not None:
                message = f"`{one.qualname}` is under the contract `{held}`, which the fix would break"
                causes.append((one, Refusal("FX-CONTRACT", one.path, one.line, message)))
            elif is_generated(self._text(one.path).data) and not self.wishes.even_generated:
                message = f"`{one.qualname}`: the file is generated"
                causes.append((one, Refusal("FX-GENERATED", one.path, one.line, message)))
            elif one.path in self.files.selected:
                free.append(one)
        return free, causes

    def _left_of_fixes(self, members: Sequence[Member]) -> list[Member]:
        """Of members in several files those in one file that this run has fixed before, if there are several.

        What a pass has left of them may look like others elsewhere; without those the next one can end what it began.
        """
        if self.wishes.is_unsafe or len({one.path for one in members}) == 1:
            return []
        fixed = {(one.path, one.qualname) for _, fix in self.made for one in fix.members}
        ours = [one for one in members if (one.path, one.qualname) in fixed]
        parts = [[one for one in ours if one.path == path] for path in sorted({one.path for one in ours})]
        return next((part for part in parts if len(part) > 1), [])

    def _try_ahead(self, groups: Sequence[tuple[Group, Sequence[Member]]], touched: set[str]) -> None:
        """Try those that will be tried in this pass whatever becomes of the others: no two have a file in common."""
        paths, ahead = set(touched), []
        for group, members in groups:
            own = {one.path for one in members}
            if paths.isdisjoint(own):
                ahead.append(self._trial(group, members))
            paths |= own
        self.trials.make_ahead(ahead)

    def _trial(self, group: Group, members: Sequence[Member]) -> Trial:
        paths = sorted({one.path for one in members})
        key = (_key(members), group.unit, tuple(self._text(path).data for path in paths))
        return Trial(key, partial(self._attempt, group, members, paths))

    def _attempt(self, group: Group, members: Sequence[Member], paths: Sequence[str]) -> Attempt:
        options = Options(
            self.wishes.helper_name,
            self.width,
            scripted=self.said.scripted,
            patched=self.said.patched,
            module_of=partial(module_name, project=self.config.project, names=self._paths),
            files=self._paths.keys() | self.changed.keys(),
            folder=common_folder(paths, self.config.project, self._paths),
            assumes_breaks=self.config.assume_breaks,
        )
        return attempted(group, members, {path: self._source(path) for path in paths}, options)

    def _write(self, found: Proved) -> tuple[Refusal, ...]:
        """Put the new texts in the place of the old ones; the causes why that cannot be."""
        new = {}
        for path, text in found.texts.items():
            try:
                new[path] = with_text(self._text(path), text)
            except Unwritable as error:
                return (Refusal("FX-ENCODING", path, 1, str(error)),)
        for path, text_ in new.items():
            self.changed[path] = text_.data
            self._texts[path] = text_
            self._sources.pop(path, None)
        return ()

    # -- what came of it -----------------------------------------------------------------------------------------

    def _failures(self, report: Report, known: set[tuple[str, str, str]]) -> dict[_Key, GroupRefusal]:
        """The fixes after which a member is still reported, or something is that was not before."""
        by_member = {(one.path, one.qualname): (key, fix) for key, fix in self.made for one in fix.members}
        failed: dict[_Key, GroupRefusal] = {}
        for group in report.groups:
            if group.suppressed:
                continue
            for one in group.members:
                found = by_member.get((one.path, one.qualname))
                if found is None:
                    continue
                key, fix = found
                is_left = group.rule in FIXED_BY_EXTRACTION
                is_new = group.rule == "ESP104" and not known & {
                    (member.path, member.qualname, rule) for member in group.members for rule in FIXABLE
                }
                if is_left or is_new:
                    message = f"`{one.qualname}` would still be reported, as {group.rule}, for what is left of it"
                    cause = Refusal("FX-NO-BENEFIT", one.path, _line(fix, one), message)
                    failed.setdefault(key, GroupRefusal(fix.group, fix.rule, (*_gravest_first(self.kept[key]), cause)))
        return failed

    def _report(self) -> tuple[Report, Evidence]:
        files, evidence = gather_overlay(
            self.files, self.changed, self.config, use_cache=self.use_cache, progress=self.progress
        )
        return narrowed(*judged(files, evidence, self.config, baseline_of(self.config), whole=False)), evidence

    # -- files ---------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> SourceText:
        if name not in self._texts:
            self._texts[name] = text_of(self.changed.get(name) or self._on_disk(name) or b"")
        return self._texts[name]

    def _source(self, name: str) -> Source:
        if name not in self._sources:
            self._sources[name] = source_of(name, self._text(name).text)
        return self._sources[name]

    def _path(self, name: str) -> str:
        return self._paths.get(name) or os.path.join(self.config.project, name)

    def _on_disk(self, name: str) -> bytes | None:
        """None for a file that only the fixes make.  Raises TreeChanged."""
        if name not in self._paths:
            return None
        return _content(self.files, name, self._paths[name])


def _content(files: FileSet, name: str, path: str) -> bytes:
    """Raises TreeChanged."""
    if name in files.overlay:
        return files.overlay[name]
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        raise TreeChanged(name) from None


def _contents(files: FileSet) -> Iterator[bytes]:
    for file in files.files:
        with suppress(TreeChanged):
            yield _content(files, file.name, file.path)


def _objected(member: Member, objections: Iterable[Objection]) -> tuple[Refusal, ...]:
    """Where the group begins; the tickets that the messages name have the rest."""
    return tuple(Refusal("FX-OBJECTED", member.path, member.line, f"`{member.qualname}`: {one}") for one in objections)


def _key(members: Sequence[Member] | Sequence[Rewritten]) -> _Key:
    return tuple(sorted((one.path, one.qualname) for one in members))


def _by_group(refused: Iterable[GroupRefusal]) -> list[GroupRefusal]:
    """One refusal for each group, of which several parts may have been refused, or taken back, each with its causes."""
    found: dict[str, GroupRefusal] = {}
    for one in refused:
        known = found.get(one.group, replace(one, causes=()))
        found[one.group] = replace(known, causes=tuple(dict.fromkeys((*known.causes, *one.causes))))
    return list(found.values())


def _gravest_first(causes: Sequence[Refusal]) -> list[Refusal]:
    """One of each code; a comment that is in the way can be moved, so it comes last."""
    return sorted(first_of_each_code(causes), key=lambda one: one.code in ("FX-COMMENT", "FX-DIRECTIVE"))


def _reported(report: Report) -> set[tuple[str, str, str]]:
    return {
        (member.path, member.qualname, group.rule)
        for group in report.groups
        if not group.suppressed
        for member in group.members
    }


def _line(fix: GroupFix, member: Member) -> int:
    return next(one.line for one in fix.members if (one.path, one.qualname) == (member.path, member.qualname))
