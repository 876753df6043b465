"""The blueprints against themselves: every oracle runs on each, and none finds anything."""

from __future__ import annotations

import pytest

from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, TensorSpec
from tests.verification.replaying import checks, seen

pytest.importorskip("torch")

PACKAGE = "sample_code.blueprints"
SEEDS = {
    "cnn": (
        "create_norm_seed.ConvNormSeed",
        "create_attention_seed.ChannelAttentionSeed",
        "create_depthwise_seed.DepthwiseSeed",
        "create_bottleneck_seed.BottleneckSeed",
        "create_conv_light_seed.ConvLightSeed",
        "create_conv_heavy_seed.ConvHeavySeed",
    ),
    "transformer": (
        "create_norm_seed.TransformerNormSeed",
        "create_lora_seed.LoRASeed",
        "create_lora_large_seed.LoRALargeSeed",
        "create_attention_seed.TransformerAttentionSeed",
        "create_mlp_small_seed.TransformerMLPSmallSeed",
        "create_mlp_seed.TransformerMLPSeed",
        "create_flex_attention_seed.FlexAttentionSeed",
        "create_noop_seed.TransformerNoopSeed",
    ),
}
EACH = [(file, qualname) for file, qualnames in SEEDS.items() for qualname in qualnames]


@pytest.mark.parametrize(("file", "qualname"), EACH, ids=[qualname for _, qualname in EACH])
def test_a_blueprint_is_equal_to_itself_by_every_oracle(file: str, qualname: str) -> None:
    from esper_lint.verification.lookup import Names

    name = f"{PACKAGE}.{file}:{qualname}"
    factory = Factory(name.rpartition(".")[0], Arguments((12,)))
    shape = (3, 12, 7, 5) if file == "cnn" else (3, 7, 12)
    case = Case(Build(name, factory=factory), Call(Arguments((TensorSpec(shape),))))
    names = Names(("sample_code",))
    found = checks(seen(case, names), seen(case, names))
    assert {check.name for check in found if check.outcome == "equal"} >= {"outcome", "state_dict", "ops", "graphs"}
    assert [check for check in found if check.outcome == "differs"] == []
