"""A tree with contracts that are broken -> what to write so that they hold again, and what is left as it is, and why.

Sources come first: a member is re-synced once the one that it follows is what it shall be, so a chain of copies is
mended in one run.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from esper_lint.config import Config
from esper_lint.contracts.agreement import code_of, differences
from esper_lint.contracts.book import Contracts, Place
from esper_lint.contracts.ledger import Ledger, Workings
from esper_lint.contracts.membership import Following, Located
from esper_lint.contracts.wording import RULE, at_member
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.noqa import noqa_at
from esper_lint.evidence import Evidence
from esper_lint.findings import Summary
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.lockstep.resync import Stuck, resynced
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.texts import Unwritable, with_lines
from esper_lint.fixing.working_copy import WorkingCopy
from esper_lint.judging import judge
from esper_lint.progress import Progress
from esper_lint.suppression.status import covers

# A second fix of a member can be needed, where a part of it is a member too; a third undoes what another one did.
_TIMES = 2

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A member that would be, or was, re-synced from its source; both as they stood before.

    ``lines`` are those at which a check reports it.
    """

    contract: str
    member: Place
    source: Place
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    edits: tuple[FileEdit, ...]
    fixed: tuple[Fixed, ...]
    refusals: tuple[Refusal, ...]


def plan(files: FileSet, config: Config, progress: Progress) -> Plan:
    """Re-sync every member in the selected files of which a check reports that it no longer agrees.

    Raises TreeChanged if a file changes meanwhile.
    """
    refused: dict[_Key, Refusal] = {}
    while True:
        planner = _Planner(files, config, progress, refused)
        unmade = planner.run()
        if not unmade:
            return planner.plan()
        refused = refused | unmade  # anew, without what was begun and cannot be ended


