"""Cases from anywhere -> those of each class, under the names of the original version."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from esper_lint.verification.pairing import Pair
from esper_lint.verification.placing import fits, placing, renaming
from esper_lint.verification.specs import Build, Case, Factory, Named
from esper_lint.verification.versions import Version

_Spec = TypeVar("_Spec")


@dataclass(frozen=True, slots=True)
class Sourced:
    """The cases of one class; all of them know its module by the same name."""

    module: str
    cases: tuple[Case, ...]


def sourced(pairs: Iterable[Pair], cases: Iterable[Case], old: Version, new: Version) -> Mapping[Pair, Sourced]:
    """The classes that there are cases of.

    A recording may have been made with either version; where modules have other names in the new one, its cases are
    rewritten.  If a class was recorded under several names of its module, the one with most cases counts.
    """
    by_qualname: dict[str, list[Case]] = {}
    for case in cases:
        by_qualname.setdefault(case.build.name.partition(":")[2], []).append(case)
    found = {}
    for pair in pairs:
        by_module: dict[str, list[Case]] = {}
        for case in by_qualname.get(pair.old.qualname, ()):
            module = case.build.name.partition(":")[0]
            if fits(old, pair.old.file, module):
                by_module.setdefault(module, []).append(case)
            elif fits(new, pair.new.file, module):
                back = placing(new, old, pair.new, pair.old, module)
                by_module.setdefault(back.new_module, []).append(renamed(case, renaming(back.renames)))
        if by_module:
            module, own = max(by_module.items(), key=lambda item: len(item[1]))
            found[pair] = Sourced(module, tuple(dict.fromkeys(own)))
    return found


def renamed(spec: _Spec, rename: Callable[[str], str]) -> _Spec:
    """A spec with other names of modules."""
    if isinstance(spec, tuple):
        return tuple(renamed(one, rename) for one in spec)  # type: ignore[return-value]
    if not dataclasses.is_dataclass(spec) or isinstance(spec, type):
        return spec
    fields: dict[str, Any] = {one.name: renamed(getattr(spec, one.name), rename) for one in dataclasses.fields(spec)}
    if isinstance(spec, (Build, Factory, Named)):
        module, colon, qualname = fields["name"].partition(":")
        fields["name"] = rename(module) + colon + qualname
    return dataclasses.replace(spec, **fields)
