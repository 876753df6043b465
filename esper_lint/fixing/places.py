"""Lines of a text that was changed -> the lines of the text before, which are the ones that people have before them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def lines_before(before: Sequence[str], now: Sequence[str]) -> list[int]:
    """For each line of ``now`` that of ``before`` (from 1) that it was, or in whose place or before which it came."""
    shortest = min(len(before), len(now))
    head = next((at for at in range(shortest) if before[at] != now[at]), shortest)
    # Most lines of a large file are outside of what changed, and to match them takes long.
    shortest -= head
    tail = next((at for at in range(shortest) if before[-1 - at] != now[-1 - at]), shortest)
    middle = before[head : len(before) - tail], now[head : len(now) - tail]
    found = list(range(1, head + 1))
    for _, old, old_end, new, new_end in SequenceMatcher(None, *middle, autojunk=False).get_opcodes():
        last = max(old_end - 1, old)
        found += [min(head + min(old + step, last), max(len(before) - 1, 0)) + 1 for step in range(new_end - new)]
    return found + list(range(len(before) - tail + 1, len(before) + 1))
