"""N sites -> the stretches of consecutive statements that all of them have, and what keeps other statements apart.

Each site is matched with the first one by an order-preserving matching of greatest likeness (Needleman & Wunsch 1970);
what all of them matched is common.  Compound statements of one kind that differ are entered.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel

from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.hazards import hazards_of
from esper_lint.fixing.extraction.shapes import Shape, Value, shape_of, values_differ
from esper_lint.fixing.extraction.sites import Site
from esper_lint.fixing.extraction.stability import change_of, is_set_up, is_stable

_ENTERED = (ast.If, ast.For, ast.While, ast.With)
_MOST_CELLS = 250_000


@dataclass(frozen=True)
class Column:
    """One statement as all sites have it.  ``values`` are the places where only a value differs."""

    statements: tuple[ast.stmt, ...]
    shapes: tuple[Shape, ...]

    @property
    def values(self) -> list[tuple[Value, ...]]:
        return values_differ(self.shapes)


@dataclass(frozen=True)
class Stretch:
    """Consecutive columns without hazards; ``renamings`` give for each site its names by those of the first."""

    columns: tuple[Column, ...]
    renamings: tuple[Mapping[str, str], ...]


@dataclass
class Alignment:
    """What N sites have in common.  ``hazards`` are those of common statements, and what made statements differ."""

    stretches: list[Stretch] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    common_runs: list[int] = field(default_factory=list)


Obstacle = Callable[[Column], Hazard | None]
"""A further reason, if there is one, why a common statement may not move."""


def align(sites: Sequence[Site], obstacle: Obstacle, *, with_attributes: bool = False) -> Alignment:
    """``with_attributes`` takes attributes of self that nothing sets again for values (strategy S4)."""
    aligner = _Aligner(sites, obstacle, with_attributes)
    aligner.blocks([site.body for site in sites])
    return aligner.found


def inside(column: Column, sites: Sequence[Site], obstacle: Obstacle, *, with_attributes: bool) -> Sequence[Stretch]:
    """The stretches in the blocks of a compound statement that all sites have, but that cannot move as a whole."""
    aligner = _Aligner(sites, obstacle, with_attributes)
    aligner.enter(column.statements)
    return aligner.found.stretches


@dataclass
class _Gap:
    """What stands between two stretches of a block: those of the ``hazards`` that were found since the first of them,
    of so many nodes."""

    hazards: list[Hazard]
    start: int = field(init=False)
    before: int = 0

    def __post_init__(self) -> None:
        self.start = len(self.hazards)

    def end(self, nodes: int) -> None:
        """The next stretch is of so many nodes; what follows it is the next gap."""
        for at in range(self.start, len(self.hazards)):
            self.hazards[at] = self.hazards[at].keeping(self.before + nodes)
        self.start, self.before = len(self.hazards), nodes


@dataclass
class _Aligner:
    sites: Sequence[Site]
    obstacle: Obstacle
    with_attributes: bool
    found: Alignment = field(default_factory=Alignment)
    _shapes: dict[ast.stmt, Shape] = field(default_factory=dict)

    def blocks(self, blocks: Sequence[Sequence[ast.stmt]]) -> None:
        partners = [_identity(blocks[0])] + [
            dict(_matched(self._all(blocks[0], 0), self._all(block, k), self._likeness(blocks[0], block, k)))
            for k, block in enumerate(blocks[1:], 1)
        ]
        run: list[tuple[int, ...]] = []
        gap = _Gap(self.found.hazards)
        common = [index for index in range(len(blocks[0])) if all(index in found for found in partners)]
        for index in range(len(blocks[0])):
            row = tuple(found.get(index, -1) for found in partners)
            is_equal = -1 not in row and self._are_equal([blocks[k][at] for k, at in enumerate(row)], range(len(row)))
            follows = bool(run) and all(at == before + 1 for at, before in zip(row, run[-1], strict=True))
            if run and not (is_equal and follows):
                self._runs(blocks, run, gap)
                run = []
            if is_equal:
                run.append(row)
            elif -1 not in row:
                self.enter([blocks[k][at] for k, at in enumerate(row)])
            else:
                is_between = bool(common) and common[0] < index < common[-1]
                k = row.index(-1)
                self._differs(blocks[0][index], k, _unmatched(blocks[k], partners[k], index), is_between=is_between)
        if run:
            self._runs(blocks, run, gap)
        gap.end(0)

    # -- what is equal -----------------------------------------------------------------------------------------

    def _runs(self, blocks: Sequence[Sequence[ast.stmt]], rows: Sequence[tuple[int, ...]], gap: _Gap) -> None:
        """Cut consecutive columns where names do not correspond or a hazard stands, and keep what is between.

        ``gap`` is what stands before them, and then what stands after them.
        """
        columns: list[Column] = []
        renamings: list[dict[str, str]] = [{} for _ in self.sites]
        common = 0
        for row in rows:
            statements = tuple(blocks[k][at] for k, at in enumerate(row))
            column = Column(statements, tuple(self._shape(one, k) for k, one in enumerate(statements)))
            common += column.shapes[0].statements
            hazards = self._hazards(column)
            extended = [
                _extended(map_, column.shapes[0], shape) for map_, shape in zip(renamings, column.shapes, strict=True)
            ]
            if hazards or None in extended:
                self._keep(columns, renamings)
                gap.end(_nodes(columns))
                columns, renamings = [], [{} for _ in self.sites]
                self.found.hazards += [one.keeping(column.shapes[0].nodes) for one in hazards]
                if hazards:
                    self.enter(statements)
                else:
                    extended = [_extended({}, column.shapes[0], shape) for shape in column.shapes]
                if hazards or None in extended:
                    continue
            columns.append(column)
            renamings = [one for one in extended if one is not None]
        self._keep(columns, renamings)
        gap.end(_nodes(columns))
        self.found.common_runs.append(common)

    def _keep(self, columns: Sequence[Column], renamings: Sequence[Mapping[str, str]]) -> None:
        if columns:
            self.found.stretches.append(Stretch(tuple(columns), tuple(renamings)))

    def _hazards(self, column: Column) -> list[Hazard]:
        found = [
            hazard
            for site, statement in zip(self.sites, column.statements, strict=True)
            for hazard in hazards_of(statement, site)
        ]
        if found:
            return found
        other = self.obstacle(column)
        return [other] if other else []

    # -- what is not -------------------------------------------------------------------------------------------

    def enter(self, statements: Sequence[ast.stmt]) -> None:
        if len({type(one) for one in statements}) == 1 and isinstance(statements[0], _ENTERED):
            for name in ("body", "orelse"):
                blocks = [getattr(one, name, []) for one in statements]
                if all(blocks):
                    self.blocks(blocks)
        elif any(isinstance(one, ast.Try) for one in statements):
            self.found.hazards.append(self._hazard("FX-TRY", statements[0], "the difference is inside a `try`"))

    def _differs(
        self, statement: ast.stmt, k: int, others: tuple[Sequence[ast.stmt], Sequence[ast.stmt]], *, is_between: bool
    ) -> None:
        """Say why a statement of the first site is not common, where that is one of the known hazards.

        ``others`` are the statements of the ``k``-th site that are none of the first one's either, those in its place
        and those elsewhere; ``is_between`` tells that common statements stand before it and after it.
        """
        here, elsewhere = ([one for one in part if type(one) is type(statement)] for part in others)
        if isinstance(statement, ast.Try) and here:
            self.found.hazards.append(self._hazard("FX-TRY", statement, "the difference is inside a `try`"))
            return
        if any(self._are_equal((statement, other), (0, k)) for other in (*here, *elsewhere)):
            message = f"`{_head(statement)}` stands at another place elsewhere, and statements are never reordered"
            self.found.hazards.append(self._hazard("FX-EFFECT-ORDER", statement, message))
            return
        mine = self._names(statement, 0)
        like = [theirs for theirs in (self._names(other, k) for other in here) if len(theirs) == len(mine)]
        # The nearest one is what people will compare it with.
        for theirs in sorted(like, key=lambda one: _distance(mine, one)):
            pairs = dict.fromkeys((a, b) for a, b in zip(mine, theirs, strict=True) if a != b)
            kinds = {(a[0], b[0]) if isinstance(a, tuple) and isinstance(b, tuple) else () for a, b in pairs}
            if kinds <= {("local", "global"), ("global", "local"), ("self", "local"), ("local", "self")}:
                message = f"in `{_head(statement)}` a name is the forward's own at one site only"
                self.found.hazards.append(self._hazard("FX-SHADOW", statement, message))
                return
            if kinds <= {("attribute", "attribute")}:
                self.found.hazards.append(self._attributes(statement, [(str(a[1]), str(b[1])) for a, b in pairs], k))  # type: ignore[index]
                return
        if is_between and any(isinstance(node, ast.Call) for node in ast.walk(statement)):
            message = f"`{_head(statement)}` differs and has effects, so it stays in place"
            self.found.hazards.append(self._hazard("FX-EFFECT-ORDER", statement, message))

    def _attributes(self, statement: ast.stmt, pairs: Sequence[tuple[str, str]], k: int) -> Hazard:
        """Why attributes of the first and of the ``k``-th site are not given to a helper."""
        sites = (self.sites[0], self.sites[k])
        named = [(name, site) for pair in pairs for name, site in zip(pair, sites, strict=True)]
        if all(is_set_up(name, site) for name, site in named):
            changes = [change_of(name, site) for name, site in named]
            found = next((one for one in changes if one), None)
            if found:
                return found
            texts = "/".join(f"`{site.self_name}.{name}`" for name, site in named[:2])
            message = f"attributes differ, which only --unsafe-fixes gives to a helper: {texts}"
            return self._hazard("FX-ATTR-KEY", statement, message)
        names = ", ".join(f"`{a}`/`{b}`" for a, b in pairs)
        if any(name in site.methods or site.is_static for name, site in named):
            return self._hazard("FX-ATTR-KEY", statement, f"methods or attributes differ: {names}")
        return self._hazard("FX-ATTR-KEY", statement, f"attributes differ, which are keys of the state dict: {names}")

    def _names(self, statement: ast.stmt, k: int) -> Sequence[object]:
        """The key of a statement in which no attribute is a value."""
        return shape_of(statement, self.sites[k], with_attributes=False).key

    def _hazard(self, code: str, statement: ast.stmt, message: str) -> Hazard:
        return Hazard(code, self.sites[0].source.path, statement.lineno, message)

    def _are_equal(self, statements: Sequence[ast.stmt], sites: Sequence[int]) -> bool:
        """Whether one helper can stand for statements of these sites: values may differ, and attributes if stable."""
        shapes = [self._shape(one, k) for one, k in zip(statements, sites, strict=True)]
        if any(shape.key != shapes[0].key for shape in shapes):
            return False
        given = [(value, k) for row in values_differ(shapes) for value, k in zip(row, sites, strict=True)]
        attributes = [(value.node, k) for value, k in given if value.kind == "attribute"]
        return all(is_stable(node.attr, self.sites[k]) for node, k in attributes if isinstance(node, ast.Attribute))

    # -- matching ----------------------------------------------------------------------------------------------

    def _shape(self, statement: ast.stmt, k: int) -> Shape:
        if statement not in self._shapes:
            self._shapes[statement] = shape_of(statement, self.sites[k], with_attributes=self.with_attributes)
        return self._shapes[statement]

    def _all(self, block: Sequence[ast.stmt], k: int) -> list[Shape]:
        return [self._shape(one, k) for one in block]

    def _likeness(self, left: Sequence[ast.stmt], right: Sequence[ast.stmt], k: int) -> Callable[[int, int], int]:
        def of(i: int, j: int) -> int:
            a, b = self._shape(left[i], 0), self._shape(right[j], k)
            if self._are_equal((left[i], right[j]), (0, k)):
                same_values = [value.text for value in a.values] == [value.text for value in b.values]
                return (8 + same_values + (a.names == b.names)) * a.nodes
            if type(left[i]) is type(right[j]) and isinstance(left[i], _ENTERED):
                return self._inner(left[i], right[j], k)
            return 0

        return of

    def _inner(self, left: ast.stmt, right: ast.stmt, k: int) -> int:
        """Twice the nodes of the inner statements that both have, in whatever order: a bound of what entering gives."""
        total = 0
        for name in ("body", "orelse"):
            mine = {self._shape(one, 0).key: self._shape(one, 0).nodes for one in getattr(left, name, [])}
            theirs = {self._shape(one, k).key for one in getattr(right, name, [])}
            total += sum(nodes for key, nodes in mine.items() if key in theirs)
        return 2 * total


def _unmatched(
    block: Sequence[ast.stmt], partner: Mapping[int, int], index: int
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The statements of a block that have no partner: those between the partners of what is around ``index``, and
    others."""
    first = max((at for mine, at in partner.items() if mine < index), default=-1)
    last = min((at for mine, at in partner.items() if mine > index), default=len(block))
    matched = set(partner.values())
    free = [at for at in range(len(block)) if at not in matched]
    here = [block[at] for at in free if first < at < last]
    return here, [block[at] for at in free if not first < at < last]


