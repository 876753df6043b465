"""Names of classes -> the name of their base."""

from __future__ import annotations

import pytest

from esper_lint.fixing.merging.naming import base_name, is_usable


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("TransformerMLPSmallSeed", "TransformerMLPSeed"), "_TransformerMLPSeedBase"),
        (("LoRASeed", "LoRALargeSeed"), "_LoRASeedBase"),
        (("EvoNorm2dB0", "EvoNorm2dB1", "EvoNorm2dB2"), "_EvoNorm2dBase"),
        (("ConvLayer1d", "ConvLayer2d"), "_ConvLayerBase"),
        (("UMT5LayerSelfAttention", "UMT5LayerCrossAttention"), "_UMT5LayerAttentionBase"),
        (("TFViTOutput", "TFViTSelfOutput"), "_TFViTOutputBase"),
        (("HubertNoLayerNormConvLayer", "HubertGroupNormConvLayer"), "_HubertNormConvLayerBase"),
        (("MLP", "ConditionalDetrMLPPredictionHead"), "_MLPBase"),
        (("MixedBase", "MixedOtherBase"), "_MixedBase"),
        (("spatial_attn", "light_spatial_attn"), "_SpatialAttnBase"),
        (("__A", "_A"), "_ABase"),
        (("Seed", "Seed"), "_SeedBase"),
        (("ReLU", "Hardswish"), "_LinearBase"),
        (("Pool2d", "Conv2d"), "_LinearBase"),
        (("Ä", "Ö"), "_LinearBase"),
    ],
)
def test_the_words_that_all_have(names: tuple[str, ...], expected: str) -> None:
    assert base_name(names, "Linear", "") == expected


def test_a_parent_without_a_name() -> None:
    assert base_name(("A", "B"), "", "") == "_ModuleBase"


def test_the_next_that_is_free() -> None:
    assert base_name(("Seed", "Seed"), "Module", "_SeedBase '_SeedBase2' # _SeedBase3") == "_SeedBase4"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Base", True), ("_Base", True), ("__Base", False), ("Seed", False), ("def", False), ("1", False), ("sum", False)],
)
def test_names_that_are_asked_for(name: str, expected: bool) -> None:
    assert is_usable(name, "class Seed: pass") is expected
