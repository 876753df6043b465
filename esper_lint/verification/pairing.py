"""Two versions -> the module classes that both have, those that one has, and which of them may differ at all.

Classes correspond by the path of their file in the version and their qualified name: what is moved or renamed is
another class, since checkpoints, configurations and pickles name classes so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from esper_lint.config import Config
from esper_lint.discovery.bases import module_classes, outline_of
from esper_lint.discovery.decoding import Undecodable, decode
from esper_lint.discovery.files import SourceFile
from esper_lint.discovery.modules import ClassFacts, Unparsable, read_source
from esper_lint.discovery.reading import digest_of
from esper_lint.fixing.packages import module_name
from esper_lint.index import Index
from esper_lint.progress import Progress
from esper_lint.tree import Tree
from esper_lint.verification.imports import imported
from esper_lint.verification.versions import Version, files_of, relative, resolved

_OPEN = "__init__.py"


@dataclass(frozen=True, slots=True)
class ModuleClass:
    """A module class of a version: ``path`` as both versions have it, ``file`` relative to the root of the tree."""

    path: str
    qualname: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Pair:
    """A class of both versions; ``may_differ`` unless its file and all that this imports of the project are equal."""

    old: ModuleClass
    new: ModuleClass
    may_differ: bool


@dataclass(frozen=True, slots=True)
class Pairing:
    pairs: tuple[Pair, ...]
    only_old: tuple[ModuleClass, ...]
    only_new: tuple[ModuleClass, ...]


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a version holds: its classes by path and qualified name; of every file, by its path in the root, the text;
    and the modules of the project by name."""

    version: Version
    classes: Mapping[tuple[str, str], ModuleClass]
    texts: Mapping[str, bytes]
    modules: Mapping[str, str]
    _imports: dict[str, frozenset[str]] = field(default_factory=dict)
    _reach: dict[str, frozenset[str]] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)

    def module_of(self, file: str) -> str:
        """The dotted name that a file is imported by, where its folders have an ``__init__.py``."""
        return module_name(file, self.version.tree.root, self.texts.keys())

    def reach(self, file: str) -> frozenset[str]:
        """The files of the project that may run when this one is imported, itself included."""
        if file not in self._reach:
            self._reach[file] = self._reached(file)
        return self._reach[file]

    def digest(self, file: str) -> str:
        """That of the text of a file."""
        if file not in self._digests:
            self._digests[file] = digest_of(self.texts[file])
        return self._digests[file]

    def _reached(self, file: str) -> frozenset[str]:
        found = {file}
        waiting = [file]
        while waiting:
            one = waiting.pop()
            if one not in self._imports:
                text = self.texts[one].decode("utf-8", "replace")
                is_package = os.path.basename(one) == _OPEN
                names = imported(text, self.module_of(one), is_package=is_package, known=self.modules.keys())
                self._imports[one] = frozenset(self.modules[name] for name in names)
            new = self._imports[one] - found
            found |= new
            waiting += new
        return frozenset(found)


def paired(old: Inventory, new: Inventory) -> Pairing:
    """The classes in the order of their files and lines in the old version, or in the new one where only that has
    them."""
    changed, changed_new = _changed(old, new), _changed(new, old)
    pairs = []
    for key, one in old.classes.items():
        if other := new.classes.get(key):
            may_differ = not (changed.isdisjoint(old.reach(one.file)) and changed_new.isdisjoint(new.reach(other.file)))
            pairs.append(Pair(one, other, may_differ))
    return Pairing(
        tuple(pairs),
        tuple(one for key, one in old.classes.items() if key not in new.classes),
        tuple(one for key, one in new.classes.items() if key not in old.classes),
    )


def inventory(
    version: Version, paths: Sequence[str], config: Config, progress: Progress, *, use_cache: bool = True
) -> Inventory:
    """Read a version; its classes are those in its place and, if there are ``paths``, in one of them.

    Raises UnknownPath.
    """
    files = files_of(version, paths, config)
    within = {file.name: relative(version.tree.root, resolved(file.path)) for file in files.files}
    texts = {within[file.name]: _content(file, files.overlay) for file in files.files}
    progress.stage("reading", len(texts))
    with closing(Index(config, enabled=use_cache)) as index:
        tree = Tree(files, index, config.jobs, progress.advance)
        tree.read()
        facts = tree.facts(list(tree.digests))
    outlines = {name: outline_of(one.source, one.generated) for name, one in facts.items()}
    classes: dict[tuple[str, str], ModuleClass] = {}
    modules = module_classes(outlines, config.module_bases)
    for name in sorted(files.selected & facts.keys()):
        file = within[name]
        path = version.inner(os.path.join(version.tree.root, file))
        held = [one for at, one in enumerate(facts[name].source.classes) if (name, at) in modules]
        for one in _placed(held, texts[file]):
            classes.setdefault((path, one.qualname), ModuleClass(path, one.qualname, file, one.line))
    root, known = version.tree.root, texts.keys()
    return Inventory(version, classes, texts, {module_name(file, root, known): file for file in texts})


def _placed(classes: Sequence[ClassFacts], data: bytes) -> Sequence[ClassFacts]:
    """The classes with their lines and full names, which a scan of headers (of files without a forward) has not."""
    if all(one.line for one in classes):
        return classes
    try:
        source, _ = read_source(decode(data))
    except (Undecodable, Unparsable):
        return ()
    names = {one.name for one in classes}
    return [one for one in source.classes if one.name in names]


def _changed(held: Inventory, other: Inventory) -> frozenset[str]:
    """The files of one version that the other has otherwise, or not at all."""
    theirs = dict(_by_place(other))
    return frozenset(file for place, file in _by_place(held) if not _is_equal(held, file, other, theirs.get(place)))


def _by_place(held: Inventory) -> Iterator[tuple[str, str]]:
    """Every file, with its path as the other version has it too."""
    root = held.version.tree.root
    return ((held.version.inner(os.path.join(root, file)), file) for file in held.texts)


def _is_equal(held: Inventory, file: str, other: Inventory, counterpart: str | None) -> bool:
    return counterpart is not None and held.texts[file] == other.texts[counterpart]


def _content(file: SourceFile, overlay: Mapping[str, bytes]) -> bytes:
    if file.name in overlay:
        return overlay[file.name]
    try:
        with open(file.path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""
