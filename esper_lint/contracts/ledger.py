"""A tree -> its contracts.

Everything that is found out of a text is kept under that text's digest, so a run in which one file changed reads that
file, and compares the members of which either side has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, Protocol, TypeVar

from esper_lint.config import Config
from esper_lint.contracts import declaration
from esper_lint.contracts.agreement import Difference, code_of, differences
from esper_lint.contracts.book import HEARD, Contracts, Dead, Drift, Place
from esper_lint.contracts.copied_from import as_their_tool
from esper_lint.contracts.declaration import Declaration
from esper_lint.contracts.definitions import Definitions, read_definitions
from esper_lint.contracts.membership import Following, Located, memberships
from esper_lint.contracts.suites import Code
from esper_lint.contracts.targets import Targets, definition_of
from esper_lint.discovery.decoding import Undecodable
from esper_lint.discovery.noqa import Noqa, noqa_at
from esper_lint.findings import Note
from esper_lint.parallel import forked_map
from esper_lint.progress import Progress
from esper_lint.snapshot import Snapshot

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

# Files from which on a second process is worth its start.
_WORTH_A_POOL = 8
# Differences of one member that are told; with more it has parted for good.
_TOLD = 8
_UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, Undecodable)
_NOTHING = Definitions((), (), (), ())


class Texts(Protocol):
    """The files of a tree: a digest of each, empty for one that cannot be read, and its lines."""

    @property
    def digests(self) -> Mapping[str, str]: ...

    def lines(self, name: str) -> list[str]: ...


class Verdict(NamedTuple):
    """How many differences a member has, and the first of them; ``as_theirs`` if it has none as another tool reads it.

    ``is_comparable`` is False where a member could not be compared at all.
    """

    differences: int
    first: tuple[Difference, ...]
    as_theirs: bool = False
    is_comparable: bool = True


Workings = tuple[Mapping[str, Definitions], Mapping[str, Verdict]]


def contracts_of(
    tree: Texts, snapshot: Snapshot, config: Config, before: Workings | None, progress: Progress
) -> tuple[Contracts, Workings]:
    """The contracts of a tree, and what makes the next reading of it quick; ``before`` is that of an earlier one.

    Raises TreeChanged if a file is no longer what was read.
    """
    ledger = Ledger(tree, config, progress, *(before or ({}, {})))
    copies = snapshot.copies if config.copied_from else frozenset()
    book = ledger.book(snapshot.lockstep, copies, is_whole=not snapshot.errors)
    return book, ledger.workings


class Ledger:
    """One reading of a tree, with what earlier ones have found: definitions and verdicts by digests."""

    def __init__(
        self,
        tree: Texts,
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
        self._followings: Sequence[Following] = ()
        self._drifted: list[tuple[Drift, Following]] = []
        self._lines = lru_cache(maxsize=None)(tree.lines)

    @property
    def followings(self) -> Sequence[Following]:
        """Who follows whom in the ``book``."""
        return self._followings

    @property
    def drifted(self) -> Sequence[tuple[Drift, Following]]:
        """The drifts of the ``book``, each with who follows whom there."""
        return self._drifted

    @property
    def workings(self) -> Workings:
        """What the next reading can use."""
        return {self._keys[name]: one for name, one in self._definitions.items()}, self._verdicts

    def book(self, lockstep: Collection[str], copies: Collection[str], *, is_whole: bool) -> Contracts:
        """All contracts of the tree, which files of these two sets declare; it ``is_whole`` if all could be read.

        Raises TreeChanged if a file is no longer what was read.
        """
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
            place = namesakes.index(member.definition), 0 if declaration.group else len(namesakes)
            found = definition_of(qualname, declaration.target, self._definitions[name].definitions, *place)
            return Located(name, found)

        found = memberships(list(self._declared(declaring)), resolved, self._forward_of)
        verdicts = self._judged(found.followings)
        self._followings = found.followings
        notes = []
        for following, judged in zip(found.followings, verdicts, strict=True):
            if judged.as_theirs:
                notes.append(_note(following))
            elif not judged.is_comparable:
                found.dead.append(_uncomparable(following))
            else:
                for number, one in enumerate(judged.first, 1):
                    untold = judged.differences - number if number == len(judged.first) else 0
                    self._drifted.append((self._drift(following, one, untold), following))
        drifts = tuple(drift for drift, _ in self._drifted)
        dead = [
            Dead(name, one.line, one.column, one.message, is_certain=True)
            for name in declaring
            for one in self._definitions[name].problems
        ]
        if not is_whole:
            found.dead.clear()  # what they name may stand in a file that cannot be read now
        dead += [*found.dead, *self._lone_gaps(found.members)]
        return Contracts(
            found.members,
            {name: one.loose for name, one in self._definitions.items() if one.loose},
            found.names,
            drifts,
            tuple(dead),
            tuple(notes),
            self._noqa(drifts, dead),
        )

    def _lone_gaps(self, members: Mapping[str, Mapping[tuple[int, int], object]]) -> Iterator[Dead]:
        """Gaps in what is no member of any contract."""
        for name in sorted(self._lockstep):
            for start, end in self._definitions[name].loose:
                line = self._lines(name)[start - 1]
                if declaration.COMMENT.match(line) and not any(
                    first <= start and end <= last for first, last in members.get(name, ())
                ):
                    yield Dead(name, start, line.index("#") + 1, "this gap is in no member of a contract", False)

    def _forward_of(self, one: Located) -> Located | None:
        """The forward of a class, if it has exactly one."""
        inside = [
            inner
            for inner in self._definitions[one.path].definitions
            if inner.qualname == f"{one.definition.qualname}.forward"
            and one.definition.line < inner.line <= one.definition.end
        ]
        return Located(one.path, inside[0]) if one.definition.is_class and len(inside) == 1 else None

    def _declared(self, names: Iterable[str]) -> Iterator[tuple[Located, Declaration]]:
        for name in names:
            one = self._definitions[name]
            for number, said in one.declared:
                yield Located(name, one.definitions[number]), said

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
        return {key: verdict(one, self._text(one.source), self._text(one.member)) for key, one in found}

    def _text(self, one: Located) -> list[str]:
        return self._lines(one.path)[one.definition.first - 1 : one.definition.end]

    # -- what is told -------------------------------------------------------------------------------------------

    def _drift(self, one: Following, difference: Difference, untold: int) -> Drift:
        text = "\n".join(self._lines(one.source.path))
        return Drift(
            one.contract,
            _place(one.member),
            _place(one.source),
            one.member.definition.first + difference.line,
            difference.column,
            one.source.definition.first + difference.source_line,
            difference,
            untold,
            any(mark in text for mark in HEARD),
        )

    def _noqa(self, drifts: Iterable[Drift], dead: Iterable[Dead]) -> dict[str, tuple[Noqa, ...]]:
        """The comments on lines of findings, which the reading of files has not looked for."""
        lines: dict[str, set[int]] = {}
        for one in drifts:
            lines.setdefault(one.member.path, set()).add(one.line)
            lines.setdefault(one.source.path, set()).add(one.source_line)
        for lone in dead:
            lines.setdefault(lone.path, set()).add(lone.line)
        found = {name: noqa_at(self._lines(name), wanted) for name, wanted in lines.items()}
        return {name: comments for name, comments in found.items() if comments}


def verdict(one: Following, source: Sequence[str], member: Sequence[str]) -> Verdict:
    """Whether a member with the text ``member`` agrees with a source with the text ``source``."""
    try:
        theirs, ours = code_of(source, copies=False), code_of(member, copies=one.is_copy)
        found = (*_missing_gaps(ours, one.declaration), *differences(theirs, ours, one.renaming))
    except _UNPARSABLE:
        return Verdict(0, (), is_comparable=False)
    if found and one.is_copy:
        with suppress(*_UNPARSABLE):
            text = as_their_tool("\n".join(source), one.declaration.renames)
            if not differences(code_of(text.split("\n"), copies=False), ours, one.renaming.of_own_names):
                return Verdict(len(found), (), as_theirs=True)
    return Verdict(len(found), found[:_TOLD])


def _key(one: Following) -> str:
    """A name for all that a verdict depends on."""
    parts = (
        one.member.definition.digest,
        one.source.definition.digest,
        repr(one.declaration.renames),
        str(one.declaration.parts),
        repr(one.declaration.gaps),
    )
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _missing_gaps(ours: Code, said: Declaration) -> Iterator[Difference]:
    """The gaps that a member says it has, and has not."""
    there = {gap.name for gap in ours.gaps}
    for name in said.gaps:
        if name not in there:
            text = ours.lines[ours.node.lineno - 1]
            column = len(text) - len(text.lstrip()) + 1
            yield Difference(ours.node.lineno - 2, column, 0, "", f"gap `{name}`", (), (f"# esper: gap({name})",))


def _uncomparable(one: Following) -> Dead:
    message = f"`{one.member.definition.qualname}` is nested too deeply to be compared"
    return Dead(one.member.path, one.declaration.line, one.declaration.column, message, is_certain=True)


def _place(one: Located) -> Place:
    return Place(one.path, one.definition.qualname, one.definition.line)


def _note(one: Following) -> Note:
    pairs = ", ".join(f"{old}->{new}" for old, new in one.declaration.renames)
    message = (
        f"`{one.member.definition.qualname}` is a copy of `{one.source.definition.qualname}` only if {pairs} are"
        " replaced one after the other, as regular expressions"
    )
    return Note(one.member.path, one.declaration.line, message)
