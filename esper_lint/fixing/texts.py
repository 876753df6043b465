"""Bytes of a file <-> its lines, each with its own end, so that what is not edited comes back byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from hashlib import blake2b

from esper_lint.discovery.blocks import physical_lines
from esper_lint.discovery.decoding import LINE_END, decode, encoding_of


class Unwritable(Exception):
    """Text that cannot be made the bytes of its file; the message is one line."""


@dataclass(frozen=True)
class SourceText:
    """A file: the end of a line stands at the line's place in ``ends``, and the last line has none."""

    data: bytes
    lines: tuple[str, ...]
    ends: tuple[str, ...]

    @cached_property
    def digest(self) -> bytes:
        """What stands for it where a plan remembers hundreds of versions of a file."""
        return blake2b(self.data, digest_size=16).digest()

    @property
    def text(self) -> str:
        return "".join(line + end for line, end in zip(self.lines, self.ends, strict=True))


def text_of(data: bytes) -> SourceText:
    """Raises Undecodable."""
    text = decode(data)
    return SourceText(data, tuple(physical_lines(text)), (*LINE_END.findall(text), ""))


def with_lines(source: SourceText, first: int, last: int, lines: Sequence[str]) -> SourceText:
    """The file with other lines in the place of ``first`` to ``last`` (from 1).

    A line that stays keeps its end; a new one has that which most lines have.  Raises Unwritable.
    """
    before, after = source.lines[: first - 1], source.lines[last:]
    usual = Counter(end for end in source.ends if end).most_common(1)
    new_end = usual[0][0] if usual else "\n"
    old, old_ends = source.lines[first - 1 : last], source.ends[first - 1 : last]
    ends = [new_end] * len(lines)
    for block in SequenceMatcher(None, old, lines, autojunk=False).get_matching_blocks():
        ends[block.b : block.b + block.size] = old_ends[block.a : block.a + block.size]
    ends = [*source.ends[: first - 1], *(end or new_end for end in ends), *source.ends[last:]]
    ends[-1] = ""
    changed = SourceText(b"", (*before, *lines, *after), tuple(ends))
    return SourceText(_encoded(source, changed.text), changed.lines, changed.ends)


def with_text(source: SourceText, text: str) -> SourceText:
    """The file with another text, whose line ends are taken as they are.  Raises Unwritable."""
    return text_of(_encoded(source, text))


def _encoded(source: SourceText, text: str) -> bytes:
    encoding = encoding_of(source.data)
    if source.text.encode(encoding) != source.data:
        raise Unwritable(f"the bytes of the file are not what its text is in {encoding}")
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise Unwritable(f"{text[error.start]!r} cannot be written in {encoding}, the encoding of this file") from None
    if decode(data) != text:
        raise Unwritable(f"the text would not be read again as it is written in {encoding}")
    return data
