"""The files of a project while it is fixed: what they would hold, and where that stood on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress

from esper_lint.discovery.files import FileSet, SourceFile
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.extraction.sites import Source, source_of
from esper_lint.fixing.places import lines_before
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.texts import SourceText, Unwritable, text_of, with_text
from esper_lint.parallel import no_garbage_collection
from esper_lint.tree import TreeChanged


class Drafts:
    """``changed`` are contents, by name, that stand in the place of those on disk."""

    def __init__(self, files: FileSet, project: str, changed: Mapping[str, bytes]) -> None:
        self._files = files
        self._project = project
        self._by_name = {file.name: file for file in files.files}
        self.paths: Mapping[str, str] = {file.name: file.path for file in files.files}
        self._changed = dict(changed)
        self._before: dict[str, bytes] = {}
        self._texts: dict[str, SourceText] = {}
        self._sources: dict[str, Source] = {}
        self._lines: dict[tuple[str, bytes], list[int]] = {}  # by digest

    @property
    def changed(self) -> Mapping[str, bytes]:
        return self._changed

    @property
    def names(self) -> Set[str]:
        return self.paths.keys() | self._changed.keys()

    def text(self, name: str) -> SourceText:
        """Raises TreeChanged."""
        if name not in self._texts:
            self._texts[name] = text_of(self._changed.get(name) or self._on_disk(name) or b"")
        return self._texts[name]

    def source(self, name: str) -> Source:
        """Raises TreeChanged."""
        if name not in self._sources:
            with no_garbage_collection():
                self._sources[name] = source_of(name, self.text(name).text)
        return self._sources[name]

    def write(self, texts: Mapping[str, str]) -> tuple[Refusal, ...]:
        """Put new texts in the place of the old ones; the causes why that cannot be, and then nothing is changed."""
        new = {}
        for path, text in texts.items():
            try:
                new[path] = with_text(self.text(path), text)
            except Unwritable as error:
                return (Refusal("FX-ENCODING", path, 1, str(error)),)
        for path, changed in new.items():
            self._changed[path] = changed.data
            self._texts[path] = changed
            self._sources.pop(path, None)
        return ()

    def line_on_disk(self, path: str, line: int) -> int:
        """Where a line stands in the file on disk, or where it was put in there.  Raises TreeChanged."""
        if path not in self._changed:
            return line
        now = self.text(path)
        key = path, now.digest
        if key not in self._lines:
            before = text_of(self._on_disk(path) or b"").lines
            self._lines[key] = lines_before(before, now.lines)
        return self._lines[key][line - 1]

    def edits(self) -> tuple[FileEdit, ...]:
        """What to write to have these files.  Raises TreeChanged."""
        edits = [
            FileEdit(self.paths.get(name) or os.path.join(self._project, name), name, self._on_disk(name), data)
            for name, data in sorted(self._changed.items())
        ]
        return tuple(edit for edit in edits if edit.before != edit.after)

    def _on_disk(self, name: str) -> bytes | None:
        """As it was when it was first asked for: what is written is held against what it was made from.

        None for a file that only the fixes make.  Raises TreeChanged.
        """
        if name in self.paths and name not in self._before:
            self._before[name] = _content(self._files, self._by_name[name])
        return self._before.get(name)


def contents(files: FileSet) -> Iterator[bytes]:
    """Of all files that can be read."""
    for file in files.files:
        with suppress(TreeChanged):
            yield _content(files, file)


def _content(files: FileSet, file: SourceFile) -> bytes:
    """Raises TreeChanged if it cannot be read, or was written since it was found: it is not what was compared then."""
    if file.name in files.overlay:
        return files.overlay[file.name]
    try:
        with open(file.path, "rb") as stream:
            data = stream.read()
            status = os.fstat(stream.fileno())  # a write meanwhile is noticed too
    except OSError:
        raise TreeChanged(file.name) from None
    if file.stamp is not None and file.stamp[:2] != (status.st_size, status.st_mtime_ns):
        raise TreeChanged(file.name)
    return data
