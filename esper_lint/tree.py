"""The files of one run -> their contents' digests, facts, forms and lines, from the index where they are known.

The room that reads files is entered, and imported, only if there is one to read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from esper_lint.discovery.files import FileSet
from esper_lint.index import Index
from esper_lint.index_values import pack, pack_form, unpack, unpack_form

if TYPE_CHECKING:
    from esper_lint.discovery.forms import Form
    from esper_lint.discovery.reading import FileFacts, Reading


class TreeChanged(Exception):
    """A file changed between being compared and being explained; the message is its name."""

    def __str__(self) -> str:
        return f"{self.args[0]} keeps changing while it is read"


class _Packed(NamedTuple):
    """A file that was read, in bytes, as the index keeps it: made by whichever process has read the file."""

    path: str
    digest: str
    facts: bytes
    forms: Mapping[str, bytes]


def _packed(reading: Reading) -> _Packed:
    forms = {form.key.exact: pack_form(form) for form in reading.forms}
    return _Packed(reading.path, reading.digest, pack(reading.facts), forms)


class Tree:
    """The files to compare, by name.  What this run reads itself is kept here and added to the index, but for what
    is not on disk.

    ``digests`` names the content of every file; a file that cannot be opened has ``""``.
    """

    def __init__(self, found: FileSet, index: Index, jobs: int, advance: Callable[[int], None]) -> None:
        self._files = {file.name: file for file in found.files}
        self._overlay = {self._files[name].path: data for name, data in found.overlay.items()}
        self._index = index
        self._jobs = jobs
        self._advance = advance
        self._facts: dict[str, FileFacts] = {}
        self._packed_forms: dict[str, bytes] = {}
        self._forms: dict[str, Form] = {}
        known = index.digests(found.files)
        self._digests = {file.name: known[file.path] for file in found.files if file.path in known}

    @property
    def unread(self) -> list[str]:
        """The names of the files that have changed since the index last saw them."""
        return [name for name in self._files if name not in self._digests]

    @property
    def digests(self) -> Mapping[str, str]:
        """Of every file once it was read, in the order of names."""
        return self._digests

    def read(self) -> None:
        """Read what is unread."""
        if not self.unread:
            return
        for name, digest in self._read(self.unread).items():
            self._digests[name] = digest
        self._digests = {name: self._digests[name] for name in self._files}

    def facts(self, names: Collection[str]) -> dict[str, FileFacts]:
        """The facts of files by name; those that the index has lost are read again."""
        missing = [name for name in names if name not in self._facts]
        known = self._index.facts({self._digests[name] for name in missing}) if missing else {}
        self._facts |= {name: known[self._digests[name]] for name in missing if self._digests[name] in known}
        self._read([name for name in missing if name not in self._facts])
        return {name: self._facts[name] for name in names}

    def forms(self, keys: Iterable[str]) -> dict[str, Form]:
        """Forms by exact key.  Raises IndexIncomplete for one that is held nowhere."""
        wanted = set(keys)
        for key in wanted & self._packed_forms.keys():
            form = unpack_form(key, self._packed_forms.pop(key))
            assert form is not None  # this run has packed it
            self._forms[key] = form
        found = {key: self._forms[key] for key in wanted if key in self._forms}
        return found | self._index.forms(wanted - found.keys())

    def lines(self, name: str) -> list[str]:
        """The physical lines of a file.  Raises TreeChanged if it is no longer the file that was compared."""
        from esper_lint.discovery.blocks import physical_lines
        from esper_lint.discovery.decoding import decode
        from esper_lint.discovery.reading import digest_of

        try:
            data = self._content(self._files[name].path)
        except OSError:
            raise TreeChanged(name) from None
        if digest_of(data) != self._digests[name]:
            raise TreeChanged(name)
        return physical_lines(decode(data))

    def _content(self, path: str) -> bytes:
        if path in self._overlay:
            return self._overlay[path]
        with open(path, "rb") as stream:
            return stream.read()

    def _read(self, names: Sequence[str]) -> dict[str, str]:
        """Read files, and give their digests; what was read is remembered even if the run ends in the middle of it."""
        if not names:
            return {}
        from esper_lint.discovery.reading import read_files

        by_path = {self._files[name].path: name for name in names}
        digests: dict[str, str] = {}
        facts: dict[str, bytes] = {}
        forms: dict[str, bytes] = {}
        try:
            for path, digest, known in self._known_contents(by_path):
                digests[by_path[path]], self._facts[by_path[path]] = digest, known
                self._advance(1)
            new = [path for path, name in by_path.items() if name not in digests]
            for read in read_files(new, self._jobs, self._overlay, _packed):
                digests[by_path[read.path]], self._facts[by_path[read.path]] = read.digest, unpack(read.facts)
                self._packed_forms |= read.forms
                if read.digest and read.path not in self._overlay:
                    facts[read.digest] = read.facts
                    forms |= read.forms
                self._advance(1)
        finally:
            files = [(self._files[name], digest) for name, digest in digests.items()]
            sound = [(file, digest) for file, digest in files if digest and file.path not in self._overlay]
            if sound:
                self._index.add_files(sound, facts, forms)
        return digests

    def _known_contents(self, paths: Iterable[str]) -> Iterator[tuple[str, str, FileFacts]]:
        """Path, digest and facts of files whose content the index knows from elsewhere: touched, another checkout."""
        if not self._index.holds_facts:
            return
        from esper_lint.discovery.reading import digest_of

        digests = {}
        for path in paths:
            with suppress(OSError):
                digests[path] = digest_of(self._content(path))
        known = self._index.facts(set(digests.values()))
        for path, digest in digests.items():
            if digest in known:
                yield path, digest, known[digest]
