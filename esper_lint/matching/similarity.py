"""The one similarity function.

Two forms are compared by the longest common subsequence of their symbol streams, less the occurrences of names that
cannot be explained by one renaming.  A subsequence found with names blind is an upper bound of ``common``; that is what
makes the candidate filter lossless.  LCS is exact and bit-parallel (Hyyrö 2004, as implemented by rapidfuzz).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from rapidfuzz.distance import LCSseq

from esper_lint.discovery.forms import ATTRIBUTE, LOCAL, Form
from esper_lint.matching.assignment import best_pairing_weight


def needed_common(threshold: int, size_a: int, size_b: int) -> int:
    """The least ``common`` for which 2·common·100 >= threshold·(|A|+|B|) holds; integers, since a float ratio loses the
    pairs that lie exactly on the threshold."""
    return -(-threshold * (size_a + size_b) // 200)


class Alphabet:
    """Symbols and names -> characters, so that a stream is a ``str`` and its LCS runs without hashing any element.

    One alphabet serves one run.  Unicode has room for about 1.1 million different symbols; a tree with more gets a
    ``MemoryError``, as it would long before from its streams.
    """

    _SURROGATES = range(0xD800, 0xE000)

    def __init__(self) -> None:
        self._characters: dict[int | str, str] = {}
        self._next = 1

    def encode(self, symbols: Sequence[int | str]) -> str:
        characters = self._characters
        try:
            return "".join([characters[symbol] for symbol in symbols])
        except KeyError:
            return "".join([characters.get(symbol) or self._new(symbol) for symbol in symbols])

    def _new(self, symbol: int | str) -> str:
        if self._next in self._SURROGATES:
            self._next = self._SURROGATES.stop
        if self._next > sys.maxunicode:
            raise MemoryError("more than a million different symbols")
        self._characters[symbol] = character = chr(self._next)
        self._next += 1
        return character


class Comparable:
    """A form made ready for comparison: its blind stream, and the streams with names spelled out."""

    def __init__(self, form: Form, alphabet: Alphabet) -> None:
        self.form = form
        self.size = form.key.size
        self._alphabet = alphabet

    @cached_property
    def blind(self) -> str:
        return self._alphabet.encode(self.form.symbols)

    @cached_property
    def spelled(self) -> str:
        """The stream with every local and attribute by its name."""
        names = iter(self.form.names)
        return self._alphabet.encode([next(names) if symbol in _NAMED else symbol for symbol in self.form.symbols])

    @cached_property
    def attributes_spelled(self) -> str:
        """The stream with attributes by name and locals blind."""
        names = iter(self.form.names)
        stream: list[int | str] = []
        for symbol in self.form.symbols:
            name = next(names) if symbol in _NAMED else ""
            stream.append(name if symbol == ATTRIBUTE else symbol)
        return self._alphabet.encode(stream)

    @cached_property
    def rank(self) -> list[int]:
        """How many names stand before each position of the stream."""
        return [0, *accumulate(symbol in _NAMED for symbol in self.form.symbols)]


_NAMED = (LOCAL, ATTRIBUTE)


def common(a: Comparable, b: Comparable, needed: int = 0, *, rename_attributes: bool = True) -> int:
    """The common length of two streams; 0 if it is below ``needed``.

    The best of two alignments counts: the one that is longest with names blind, less what the best one-to-one pairing
    of names leaves unexplained, and the one that is longest with every name as spelled, with nothing left to explain.
    With ``rename_attributes=False`` attributes of ``self`` are held to their spelling: the stricter measure for bodies
    too small for a chain of blind calls to mean anything.  Symmetric: the pair is put in a canonical order first.
    """
    if a.form.key.exact > b.form.key.exact:
        a, b = b, a
    left, right = (a.blind, b.blind) if rename_attributes else (a.attributes_spelled, b.attributes_spelled)
    ceiling = int(LCSseq.similarity(left, right, score_cutoff=needed))
    if ceiling < needed or ceiling == 0:
        return 0
    spelled = int(LCSseq.similarity(a.spelled, b.spelled))
    if spelled == ceiling:
        return spelled  # copies that keep their names, the usual case, need no pairing
    best = max(spelled, ceiling - _disagreements(a, b, left, right))
    return best if best >= needed else 0


def similarity(common_length: int, size_a: int, size_b: int) -> float:
    """2·common/(|A|+|B|), for display; decisions are made on integers by ``needed_common``."""
    return 2 * common_length / (size_a + size_b) if size_a + size_b else 1.0


def _disagreements(a: Comparable, b: Comparable, left: str, right: str) -> int:
    """Occurrences matched by the LCS whose names the best one-to-one pairing of names does not pair."""
    matched: list[tuple[str, str]] = []
    names_a, names_b, rank_a, rank_b = a.form.names, b.form.names, a.rank, b.rank
    for block in LCSseq.opcodes(left, right).as_matching_blocks():
        # Matched symbols are of one kind, so within a block the k-th name of one side faces the k-th of the other.
        first_a, last_a = rank_a[block.a], rank_a[block.a + block.size]
        if first_a < last_a:
            first_b = rank_b[block.b]
            matched += zip(names_a[first_a:last_a], names_b[first_b : first_b + last_a - first_a], strict=True)
    return len(matched) - best_pairing_weight(Counter(matched))
