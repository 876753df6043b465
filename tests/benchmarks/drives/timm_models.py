"""Models of timm, one of each file, built without weights and called once; for ``replayed.py`` to record.

Needs what timm needs: torchvision, huggingface_hub, safetensors, PyYAML.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest
import timm
import torch
from timm.models import _registry

# The words by which timm names its smallest models, the smallest first.
_SIZES = (
    "test",
    "atto",
    "femto",
    "pico",
    "nano",
    "xxxs",
    "xxs",
    "xs",
    "050",
    "tiny",
    "_t",
    "mini",
    "small",
    "_s",
    "10",
)
_MOST = 40_000_000  # parameters


def _smallest(names: list[str]) -> str:
    def rank(name: str) -> tuple[int, int, str]:
        words = [k for k, size in enumerate(_SIZES) if size in name]
        numbers = [int(number) for number in re.findall(r"\d+", name)]
        return (min(words, default=len(_SIZES)), min(numbers, default=10**6), name)

    return min(names, key=rank)


def _chosen() -> Iterator[str]:
    """One of each file, but of those that only have large ones, by their millions of parameters."""
    for module in sorted(timm.list_modules()):
        names = sorted(_registry._module_to_models[module])
        if not re.search(r"\d{3}m\b|\db\b", name := _smallest(names)):
            yield name


def _called(name: str, size: int, arguments: dict[str, int]) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False, **arguments).eval()
    with torch.no_grad():
        model(torch.randn(1, 3, size, size))


@pytest.mark.parametrize("name", list(_chosen()))
def test_model(name: str) -> None:
    """With the smallest images that it takes, some only if they are told so."""
    with torch.device("meta"):
        model = timm.create_model(name, pretrained=False)
    assert sum(one.numel() for one in model.parameters()) < _MOST
    takes_size = "img_size" in inspect.signature(type(model)).parameters
    failures: list[Exception] = []
    for size in (32, 64, 96, timm.get_pretrained_cfg(name).input_size[-1]):
        try:
            return _called(name, size, {"img_size": size} if takes_size else {})
        except Exception as error:
            failures.append(error)
    raise failures[-1]
