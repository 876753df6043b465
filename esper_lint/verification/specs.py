"""What a module class was built from and called with, as plain values: shapes, names and numbers; nothing that runs.

A case is built from these, a recording holds nothing else, and both versions of a class are given the same ones.  This
module knows no torch: tensors and objects are made of them in the process that may run foreign code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Simple: TypeAlias = bool | int | float | str | None
Value: TypeAlias = "Simple | TensorSpec | ListSpec | TupleSpec | DictSpec | Named | PartialSpec | Namespace | Build"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A tensor without its numbers: they are drawn anew, equal for both versions, from the seed of the case.

    ``dtype`` is torch's name without ``torch.``; integers are drawn from ``low`` to ``high``, both included, as they
    were seen (an index must stay in its table).  A zero-dimensional or empty shape is one like any other.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class ListSpec:
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TupleSpec:
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class DictSpec:
    items: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """Something that is passed by reference and never called by us: ``torch:float16``, ``torch.nn:GELU``.

    ``name`` is ``MODULE:QUALNAME``.  It may name a dtype, a function or a module class of torch, or a module class or
    a function of the project; where it is looked up, all else is refused.
    """

    name: str


@dataclass(frozen=True, slots=True)
class PartialSpec:
    """``functools.partial`` of something named."""

    function: Named
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Namespace:
    """An object of which only simple attributes are known, such as a configuration; replayed as a plain namespace."""

    items: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Arguments:
    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Factory:
    """A call of the function that encloses an inner class; it makes the class, and often the module too."""

    name: str  # MODULE:QUALNAME, without "<locals>"
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Build:
    """How a module of the class ``name`` is made; of an inner class by the functions around it, outermost first.

    ``name`` is ``MODULE:QUALNAME`` without ``<locals>``, e.g. ``blueprints.transformer:create_mlp_seed.MlpSeed``.  If
    the factory returns a module, that is the module (or holds it); if it returns a class, ``arguments`` build it.
    """

    name: str
    arguments: Arguments = Arguments()
    factory: Factory | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module.  ``training`` and ``grad`` are the modes in which it was seen."""

    arguments: Arguments
    training: bool = False
    grad: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A module and one call of it, with the seed of every number that is drawn, and where it comes from."""

    build: Build
    call: Call
    seed: int = 0
    source: str = "recording"  # or "entry", "sibling", "generated"
