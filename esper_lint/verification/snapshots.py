"""Live objects -> specs, without calling anything of theirs: no method, no property, no comparison.

Runs in the process of the user's tests, with torch at hand.
"""

from __future__ import annotations

import functools
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from enum import Enum
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MemberDescriptorType
from typing import Any

from esper_lint.verification.encoding import is_name
from esper_lint.verification.frames import Given
from esper_lint.verification.scope import Scope, is_torch
from esper_lint.verification.specs import (
    Arguments,
    Build,
    DictSpec,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)

MOST_VALUES = 2000
DEEPEST = 12
LONGEST_TEXT = 1000
MOST_ATTRIBUTES = 200

_PLACES_IN_TORCH = (
    "torch",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.special",
    "torch.linalg",
    "torch.fft",
)
_BOUNDED = ("uint8", "int8", "int16", "int32", "int64")
_QUICK_TO_LIST = 4096
_MOST_LISTED = 65_536


class Unrecordable(Exception):
    """An object that no spec stands for; the message names its kind."""


class Snapshots:
    """``build_of`` gives the construction of a module or raises Unrecordable; ``scope`` says what may be named."""

    def __init__(self, torch: Any, scope: Scope, build_of: Callable[[Any], Build]) -> None:
        self._torch = torch
        self._scope = scope
        self._build_of = build_of
        self._tensors = (torch.Tensor, torch.nn.Parameter)
        self._integers = {getattr(torch, name) for name in _BOUNDED}

    def arguments(self, given: Given) -> Arguments:
        """Raises Unrecordable, with the argument's place in the message."""
        left = _Left()
        named = [(f"argument {place}", item) for place, item in enumerate(given.positional, 1)]
        named += [(f"argument {name}", item) for name, item in given.keywords.items()]
        values = []
        for place, item in named:
            try:
                values.append(self._value(item, left))
            except Unrecordable as error:
                raise Unrecordable(f"{place} holds {error}") from None
        count = len(given.positional)
        return Arguments(tuple(values[:count]), tuple(zip(given.keywords, values[count:], strict=True)))

    def _value(self, item: Any, left: _Left) -> Value:
        kind = type(item)
        left.take_one()
        if item is None or kind is bool or kind is float:
            return item  # type: ignore[no-any-return]
        if kind is int:
            if item.bit_length() > 64:
                raise Unrecordable("an integer of more than 64 bits")
            return item  # type: ignore[no-any-return]
        if kind is str:
            if len(item) > LONGEST_TEXT:
                raise Unrecordable(f"a text of more than {LONGEST_TEXT} characters")
            return item  # type: ignore[no-any-return]
        if kind in self._tensors:
            return self._tensor(item)
        with left.within(item):
            return self._compound(item, kind, left)

    def _compound(self, item: Any, kind: type, left: _Left) -> Value:
        torch = self._torch
        if kind is list or kind is range:
            return ListSpec(self._values(item, left))
        if kind is tuple or kind is torch.Size:
            return TupleSpec(self._values(item, left))
        if kind in (dict, OrderedDict, defaultdict, MappingProxyType):
            return DictSpec(self._pairs(item, left))
        if issubclass(kind, torch.nn.Module):
            return self._build_of(item)
        if kind is torch.dtype:
            return Named(f"torch:{str(item).removeprefix('torch.')}")
        if kind is torch.device:
            return str(item)
        if kind is functools.partial:
            function = self._compound(item.func, type(item.func), left)
            if not isinstance(function, Named):
                raise Unrecordable("a partial of something without a name")
            return PartialSpec(function, Arguments(self._values(item.args, left), self._pairs(item.keywords, left)))
        if issubclass(kind, type) or kind in (FunctionType, BuiltinFunctionType):
            return self._named(item)
        if kind.__module__ == "numpy" and hasattr(kind, "item") and getattr(item, "ndim", None) == 0:
            return self._value(item.item(), left)
        return self._namespace(item, kind, left)

    def _values(self, items: Any, left: _Left) -> tuple[Value, ...]:
        if len(items) > left.count:
            raise Unrecordable(f"more than {MOST_VALUES} values")
        return tuple(self._value(item, left) for item in items)

    def _pairs(self, items: Mapping[Any, Any], left: _Left) -> tuple[tuple[str, Value], ...]:
        if any(type(key) is not str or len(key) > LONGEST_TEXT for key in items):
            raise Unrecordable("a dictionary with keys that are no short strings")
        return tuple((key, self._value(item, left)) for key, item in items.items())

    def _tensor(self, tensor: Any) -> TensorSpec:
        torch = self._torch
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_nested:
            raise Unrecordable("a tensor that is not strided")
        shape = tuple(tensor.shape)
        if any(type(size) is not int for size in shape):
            raise Unrecordable("a tensor of unknown size")
        low, high = self._bounds(tensor) if tensor.dtype in self._integers else (None, None)
        return TensorSpec(shape, str(tensor.dtype).removeprefix("torch."), low, high)

    def _bounds(self, tensor: Any) -> tuple[int | None, int | None]:
        """The least and the greatest number, where reading them leaves no trace; an index must stay in its table."""
        count = tensor.numel()
        if count == 0 or tensor.is_meta:
            return None, None
        if count <= _QUICK_TO_LIST or (not tensor.is_cpu and count <= _MOST_LISTED):
            if tensor.is_cuda and self._torch.cuda.is_current_stream_capturing():
                return None, None
            numbers = tensor.tolist()
            for _ in range(tensor.dim() - 1):
                numbers = [number for row in numbers for number in row]
            return (min(numbers), max(numbers)) if tensor.dim() else (numbers, numbers)
        if not tensor.is_cpu or self._torch.autograd._profiler_enabled():
            return None, None
        low, high = self._torch.aminmax(tensor)
        return int(low), int(high)

    def _named(self, item: Any) -> Named:
        """Something of torch or of the project that stands in its module under its own name."""
        module, name = str(item.__module__ or ""), item.__qualname__
        if isinstance(item, BuiltinFunctionType):
            name = item.__name__  # its qualified name is that of a C structure
        if isinstance(item, type) and not issubclass(item, self._torch.nn.Module):
            raise Unrecordable(f"the class {name[:80]}, which is no module class")
        of_torch = isinstance(item, BuiltinFunctionType) or is_torch(module)
        for place in (*_PLACES_IN_TORCH, module) if of_torch else (module,):
            if _stands_in(place, name, item):
                if is_torch(place) or self._scope.covers_module(place):
                    return Named(f"{place}:{name}")
                raise Unrecordable(f"{place}:{name}, which is neither in the roots nor in a package to record")
        raise Unrecordable(f"the function {name[:80]}, which no module holds under this name")

    def _namespace(self, item: Any, kind: type, left: _Left) -> Namespace:
        """An object with attributes, such as a configuration; those that no spec stands for are left out."""
        described = f"an object of the class {kind.__module__}.{kind.__qualname__}"[:160]
        if issubclass(kind, Enum) or is_torch(kind.__module__) or kind.__module__ in ("unittest.mock", "builtins"):
            raise Unrecordable(described)
        attributes = _attributes(item, kind)
        if not attributes or len(attributes) > MOST_ATTRIBUTES:
            raise Unrecordable(described)
        pairs = []
        for name, value in attributes.items():
            try:
                pairs.append((name, self._value(value, left)))
            except Unrecordable:
                if left.count <= 0:
                    raise
        if not pairs:
            raise Unrecordable(described)
        return Namespace(tuple(pairs))


