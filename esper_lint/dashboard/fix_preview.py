"""What ``esper-lint fix`` would do about one group: planned and proved, and nothing written."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from esper_lint.analysis import gather
from esper_lint.config import Config
from esper_lint.findings import Tier
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.fixes import Fixes, GroupFix
from esper_lint.fixing.lockstep.planning import plan
from esper_lint.fixing.planning import planned
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.fixing.texts import text_of
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Progress, Silence


@dataclass(frozen=True, slots=True)
class Patch:
    """What becomes of one file: the lines of a unified diff, without those that name the file."""

    path: str
    is_new: bool
    lines: tuple[str, ...]
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class FixPreview:
    """``fixes`` are of the group, in the order in which they are made; ``is_unsafe`` if any of them is.

    ``saved`` is how many lines fewer there are; ``command`` writes it.  ``is_together`` tells that it was planned with
    all other groups: the patches then are of the group's files, with what other fixes do to them.
    """

    fixes: tuple[GroupFix, ...]
    patches: tuple[Patch, ...]
    saved: int
    is_unsafe: bool
    command: str
    refusals: tuple[Refusal, ...]
    suggestions: tuple[Suggestion, ...]
    is_together: bool = False


class Planning(Enum):
    """There is no preview: nobody asked for one, or it is being made."""

    NOT_ASKED = "not asked"
    UNDER_WAY = "under way"


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """Planning failed; the message is one line."""

    message: str


Planned = FixPreview | Planning | NotPlanned


class Plans(Protocol):
    """The previews that there are.  Asking for one never makes it."""

    def of(self, group: str) -> Planned: ...


@dataclass(frozen=True, slots=True)
class KnownPlans:
    """Plans that are all made, or of which none is."""

    previews: Mapping[str, Planned]

    def of(self, group: str) -> Planned:
        return self.previews.get(group, Planning.NOT_ASKED)


def preview_of(
    config: Config, paths: Sequence[str], cwd: str, group: str, progress: Progress | None = None
) -> FixPreview:
    """Plan one group.  It takes seconds in a large tree.  Raises what ``gather`` and ``planned`` raise."""
    told = progress or Silence()
    files, _ = gather(paths, config, cwd=cwd, progress=told)
    resync = plan(files, config, told)
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    safe = planned(files, config, Wishes(group=group), told, kept)
    if safe.made or not safe.withheld:
        return preview(safe, group, kept)
    return preview(planned(files, config, Wishes(is_unsafe=True, group=group), told, kept), group, kept)


def plans_of(config: Config, paths: Sequence[str], cwd: str, progress: Progress | None = None) -> KnownPlans:
    """Plan all groups, as ``esper-lint fix`` would.  It takes minutes in a large tree.  Raises as ``preview_of``."""
    told = progress or Silence()
    files, _ = gather(paths, config, cwd=cwd, progress=told)
    resync = plan(files, config, told)
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    return KnownPlans(together(planned(files, config, Wishes(), told, kept)))


def together(fixes: Fixes) -> dict[str, Planned]:
    """A preview for each group that a plan of all says something of."""
    made: dict[str, list[GroupFix]] = {}
    for fix in (*fixes.made, *fixes.withheld):
        made.setdefault(fix.group, []).append(fix)
    refused = {one.group for one in fixes.refused} | {one.group for one in fixes.advice}
    found: dict[str, Planned] = {}
    for group in sorted(made.keys() | refused):
        ours = [fix for fix in fixes.made if fix.group == group] or made.get(group, [])
        touched = {one.path for fix in ours for one in fix.members} | {path for fix in ours for path, _ in fix.new}
        edits = tuple(edit for edit in fixes.edits if edit.name in touched) if set(ours) & set(fixes.made) else ()
        found[group] = replace(preview(replace(fixes, edits=edits, made=tuple(ours)), group), is_together=True)
    return found


def preview(fixes: Fixes, group: str, before: Mapping[str, bytes] | None = None) -> FixPreview:
    """What ``fixes``, which were planned for one group, come to.  ``before`` is what other fixes write first."""
    kept = before or {}
    edits = [(edit, kept.get(edit.name, edit.before)) for edit in fixes.edits]
    patches = tuple(_patch(edit, old) for edit, old in edits if edit.after != old)
    is_unsafe = any(fix.tier is not Tier.SAFE for fix in fixes.made)
    return FixPreview(
        fixes.made,
        patches,
        sum(one.removed - one.added for one in patches),
        is_unsafe,
        f"esper-lint fix --group {group}{' --unsafe-fixes' if is_unsafe else ''}",
        tuple(cause for one in fixes.refused if one.group == group for cause in one.causes),
        tuple(one.suggestion for one in fixes.advice if one.group == group),
    )


def _patch(edit: FileEdit, old: bytes | None) -> Patch:
    lines = tuple(_difference(_lines(old), _lines(edit.after)))
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return Patch(edit.name, old is None, lines, added, removed)


def _difference(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(difflib.unified_diff(before, after, lineterm="")):
        if number > 1:  # the names of the files
            yield line


def _lines(data: bytes | None) -> list[str]:
    found = list(text_of(data or b"").lines)
    return found if found and found[-1] else found[:-1]
