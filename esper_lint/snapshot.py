"""What a run leaves behind of a whole tree: enough to answer again, and to compare only what has changed since.

A ``Snapshot`` suffices to answer; the ``Workings`` behind it, and the rooms that these come from, are needed and loaded
only where something has changed.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from esper_lint.findings import FileError, UnitKind

if TYPE_CHECKING:
    from esper_lint.discovery.bases import Outline
    from esper_lint.discovery.forms import Sketch
    from esper_lint.discovery.noqa import Noqa
    from esper_lint.matching.pairs import Pair
    from esper_lint.neighbourhoods import Place, Resident


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Of every file its content's digest; of some their error and noqa comments, and the keys of the groups
    with a member in it; what was counted; and which files may hold contracts of either kind."""

    digests: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, FileError] = field(default_factory=dict)
    noqa: Mapping[str, tuple[Noqa, ...]] = field(default_factory=dict)
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    module_classes: int = 0
    forwards: int = 0
    lockstep: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()

    @property
    def group_keys(self) -> frozenset[str]:
        return frozenset(key for keys in self.homes.values() for key in keys)

    @property
    def state(self) -> str:
        """A name for the contents of all files."""
        text = "\0".join(f"{name}\0{digest}" for name, digest in self.digests.items())
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Workings:
    """How the files, the module classes and their forms relate: all that decides which neighbourhoods there are.

    ``common`` holds the common length of every alike pair of forms, ``neighbourhoods`` the classes of each by its key.
    """

    outlines: Mapping[str, Outline] = field(default_factory=dict)
    residents: Mapping[Place, Resident] = field(default_factory=dict)
    sketches: Mapping[UnitKind, Mapping[str, Sketch]] = field(default_factory=lambda: {kind: {} for kind in UnitKind})
    common: Mapping[UnitKind, Mapping[Pair, int]] = field(default_factory=lambda: {kind: {} for kind in UnitKind})
    neighbourhoods: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)


def columns_of(workings: Workings) -> tuple[Any, ...]:
    """The workings as a few long values, which are stored and loaded in a tenth of the time of many short ones."""
    outlines = [(name, one.imports_torch, one.classes, one.generated) for name, one in workings.outlines.items()]
    residents = [(*place, one.forwards, *one.forms.values(), one.names) for place, one in workings.residents.items()]
    kinds = [_kind_columns(workings.sketches[kind], workings.common[kind]) for kind in UnitKind]
    return outlines, residents, kinds, dict(workings.neighbourhoods)


def workings_of(columns: Any) -> Workings:
    from esper_lint.discovery.bases import Outline
    from esper_lint.neighbourhoods import Resident

    outlines, residents, kinds, neighbourhoods = columns
    sketches, common = {}, {}
    for kind, found in zip(UnitKind, kinds, strict=True):
        sketches[kind], common[kind] = _from_kind_columns(*found)
    return Workings(
        {name: Outline(*outline) for name, *outline in outlines},
        {
            (name, index): Resident(forwards, {UnitKind.FORWARD: own, UnitKind.CLASS: whole}, names)
            for name, index, forwards, own, whole, names in residents
        },
        sketches,
        common,
        neighbourhoods,
    )


def _kind_columns(sketches: Mapping[str, Sketch], common: Mapping[Pair, int]) -> tuple[Any, ...]:
    from esper_lint.discovery.forms import BITS

    place = {key: number for number, key in enumerate(sketches)}
    signatures = [sketch.signature for sketch in sketches.values()]
    return (
        " ".join(sketches),
        " ".join(sketch.renamed for sketch in sketches.values()),
        _numbers([signature.size for signature in signatures]),
        _numbers([signature.weight for signature in signatures]),
        b"".join(signature.bits.to_bytes(BITS // 8, "little") for signature in signatures),
        _numbers([place[left] for left, _ in common]),
        _numbers([place[right] for _, right in common]),
        _numbers([*common.values()]),
    )


def _from_kind_columns(
    keys: str, renamed: str, sizes: bytes, weights: bytes, bits: bytes, lefts: bytes, rights: bytes, lengths: bytes
) -> tuple[dict[str, Sketch], dict[Pair, int]]:
    from esper_lint.discovery.forms import BITS, Signature, Sketch

    named, width = keys.split(), BITS // 8
    rows = zip(named, renamed.split(), _array(sizes), _array(weights), range(0, len(bits), width), strict=True)
    sketches = {
        key: Sketch(normal, Signature(size, int.from_bytes(bits[at : at + width], "little"), weight))
        for key, normal, size, weight, at in rows
    }
    pairs = zip(_array(lefts), _array(rights), _array(lengths), strict=True)
    return sketches, {(named[left], named[right]): length for left, right, length in pairs}


def _numbers(values: Sequence[int]) -> bytes:
    return array("I", values).tobytes()


def _array(data: bytes) -> array[int]:
    values = array("I")
    values.frombytes(data)
    return values
