"""Lines of a text that was changed -> the lines of the text before, which are the ones that people have before them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher


def lines_before(before: Sequence[str], now: Sequence[str]) -> list[int]:
    """For each line of ``now`` that of ``before`` (from 1) that it was, or in whose place or before which it came."""
    found = []
    for _, old, old_end, new, new_end in SequenceMatcher(None, before, now, autojunk=False).get_opcodes():
        last = max(old_end - 1, old)
        found += [min(old + step, last, max(len(before) - 1, 0)) + 1 for step in range(new_end - new)]
    return found
