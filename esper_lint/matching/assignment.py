"""Maximum-weight one-to-one pairing of names (the assignment problem).

Most names of a copy have one partner only, so the bipartite graph falls into small components; each is solved exactly
by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987 for the form used here).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import TypeVar

_Name = TypeVar("_Name", bound=Hashable)


def best_pairing_weight(weights: Mapping[tuple[_Name, _Name], int], least: int = 0) -> int:
    """The greatest total weight of a one-to-one pairing of left and right names; ``weights`` are positive.

    If it is below ``least``, any number from it up to that may be given, ``least`` excluded.
    """
    of_left: dict[_Name, int] = {}
    of_right: dict[_Name, int] = {}
    for (left, right), weight in weights.items():
        if weight > of_left.get(left, 0):
            of_left[left] = weight
        if weight > of_right.get(right, 0):
            of_right[right] = weight
    bound = min(sum(of_left.values()), sum(of_right.values()))
    if bound < least or len(of_left) == len(weights) == len(of_right):
        return bound
    total, contested = _take_dominant(weights)
    return total + sum(_solve(component) for component in _components(contested))


def _take_dominant(weights: Mapping[tuple[_Name, _Name], int]) -> tuple[int, dict[tuple[_Name, _Name], int]]:
    """The weight of edges that some optimum surely holds, and the edges that remain.

    An edge that weighs at least as much as all others at its two ends together can replace whatever an optimum without
    it has there (at most one edge at either end) and lose nothing.
    """
    total = 0
    remaining = dict(weights)
    while remaining:
        left_sum: dict[_Name, int] = defaultdict(int)
        right_sum: dict[_Name, int] = defaultdict(int)
        for (left, right), weight in remaining.items():
            left_sum[left] += weight
            right_sum[right] += weight
        taken_left, taken_right = set(), set()
        for (left, right), weight in remaining.items():
            if 3 * weight >= left_sum[left] + right_sum[right] and left not in taken_left and right not in taken_right:
                total += weight
                taken_left.add(left)
                taken_right.add(right)
        if not taken_left:
            break
        remaining = {
            pair: weight
            for pair, weight in remaining.items()
            if pair[0] not in taken_left and pair[1] not in taken_right
        }
    return total, remaining


def _components(weights: Mapping[tuple[_Name, _Name], int]) -> list[dict[tuple[_Name, _Name], int]]:
    """The connected components of the bipartite graph, each by its edges."""
    parent: dict[tuple[int, _Name], tuple[int, _Name]] = {}

    def root(node: tuple[int, _Name]) -> tuple[int, _Name]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right in weights:
        parent[root((0, left))] = root((1, right))
    components: dict[tuple[int, _Name], dict[tuple[_Name, _Name], int]] = {}
    for pair, weight in weights.items():
        components.setdefault(root((0, pair[0])), {})[pair] = weight
    return list(components.values())


def _solve(weights: Mapping[tuple[_Name, _Name], int]) -> int:
    rows = {left: index for index, left in enumerate(dict.fromkeys(left for left, _ in weights), 1)}
    columns = {right: index for index, right in enumerate(dict.fromkeys(right for _, right in weights), 1)}
    if len(rows) > len(columns):
        return _solve({(right, left): weight for (left, right), weight in weights.items()})
    if len(rows) == 1:
        return max(weights.values())
    cost = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for (left, right), weight in weights.items():
        cost[rows[left]][columns[right]] = -weight
    return -_cheapest(cost)


def _cheapest(cost: list[list[int]]) -> int:
    """Least cost of giving every row a column of its own; rows and columns count from 1, rows <= columns."""
    rows, columns = len(cost) - 1, len(cost[0]) - 1
    row_price, column_price = [0] * (rows + 1), [0] * (columns + 1)
    row_at = [0] * (columns + 1)
    came_from = [0] * (columns + 1)
    infinity = 4 * (1 - sum(map(min, cost)))
    for row in range(1, rows + 1):
        row_at[0] = row
        column = 0
        slack = [infinity] * (columns + 1)
        seen = [False] * (columns + 1)
        while row_at[column] != 0:
            seen[column] = True
            current, step, following = row_at[column], infinity, 0
            for candidate in range(1, columns + 1):
                if seen[candidate]:
                    continue
                reduced = cost[current][candidate] - row_price[current] - column_price[candidate]
                if reduced < slack[candidate]:
                    slack[candidate], came_from[candidate] = reduced, column
                if slack[candidate] < step:
                    step, following = slack[candidate], candidate
            for candidate in range(columns + 1):
                if seen[candidate]:
                    row_price[row_at[candidate]] += step
                    column_price[candidate] -= step
                else:
                    slack[candidate] -= step
            column = following
        while column:
            row_at[column] = row_at[came_from[column]]
            column = came_from[column]
    return sum(cost[row_at[column]][column] for column in range(1, columns + 1) if row_at[column])
