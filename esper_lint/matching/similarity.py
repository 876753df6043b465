"""The one similarity function.

Two forms are compared by the longest common subsequence of their symbol streams, less the occurrences of names that
cannot be explained by one renaming.  A subsequence found with names blind is an upper bound of ``common``; that is what
makes the candidate filter lossless.  LCS is exact and bit-parallel (Hyyrö 2004, as implemented by rapidfuzz).
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate, compress
from operator import ne
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

from esper_lint.discovery.forms import ATTRIBUTE, LOCAL, Form
from esper_lint.matching.assignment import best_pairing_weight


def needed_common(threshold: int, size_a: int, size_b: int) -> int:
    """The least ``common`` for which 2·common·100 >= threshold·(|A|+|B|) holds; integers, since a float ratio loses the
    pairs that lie exactly on the threshold."""
    return -(-threshold * (size_a + size_b) // 200)


_LOCAL, _ATTRIBUTE = "\1", "\2"
_IS_NAMED = frozenset({_LOCAL, _ATTRIBUTE}).__contains__
_NAMED = re.compile(f"[{_LOCAL}{_ATTRIBUTE}]")


class Known(NamedTuple):
    """What came out for pairs of shapes: copies that were renamed as wholes have one shape, and against a third form
    all but what is spelled alike is the same for each of them."""

    ceilings: dict[tuple[int, int, int], int]  # by what was needed
    disagreements: dict[tuple[int, int], tuple[int, int]]  # up to how many were counted, and the count


class Alphabet(dict[int | str, str]):
    """Symbols and names -> characters, so that a stream is a ``str`` and its LCS runs without hashing any element.

    One alphabet serves one run.  Unicode has room for about 1.1 million different symbols; a tree with more gets a
    ``MemoryError``, as it would long before from its streams.
    """

    _SURROGATES = range(0xD800, 0xE000)

    def __init__(self) -> None:
        super().__init__({LOCAL: _LOCAL, ATTRIBUTE: _ATTRIBUTE})
        self._next = len(self) + 1
        self.shapes: dict[tuple[str, str], int] = {}
        self.known = Known({}, {})

    def encode(self, symbols: Iterable[int | str]) -> str:
        return "".join(map(self.__getitem__, symbols))

    def __missing__(self, symbol: int | str) -> str:
        if self._next in self._SURROGATES:
            self._next = self._SURROGATES.stop
        if self._next > sys.maxunicode:
            raise MemoryError("more than a million different symbols")
        self[symbol] = character = chr(self._next)
        self._next += 1
        return character


class Comparable:
    """A form made ready for comparison: its blind stream, and the streams with names spelled out.

    One that ``is_repeated``, by others of its shape, makes it worth keeping what comes out against it.
    """

    def __init__(self, form: Form, alphabet: Alphabet, *, is_repeated: bool = False) -> None:
        self.form = form
        self.exact = form.key.exact
        self.size = form.key.size
        self.is_repeated = is_repeated
        self.alphabet = alphabet

    @cached_property
    def shape(self) -> int:
        """A number for the stream and for which of its names are the same, but not how these are spelled."""
        return self.alphabet.shapes.setdefault((self.form.key.renamed, self.blind), len(self.alphabet.shapes))

    @cached_property
    def blind(self) -> str:
        return self.alphabet.encode(self.form.symbols)

    @cached_property
    def named(self) -> str:
        """The names alone, one character each."""
        return self.alphabet.encode(self.form.names)

    @cached_property
    def codes(self) -> list[int]:
        """The names alone, as numbers."""
        return [*map(ord, self.named)]

    @cached_property
    def spelled(self) -> str:
        """The stream with every local and attribute by its name."""
        return self._filled(_NAMED.split(self.blind), self.named)

    @cached_property
    def attributes_spelled(self) -> str:
        """The stream with attributes by name and locals blind."""
        attributes = [name for name in self.form.names if name[0] == "."]
        return self._filled(self.blind.split(_ATTRIBUTE), self.alphabet.encode(attributes))

    @staticmethod
    def _filled(between: Sequence[str], names: str) -> str:
        filled = [""] * (len(between) + len(names))
        filled[::2] = between
        filled[1::2] = names
        return "".join(filled)

    @cached_property
    def rank(self) -> list[int]:
        """How many names stand before each position of the stream."""
        return [*accumulate(map(_IS_NAMED, self.blind), initial=0)]


def common(a: Comparable, b: Comparable, needed: int = 0, *, rename_attributes: bool = True) -> int:
    """The common length of two streams; 0 if it is below ``needed``.

    The best of two alignments counts: the one that is longest with names blind, less what the best one-to-one pairing
    of names leaves unexplained, and the one that is longest with every name as spelled, with nothing left to explain.
    With ``rename_attributes=False`` attributes of ``self`` are held to their spelling: the stricter measure for bodies
    too small for a chain of blind calls to mean anything.  Symmetric: the pair is put in a canonical order first.
    """
    if a.exact > b.exact:
        a, b = b, a
    known = a.alphabet.known if rename_attributes and (a.is_repeated or b.is_repeated) else None
    left, right = (a.blind, b.blind) if rename_attributes else (a.attributes_spelled, b.attributes_spelled)
    ceiling = _ceiling(a, b, left, right, needed, known)
    if not ceiling:
        return 0
    spelled = int(LCSseq.similarity(a.spelled, b.spelled))
    if spelled == ceiling:
        return spelled  # copies that keep their names, the usual case, need no pairing
    least = max(spelled + 1, needed)
    found = ceiling - _known_disagreements(a, b, left, right, ceiling - least, known)
    best = found if found >= least else spelled
    return best if best >= needed else 0


def _ceiling(a: Comparable, b: Comparable, left: str, right: str, needed: int, known: Known | None) -> int:
    if known is None:
        return int(LCSseq.similarity(left, right, score_cutoff=needed))
    pair = a.shape, b.shape, needed
    if pair not in known.ceilings:
        known.ceilings[pair] = int(LCSseq.similarity(left, right, score_cutoff=needed))
    return known.ceilings[pair]


def _known_disagreements(a: Comparable, b: Comparable, left: str, right: str, most: int, known: Known | None) -> int:
    """As ``_disagreements``."""
    if known is None:
        return _disagreements(a, b, left, right, most)
    pair = a.shape, b.shape
    counted, found = known.disagreements.get(pair, (-1, 0))
    if counted < most and counted < found:  # not counted so far, and not to the end
        found = _disagreements(a, b, left, right, most)
        known.disagreements[pair] = most, found
    return found


def similarity(common_length: int, size_a: int, size_b: int) -> float:
    """2·common/(|A|+|B|), for display; decisions are made on integers by ``needed_common``."""
    return 2 * common_length / (size_a + size_b) if size_a + size_b else 1.0


def _disagreements(a: Comparable, b: Comparable, left: str, right: str, most: int) -> int:
    """Occurrences matched by the LCS whose names the best one-to-one pairing of names does not pair.

    If there are more than ``most`` of them, any number above it may be given.
    """
    named_a, named_b, codes_a, codes_b, rank_a, rank_b = a.named, b.named, a.codes, b.codes, a.rank, b.rank
    matched: list[str] = []
    apart: list[tuple[int, int]] = []
    for block in LCSseq.opcodes(left, right).as_matching_blocks():
        # Matched symbols are of one kind, so within a block the k-th name of one side faces the k-th of the other.
        first, last = rank_a[block.a], rank_a[block.a + block.size]
        if first < last:
            start = rank_b[block.b]
            end = start + last - first
            names = named_a[first:last]
            matched.append(names)
            if names != named_b[start:end]:
                ours, theirs = codes_a[first:last], codes_b[start:end]
                apart += compress(zip(ours, theirs, strict=True), map(ne, ours, theirs))
    if not apart:
        return 0
    # A name that is matched with none but itself takes no part in the contest.
    weights = Counter(apart)
    contested = Counter([ours for ours, _ in apart])
    all_matched = "".join(matched)
    alone = 0
    for name in contested.keys() | {theirs for _, theirs in weights}:
        agreeing = all_matched.count(chr(name)) - contested[name]
        if agreeing:
            weights[name, name] = agreeing
            alone += agreeing
    total = len(apart) + alone
    return total - best_pairing_weight(weights, total - most)
