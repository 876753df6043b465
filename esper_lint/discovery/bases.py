"""Which classes of the tree are module classes, decided across files.

A class is a module class if it derives from ``torch.nn.Module`` directly or through classes seen anywhere in the roots,
or from a configured base name.  A class with a forward and a base that cannot be resolved counts if its file imports
torch.  A base is looked up as a Python reader would, then by name: in the same file, in the file that its import names,
then anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from esper_lint.discovery.modules import SourceFacts

# What torch.nn holds that is no module.
_NOT_MODULES = frozenset({"Parameter", "Buffer", "UninitializedParameter", "UninitializedBuffer"})

_NEVER_MODULES = frozenset({"object", "typing.Generic", "typing.Protocol", "typing.NamedTuple", "abc.ABC", "enum.Enum"})

_Key = tuple[str, int]  # a file's name and the class's place in it


class Outline(NamedTuple):
    """What a file holds that can make a class a module class: (name, bases, whether it has a forward) of each class.

    The classes of a generated file are bases like any others, but need not be compared themselves.
    """

    imports_torch: bool
    classes: tuple[tuple[str, tuple[str, ...], bool], ...]
    generated: bool = False


def outline_of(source: SourceFacts, generated: bool = False) -> Outline:
    classes = tuple((one.name, one.bases, bool(one.forwards)) for one in source.classes)
    return Outline(source.imports_torch, classes, generated)


def module_classes(files: Mapping[str, Outline], module_bases: Sequence[str] = ()) -> frozenset[_Key]:
    """(file name, index) of every class that is a module class."""
    return _Resolution(files, frozenset(module_bases)).result()


class _Resolution:
    def __init__(self, files: Mapping[str, Outline], module_bases: frozenset[str]) -> None:
        self._files = files
        self._module_bases = module_bases
        self._by_name: dict[str, list[_Key]] = {}
        for file in sorted(files):
            for index, (name, _, _) in enumerate(files[file].classes):
                self._by_name.setdefault(name, []).append((file, index))

    def result(self) -> frozenset[_Key]:
        """The classes that some way of bases leads to a known module, and those that count for their forward.

        Both spread from base to subclass, so that neither a cycle of bases nor the length of a chain matters.
        """
        subclasses: dict[_Key, list[_Key]] = {}
        modules: set[_Key] = set()
        unresolved: set[_Key] = set()
        for key in (key for keys in self._by_name.values() for key in keys):
            for base in self._files[key[0]].classes[key[1]][1]:
                answer = self._outside(base)
                parent = self._parent(base, key) if answer is None else None
                if parent is not None:
                    subclasses.setdefault(parent, []).append(key)
                elif answer is not False:
                    (modules if answer else unresolved).add(key)
        counting = (key for key in _spread(unresolved, subclasses) if self._counts_for_its_forward(key))
        return frozenset(_spread(modules, subclasses)).union(counting)

    def _counts_for_its_forward(self, key: _Key) -> bool:
        file = self._files[key[0]]
        return file.classes[key[1]][2] and file.imports_torch

    def _outside(self, base: str) -> bool | None:
        """The verdict on a base that is known without looking at the tree; None for all others.

        ``torch.autograd.Function`` is among those others: a base that cannot be resolved, so that its subclasses,
        which are copied as much as modules are, count for their forward.
        """
        last = base.rpartition(".")[2]
        if base in self._module_bases or last in self._module_bases:
            return True
        if base == "nn.Module" or base.endswith(".nn.Module"):
            return True  # whoever hands torch's nn on, by whatever import
        if base.startswith("torch.") and ".nn." in base:
            # Every class of torch.nn, torch.ao.nn and the like is a module, but for its tensors.
            return last[:1].isupper() and last not in _NOT_MODULES
        return False if base in _NEVER_MODULES else None

    def _parent(self, base: str, key: _Key) -> _Key | None:
        """The class of the tree that a base names: in this file, in the file its import names, else anywhere."""
        module, _, name = base.rpartition(".")
        candidates = self._by_name.get(name, [])
        if not candidates:
            return None
        if not module:
            own = [candidate for candidate in candidates if candidate[0] == key[0] and candidate != key]
            if own:
                return own[-1]
        tail = module.strip(".").replace(".", "/")
        if tail:
            for candidate in candidates:
                stem = candidate[0].removesuffix(".py").removesuffix("/__init__")
                if stem == tail or stem.endswith("/" + tail):
                    return candidate
        others = [candidate for candidate in candidates if candidate != key]
        return others[0] if others else None


def _spread(start: set[_Key], subclasses: Mapping[_Key, Sequence[_Key]]) -> set[_Key]:
    """``start`` and all that derives from it."""
    reached = set(start)
    pending = list(start)
    while pending:
        found = [key for key in subclasses.get(pending.pop(), ()) if key not in reached]
        reached.update(found)
        pending.extend(found)
    return reached
