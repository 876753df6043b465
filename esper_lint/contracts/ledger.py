"""A tree -> its contracts.

Everything that is found out of a text is kept under that text's digest, so a run in which one file changed reads that
file, and compares the members of which either side has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from esper_lint.config import Config
from esper_lint.contracts.agreement import Difference, code_of, differences
from esper_lint.contracts.book import HEARD, Contracts, Dead, Drift, Place
from esper_lint.contracts.copied_from import as_their_tool
from esper_lint.contracts.declaration import Declaration
from esper_lint.contracts.definitions import Definitions, read_definitions
from esper_lint.contracts.membership import Following, Located, memberships
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.targets import Targets, definition_of
from esper_lint.discovery.noqa import Noqa, noqa_at
from esper_lint.findings import Note
from esper_lint.parallel import forked_map
from esper_lint.progress import Progress
from esper_lint.snapshot import Snapshot
from esper_lint.tree import Tree

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Files from which on a second process is worth its start.
_WORTH_A_POOL = 8
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_NOTHING = Definitions((), (), ())


class Verdict(NamedTuple):
    """How many differences a member has, and the first; ``as_theirs`` if it has none as another tool reads it."""

    differences: int
    first: Difference | None
    as_theirs: bool = False


Workings = tuple[Mapping[str, Definitions], Mapping[str, Verdict]]


def contracts_of(
    tree: Tree, snapshot: Snapshot, config: Config, before: Workings | None, progress: Progress
) -> tuple[Contracts, Workings]:
    """The contracts of a tree, and what makes the next reading of it quick; ``before`` is that of an earlier one.

    Raises TreeChanged if a file is no longer what was read.
    """
    ledger = _Ledger(tree, config, progress, *(before or ({}, {})))
    book = ledger.book(snapshot.lockstep, snapshot.copies if config.copied_from else frozenset())
    return book, ledger.workings


class _Ledger:
    """One reading of a tree, with what earlier ones have found: definitions and verdicts by digests."""

    def __init__(
        self,
        tree: Tree,
        config: Config,
        progress: Progress,
        definitions: Mapping[str, Definitions],
        verdicts: Mapping[str, Verdict],
    ) -> None:
        self._tree = tree
        self._config = config
        self._progress = progress
        self._known = definitions
        self._known_verdicts = verdicts
        self._definitions: dict[str, Definitions] = {}
        self._keys: dict[str, str] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._lines = lru_cache(maxsize=None)(tree.lines)

    @property
    def workings(self) -> Workings:
        """What the next reading can use."""
        return {self._keys[name]: one for name, one in self._definitions.items()}, self._verdicts

    def book(self, lockstep: Collection[str], copies: Collection[str]) -> Contracts:
        self._lockstep, self._copies = lockstep, copies
        declaring = sorted({*lockstep, *copies})
        self._progress.stage("reading contracts", len(declaring))
        self._read(declaring)
        targets = Targets(self._tree.digests, self._config.project)

        def resolved(declaration: Declaration, member: Located) -> Located:
            name, qualname = targets.file_of(declaration, member.path)
            self._read([name])
            own = self._definitions[member.path].definitions
            namesakes = [one for one in own if one.qualname == member.definition.qualname]
            place = namesakes.index(member.definition), len(namesakes)
            found = definition_of(qualname, declaration.target, self._definitions[name].definitions, *place)
            return Located(name, found)

        found = memberships(list(self._declared(declaring)), resolved)
        verdicts = self._judged(found.followings)
        drifts, notes = [], []
        for following, verdict in zip(found.followings, verdicts, strict=True):
            if verdict.as_theirs:
                notes.append(_note(following))
            elif verdict.first is not None:
                drifts.append(self._drift(following, verdict.differences, verdict.first))
        dead = [
            Dead(name, one.line, one.column, one.message, is_certain=True)
            for name in declaring
            for one in self._definitions[name].problems
        ]
        return Contracts(
            found.members, found.names, tuple(drifts), (*dead, *found.dead), tuple(notes), self._noqa(drifts)
        )

    def _declared(self, names: Iterable[str]) -> Iterator[tuple[Located, Declaration]]:
        for name in names:
            one = self._definitions[name]
            for number, declaration in one.declared:
                yield Located(name, one.definitions[number]), declaration

    def _read(self, names: Sequence[str]) -> None:
        """Read the definitions of files; one that cannot be read, or parsed, has none."""
        new = []
        for name in names:
            if name in self._definitions:
                continue
            key = f"{self._tree.digests[name]} {name in self._lockstep:d}{name in self._copies:d}"
            self._keys[name] = key
            if key in self._known and self._tree.digests[name]:
                self._definitions[name] = self._known[key]
            else:
                new.append(name)
        for name, found in zip(new, self._spread(self._read_one, new), strict=True):
            self._definitions[name] = found
            self._progress.advance()

    def _read_one(self, name: str) -> Definitions:
        if not self._tree.digests[name]:
            return _NOTHING
        try:
            lines = self._tree.lines(name)
            text = "\n".join(lines)
            return read_definitions(text, lines, lockstep=name in self._lockstep, copies=name in self._copies)
        except _UNPARSABLE:
            return _NOTHING

    def _spread(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        return forked_map(work, items, self._config.jobs if len(items) >= _WORTH_A_POOL else 1)

    # -- verdicts -----------------------------------------------------------------------------------------------

    def _judged(self, found: Sequence[Following]) -> list[Verdict]:
        keys = [_key(one) for one in found]
        new: dict[str, list[tuple[str, Following]]] = {}
        for key, one in zip(keys, found, strict=True):
            if key in self._known_verdicts:
                self._verdicts[key] = self._known_verdicts[key]
            else:
                new.setdefault(one.member.path, []).append((key, one))
        work = list(new.values())
        self._progress.stage("comparing members of contracts", len(work))
        for verdicts in self._spread(self._judge, work):
            self._verdicts.update(verdicts)
            self._progress.advance()
        return [self._verdicts[key] for key in keys]

    def _judge(self, found: Sequence[tuple[str, Following]]) -> dict[str, Verdict]:
        return {key: self._verdict(one) for key, one in found}

    def _verdict(self, one: Following) -> Verdict:
        declaration, copies = one.declaration, not one.declaration.group
        source, member = self._text(one.source), self._text(one.member)
        own = {_own_name(one.source): _own_name(one.member)}
        renames = dict(declaration.renames)
        renaming = Renaming(own if declaration.parts else own | renames, renames if declaration.parts else {})
        theirs, ours = code_of(source, copies=False), code_of(member, copies=copies)
        found = differences(theirs, ours, renaming)
        if found and declaration.parts:
            try:
                text = as_their_tool("\n".join(source), declaration.renames)
                if not differences(code_of(text.split("\n"), copies=False), ours, Renaming(own, {})):
                    return Verdict(len(found), found[0], as_theirs=True)
            except _UNPARSABLE:
                pass
        return Verdict(len(found), found[0] if found else None)

    def _text(self, one: Located) -> list[str]:
        return self._lines(one.path)[one.definition.first - 1 : one.definition.end]

    # -- what is told -------------------------------------------------------------------------------------------

    def _drift(self, one: Following, count: int, first: Difference) -> Drift:
        text = "\n".join(self._lines(one.source.path))
        return Drift(
            one.contract,
            _place(one.member),
            _place(one.source),
            one.member.definition.first + first.line,
            first.column,
            one.source.definition.first + first.source_line,
            first,
            count,
            any(mark in text for mark in HEARD),
        )

    def _noqa(self, drifts: Iterable[Drift]) -> dict[str, tuple[Noqa, ...]]:
        lines: dict[str, set[int]] = {}
        for one in drifts:
            lines.setdefault(one.member.path, set()).add(one.line)
            lines.setdefault(one.source.path, set()).add(one.source_line)
        found = {name: noqa_at(self._lines(name), wanted) for name, wanted in lines.items()}
        return {name: comments for name, comments in found.items() if comments}


def _key(one: Following) -> str:
    """A name for all that a verdict depends on."""
    parts = (
        one.member.definition.digest,
        one.source.definition.digest,
        repr(one.declaration.renames),
        str(one.declaration.parts),
    )
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _own_name(one: Located) -> str:
    return one.definition.qualname.rpartition(".")[2]


def _place(one: Located) -> Place:
    return Place(one.path, one.definition.qualname, one.definition.line)


def _note(one: Following) -> Note:
    pairs = ", ".join(f"{old}->{new}" for old, new in one.declaration.renames)
    message = (
        f"`{one.member.definition.qualname}` is a copy of `{one.source.definition.qualname}` only if {pairs} are"
        " replaced one after the other, as regular expressions"
    )
    return Note(one.member.path, one.declaration.line, message)
