"""Names -> the words that they are made of, and those that several have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(name: str) -> list[str]:
    """The words of a camel-case or underscored name, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def joined(words: Sequence[str]) -> str:
    """Words as one lower-case name, with numbers where they stood."""
    return re.sub(r"_(\d)", r"\1", re.sub(r"(\d)_(?=[a-z]\b|[a-z]_)", r"\1", "_".join(words)))


def common_words(names: Sequence[str]) -> list[str]:
    """The longest run of words that all names have; empty if they have none in common."""
    words = [words_of(name) for name in names]
    first = words[0]
    runs = (first[start:end] for end in range(len(first), 0, -1) for start in range(end))
    common = [run for run in runs if all(run in _runs(other, len(run)) for other in words)]
    return max(common, key=lambda run: len("".join(run))) if common else []


def words_in_common(names: Sequence[str]) -> list[str]:
    """The words that all names have in the same order, whatever stands between them; empty if there are none."""
    return reduce(common_subsequence, [words_of(name) for name in names])


def common_subsequence(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """A longest one; rows of the usual table hold the subsequences themselves."""
    row: list[list[str]] = [[] for _ in range(len(other) + 1)]
    for word in one:
        above, row = row, [[]]
        for place, its in enumerate(other):
            row.append([*above[place], word] if word == its else max(above[place + 1], row[place], key=len))
    return row[-1]


def _runs(words: Sequence[str], length: int) -> list[Sequence[str]]:
    return [words[at : at + length] for at in range(len(words) - length + 1)]
