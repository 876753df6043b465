"""Models of timm, one of each file, built without weights and called once; for ``replayed.py`` to record.

Needs what timm needs: torchvision, huggingface_hub, safetensors, PyYAML.
"""

from __future__ import annotations

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


def _smallest(names: list[str]) -> str:
    def rank(name: str) -> tuple[int, int, str]:
        words = [k for k, size in enumerate(_SIZES) if size in name]
        numbers = [int(number) for number in re.findall(r"\d+", name)]
        return (min(words, default=len(_SIZES)), min(numbers, default=10**6), name)

    return min(names, key=rank)


def _chosen() -> Iterator[str]:
    for module in sorted(timm.list_modules()):
        names = sorted(_registry._module_to_models[module])
        yield _smallest(names)


@pytest.mark.parametrize("name", list(_chosen()))
def test_model(name: str) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name, pretrained=False).eval()
    _, height, width = model.default_cfg["input_size"]
    with torch.no_grad():
        model(torch.randn(1, 3, height, width))