class _Left:
    """How much of a case may still be read."""

    def __init__(self) -> None:
        self.count = MOST_VALUES
        self._open: list[object] = []

    def take_one(self) -> None:
        self.count -= 1
        if self.count < 0:
            raise Unrecordable(f"more than {MOST_VALUES} values")

    def within(self, item: object) -> _Left:
        if len(self._open) >= DEEPEST:
            raise Unrecordable(f"values nested more than {DEEPEST} deep")
        if any(one is item for one in self._open):
            raise Unrecordable("something that holds itself")
        self._open.append(item)
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._open.pop()


def _stands_in(module: str, name: str, item: object) -> bool:
    if not is_name(f"{module}:{name}"):
        return False
    first, *rest = name.split(".")
    variables = vars(sys.modules[module]) if module in sys.modules else getattr(item, "__globals__", {})
    found = variables.get(first)
    for part in rest:
        found = vars(found).get(part) if isinstance(found, type) else None
    return found is item


def _attributes(item: Any, kind: type) -> dict[str, Any]:
    """The instance's own attributes and filled slots, read past its class."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, member in islice(vars(base).items(), MOST_ATTRIBUTES * 5):
            if isinstance(member, MemberDescriptorType):
                try:
                    found[name] = member.__get__(item, kind)
                except AttributeError:  # not filled
                    continue
    try:
        own = object.__getattribute__(item, "__dict__")
    except AttributeError:
        own = {}
    if type(own) is dict:
        found.update((name, value) for name, value in own.items() if type(name) is str)
    return found
