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
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)


def tensors_of(spec: Value | Arguments | Factory) -> Iterator[TensorSpec]:
    """Every tensor within ``spec``, in order."""
    match spec:
        case TensorSpec():
            yield spec
        case ListSpec(items) | TupleSpec(items):
            for item in items:
                yield from tensors_of(item)
        case DictSpec(pairs) | Namespace(pairs):
            for _, item in pairs:
                yield from tensors_of(item)
        case Arguments(positional, keywords):
            for item in (*positional, *(item for _, item in keywords)):
                yield from tensors_of(item)
        case PartialSpec(_, arguments) | Factory(_, arguments):
            yield from tensors_of(arguments)
        case Build(_, arguments, factory):
            if factory is not None:
                yield from tensors_of(factory)
            yield from tensors_of(arguments)


def elements_of(case: Case) -> int:
    """How many numbers the tensors of a case hold: what makes one case smaller than another."""
    tensors = (*tensors_of(case.build), *tensors_of(case.call.arguments))
    return sum(math.prod(tensor.shape) for tensor in tensors)
