"""What lies within a spec: its tensors, in order."""

from __future__ import annotations

import math
from collections.abc import Iterator

from esper_lint.verification.specs import (
    Arguments,
    Build,
    Case,
    DictSpec,
    Factory,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    Simple,
    TensorSpec,
    TupleSpec,
    Value,
)


def leaves_of(spec: Value | Arguments | Factory) -> Iterator[Simple | TensorSpec]:
    """Every tensor and simple value within ``spec``, in order; of what is named, nothing."""
    match spec:
        case Named():
            return
        case ListSpec(items) | TupleSpec(items):
            for item in items:
                yield from leaves_of(item)
        case DictSpec(pairs) | Namespace(pairs):
            for _, item in pairs:
                yield from leaves_of(item)
        case Arguments(positional, keywords):
            for item in (*positional, *(item for _, item in keywords)):
                yield from leaves_of(item)
        case PartialSpec(_, arguments) | Factory(_, arguments):
            yield from leaves_of(arguments)
        case Build(_, arguments, factory):
            if factory is not None:
                yield from leaves_of(factory)
            yield from leaves_of(arguments)
        case _:
            yield spec


def tensors_of(spec: Value | Arguments | Factory) -> Iterator[TensorSpec]:
    """Every tensor within ``spec``, in order."""
    return (leaf for leaf in leaves_of(spec) if isinstance(leaf, TensorSpec))


def elements_of(case: Case) -> int:
    """How many numbers the tensors of a case hold: what makes one case smaller than another."""
    tensors = (*tensors_of(case.build), *tensors_of(case.call.arguments))
    return sum(math.prod(tensor.shape) for tensor in tensors)
