"""The text that flake8 hands over -> the bytes to compare, and whether they are those on disk.

flake8 makes every line end ``\\n``, takes a byte order mark away, and reads a file that it cannot decode as latin-1.
"""

from __future__ import annotations

import io
import os
import tokenize
from contextlib import suppress
from dataclasses import dataclass

from esper_lint.discovery.decoding import LINE_END, Undecodable, decode
from esper_lint.discovery.gitignore import SUFFIX

_MARKS = ("\ufeff", "\xef\xbb\xbf")  # as UTF-8 and as latin-1


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes behind a text; unless they are on disk, they stand in for the file there."""

    data: bytes
    is_on_disk: bool


def source(path: str, text: str) -> Source:
    """The file at ``path`` if ``text`` is what it holds and a run would read it from there, else bytes of that text."""
    try:
        # A pipe was read empty by flake8; to read it again would be to wait for ever.
        if path.endswith(SUFFIX) and os.path.isfile(path):
            with open(path, "rb") as stream:
                data = stream.read()
            if text == _as_flake8_reads(data):
                return Source(data, is_on_disk=True)
    except OSError:
        pass
    return Source(encoded(text), is_on_disk=False)


def encoded(text: str) -> bytes:
    """Bytes that ``decode`` turns back into ``text``.

    Text that declares an encoding which does not exist, or which it cannot be in, becomes bytes that ``decode`` refuses
    for that reason, as it refuses such a file.
    """
    data = text.encode("utf-8", "surrogatepass")
    if not _is_decoded(data, text):
        with suppress(SyntaxError, LookupError, UnicodeError):
            declared, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            other = text.encode(declared)
            if _is_decoded(other, text):
                return other
    return data


def _as_flake8_reads(data: bytes) -> str:
    try:
        text = decode(data)
    except Undecodable:
        text = data.decode("latin-1")
    for mark in _MARKS:
        text = text.removeprefix(mark)
    return LINE_END.sub("\n", text)


def _is_decoded(data: bytes, text: str) -> bool:
    with suppress(Undecodable):
        return decode(data) == text
    return False
