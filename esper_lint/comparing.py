"""A tree and what is known of its last state -> what is known of it now.

There is one way, whether much or little has changed: classes of changed files go and come, only forms that were not
there before are compared, and only the neighbourhoods that lost or won a class are decided anew.  Of an empty last
state everything is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from hashlib import blake2b

from esper_lint.config import Config
from esper_lint.deciding import Region, measure_of, neighbourhood_of, region_of, units_at
from esper_lint.discovery.bases import Outline, module_classes, outline_of
from esper_lint.discovery.forms import Sketch
from esper_lint.discovery.reading import FileFacts
from esper_lint.findings import FileError, UnitKind
from esper_lint.matching.pairs import Pair, compare
from esper_lint.neighbourhoods import Place, Resident, neighbourhoods, resident
from esper_lint.progress import Progress
from esper_lint.snapshot import Snapshot, Workings
from esper_lint.tree import Tree


@dataclass(frozen=True, slots=True)
class Advanced:
    """The new state, the region of the neighbourhoods that are new in it, and the files that have changed or come."""

    snapshot: Snapshot
    workings: Workings
    region: Region
    changed: Set[str]


def advance(snapshot: Snapshot, workings: Workings, tree: Tree, config: Config, progress: Progress) -> Advanced:
    """The state of ``tree``, given that of an earlier one with the same settings.

    Raises IndexIncomplete if the index has lost something.
    """
    digests = tree.digests
    changed = {name for name, digest in digests.items() if not digest or snapshot.digests.get(name) != digest}
    facts = tree.facts(changed)
    outlines = {name: one for name, one in workings.outlines.items() if name in digests and name not in changed}
    outlines |= {name: outline_of(one.source, one.generated) for name, one in facts.items() if one.source.classes}
    residents = _residents(workings, outlines, changed, tree, config)
    progress.stage("comparing", 100 * len(UnitKind))
    sketches: dict[UnitKind, Mapping[str, Sketch]] = {}
    common: dict[UnitKind, Mapping[Pair, int]] = {}
    for kind in UnitKind:
        sketches[kind], common[kind] = _compared(kind, workings, residents, tree, config, progress)
    untouched, parts = _parts(workings, residents, common, tree)
    region = region_of(parts, common, tree, config)
    homes = {
        name: [key for key in keys if neighbourhood_of(key) in untouched]
        for name, keys in snapshot.homes.items()
        if name in digests
    }
    for name, key in region.homes():
        homes.setdefault(name, []).append(key)
    same = digests.keys() - changed
    errors = {name: FileError("ESP900", name, one.error_line, one.error) for name, one in facts.items() if one.error}
    compared = {name: one for name, one in facts.items() if _is_compared(one, config)}
    noqa = {name: one.source.noqa for name, one in compared.items() if one.source.noqa}
    return Advanced(
        Snapshot(
            digests,
            {name: one for name, one in snapshot.errors.items() if name in same} | errors,
            {name: found for name, found in snapshot.noqa.items() if name in same} | noqa,
            {name: tuple(keys) for name, keys in homes.items() if keys},
            len(residents),
            sum(one.forwards for one in residents.values()),
            snapshot.lockstep & same | {name for name, one in compared.items() if one.lockstep},
            snapshot.copies & same | {name for name, one in compared.items() if one.copies},
        ),
        Workings(outlines, residents, sketches, common, untouched | parts),
        region,
        changed,
    )


def _is_compared(facts: FileFacts, config: Config) -> bool:
    return config.include_generated or not facts.generated


def _residents(
    workings: Workings, outlines: Mapping[str, Outline], changed: Set[str], tree: Tree, config: Config
) -> dict[Place, Resident]:
    """Every module class of the tree; those of files in which nothing has changed are taken over."""
    before = workings.residents
    # Which classes are module classes depends on bases in other files, but on nothing else of them.
    modules: Set[Place] = before.keys()
    if outlines != workings.outlines:
        modules = module_classes(outlines, config.module_bases)
    affected = changed | {name for name, _ in modules ^ before.keys()}
    facts = tree.facts([name for name in affected if name in tree.digests])
    sources = {name: one.source for name, one in facts.items() if _is_compared(one, config)}
    residents = {place: one for place, one in before.items() if place[0] not in affected}
    for place in sorted(place for place in modules if place[0] in sources):
        units = {kind: units_at(kind, sources, [place], config) for kind in UnitKind}
        residents[place] = resident(len(sources[place[0]].classes[place[1]].forwards), units)
    return residents


def _compared(
    kind: UnitKind,
    workings: Workings,
    residents: Mapping[Place, Resident],
    tree: Tree,
    config: Config,
    progress: Progress,
) -> tuple[Mapping[str, Sketch], Mapping[Pair, int]]:
    """The sketch of every form of the tree, and the common length of every alike pair."""
    alive = {key for one in residents.values() for key in one.forms[kind]}
    known = workings.sketches[kind]
    fresh, gone = alive - known.keys(), known.keys() - alive
    sketches = {key: sketch for key, sketch in known.items() if key not in gone}
    sketches |= {key: form.sketch for key, form in tree.forms(fresh).items()}
    common = dict(workings.common[kind])
    for pair in [pair for pair in common if pair[0] in gone or pair[1] in gone]:
        del common[pair]
    if fresh:
        common |= compare(sketches, tree.forms, measure_of(kind, config), fresh, config.jobs, progress.advance)
    return sketches, common


_Parts = dict[str, tuple[Place, ...]]


def _parts(
    workings: Workings, residents: Mapping[Place, Resident], common: Mapping[UnitKind, Mapping[Pair, int]], tree: Tree
) -> tuple[_Parts, _Parts]:
    """The neighbourhoods that are what they were, and those to be decided anew, by key."""
    new = {place for place, one in residents.items() if workings.residents.get(place) is not one}
    ties = {tie for place in new for tie in residents[place].ties}
    pairs = [pair for found in common.values() for pair in found]
    ties.update(tie for pair in pairs if not ties.isdisjoint(pair) for tie in pair)
    region, untouched = set(new), {}
    for key, part in workings.neighbourhoods.items():
        if any(residents.get(place) is not workings.residents[place] for place in part) or not ties.isdisjoint(
            tie for place in part for tie in residents[place].ties
        ):
            region.update(place for place in part if place in residents)
        else:
            untouched[key] = part
    within = {place: residents[place] for place in region}
    forms = {key for one in within.values() for keys in one.forms.values() for key in keys}
    found = neighbourhoods(within, (pair for pair in pairs if pair[0] in forms))
    return untouched, {_key(part, tree.digests): part for part in found}


def _key(part: Iterable[Place], digests: Mapping[str, str]) -> str:
    """A name for all that the groups of a neighbourhood depend on, settings aside."""
    text = "\0".join(f"{name}\0{index}\0{digests[name]}" for name, index in part)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
