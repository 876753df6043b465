"""Tensors, structures of them and objects -> JSON values that are equal when they are.  Runs in the worker."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import BuiltinFunctionType, FunctionType

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

Json = dict[str, object]
Describe = Callable[[Tensor, str], object]
_DEEP = 8
_LONG = 1000


def digest(tensor: Tensor) -> str:
    """A hash of dtype, shape and bytes: -0.0 is not 0.0, and one NaN not another.  Strides do not count."""
    if is_lazy(tensor) or tensor.device.type == "meta":
        return "no numbers"
    plain = tensor.detach()
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    if plain.is_quantized:
        plain = plain.int_repr()
    plain = plain.resolve_conj().resolve_neg().cpu().contiguous()
    found = hashlib.sha256(f"{_dtype(tensor)} {tuple(tensor.shape)} ".encode())
    size = plain.numel() * plain.element_size()
    if size:
        # numpy may be missing, and torch's own way to the bytes makes a Python object of each.
        found.update((ctypes.c_char * size).from_address(plain.data_ptr()))
    return found.hexdigest()[:24]


def sketch(tensor: Tensor) -> list[str]:
    """A few numbers for people: the first ones, and the sum of magnitudes."""
    if is_lazy(tensor) or tensor.device.type == "meta" or tensor.layout is not torch.strided or not tensor.numel():
        return []
    plain = tensor.detach().reshape(-1)
    first = [f"{number:.6g}" if isinstance(number, float) else str(number) for number in plain[:3].tolist()]
    return [*first, f"{plain.abs().double().sum().item():.9g}" if plain.dtype is not torch.bool else str(plain.sum())]


def described(tensor: Tensor, _: str = "") -> Json:
    """All of an output that can differ, but for the alias, which only the caller can tell."""
    return {
        "dtype": _dtype(tensor),
        "shape": _shape(tensor),
        "stride": list(tensor.stride()) if tensor.layout is torch.strided else None,
        "requires_grad": tensor.requires_grad,
        "digest": digest(tensor),
        "sketch": sketch(tensor),
    }


def row(name: str, tensor: Tensor) -> list[object]:
    """``[name, shape, dtype]``, as parameters and buffers are listed."""
    return [name, _shape(tensor), _dtype(tensor)]


def structure(value: object, of_tensor: Describe, where: str = "", deep: int = _DEEP) -> object:
    """The value with each tensor replaced by what ``of_tensor`` says of it and its place.

    Containers keep their kind; of an object of unknown kind only its type counts, never its address.
    """
    kind = type(value).__qualname__
    if isinstance(value, Tensor):
        return {"tensor": of_tensor(value, where)}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, complex)):
        return {kind: repr(value)}
    if isinstance(value, (FunctionType, BuiltinFunctionType, type)):
        return {"named": getattr(value, "__qualname__", kind)}
    if deep == 0:
        return {"object": kind}
    if isinstance(value, (list, tuple)):
        return {kind: _listed(value, of_tensor, where, deep)}
    if isinstance(value, Mapping):
        pairs = list(value.items())[:_LONG]
        return {
            kind: [
                [
                    structure(key, of_tensor, f"{where}.key", deep - 1),
                    structure(one, of_tensor, f"{where}[{key}]", deep - 1),
                ]
                for key, one in pairs
            ]
        }
    if isinstance(value, (set, frozenset)):
        return {kind: sorted(str(structure(one, of_tensor, where, deep - 1)) for one in list(value)[:_LONG])}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
        return {kind: structure(fields, of_tensor, where, deep - 1)}
    if isinstance(value, (torch.dtype, torch.device, torch.layout, torch.memory_format)):
        return {"named": str(value)}
    return {"object": kind}


def attributes(module: nn.Module, owned: Callable[[object], bool]) -> list[list[object]]:
    """``[name of the module, its mode, what it keeps in attributes of its own]``, for the classes that are ``owned``.

    Parameters, buffers and submodules are listed elsewhere; the rest is where a forward leaves what it counted, cached
    or noted.  Sorted: the order in which attributes were first written is nobody's business.
    """
    internal = set(vars(nn.Module()))
    found: list[list[object]] = []
    for name, part in module.named_modules():
        if owned(type(part).__module__):
            own = {key: value for key, value in sorted(vars(part).items()) if key not in internal}
            found.append(
                [name, part.training, structure(own, lambda tensor, _: [*row("", tensor)[1:], digest(tensor)])]
            )
    return found


def _listed(values: Sequence[object], of_tensor: Describe, where: str, deep: int) -> list[object]:
    found = [structure(one, of_tensor, f"{where}[{number}]", deep - 1) for number, one in enumerate(values[:_LONG])]
    return found if len(values) <= _LONG else [*found, {"more": len(values) - _LONG}]


def _shape(tensor: Tensor) -> object:
    return "lazy" if is_lazy(tensor) else list(tensor.shape)


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
