"""The worlds of a file are those that its guards tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.verification.worlds import World, worlds_of

FLEX = "torch.nn.attention.flex_attention"
BLUEPRINTS = Path(__file__).parents[2] / "sample_code" / "blueprints"


@pytest.mark.parametrize(
    ("tried", "masked"),
    [
        ("import flash_attn", [("flash_attn",)]),
        ("import flash_attn.layers as layers", [("flash_attn.layers",)]),
        ("from flash_attn.layers.rotary import RotaryEmbedding", [("flash_attn.layers.rotary",)]),
        ("import flash_attn; from flash_attn.ops import f; import triton", [("flash_attn", "triton")]),
        ("from torch.nn.attention.flex_attention import flex_attention as f", [(FLEX,)]),
        ("from torch import compile, vmap", [("torch.compile", "torch.vmap")]),
        ("import torch", []),
        ("from functools import cache", [("functools.cache",)]),
        ("from .fast import attend", [("pkg.sub.fast",)]),
        ("from . import fast", [("pkg.sub",)]),
        ("from ..fast import attend", [("pkg.fast",)]),
        ("from ....fast import attend", []),
        ("x = 1", []),
    ],
)
def test_what_a_guard_tries_is_masked(tried: str, masked: list[tuple[str, ...]]) -> None:
    text = f"try:\n    {tried}\n    HAS = True\nexcept ImportError:\n    HAS = False\n"
    found = worlds_of(text, "pkg.sub")
    assert found[0] == World("as installed", ())
    assert [one.masked for one in found[1:]] == masked
    assert [one.name for one in found[1:]] == [f"without {', '.join(one)}" for one in masked]


def test_each_guard_has_its_world_once() -> None:
    guard = "try:\n    import {0}\nexcept ImportError:\n    {0} = None\n"
    text = guard.format("one") + guard.format("two") + guard.format("one")
    assert [one.masked for one in worlds_of(text, "")] == [(), ("one",), ("two",)]


def test_what_is_no_guard_and_what_is_no_python_have_one_world() -> None:
    assert worlds_of("try:\n    import one\nfinally:\n    pass\n", "") == (World(),)
    assert worlds_of("import one\n", "") == (World(),)
    assert worlds_of("def (:\n", "") == (World(),)


def test_the_sample_has_a_world_without_flex_attention() -> None:
    text = (BLUEPRINTS / "transformer.py").read_text(encoding="utf-8")
    assert [one.masked for one in worlds_of(text, "sample_code.blueprints")] == [(), (FLEX,)]
