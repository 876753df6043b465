"""The files of a tree as they would be with some of them changed, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

from esper_lint.discovery.decoding import Undecodable
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.generated import is_generated
from esper_lint.discovery.reading import declares, digest_of
from esper_lint.fixing.texts import SourceText, text_of
from esper_lint.tree import TreeChanged


class WorkingCopy:
    """Reads all files once; keeps those that declare contracts, and what was changed."""

    def __init__(self, files: FileSet) -> None:
        self._paths = {file.name: file.path for file in files.files}
        self._overlay = files.overlay
        self._data: dict[str, bytes] = {}
        self._changed: dict[str, SourceText] = {}
        self._digests: dict[str, str] = {}
        self.generated: set[str] = set()
        self.lockstep: set[str] = set()
        self.copies: set[str] = set()
        for name in self._paths:
            try:
                data = self._read(name)
            except OSError:
                self._digests[name] = ""
                continue
            self._digests[name] = digest_of(data)
            lockstep, copies = declares(data)
            self.lockstep |= {name} if lockstep else set()
            self.copies |= {name} if copies else set()
            if lockstep or copies:
                self._data[name] = data
                self.generated |= {name} if is_generated(data) else set()

    @property
    def digests(self) -> Mapping[str, str]:
        return self._digests

    def path(self, name: str) -> str:
        return self._paths[name]

    def lines(self, name: str) -> list[str]:
        """Raises TreeChanged, or Undecodable."""
        return list(self.text(name).lines)

    def text(self, name: str) -> SourceText:
        """The file as it would be.  Raises TreeChanged if it cannot be read again as it was, or Undecodable."""
        return self._changed.get(name) or text_of(self._before(name))

    def holds(self, name: str, word: str) -> bool:
        """Whether a file that can be read holds a word."""
        try:
            return word in self.text(name).text if self._digests[name] else False
        except Undecodable:
            return False

    def change(self, name: str, text: SourceText) -> None:
        self._data[name] = self._before(name)
        self._changed[name] = text
        self._digests[name] = digest_of(text.data)

    def changes(self) -> list[tuple[str, bytes, bytes]]:
        """Name, old and new bytes of every file that would be another."""
        pairs = ((name, self._before(name), text.data) for name, text in sorted(self._changed.items()))
        return [(name, before, after) for name, before, after in pairs if before != after]

    def _before(self, name: str) -> bytes:
        if name in self._data:
            return self._data[name]
        try:
            data = self._read(name)
        except OSError:
            raise TreeChanged(name) from None
        if digest_of(data) != self._digests[name]:
            raise TreeChanged(name)
        return data

    def _read(self, name: str) -> bytes:
        if name in self._overlay:
            return self._overlay[name]
        with open(self._paths[name], "rb") as stream:
            return stream.read()
