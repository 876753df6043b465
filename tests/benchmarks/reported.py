"""A corpus -> what the tool says of it, in the terms of the benchmarks: which units it puts into one group or links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from esper_lint.analysis import analyse
from esper_lint.config import Config, load
from esper_lint.deciding import measure_of
from esper_lint.discovery.forms import Form, FormKey
from esper_lint.discovery.reading import facts_of
from esper_lint.findings import Group, Member, Report, UnitKind
from esper_lint.matching.pairs import Measure
from esper_lint.matching.similarity import Alphabet, Comparable, common, similarity
from tests.benchmarks.forwards import Key, python_files


def settings(folder: Path, **changes: Any) -> Config:
    """The default settings with every file counted and ``folder`` as the project, wherever it lies."""
    config = load(str(folder), {}).config
    everything: dict[str, Any] = {
        "include_generated": True,
        "respect_gitignore": False,
        "has_table": False,
        "roots": (),
    }
    return replace(config, project=str(folder.resolve()), **(everything | changes))


def report_on(folder: Path, **changes: Any) -> Report:
    """The report of a run that neither reads nor writes an index."""
    return analyse([str(folder)], settings(folder, **changes), cwd=str(folder), use_cache=False)


def measure(kind: UnitKind, config: Config) -> Measure:
    """What ``check`` holds units of this kind to."""
    return measure_of(kind, config)


def pairs_inside(groups: Iterator[Group] | tuple[Group, ...]) -> Iterator[tuple[Group, Member, Member]]:
    """Every two members of one group."""
    for group in groups:
        for left, right in combinations(group.members, 2):
            yield group, left, right


class Links:
    """Who is named together with whom: as members of one group, or by a near link in either direction."""

    def __init__(self, report: Report) -> None:
        self._named: defaultdict[Key, set[Key]] = defaultdict(set)
        for _, left, right in pairs_inside(report.groups):
            self._add(key_of(left), key_of(right))
        for group in report.groups:
            for member in group.members:
                for link in member.near:
                    self._add(key_of(member), (link.path, link.qualname))

    def _add(self, left: Key, right: Key) -> None:
        self._named[left].add(right)
        self._named[right].add(left)

    def named_with(self, key: Key) -> set[Key]:
        return self._named.get(key, set())

    def pairs(self) -> Iterator[tuple[Key, Key]]:
        """Each linked pair of different keys once."""
        return ((left, right) for left, others in self._named.items() for right in others if left < right)


def key_of(member: Member) -> Key:
    return member.path, member.qualname


@dataclass(frozen=True, slots=True)
class Sized:
    """One unit as the similarity function needs it."""

    kind: UnitKind
    key: Key
    line: int
    form: FormKey


class Corpus:
    """The forms of all units of a corpus, read by the tool's own first stage, to apply its similarity function to."""

    def __init__(self, folder: Path) -> None:
        self.forms: dict[str, Form] = {}
        self.units: list[Sized] = []
        for path in python_files(folder):
            facts, forms = facts_of(path.read_bytes())
            self.forms.update((form.key.exact, form) for form in forms)
            name = path.relative_to(folder).as_posix()
            for owner in facts.source.classes:
                key = (name, owner.qualname)
                if owner.form is not None:
                    self.units.append(Sized(UnitKind.CLASS, key, owner.line, owner.form))
                self.units.extend(Sized(UnitKind.FORWARD, key, one.line, one.form) for one in owner.forwards)
        self._by_place = {(one.kind, one.key[0], one.line): one for one in self.units}
        self._comparables: dict[str, Comparable] = {}
        self._common: dict[tuple[str, str], int] = {}
        self._alphabet = Alphabet()

    def unit(self, kind: UnitKind, member: Member) -> Sized:
        return self._by_place[kind, member.path, member.line]

    def comparable(self, key: FormKey) -> Comparable:
        known = self._comparables.get(key.exact)
        if known is None:
            known = self._comparables[key.exact] = Comparable(self.forms[key.exact], self._alphabet)
        return known

    def similarity(self, a: Sized, b: Sized) -> float:
        if a.form.exact == b.form.exact:
            return 1.0
        left, right = sorted((a.form, b.form), key=lambda form: form.exact)
        if (left.exact, right.exact) not in self._common:
            self._common[left.exact, right.exact] = common(self.comparable(left), self.comparable(right))
        return similarity(self._common[left.exact, right.exact], left.size, right.size)

    def distinct(self, kind: UnitKind, min_size: int) -> Mapping[str, FormKey]:
        """The forms of one kind that are large enough to be compared, each once."""
        return {one.form.exact: one.form for one in self.units if one.kind is kind and one.form.own >= min_size}
