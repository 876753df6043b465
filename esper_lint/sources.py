"""The text behind a report: a path of the report in, the physical lines of that file out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from esper_lint.analysis import Buffer
from esper_lint.discovery.blocks import physical_lines
from esper_lint.discovery.decoding import Undecodable, decode


class FileLines:
    """Reads files of one project; standard input stands in for the file that it was given the name of."""

    def __init__(self, project: str, buffer: Buffer | None = None) -> None:
        self._project = Path(project)
        self._buffer = buffer
        # Groups come one after the other, so the same few files are wanted again and again.
        self._lines = lru_cache(maxsize=64)(self._read)

    def __call__(self, path: str) -> Sequence[str]:
        """The lines of ``path`` without their ends; none if it can no longer be read."""
        return self._lines(path)

    def _read(self, path: str) -> tuple[str, ...]:
        try:
            text = decode(self._data(path))
        except (OSError, Undecodable):
            return ()
        return tuple(physical_lines(text))

    def _data(self, path: str) -> bytes:
        file = self._project / path
        if self._buffer is not None and file.resolve() == Path(self._buffer.name).resolve():
            return self._buffer.data
        if not file.is_file():  # a pipe would be waited for
            raise FileNotFoundError(path)
        return file.read_bytes()
