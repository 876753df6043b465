"""What came of a try before its files changed elsewhere -> the same of the files as they are now.

Most of what changes a file between two tries is another fix, and rounds of planning that come to nothing make the same
ones again and again.  So where the members are as they were, what was done to them is done again.  It is proved on the
texts of now once a plan is to be kept; the certificate decides, as for any fix.  And what kept them apart, unless it
was a name or the certificate, still does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from esper_lint.findings import Member
from esper_lint.fixing.attempting import Attempt
from esper_lint.fixing.extraction.concrete import Unfaithful, Written
from esper_lint.fixing.extraction.extracting import Options
from esper_lint.fixing.extraction.imports import with_import
from esper_lint.fixing.extraction.naming import free_name, unnumbered
from esper_lint.fixing.extraction.plan import Extraction, SitePlace
from esper_lint.fixing.extraction.reduction import first_line
from esper_lint.fixing.extraction.sites import Source
from esper_lint.fixing.fixes import Obligation, Rewritten
from esper_lint.fixing.merging.naming import taken_names
from esper_lint.fixing.merging.values import ClassSite, Merge
from esper_lint.fixing.moving import lower
from esper_lint.fixing.packages import relative_import
from esper_lint.fixing.places import Stretch, same_lines
from esper_lint.fixing.proving import MERGE, MergeIn, Proved, proved_extraction, proved_merge
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.texts import SourceText

_Placed = TypeVar("_Placed", Rewritten, Obligation, Refusal)
_OF_SURROUNDINGS = frozenset(["FX-CERT", "FX-NAME"])
_NAMES_LINE = re.compile(r"\bline \d")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of a try, and the files of the members as they were then."""

    attempt: Attempt
    texts: Mapping[str, SourceText]


def repeated(
    earlier: Earlier, members: Sequence[Member], sources: Mapping[str, Source], options: Options
) -> Attempt | None:
    """The earlier attempt on the same members in ``sources``; a fix with the claim that ``holds`` decides on.

    None where a member is another, or where a new look could come to something else.
    """
    found = earlier.attempt.found
    try:
        files = {path: _File(earlier.texts[path].text, source) for path, source in sources.items()}
        for one in members:
            files[one.path].hold(one.line)
        attempt = _shifted(earlier.attempt, files)
        if not isinstance(found, Proved):
            return attempt
        _require_same(found, members, files)
        again, claim = _again(found, files, options)
    except _Different:
        return None
    return replace(attempt, found=again, claim=claim)


def holds(attempt: Attempt, module_of: Callable[[str], str]) -> bool:
    """Whether the claim of an attempt can be proved, and the fix is what the proof is of."""
    claim, found = attempt.claim, attempt.found
    if claim is None or not isinstance(found, Proved):
        return claim is None
    proof = proved_merge(claim) if isinstance(claim, MergeIn) else proved_extraction(claim, module_of)
    return isinstance(proof, Proved) and replace(proof, summary=found.summary, kept=found.kept) == found


