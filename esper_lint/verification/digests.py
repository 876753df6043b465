"""Tensors, and what a module keeps -> JSON values that are equal when they are.  Runs in the worker."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from esper_lint.verification.structures import structure

Json = dict[str, object]


def digest(tensor: Tensor) -> str:
    """A hash of dtype, shape and bytes: -0.0 is not 0.0, and one NaN not another.  Strides do not count."""
    plain = _plain(tensor)
    if plain is None:
        return "no numbers"
    found = hashlib.sha256(f"{_dtype(tensor)} {tuple(tensor.shape)} ".encode())
    size = plain.numel() * plain.element_size()
    if size:
        # numpy may be missing, and torch's own way to the bytes makes a Python object of each.
        found.update((ctypes.c_char * size).from_address(plain.data_ptr()))
    return found.hexdigest()[:24]


def sketch(tensor: Tensor) -> list[str]:
    """A few numbers for people: the first ones, and the sum of magnitudes."""
    plain = _plain(tensor)
    if plain is None or not plain.numel():
        return []
    plain = plain.reshape(-1)
    first = [f"{number:.6g}" if isinstance(number, float) else str(number) for number in plain[:3].tolist()]
    wide = plain.to(torch.complex128 if plain.is_complex() else torch.float64)
    return [*first, f"{wide.abs().sum().item():.9g}"]


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


def _plain(tensor: Tensor) -> Tensor | None:
    """The same numbers, contiguous and in main memory; None where there are none yet, or none to be had."""
    if is_lazy(tensor) or tensor.device.type == "meta":
        return None
    plain = tensor.detach()
    try:
        if plain.layout is not torch.strided:
            plain = plain.to_dense()
        if plain.is_quantized:
            plain = plain.dequantize()
        return plain.resolve_conj().resolve_neg().cpu().contiguous()
    except (RuntimeError, NotImplementedError):
        return None


def _shape(tensor: Tensor) -> object:
    return "lazy" if is_lazy(tensor) else list(tensor.shape)


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
