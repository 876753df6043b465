"""Shapes -> tensors full of numbers, the same for both versions of a module.  Runs in the worker.

Every number depends on the seed of the case and on the *name* of what is drawn, never on the order of drawing: a
refactor that makes its parameters in another order is then compared on equal numbers, and the order is a finding of
its own.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
from collections.abc import Container, Iterator

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from esper_lint.verification.specs import TensorSpec


def seeded(seed: int, name: str) -> torch.Generator:
    return torch.Generator().manual_seed(_number(seed, name))


def reseed(seed: int, stage: str) -> None:
    """Set every generator that a module may draw from, before it is built, called or differentiated."""
    number = _number(seed, stage)
    torch.manual_seed(number)
    random.seed(number)
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed(number % 2**32)


def draw(spec: TensorSpec, seed: int, name: str) -> Tensor:
    """The tensor of the specification.  Raises ValueError for a dtype that torch does not have."""
    dtype = getattr(torch, spec.dtype, None)
    if not isinstance(dtype, torch.dtype):
        raise ValueError(f"torch has no dtype {spec.dtype!r:.40}")
    source = seeded(seed, name)
    if dtype.is_floating_point or dtype.is_complex:
        if spec.low is not None and spec.high is not None:
            numbers = torch.rand(spec.shape, generator=source) * (spec.high - spec.low) + spec.low
        else:
            numbers = torch.randn(spec.shape, generator=source, dtype=torch.complex64 if dtype.is_complex else None)
        return numbers.to(dtype)
    low = spec.low if spec.low is not None else 0
    high = spec.high if spec.high is not None else low + 1
    return torch.randint(low, high + 1, spec.shape, generator=source).to(dtype)


def scramble(module: nn.Module, seed: int, only: Container[str] | None = None) -> None:
    """Overwrite the float parameters and buffers, those named in ``only`` or all.  Integers stay as they are.

    Comparing outputs as initialised proves next to nothing: adapters set their last layer to zero, so that output
    equals input whatever else is broken; of 26 wrong refactors this caught one.  Matrices are scaled by their fan-in,
    which keeps deep modules clear of infinities, under which all differences vanish.
    """
    with torch.no_grad():
        for name, tensor in floats(module):
            if only is not None and name not in only:
                continue
            numbers = torch.randn(tensor.shape, generator=seeded(seed, name), dtype=_wide(tensor))
            if tensor.dim() > 1:
                numbers = numbers / max(math.prod(tensor.shape[1:]), 1) ** 0.5
            if not tensor.is_complex() and _stays_positive(name, tensor):
                numbers = numbers.abs() + 0.25
            try:
                tensor.copy_(numbers)
            except RuntimeError:
                # An expanded tensor has one number in many places and cannot be written; it keeps what it has.
                continue


def floats(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        if not is_lazy(tensor) and (tensor.is_floating_point() or tensor.is_complex()):
            yield name, tensor


def _stays_positive(name: str, tensor: Tensor) -> bool:
    """A variance, a table of frequencies, a temperature: roots and logarithms are taken of them.

    Of parameters only constant ones, since a few that are drawn may be positive by chance, and not so in the other
    version, whose order of drawing may differ.
    """
    if "var" in name.rpartition(".")[2]:
        return True
    is_constant = not tensor.numel() or bool((tensor == tensor.reshape(-1)[0]).all())
    return bool((tensor > 0).all()) and (is_constant or not isinstance(tensor, nn.Parameter))


def _wide(tensor: Tensor) -> torch.dtype:
    return torch.complex64 if tensor.is_complex() else torch.float32


def _number(seed: int, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:7], "big")
