"""Where the lines of one version of a text stand in another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel


class Stretch(NamedTuple):
    """Lines that are the same in both versions: from ``before`` up to ``before_end``, and from ``now``, all from 0."""

    before: int
    before_end: int
    now: int

    @property
    def now_end(self) -> int:
        return self.now + self.before_end - self.before


def same_lines(before: Sequence[str], now: Sequence[str]) -> list[Stretch]:
    """As many lines as can be without another order, in stretches that are as long as they can be; the last one, which
    may be empty, is where both end.

    The longest common subsequence, as rapidfuzz finds it (Hyyrö 2004).
    """
    shortest = min(len(before), len(now))
    head = next((at for at in range(shortest) if before[at] != now[at]), shortest)
    # Most lines of a large file are outside of what changed.
    tail = next((at for at in range(shortest - head) if before[-1 - at] != now[-1 - at]), shortest - head)
    found = [Stretch(0, head, 0)]
    for one in Indel.opcodes(before[head : len(before) - tail], now[head : len(now) - tail]):
        if one.tag == "equal":
            found.append(Stretch(head + one.src_start, head + one.src_end, head + one.dest_start))
    found.append(Stretch(len(before) - tail, len(before), len(now) - tail))
    return list(_joined(found))


def _joined(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Without those that are empty, but for the last one."""
    last = stretches[0]
    for one in stretches[1:]:
        if (one.before, one.now) == (last.before_end, last.now_end):
            last = Stretch(last.before, one.before_end, last.now)
            continue
        if last.before < last.before_end:
            yield last
        last = one
    yield last


def lines_before(before: Sequence[str], now: Sequence[str]) -> list[int]:
    """For each line of ``now`` that of ``before`` (from 1) that it was, or in whose place or before which it came.

    These are the lines that people have before them when they are told of a text that was changed since.
    """
    found: list[int] = []
    at = 0
    for start, end, new in same_lines(before, now):
        last = max(start - 1, at)
        found += [min(at + step, last, max(len(before) - 1, 0)) + 1 for step in range(new - len(found))]
        found += range(start + 1, end + 1)
        at = end
    return found
