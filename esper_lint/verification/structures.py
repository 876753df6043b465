"""Nested containers and objects -> JSON values.  Runs in the worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from types import BuiltinFunctionType, FunctionType

import torch
from torch import Tensor

Describe = Callable[[Tensor, str], object]

_DEEP = 8
_PARTS = 20_000


def structure(value: object, of_tensor: Describe) -> object:
    """The value with each tensor replaced by what ``of_tensor`` says of it and its place, such as ``[0][mask]``.

    Containers keep their kind; of an object of unknown kind only its type counts, never its address.  What lies too
    deep, comes after too many others or holds itself is named and not entered: a module may keep anything.  Raises
    nothing that the objects themselves raise when they are looked into.
    """
    return _Walk(of_tensor).told(value, "", _DEEP)


class _Walk:
    def __init__(self, of_tensor: Describe) -> None:
        self._of_tensor = of_tensor
        self._left = _PARTS
        self._open: set[int] = set()

    def told(self, value: object, where: str, deep: int) -> object:
        self._left -= 1
        kind = type(value).__qualname__
        if isinstance(value, Tensor):
            return {"tensor": self._of_tensor(value, where)}
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, (float, complex)):
            return {kind: repr(value)}
        if isinstance(value, (torch.dtype, torch.device, torch.layout, torch.memory_format)):
            return {"named": str(value)}
        if isinstance(value, (FunctionType, BuiltinFunctionType, type)):
            return {"named": value.__qualname__}
        if deep == 0 or self._left < 0 or id(value) in self._open:
            return {"object": kind}
        self._open.add(id(value))
        try:
            return self._inside(value, kind, where, deep - 1)
        except Exception as error:
            return {"object": kind, "unreadable": type(error).__qualname__}
        finally:
            self._open.discard(id(value))

    def _inside(self, value: object, kind: str, where: str, deep: int) -> object:
        if isinstance(value, (list, tuple)):
            return {kind: [len(value), self._all(((f"{where}[{n}]", one) for n, one in enumerate(value)), deep)]}
        if isinstance(value, Mapping):
            keys = self._all((("", key) for key in value), deep)
            return {kind: [keys, self._all(((f"{where}[{key}]", one) for key, one in value.items()), deep)]}
        if isinstance(value, (set, frozenset)):
            return {kind: sorted(map(str, self._all((("", one) for one in value), deep)))}
        if dataclasses.is_dataclass(value):
            fields = [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)]
            return {kind: self._all(((f"{where}.{name}", one) for name, one in fields), deep)}
        return {"object": kind}

    def _all(self, parts: Iterable[tuple[str, object]], deep: int) -> list[object]:
        return [self.told(one, where, deep) for where, one in islice(parts, max(self._left, 0))]