def _distance(mine: Sequence[object], theirs: Sequence[object]) -> tuple[int, float]:
    """Between keys of one length: in how many places they differ, and how little the names of attributes look alike."""
    apart = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    names = [
        (str(a[1]), str(b[1])) for a, b in apart if isinstance(a, tuple) and isinstance(b, tuple) and a[1:] and b[1:]
    ]
    return len(apart), sum(Indel.normalized_distance(a, b) for a, b in names)


def _nodes(columns: Sequence[Column]) -> int:
    return sum(column.shapes[0].nodes for column in columns)


def _identity(block: Sequence[ast.stmt]) -> dict[int, int]:
    return {at: at for at in range(len(block))}


def _extended(known: Mapping[str, str], first: Shape, other: Shape) -> dict[str, str] | None:
    """The renaming with what these shapes add to it; None where it would not be one to one."""
    renaming = dict(known)
    back = {new: old for old, new in known.items()}
    for old, new in zip(first.names, other.names, strict=True):
        if renaming.setdefault(old, new) != new or back.setdefault(new, old) != old:
            return None
    return renaming


def _matched(
    left: Sequence[Shape], right: Sequence[Shape], likeness: Callable[[int, int], int]
) -> Iterator[tuple[int, int]]:
    """Pairs of indexes, increasing in both, of greatest summed likeness, and of several such the nearest ones."""
    rows, width = len(left), len(right)
    if rows * width > _MOST_CELLS:
        return
    best = [[0] * (width + 1) for _ in range(rows + 1)]
    worth = [[likeness(i, j) * _MOST_CELLS for j in range(width)] for i in range(rows)]
    for i, row in enumerate(worth):
        row[:] = [value - abs(i - j) if value else 0 for j, value in enumerate(row)]
    for i in range(rows - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            pair = worth[i][j] + best[i + 1][j + 1] if worth[i][j] else 0
            best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < rows and j < width:
        if worth[i][j] and best[i][j] == worth[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _head(statement: ast.stmt) -> str:
    text = ast.unparse(statement).split("\n")[0]
    return text if len(text) <= 60 else text[:59] + "…"
