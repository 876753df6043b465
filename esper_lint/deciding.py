"""Neighbourhoods -> which groups they hold; and of those that are wanted, all that is said of them.

The two are apart because the first is quick and the second is not: reading how the members differ, and saying it, is
done for the groups that somebody asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from esper_lint.assembling import Kind, assemble
from esper_lint.config import Config
from esper_lint.discovery.modules import SourceFacts
from esper_lint.evidence import Told
from esper_lint.findings import Group, Hole, UnitKind
from esper_lint.matching.closeness import close_pairs
from esper_lint.matching.clustering import Clustering, cluster, measured
from esper_lint.matching.explaining import Explanation, explain_all
from esper_lint.matching.pairs import Load, Measure, Pair, ordered
from esper_lint.matching.units import Unit, units_of
from esper_lint.neighbourhoods import Place
from esper_lint.progress import Progress
from esper_lint.rules.comparison import Comparison
from esper_lint.rules.messages import messages
from esper_lint.rules.relations import Relation, relation, reported
from esper_lint.snapshot import Workings
from esper_lint.tree import Tree


class Memory(Protocol):
    """Where earlier runs have left results by their kind and key."""

    def results(self, kind: str, keys: Collection[str]) -> dict[str, tuple[Hole, ...]]: ...

    def add_results(self, kind: str, results: Mapping[str, object]) -> None: ...


@dataclass(frozen=True, slots=True)
class Region:
    """Whole neighbourhoods: their units and clusters, and the relations that are reported, each under its group's key.

    A group's key names its neighbourhood and which of its groups it is, so it stands for all that is said of the group.
    """

    kinds: Mapping[UnitKind, Kind]
    relations: Mapping[str, Relation]

    def homes(self) -> Iterator[tuple[str, str]]:
        """(file name, key of a group with a member in it)."""
        for key, one in self.relations.items():
            for name in sorted({unit.path for unit in one.units}):
                yield name, key


_Cluster = tuple[UnitKind, tuple[tuple[str, int, str], ...]]  # the kind and the places of its units


@dataclass(frozen=True, slots=True)
class Before:
    """What was told of the neighbourhoods that are decided anew, and the files that have changed since."""

    groups: Collection[Told] = ()
    changed: Set[str] = frozenset()

    def explanations(self) -> dict[_Cluster, Explanation]:
        """How the members differ of each group that has none in a changed file: that depends on nothing but texts."""
        found = {}
        for group in (one.group for one in self.groups):
            if self.changed.isdisjoint(member.path for member in group.members):
                places = tuple((member.path, member.line, member.qualname) for member in group.members)
                found[group.unit, places] = Explanation(group.holes, group.texts_differ)
        return found


def neighbourhood_of(group_key: str) -> str:
    return group_key.partition(":")[0]


def measure_of(kind: UnitKind, config: Config) -> Measure:
    """What the settings say of units of one kind."""
    sizes = (
        (config.min_size, config.min_size)
        if kind is UnitKind.FORWARD
        else (config.min_class_size, config.min_class_size_near)
    )
    return Measure(config.threshold, sizes[0], config.min_size_renamed, sizes[1], config.min_size_renamed_near)


def units_at(kind: UnitKind, sources: Mapping[str, SourceFacts], places: Iterable[Place], config: Config) -> list[Unit]:
    """The units of some classes that are large enough to be compared, in path order."""
    return units_of(kind, sources, places, measure_of(kind, config).min_size)


def region_of(
    parts: Mapping[str, Sequence[Place]], common: Mapping[UnitKind, Mapping[Pair, int]], tree: Tree, config: Config
) -> Region:
    """The region that consists of some neighbourhoods, given by key; ``common`` has their alike pairs, if not only."""
    places = sorted(place for part in parts.values() for place in part)
    sources = {name: one.source for name, one in tree.facts({name for name, _ in places}).items()}
    kinds = {}
    for kind in UnitKind:
        units = units_at(kind, sources, places, config)
        forms = {unit.key.exact for unit in units}
        inside = {pair: length for pair, length in common[kind].items() if pair[0] in forms}
        kinds[kind] = Kind(units, cluster(units, inside))
    found = reported(relation(units) for kind in kinds.values() for units in kind.clustering.clusters)
    at = {(name, sources[name].classes[index].line): key for key, part in parts.items() for name, index in part}
    counts = dict.fromkeys(parts, 0)
    relations = {}
    for one in found:
        home = at[one.units[0].path, one.units[0].owner.line]
        relations[f"{home}:{counts[home]}"] = one
        counts[home] += 1
    return Region(kinds, relations)


def region_around(group_keys: Iterable[str], workings: Workings, tree: Tree, config: Config) -> Region:
    """The region that some groups are in."""
    homes = {neighbourhood_of(key) for key in group_keys}
    return region_of({key: workings.neighbourhoods[key] for key in homes}, workings.common, tree, config)


def answered(told: Told, asked: Collection[str]) -> Told:
    """A group with the messages of its members in some files beside those that it has.

    Those of all members of a large group take as long as finding the group did.
    """
    new = messages(told.group, asked)
    return Told(told.group, tuple(known or text for known, text in zip(told.messages, new, strict=True)))


def told(
    region: Region,
    wanted: Collection[str],
    asked: Collection[str],
    tree: Tree,
    config: Config,
    memory: Memory,
    progress: Progress,
    before: Before | None = None,
) -> dict[str, Told]:
    """The wanted groups of a region, by key, with the messages of their members in the files ``asked`` for.

    A neighbourhood that has changed may hold many groups that have not: these are told as they were ``before``.

    Raises TreeChanged if a file is no longer what was read.
    """
    chosen = {key: one for key, one in region.relations.items() if key in wanted}
    before = before or Before()
    explained_before = before.explanations()
    at = {key: (one.units[0].kind, tuple(unit.place for unit in one.units)) for key, one in chosen.items()}
    explained = {key: explained_before[cluster] for key, cluster in at.items() if cluster in explained_before}
    to_explain = {key: one.units for key, one in chosen.items() if key not in explained}
    progress.stage("explaining", len(to_explain))
    explanations, new = explain_all(
        list(to_explain.values()),
        lru_cache(maxsize=None)(tree.lines),
        lambda keys: memory.results("template", keys),
        progress.advance,
        config.jobs,
    )
    memory.add_results("template", new)
    explained.update(zip(to_explain, explanations, strict=True))
    kinds = {}
    for kind, found in region.kinds.items():
        clusters = _clusters(kind, chosen.values())
        clustering = measured(found.clustering, clusters, tree.forms, measure_of(kind, config))
        kinds[kind] = replace(found, clustering=clustering)
    groups = assemble(kinds, list(region.relations.values()), [explained.get(key) for key in region.relations])
    wanted_groups = {}
    known = {one.group.id: one for one in before.groups if one.answers(asked)}
    for (key, one), group in zip(chosen.items(), groups, strict=True):
        same = known.get(group.id)
        if same is not None and replace(group, shown=same.group.shown, is_loose=same.group.is_loose) == same.group:
            wanted_groups[key] = same
            continue
        clustering, comparison = kinds[one.units[0].kind].clustering, Comparison(group)
        ranked = _ranked(comparison, one.units, clustering, config.group_threshold, tree.forms)
        wanted_groups[key] = Told(ranked, messages(ranked, asked, comparison))
    return wanted_groups


def _clusters(kind: UnitKind, relations: Iterable[Relation]) -> list[tuple[Unit, ...]]:
    return [one.units for one in relations if one.units[0].kind is kind]


def _ranked(comparison: Comparison, units: Sequence[Unit], clustering: Clustering, threshold: int, load: Load) -> Group:
    """The group with the member that shows best what it is: the first that is close to the one that its finding names.
    Where there is none, and no guard makes them alternatives, it is loose."""
    group = comparison.group
    forms = [unit.key.exact for unit in units]
    named = [ordered(form, forms[comparison.nearest(at).index]) for at, form in enumerate(forms)]
    common = {pair: clustering.common[pair] for pair in named if pair in clustering.common}
    close = close_pairs(units, common, threshold, load)
    shown = next((at for at, pair in enumerate(named) if pair[0] == pair[1] or pair in close), None)
    return replace(group, shown=shown or 0, is_loose=shown is None and group.rule != "ESP103")