@dataclass
class _Planner:
    files: FileSet
    config: Config
    progress: Progress
    refused: dict[_Key, Refusal]
    _workings: Workings = ({}, {})
    _times: Counter[_Key] = field(default_factory=Counter)
    _fixed: dict[_Key, Fixed] = field(default_factory=dict)
    _lines: dict[_Key, tuple[int, ...]] = field(default_factory=dict)

    def run(self) -> dict[_Key, Refusal]:
        """Work until nothing is left to do; the members that were changed and cannot be brought to agree."""
        self.refused = dict(self.refused)
        self.copy = WorkingCopy(self.files)
        while pending := self._pending():
            over = [one for one in pending if self._times[_key(one)] == _TIMES]
            if over:
                message = "another contract wants these lines to be different"
                return {_key(one): _refusal("FX-OVERLAP", one.member, 0, message) for one in over}
            now = list(self._ready(pending))
            if not now:
                for one in pending:
                    self._refuse(one, Stuck("FX-CONTRACT", 0, "the contracts follow each other in a circle"))
            for one in now:
                self._mend(one)
            unmade = {key: refusal for key, refusal in self.refused.items() if self._times[key]}
            if unmade:
                return unmade
        return {}

    def plan(self) -> Plan:
        edits = (FileEdit(self.copy.path(name), name, *data) for name, *data in self.copy.changes())
        refusals = sorted(self.refused.values(), key=lambda one: (one.path, one.line, one.code))
        done = sorted(self._fixed.values(), key=lambda one: one.member)
        return Plan(tuple(edits), tuple(done), tuple(refusals))

    # -- what to do ---------------------------------------------------------------------------------------------

    def _pending(self) -> list[Following]:
        """The members that drift, that a check would report, and of which nothing was said yet."""
        ledger = Ledger(self.copy, self.config, self.progress, *self._workings)
        left_out = frozenset[str]() if self.config.include_generated else frozenset(self.copy.generated)
        copies = self.copy.copies - left_out if self.config.copied_from else frozenset[str]()
        book = ledger.book(self.copy.lockstep - left_out, copies, is_whole=True)
        self._workings = ledger.workings
        active = _active(book, self.config)
        shown = [(drift, one) for drift, one in ledger.drifted if at_member(drift) in active]
        reported = list(dict.fromkeys(one for _, one in shown))
        lines = {_key(one): tuple(drift.line for drift, other in shown if other == one) for one in reported}
        self._lines = lines | self._lines  # those of before anything was changed
        self._silent = [one.member for _, one in ledger.drifted if one not in reported]
        return [one for one in reported if one.member.path in self.files.selected and _key(one) not in self.refused]

    def _ready(self, pending: Sequence[Following]) -> Iterator[Following]:
        """Those whose source none of the others will change, the last of a file first, and no two that overlap."""
        members = [one.member for one in pending]
        chosen: list[Located] = []
        for one in sorted(pending, key=lambda one: (one.member.path, -one.member.definition.first)):
            waits = any(_overlap(one.source, other) for other in members if other != one.member)
            if not waits and not any(_overlap(one.member, other) for other in chosen):
                chosen.append(one.member)
                yield one

    # -- doing it -----------------------------------------------------------------------------------------------

    def _mend(self, one: Following) -> None:
        found = self._resynced(one)
        if isinstance(found, Stuck):
            self._refuse(one, found)
            return
        definition = one.member.definition
        places = _place(one.member), _place(one.source)
        try:
            new = with_lines(self.copy.text(one.member.path), definition.first, definition.end, found)
        except Unwritable as error:
            self._refuse(one, Stuck("FX-ENCODING", 0, str(error)))
            return
        if not _parses(new.text):
            self._refuse(one, Stuck("FX-CONTRACT", 0, "the file would not parse"))
            return
        self._times[_key(one)] += 1
        self.copy.change(one.member.path, new)
        self._fixed.setdefault(_key(one), Fixed(one.contract, *places, self._lines[_key(one)]))

    def _resynced(self, one: Following) -> Sequence[str] | Stuck:
        if one.member.path in self.copy.generated:
            return Stuck("FX-GENERATED", 0, "the file is generated")
        source, member = self._text(one.source), self._text(one.member)
        silent = self._silenced(one, source, member)
        if silent is not None:
            return Stuck("FX-SUPPRESSED", silent - one.member.definition.first, "what is silenced is never rewritten")
        found = resynced(source, member, one.renaming, copies=one.is_copy)
        return found if isinstance(found, Stuck) else found.lines

    def _silenced(self, one: Following, source: Sequence[str], member: Sequence[str]) -> int | None:
        """The line of something silenced that the fix would change."""
        inside = [
            other.definition.line for other in self._silent if other != one.member and _overlap(one.member, other)
        ]
        if inside:
            return inside[0]
        codes = code_of(source, copies=False), code_of(member, copies=one.is_copy)
        lines = {one.member.definition.first + found.line for found in differences(*codes, one.renaming)}
        comments = noqa_at(self.copy.lines(one.member.path), lines)
        return next((noqa.line for noqa in comments if covers(noqa.codes, RULE)), None)

    def _text(self, one: Located) -> Sequence[str]:
        return self.copy.lines(one.path)[one.definition.first - 1 : one.definition.end]

    def _refuse(self, one: Following, stuck: Stuck) -> None:
        self.refused[_key(one)] = _refusal(stuck.code, one.member, max(stuck.line, 0), stuck.message)


def _active(book: Contracts, config: Config) -> set[object]:
    """The findings of drifts that a check reports, told by the function that decides it there."""
    evidence = Evidence((), (), {}, Summary(0, 0, 0, 0, 0), Contracts(drifts=book.drifts, noqa=book.noqa))
    return {one for one in judge(evidence, config, settled=False).active if one.rule == RULE}


def _key(one: Following) -> _Key:
    return one.contract, one.member.path, one.member.definition.qualname


def _place(one: Located) -> Place:
    return Place(one.path, one.definition.qualname, one.definition.line)


def _refusal(code: str, member: Located, line: int, message: str) -> Refusal:
    return Refusal(code, member.path, member.definition.first + line, f"`{member.definition.qualname}`: {message}")


def _overlap(one: Located, other: Located) -> bool:
    """Whether one of two definitions holds the other, or is it."""
    mine, theirs = one.definition, other.definition
    return one.path == other.path and mine.first <= theirs.end and theirs.first <= mine.end


def _parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
