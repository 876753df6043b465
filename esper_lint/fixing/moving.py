"""Where the members of a report stand in files of which other members were rewritten since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from esper_lint.findings import Member
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.extraction.sites import source_of
from esper_lint.fixing.fixes import Rewritten
from esper_lint.fixing.places import Stretch, same_lines
from esper_lint.fixing.texts import SourceText
from esper_lint.parallel import no_garbage_collection


class ForwardLines:
    """The lines of the forwards in a text by qualified name; looked for once in each text."""

    def __init__(self) -> None:
        self._known: dict[bytes, Mapping[str, Sequence[int]]] = {}

    def of(self, source: SourceText) -> Mapping[str, Sequence[int]]:
        """Raises what ``source_of`` does."""
        digest = source.digest
        if digest not in self._known:
            with no_garbage_collection():
                self._known[digest] = _forward_lines(source.text)
        return self._known[digest]


class Moves:
    """``drafts`` are the files as they are by now; at first they are those of the report."""

    def __init__(self, drafts: Drafts, lines: ForwardLines) -> None:
        self._drafts = drafts
        self._lines = lines
        self._reported: dict[str, SourceText] = {}
        self._rewritten: set[tuple[str, str]] = set()
        self._stretches: dict[tuple[bytes, bytes], Sequence[Stretch]] = {}

    def note(self, before: Mapping[str, SourceText], members: Iterable[Rewritten]) -> None:
        """Members were rewritten, in files that held these texts ``before``."""
        for path, text in before.items():
            self._reported.setdefault(path, text)
        self._rewritten |= {_top(one) for one in members}

    def is_rewritten(self, members: Iterable[Member]) -> bool:
        """Whether what holds one of the members was."""
        return any(_top(one) in self._rewritten for one in members)

    def now(self, members: Iterable[Member]) -> Sequence[Member]:
        """Members that are not rewritten, with the lines where they stand now."""
        return [one if one.path not in self._reported else lower(one, self._offset(one)) for one in members]

    def _offset(self, member: Member) -> int:
        """How far down it went: its lines are the same, or else it keeps its name, and its place among those of it."""
        reported, now = self._reported[member.path], self._drafts.text(member.path)
        for one in self._same(reported, now):
            if one.before < member.line and member.end_line <= one.before_end:
                return one.now - one.before
        before, after = (self._lines.of(text)[member.qualname] for text in (reported, now))
        return after[before.index(member.forward_line)] - member.forward_line

    def _same(self, reported: SourceText, now: SourceText) -> Sequence[Stretch]:
        key = reported.digest, now.digest
        if key not in self._stretches:
            self._stretches[key] = same_lines(reported.lines, now.lines)
        return self._stretches[key]


def lower(member: Member, by: int) -> Member:
    """The member where it stands with so many lines more above it."""
    return replace(member, line=member.line + by, end_line=member.end_line + by, forward_line=member.forward_line + by)


def _top(one: Member | Rewritten) -> tuple[str, str]:
    """The definition in the module's scope that holds it."""
    return one.path, one.qualname.partition(".")[0]


def _forward_lines(text: str) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for site in source_of("", text).sites:
        found.setdefault(site.qualname, []).append(site.function.lineno)
    return found
