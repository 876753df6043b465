"""Files of raw tensors of two versions -> where they differ.  Needs torch, and imports it only when called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PREFIX = {"outputs": "output", "gradients": "gradient"}


def not_close(old: Path, new: Path, name: str) -> str | None:
    """The first tensor of the row that ``torch.testing.assert_close`` rejects, with its reasons; None if none."""
    import torch

    for key, one, other in _pairs(old, new, name):
        try:
            torch.testing.assert_close(other, one, equal_nan=True)
        except AssertionError as error:
            return f"{key}: {error}"
    return None


def first_difference(old: Path, new: Path, name: str) -> str | None:
    """The first number that differs by a bit: its place and both values; None if there is none to point at."""
    import torch

    for key, one, other in _pairs(old, new, name):
        if one.shape != other.shape or one.dtype != other.dtype:
            return f"{key}: {_kind(one)} became {_kind(other)}"
        # As bytes, so that a NaN equals itself and -0.0 is not 0.0.
        bits = [tensor.contiguous().reshape(-1, 1).view(torch.uint8) for tensor in (one, other)]
        places = (bits[0] != bits[1]).any(1).nonzero()
        if len(places):
            flat = int(places[0])
            index = [int(part) for part in torch.unravel_index(torch.tensor(flat), one.shape)]
            numbers = [tensor.reshape(-1)[flat].item() for tensor in (one, other)]
            return f"{key}{index}: {numbers[0]!r} became {numbers[1]!r} ({len(places)} of {one.numel()} numbers differ)"
    return None


def _pairs(old: Path, new: Path, name: str) -> Iterator[tuple[str, Any, Any]]:
    """Tensors of both files; one that only one of them has is in the structure, which is compared elsewhere."""
    import torch

    values, others = (torch.load(path, weights_only=True) for path in (old, new))
    for key, value in values.items():
        if key.startswith(_PREFIX[name]) and key in others:
            yield key, value, others[key]


def _kind(tensor: Any) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} of {list(tensor.shape)}"
