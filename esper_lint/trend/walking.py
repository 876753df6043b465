"""The index as a walk over commits sees it: what is learnt of contents is kept, the state of the tree lives in memory.

So each commit is compared with the one before, as a run on files is with the run before, by the same functions; and
what the index knows of the tree of today stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from esper_lint.config import Config
from esper_lint.contracts.book import Contracts
from esper_lint.discovery.files import SourceFile
from esper_lint.index import Index
from esper_lint.snapshot import Snapshot, Workings

if TYPE_CHECKING:
    from esper_lint.evidence import Told


class WalkIndex(Index):
    """The walk starts from what is known of the tree ``start``.

    ``identity`` gives git's name for what a file holds: by it a file is known, since the stamps of a folder that is
    written anew tell nothing.
    """

    def __init__(
        self, config: Config, start: str, identity: Callable[[str], str | None], *, enabled: bool = True
    ) -> None:
        super().__init__(config, enabled=enabled)
        self._start = start
        self._identity = identity
        self._digest_of: dict[str, str] = {}
        self._state: tuple[Snapshot, Workings] | None = None
        self._groups: dict[str, Told] = {}
        self._contracts: tuple[str, Contracts] | None = None
        self._contract_workings: object = None

    def digests(self, files: Iterable[SourceFile]) -> dict[str, str]:
        names = ((file.path, self._identity(file.path)) for file in files)
        return {path: self._digest_of[name] for path, name in names if name in self._digest_of}

    def add_files(
        self, stamps: Iterable[tuple[SourceFile, str]], facts: Mapping[str, bytes], forms: Mapping[str, bytes]
    ) -> None:
        for file, digest in stamps:
            name = self._identity(file.path)
            if name is not None:
                self._digest_of[name] = digest
        super().add_files((), facts, forms)

    def holds_tree(self, tree: str) -> bool:
        return True

    def snapshot(self, tree: str) -> Snapshot | None:
        return self._state[0] if self._state else super().snapshot(self._start)

    def workings(self, tree: str, snapshot: Snapshot) -> Workings | None:
        return self._state[1] if self._state else super().workings(self._start, snapshot)

    def add_tree(self, tree: str, snapshot: Snapshot, workings: Workings) -> None:
        self._state = snapshot, workings
        live = snapshot.group_keys
        self._groups = {key: told for key, told in self._groups.items() if key in live}

    def groups(self, tree: str, keys: Collection[str]) -> dict[str, Told]:
        missing = [key for key in keys if key not in self._groups]
        self._groups |= super().groups(self._start, missing)
        return {key: self._groups[key] for key in keys if key in self._groups}

    def add_groups(self, tree: str, groups: Mapping[str, Told]) -> None:
        self._groups |= groups

    def contracts(self, tree: str, snapshot: Snapshot, *, copies: bool) -> Contracts | None:
        known = self._contracts
        return known[1] if known and known[0] == snapshot.state else None

    def contract_workings(self, tree: str) -> Any:
        return self._contract_workings

    def add_contracts(self, tree: str, snapshot: Snapshot, book: Contracts, workings: object, *, copies: bool) -> None:
        self._contracts, self._contract_workings = (snapshot.state, book), workings
