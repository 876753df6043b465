"""Which statement of one list answers to which of another: an order-preserving matching of greatest likeness."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from esper_lint.matching.reading_terms import Term, TermTable

# Two statements are one, changed, from this percentage of common parts on (twice the common over the sum); below,
# two different statements are the shorter account.  Less will do where both open alike: bind the same name, test the
# same condition, define the same method.
_ALIKE, _ALIKE_IF_OPENING_ALIKE = 55, 25

# An equal statement is worth a quarter more than its parts, so that no heap of lesser likenesses outweighs it.
_EQUAL, _SIMILAR = 5, 4

# Above so many cells (a generated body of 1,000 statements) only equal statements are matched.
_MOST_CELLS = 1_000_000


def matched(left: Sequence[Term], right: Sequence[Term], table: TermTable) -> list[tuple[int, int]]:
    """Pairs of indexes, increasing in both, of greatest summed likeness (Needleman & Wunsch 1970)."""
    shortest = min(len(left), len(right))
    head = 0
    while head < shortest and left[head].key == right[head].key:
        head += 1
    tail = 0
    while tail < shortest - head and left[-1 - tail].key == right[-1 - tail].key:
        tail += 1
    # Equal ends may be matched at once: no pair is worth more than an equal one, so an exchange loses nothing.
    middle = _matched_middle(left[head : len(left) - tail], right[head : len(right) - tail], table)
    return [
        *((at, at) for at in range(head)),
        *((head + i, head + j) for i, j in middle),
        *((len(left) - at, len(right) - at) for at in range(tail, 0, -1)),
    ]


def _matched_middle(left: Sequence[Term], right: Sequence[Term], table: TermTable) -> list[tuple[int, int]]:
    if not left or not right:
        return []
    if len(left) * len(right) > _MOST_CELLS:
        keys = SequenceMatcher(None, [term.key for term in left], [term.key for term in right], autojunk=False)
        return [(a + at, b + at) for a, b, size in keys.get_matching_blocks() for at in range(size)]
    worth = _worths(left, right, table)
    # best[i][j]: the greatest sum between left[i:] and right[j:].
    best = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        below, row, gains = best[i + 1], best[i], worth[i]
        for j in range(len(right) - 1, -1, -1):
            skipped = below[j] if below[j] >= row[j + 1] else row[j + 1]
            gain = gains[j] + below[j + 1] if gains[j] else 0
            row[j] = gain if gain > skipped else skipped
    pairs = []
    i = j = 0
    while i < len(left) and j < len(right):
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _worths(left: Sequence[Term], right: Sequence[Term], table: TermTable) -> list[list[int]]:
    """What each pair is worth: how much of one is in the other, in parts; 0 for different statements."""
    columns: dict[int, list[tuple[int, Term, int]]] = {}
    for j, b in enumerate(right):
        columns.setdefault(b.label, []).append((j, b, _opening(b)))
    found = []
    for a in left:
        row = [0] * len(right)
        found.append(row)
        alike = columns.get(a.label)
        if alike is None:
            continue
        key, weight, opening = a.key, a.weight, _opening(a)
        for j, b, other_opening in alike:
            if key == b.key:
                row[j] = _EQUAL * weight
                continue
            both = weight + b.weight
            enough = (_ALIKE_IF_OPENING_ALIKE if opening == other_opening else _ALIKE) * both
            # What the smaller holds is all that they can have in common.
            if 200 * (weight if weight < b.weight else b.weight) >= enough:
                common = len(table.bag(a) & table.bag(b))
                if 200 * common >= enough:
                    row[j] = _SIMILAR * common
    return found


def _opening(statement: Term) -> int:
    """The key of what a statement opens with; for a return, an ``else`` or a ``try``, that it is one."""
    children = statement.children
    if len(children) > 1:
        for child in children:
            if not child.is_block:
                return child.key
    return statement.label
