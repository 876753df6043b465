"""The way of the data, from paths to a report: the one function that every front end calls.

``analyse`` only orders the stages and keeps what they learnt in the index; each stage is a plain function of a room.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Protocol

from esper_lint import __version__
from esper_lint.assembling import Kind, assemble
from esper_lint.config import Config
from esper_lint.discovery.bases import module_classes
from esper_lint.discovery.blocks import physical_lines
from esper_lint.discovery.decoding import decode
from esper_lint.discovery.files import FileSet, SourceFile, UnknownPath, find_files
from esper_lint.discovery.forms import Form, Signature
from esper_lint.discovery.modules import SourceFacts
from esper_lint.discovery.reading import FileFacts, Reading, digest_of, facts_of, read_files
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import FileError, Group, Report, Summary, UnitKind
from esper_lint.index import Index, IndexIncomplete, clear
from esper_lint.index_values import pack
from esper_lint.judging import judge, narrowed
from esper_lint.matching.clustering import cluster
from esper_lint.matching.explaining import Explanation, explain_all
from esper_lint.matching.pairs import Measure
from esper_lint.matching.units import Unit, units_of
from esper_lint.parallel import no_garbage_collection
from esper_lint.rules.messages import messages
from esper_lint.rules.relations import relation, reported

_KEPT_TREES = 8
# A tree may change while it is read (a checkout, a formatter), and an index may be damaged; more often is no accident.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Buffer:
    """Bytes that stand in for the file of that name (standard input, an editor's unsaved text)."""

    name: str
    data: bytes


class TreeChanged(Exception):
    """A file changed between being compared and being explained; the message is its name."""

    def __str__(self) -> str:
        return f"{self.args[0]} keeps changing while it is read"


class Progress(Protocol):
    """Whoever wants to show how far a run is."""

    def stage(self, name: str, total: int) -> None: ...

    def advance(self, n: int = 1) -> None: ...


class _Silence:
    def stage(self, name: str, total: int) -> None:
        pass

    def advance(self, n: int = 1) -> None:
        pass


def analyse(
    paths: Sequence[str],
    config: Config,
    *,
    cwd: str,
    buffer: Buffer | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Compare all files of the roots with each other and report what lies in ``paths``.

    Raises UnknownPath for a path that does not exist, TreeChanged if files keep changing under the run, and nothing for
    whatever the files hold.
    """
    progress = progress or _Silence()
    for attempt in range(_ATTEMPTS):
        files = _find(paths, config, cwd, buffer)
        try:
            with no_garbage_collection():
                report = judge(_evidence(files, config, buffer, Index(config, enabled=use_cache), progress), config)
        except IndexIncomplete:
            clear(config)  # the next run builds a sound one
            use_cache = False
        except TreeChanged:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            break
    return narrowed(report, files.selected, files.errors)


def _evidence(files: FileSet, config: Config, buffer: Buffer | None, index: Index, progress: Progress) -> Evidence:
    """What the whole tree gives, from the index if nothing has changed."""
    try:
        tree = _Tree.read(files, config, buffer, index, progress)
        key = tree.key(config)
        evidence: Evidence | None = index.result("evidence", key)
        if evidence is None:
            evidence = _compare(tree, config, index, progress)
            index.add_results("evidence", {key: evidence}, keep=_KEPT_TREES)
    finally:
        index.close()
    return evidence


def _find(paths: Sequence[str], config: Config, cwd: str, buffer: Buffer | None) -> FileSet:
    """The files of the roots; a buffer's own is among them even if it does not exist on disk."""
    virtual = None
    if buffer is not None:
        place = os.path.abspath(os.path.join(cwd, buffer.name))
        if not os.path.isdir(os.path.dirname(place)):
            raise UnknownPath(f"{buffer.name}: no such folder to put standard input in")
        if os.path.isdir(place):
            raise UnknownPath(f"{buffer.name}: is a folder; standard input stands in for a file")
        paths = [path for path in paths if os.path.abspath(os.path.join(cwd, path)) != place]
        name = os.path.relpath(place, config.project).replace(os.sep, "/")
        virtual = SourceFile(place, name, (-1, -1, -1))
    roots = [os.path.join(config.project, root) for root in config.roots]
    if not roots and config.has_table:
        roots = [config.project]
    found = find_files(
        paths or ([] if virtual is None else [os.path.dirname(virtual.path)]),
        roots=roots,
        project=config.project,
        cwd=cwd,
        exclude=config.exclude,
        respect_gitignore=config.respect_gitignore,
        include_vendored=config.include_generated,
    )
    if virtual is None:
        return found
    others = [file for file in found.files if os.path.realpath(file.path) != os.path.realpath(virtual.path)]
    files = tuple(sorted([*others, virtual], key=lambda file: file.name))
    if not paths:  # only the buffer was asked for, not its folder
        return FileSet(files, frozenset({virtual.name}), ())
    return FileSet(files, found.selected | {virtual.name}, found.errors)


@dataclass(frozen=True, slots=True)
class _Tree:
    """The files of one run, read: content digest and facts by file name, and the forms that this run itself read."""

    files: Mapping[str, SourceFile]
    digests: Mapping[str, str]
    facts: Callable[[], Mapping[str, FileFacts]]
    forms: Mapping[str, Form]
    buffer: Buffer | None

    @classmethod
    def read(cls, found: FileSet, config: Config, buffer: Buffer | None, index: Index, progress: Progress) -> _Tree:
        by_path = {file.path: file for file in found.files}
        digests = index.digests(found.files)
        buffered = {}
        if buffer is not None:
            path = next(file.path for file in found.files if file.stamp[0] < 0)
            digests[path] = digest_of(buffer.data)
            buffered[path] = Reading(path, digests[path], *facts_of(buffer.data))
        missing = [file.path for file in found.files if file.path not in digests]
        progress.stage("reading", len(missing))
        readings = {reading.path: reading for reading in read_files(missing, config.jobs, progress.advance)}
        readings |= buffered
        digests |= {path: reading.digest for path, reading in readings.items()}
        forms = {form.key.exact: form for reading in readings.values() for form in reading.forms}
        index.add_files(
            [
                (by_path[path], reading.digest)
                for path, reading in readings.items()
                if path not in buffered and reading.digest
            ],
            {reading.digest: reading.facts for reading in readings.values() if reading.digest},
            forms.values(),
        )

        def facts_by_name() -> dict[str, FileFacts]:
            known = index.facts(digests[path] for path in by_path if path not in readings)
            lost = [path for path in by_path if path not in readings and digests[path] not in known]
            for reading in read_files(lost, config.jobs, progress.advance):  # facts that the index no longer holds
                readings[reading.path] = reading
                forms.update((form.key.exact, form) for form in reading.forms)
            return {
                file.name: readings[path].facts if path in readings else known[digests[path]]
                for path, file in by_path.items()
            }

        return cls({file.name: file for file in found.files}, digests, facts_by_name, forms, buffer)

    def key(self, config: Config) -> str:
        """A name for everything that the evidence depends on."""
        state = blake2b(digest_size=16)
        state.update(f"{__version__} {config.digest()} {config.project}".encode("utf-8", "backslashreplace"))
        for name, file in self.files.items():
            state.update(f"\0{name}\0{self.digests[file.path]}".encode("utf-8", "backslashreplace"))
        return state.hexdigest()

    def lines(self, name: str) -> list[str]:
        """The physical lines of a file.  Raises TreeChanged if it is no longer the file that was compared."""
        file = self.files[name]
        if self.buffer is not None and file.stamp[0] < 0:
            return physical_lines(decode(self.buffer.data))
        try:
            with open(file.path, "rb") as stream:
                data = stream.read()
        except OSError:
            raise TreeChanged(name) from None
        if digest_of(data) != self.digests[file.path]:
            raise TreeChanged(name)
        return physical_lines(decode(data))


def _compare(tree: _Tree, config: Config, index: Index, progress: Progress) -> Evidence:
    facts = tree.facts()
    compared = {name: one for name, one in facts.items() if config.include_generated or not one.generated}
    sources = {name: one.source for name, one in compared.items()}
    modules = sorted(module_classes({name: one.source for name, one in facts.items()}, config.module_bases))
    modules = [(name, number) for name, number in modules if name in sources]
    kinds = _clustered(sources, modules, tree, config, index, progress)
    relations = reported(relation(units) for kind in kinds.values() for units in kind.clustering.clusters)
    explanations = _explained([one.units for one in relations], tree, index, progress, config.jobs)
    told = _Told(index)
    groups = tuple(told(group) for group in assemble(kinds, relations, explanations))
    index.add_results("messages", told.new)
    errors = (FileError("ESP900", name, one.error_line, one.error) for name, one in facts.items() if one.error)
    noqa = {name: one.noqa for name, one in sources.items() if one.noqa}
    summary = Summary(
        files=len(facts),
        module_classes=len(modules),
        forwards=sum(len(sources[name].classes[number].forwards) for name, number in modules),
        groups=0,
        findings=0,
    )
    return Evidence(groups, tuple(errors), noqa, summary)


class _Told:
    """The messages of groups, from the index where a group is what it was: making them anew costs as much as the rest
    of a run in which one file changed."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.new: dict[str, tuple[str, ...]] = {}

    def __call__(self, group: Group) -> Told:
        key = blake2b(pack(group), digest_size=16).hexdigest()
        found: tuple[str, ...] | None = self._index.result("messages", key)
        if found is None:
            found = self.new[key] = tuple(messages(group))
        return Told(group, found)


def measure_of(kind: UnitKind, config: Config) -> Measure:
    """What the settings say of units of one kind."""
    sizes = (
        (config.min_size, config.min_size)
        if kind is UnitKind.FORWARD
        else (config.min_class_size, config.min_class_size_near)
    )
    return Measure(config.threshold, sizes[0], config.min_size_renamed, sizes[1], config.min_size_renamed_near)


def _clustered(
    sources: Mapping[str, SourceFacts],
    modules: Sequence[tuple[str, int]],
    tree: _Tree,
    config: Config,
    index: Index,
    progress: Progress,
) -> dict[UnitKind, Kind]:
    kinds = {}
    progress.stage("comparing", 2)
    for kind in UnitKind:
        measure = measure_of(kind, config)
        units = units_of(kind, sources, modules, measure.min_size)
        name = f"{kind.value} {measure} {config.project}"
        earlier = index.comparison(name)
        found = cluster(
            units,
            _signatures(units, tree, index),
            partial(_forms, tree=tree, index=index),
            measure,
            earlier,
            config.jobs,
        )
        if earlier is None or found.compared.forms != earlier.forms:
            index.add_comparison(name, found.compared)
        kinds[kind] = Kind(units, found)
        progress.advance(1)
    return kinds


def _signatures(units: Iterable[Unit], tree: _Tree, index: Index) -> dict[str, Signature]:
    keys = {unit.key.exact for unit in units}
    found = {key: tree.forms[key].signature for key in keys if key in tree.forms}
    return found | index.signatures(keys - found.keys())


def _forms(keys: Iterable[str], *, tree: _Tree, index: Index) -> dict[str, Form]:
    wanted = set(keys)
    found = {key: tree.forms[key] for key in wanted if key in tree.forms}
    return found | index.forms(wanted - found.keys())


def _explained(
    clusters: Sequence[Sequence[Unit]], tree: _Tree, index: Index, progress: Progress, jobs: int
) -> list[Explanation]:
    progress.stage("explaining", len(clusters))
    lines = lru_cache(maxsize=None)(tree.lines)
    explanations, new = explain_all(
        clusters, lines, lambda keys: index.results("template", keys), progress.advance, jobs
    )
    if new:
        index.add_results("template", new)
    return explanations
