"""Forwards -> pairs of them, typed by comparing tokens: what the tool's findings are held against.

Type 1: equal tokens.  Type 2: equal once locals are numbered.  Type 2b: equal once identifiers and literals are
blanked.  Type 3: none of these, but a longest common subsequence of at least 0.8 with locals numbered.  The measure
knows nothing of attributes that are renamed consistently and punishes an inserted assignment, which renumbers all that
follow: it errs on the side of calling alike forwards different.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from rapidfuzz.distance import LCSseq

from tests.benchmarks.forwards import Forward

TYPES = ("1", "2", "2b", "3")
MIN_TOKENS = 40
MIN_STATEMENTS = 3

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Typed:
    """The forwards that are large enough to be typed, and the type of each pair that has one, by their numbers."""

    forwards: Sequence[Forward]
    types: dict[Pair, str]


class Ratio:
    """2·LCS/(|A|+|B|) of two forwards with locals numbered; each distinct pair of bodies is compared once."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._streams: dict[tuple[str, ...], str] = {}
        self._known: dict[tuple[str, str], float] = {}

    def stream(self, forward: Forward) -> str:
        """The tokens as one character each, which is what compares fastest."""
        known = self._streams.get(forward.renamed)
        if known is None:
            words = self._words
            # Above the surrogates, which rapidfuzz cannot hold.
            known = "".join(words.setdefault(word, chr(0x10000 + len(words))) for word in forward.renamed)
            self._streams[forward.renamed] = known
        return known

    def __call__(self, a: Forward, b: Forward) -> float:
        left, right = sorted((self.stream(a), self.stream(b)))
        if left == right:
            return 1.0
        if (left, right) not in self._known:
            self._known[left, right] = 2 * int(LCSseq.similarity(left, right)) / (len(left) + len(right))
        return self._known[left, right]


def typed(forwards: Iterable[Forward]) -> Typed:
    large = [one for one in forwards if len(one.raw) >= MIN_TOKENS and one.statements >= MIN_STATEMENTS]
    types: dict[Pair, str] = {}
    for name, forms in (
        ("1", [one.raw for one in large]),
        ("2", [one.renamed for one in large]),
        ("2b", [one.blind for one in large]),
    ):
        by_form: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for number, form in enumerate(forms):
            by_form[form].append(number)
        for numbers in by_form.values():
            for pair in combinations(numbers, 2):
                types.setdefault(pair, name)
    for pair in _alike(large):
        types.setdefault(pair, "3")
    return Typed(large, types)


def _alike(forwards: Sequence[Forward]) -> Iterable[Pair]:
    """Pairs over 0.8 with different bodies; compared in integers, since many lie exactly on the threshold."""
    ratio = Ratio()
    members: defaultdict[str, list[int]] = defaultdict(list)
    for number, forward in enumerate(forwards):
        members[ratio.stream(forward)].append(number)
    streams = sorted(members, key=len)
    for place, shorter in enumerate(streams):
        for longer in streams[place + 1 :]:
            total = len(shorter) + len(longer)
            if 10 * len(shorter) < 4 * total:
                break
            needed = -(-4 * total // 10)
            if LCSseq.similarity(shorter, longer, score_cutoff=needed) >= needed:
                for a, b in product(members[shorter], members[longer]):
                    yield (a, b) if a < b else (b, a)
