"""Models of diffusers in tiny configurations, built and called once; for ``replayed.py`` to record."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import models

_BLOCKS = {"block_out_channels": (16, 32), "norm_num_groups": 4, "layers_per_block": 1}
_CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "UNet2DModel",
        {
            **_BLOCKS,
            "sample_size": 16,
            "down_block_types": ("DownBlock2D", "AttnDownBlock2D"),
            "up_block_types": ("AttnUpBlock2D", "UpBlock2D"),
            "attention_head_dim": 4,
        },
        {"sample": (1, 3, 16, 16), "timestep": 3},
    ),
    (
        "UNet2DConditionModel",
        {
            **_BLOCKS,
            "sample_size": 16,
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
            "cross_attention_dim": 24,
            "attention_head_dim": 4,
        },
        {"sample": (1, 4, 16, 16), "timestep": 3, "encoder_hidden_states": (1, 5, 24)},
    ),
    (
        "UNet2DConditionModel",
        {
            **_BLOCKS,
            "sample_size": 16,
            "down_block_types": ("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
            "up_block_types": ("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
            "cross_attention_dim": 24,
            "attention_head_dim": 4,
        },
        {"sample": (1, 4, 16, 16), "timestep": 3, "encoder_hidden_states": (1, 5, 24)},
    ),
    (
        "UNet2DModel",
        {
            **_BLOCKS,
            "sample_size": 16,
            "block_out_channels": (32, 64),
            "down_block_types": ("SkipDownBlock2D", "AttnSkipDownBlock2D"),
            "up_block_types": ("AttnSkipUpBlock2D", "SkipUpBlock2D"),
            "attention_head_dim": 4,
        },
        {"sample": (1, 3, 16, 16), "timestep": 3},
    ),
    (
        "AutoencoderKL",
        {
            **_BLOCKS,
            "down_block_types": ("DownEncoderBlock2D",) * 2,
            "up_block_types": ("UpDecoderBlock2D",) * 2,
            "latent_channels": 4,
        },
        {"sample": (1, 3, 16, 16)},
    ),
    (
        "AutoencoderTiny",
        {
            "encoder_block_out_channels": (16, 16),
            "decoder_block_out_channels": (16, 16),
            "num_encoder_blocks": (1, 1),
            "num_decoder_blocks": (1, 1),
        },
        {"sample": (1, 3, 16, 16)},
    ),
    (
        "VQModel",
        {
            **_BLOCKS,
            "down_block_types": ("DownEncoderBlock2D",) * 2,
            "up_block_types": ("UpDecoderBlock2D",) * 2,
            "num_vq_embeddings": 8,
        },
        {"sample": (1, 3, 16, 16)},
    ),
    (
        "AutoencoderOobleck",
        {
            "encoder_hidden_size": 12,
            "decoder_channels": 12,
            "decoder_input_channels": 6,
            "audio_channels": 2,
            "downsampling_ratios": [2, 4],
            "channel_multiples": [1, 2],
        },
        {"sample": (1, 2, 24)},
    ),
    (
        "UNet1DModel",
        {
            "block_out_channels": (32, 64),
            "in_channels": 4,
            "out_channels": 4,
            "sample_size": 32,
            "layers_per_block": 1,
            "down_block_types": ("DownBlock1DNoSkip", "DownBlock1D"),
            "up_block_types": ("UpBlock1D", "UpBlock1DNoSkip"),
            "extra_in_channels": 16,
        },
        {"sample": (1, 4, 32), "timestep": 3},
    ),
    (
        "DiTTransformer2DModel",
        {
            "num_attention_heads": 2,
            "attention_head_dim": 8,
            "in_channels": 4,
            "out_channels": 8,
            "num_layers": 1,
            "sample_size": 8,
            "patch_size": 2,
            "norm_type": "ada_norm_zero",
            "num_embeds_ada_norm": 10,
        },
        {"hidden_states": (1, 4, 8, 8), "timestep": (1,), "class_labels": (1,)},
    ),
    (
        "SD3Transformer2DModel",
        {
            "sample_size": 8,
            "patch_size": 1,
            "in_channels": 4,
            "num_layers": 1,
            "attention_head_dim": 8,
            "num_attention_heads": 4,
            "joint_attention_dim": 32,
            "caption_projection_dim": 32,
            "pooled_projection_dim": 64,
            "out_channels": 4,
        },
        {
            "hidden_states": (1, 4, 8, 8),
            "encoder_hidden_states": (1, 5, 32),
            "pooled_projections": (1, 64),
            "timestep": (1,),
        },
    ),
    (
        "PixArtTransformer2DModel",
        {
            "sample_size": 8,
            "num_layers": 1,
            "patch_size": 2,
            "attention_head_dim": 4,
            "num_attention_heads": 2,
            "in_channels": 4,
            "cross_attention_dim": 8,
            "out_channels": 8,
            "caption_channels": 8,
            "norm_type": "ada_norm_single",
            "use_additional_conditions": False,
        },
        {
            "hidden_states": (1, 4, 8, 8),
            "encoder_hidden_states": (1, 5, 8),
            "timestep": (1,),
            "added_cond_kwargs": {"resolution": None, "aspect_ratio": None},
        },
    ),
    (
        "Transformer2DModel",
        {
            "num_attention_heads": 2,
            "attention_head_dim": 8,
            "in_channels": 16,
            "num_layers": 1,
            "norm_num_groups": 4,
            "cross_attention_dim": 8,
        },
        {"hidden_states": (1, 16, 8, 8), "encoder_hidden_states": (1, 5, 8)},
    ),
    (
        "PriorTransformer",
        {
            "num_attention_heads": 2,
            "attention_head_dim": 4,
            "num_layers": 1,
            "embedding_dim": 8,
            "num_embeddings": 7,
            "additional_embeddings": 4,
        },
        {"hidden_states": (1, 8), "timestep": 2, "proj_embedding": (1, 8), "encoder_hidden_states": (1, 7, 8)},
    ),
    (
        "TransformerTemporalModel",
        {
            "num_attention_heads": 2,
            "attention_head_dim": 8,
            "in_channels": 16,
            "num_layers": 1,
            "norm_num_groups": 4,
            "cross_attention_dim": 16,
        },
        {"hidden_states": (2, 16, 4, 4), "num_frames": 2},
    ),
]


@pytest.mark.parametrize("case", range(len(_CASES)))
def test_model(case: int) -> None:
    name, arguments, inputs = _CASES[case]
    torch.manual_seed(0)
    model = getattr(models, name)(**arguments).eval()
    given = {
        key: (torch.randn(value) if key not in ("timestep", "class_labels") else torch.randint(1, 9, value))
        if isinstance(value, tuple)
        else value
        for key, value in inputs.items()
    }
    with torch.no_grad():
        model(**given)