class _Different(Exception):
    """Something that the fix depends on is not as it was."""


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines ``start`` to ``end`` (from 0) become the ``new`` ones."""

    start: int
    end: int
    new: Sequence[str]


class _File:
    """A file as it was and as it is; ``hold`` names what must be the same in both."""

    def __init__(self, before: str, source: Source) -> None:
        self.source = source
        self.before = _LINE.findall(before)
        self.now = _LINE.findall(source.text)
        self._held: dict[int, tuple[int, int]] = {}

    def hold(self, line: int) -> None:
        """The definition that holds a line of now.  Raises _Different if it was another."""
        for top in self.source.tree.body:
            first, last = first_line(top), top.end_lineno or top.lineno
            if first <= line <= last:
                self._held[first] = first, last
                self._offset(first, last)
                return
        raise _Different

    def line(self, before: int) -> int:
        """Where a line, from 1, of before stands now.  Raises _Different."""
        for one in self._same:
            if one.before < before <= one.before_end:
                return before + one.now - one.before
        raise _Different

    def held(self) -> list[tuple[int, int]]:
        """The lines before, from 0 and up to the second, of all that is held."""
        spans = ((first - 1, last, self._offset(first, last)) for first, last in self._held.values())
        return sorted((start - offset, end - offset) for start, end, offset in spans)

    @cached_property
    def _same(self) -> list[Stretch]:
        return same_lines(self.before, self.now)

    def _offset(self, first: int, last: int) -> int:
        """How far lines of now, from 1, have moved."""
        for one in self._same:
            if one.now < first and last <= one.now_end:
                return one.now - one.before
        raise _Different

    def moved(self, hunk: _Hunk) -> _Hunk:
        """The hunk in the text of now, where what it is between is still side by side."""
        first, last = max(hunk.start - 1, 0), min(hunk.end + 1, len(self.before))
        for one in self._same:
            if one.before <= first and last <= one.before_end:
                by = one.now - one.before
                if _above(self.before, hunk.start) != _above(self.now, hunk.start + by):
                    break  # what is added goes above the comments of what follows
                return _Hunk(hunk.start + by, hunk.end + by, hunk.new)
        raise _Different


def _above(lines: Sequence[str], at: int) -> Sequence[str]:
    """The blank lines and comments right above a line, from 0."""
    first = at
    while first and lines[first - 1].lstrip()[:1] in ("", "#"):
        first -= 1
    return lines[first:at]


def _shifted(attempt: Attempt, files: Mapping[str, _File]) -> Attempt:
    """With the lines of now in all but a fix itself.  Raises _Different."""

    def refusal(one: Refusal) -> Refusal:
        if _NAMES_LINE.search(one.message):
            raise _Different
        return replace(one, line=files[one.path].line(one.line))

    def member(one: Member) -> Member:
        return lower(one, files[one.path].line(one.line) - one.line)

    found = attempt.found
    if not isinstance(found, Proved):
        if any(one.code in _OF_SURROUNDINGS for one in found):
            raise _Different
        found = tuple(map(refusal, found))
    causes = tuple((member(one), refusal(cause)) for one, cause in attempt.causes)
    return replace(attempt, found=found, causes=causes, unmerged=tuple(map(refusal, attempt.unmerged)))


def _again(found: Proved, files: Mapping[str, _File], options: Options) -> tuple[Proved, Extraction | MergeIn]:
    """The fix of the files of now, and the claim that it is one.  Raises _Different."""
    _require_names(found, files)
    old_home, name = found.new[0]
    home = old_home if old_home in files else _free_home(old_home, options)

    def now(one: _Placed) -> _Placed:
        """A place in one of the files, or in the one that is added."""
        if one.path not in files:
            return replace(one, path=home)
        return replace(one, line=files[one.path].line(one.line))

    after = {path: _after(path, found, files[path], home, options) for path in found.texts if path in files}
    before = {path: files[path].source.text for path in after}
    if home not in files:
        after[home] = found.texts[old_home]
    again = replace(
        found,
        texts=after,
        members=tuple(map(now, found.members)),
        new=tuple((home, name) for _, name in found.new),
        obligations=tuple(map(now, found.obligations)),
        kept=tuple(map(now, found.kept)),
    )
    if found.strategy == MERGE:
        classes = tuple(ClassSite(one.qualname, one.line) for one in again.members)
        return again, MergeIn(home, before[home], Merge(name, classes, after[home], (), found.notes))
    sites = tuple(SitePlace(one.path, one.qualname, one.line) for one in again.members)
    return again, Extraction(found.strategy, before, after, again.new, sites, 0, found.notes, ())


def _require_same(found: Proved, members: Iterable[Member], files: Mapping[str, _File]) -> None:
    """The fix was of some of the members, and what is told of it names no line.  Raises _Different."""
    places = {(one.path, one.qualname, line) for one in members for line in (one.line, one.forward_line)}
    if not all((one.path, one.qualname, files[one.path].line(one.line)) in places for one in found.members):
        raise _Different
    if any(_NAMES_LINE.search(text) for text in (*found.notes, *(one.message for one in found.kept))):
        raise _Different


def _require_names(found: Proved, files: Mapping[str, _File]) -> None:
    """What is added would be called the same today.  Raises _Different."""
    if found.strategy == MERGE:
        ((path, name),) = found.new
        if name[-1:].isdigit() or name in taken_names(files[path].source.text):
            raise _Different
        return
    sources = [file.source for path, file in files.items() if path in found.texts]
    for _, name in found.new:
        if (
            _free(name, lambda one: any(one in source.text and source.names.is_taken(one) for source in sources))
            != name
        ):
            raise _Different


def _free_home(home: str, options: Options) -> str:
    """What the file that is added is called today.  Raises _Different."""
    folder, _, file = home.rpartition("/")
    if folder != options.folder:
        raise _Different
    return f"{folder}/{_free(file.removesuffix('.py'), lambda one: options.is_taken(f'{folder}/{one}'))}.py"


def _free(name: str, is_taken: Callable[[str], bool]) -> str:
    """The name, with another number or none where that is what is free today."""
    return free_name(unnumbered(name), is_taken)


def _after(path: str, found: Proved, file: _File, home: str, options: Options) -> str:
    """The text of a member's file with the fix made.  Raises _Different."""
    hunks = _hunks(file.before, _LINE.findall(found.texts[path]))
    held = file.held()
    inside = [one for one in hunks if any(start <= one.start < end and start < one.end <= end for start, end in held)]
    outside = [hunk for hunk in hunks if hunk not in inside]
    if home == path:
        return _applied(file.now, [file.moved(hunk) for hunk in (*inside, *outside)])
    if not inside or any(hunk.end > held[0][0] for hunk in outside):
        raise _Different
    imports = [(relative_import(path, home), name) for _, name in found.new]
    lines = _LINE.findall(_importing(file.source, imports, options.width))
    first, by = min(file.moved(hunk).start for hunk in inside), len(lines) - len(file.now)
    if lines[first + by :] != file.now[first:]:
        raise _Different
    moved = (file.moved(hunk) for hunk in inside)
    return _applied(lines, [replace(hunk, start=hunk.start + by, end=hunk.end + by) for hunk in moved])


def _importing(source: Source, imports: Iterable[tuple[str, str]], width: int) -> str:
    """The text with imports added, as they are when a fix is looked for.  Raises _Different."""
    try:
        written = Written.of(source, frozenset())
    except Unfaithful:
        raise _Different from None
    module = written.module
    for other, name in imports:
        module = with_import(module, other, name, width)
    return written.reduced.restored(module.code)


def _hunks(before: Sequence[str], after: Sequence[str]) -> list[_Hunk]:
    """All that is between two stretches that are equal."""
    found: list[_Hunk] = []
    at = new_at = 0
    for one in same_lines(before, after):
        if (one.before, one.now) != (at, new_at):
            found.append(_Hunk(at, one.before, after[new_at : one.now]))
        at, new_at = one.before_end, one.now_end
    return found


def _applied(lines: Sequence[str], hunks: Sequence[_Hunk]) -> str:
    text = list(lines)
    for hunk in sorted(hunks, key=lambda one: one.start, reverse=True):
        text[hunk.start : hunk.end] = hunk.new
    return "".join(text)
