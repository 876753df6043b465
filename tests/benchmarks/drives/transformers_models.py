"""Models of transformers, one of every kind, in tiny configurations, built and called once; for ``replayed.py``.

Needs what transformers needs: tokenizers, huggingface_hub, safetensors, regex, numpy, PyYAML, requests, tqdm, filelock.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from transformers import AutoModel, PretrainedConfig
from transformers.models.auto import CONFIG_MAPPING, MODEL_MAPPING

# What makes a model small, by what configurations call it.
_SMALL = {
    2: "num_hidden_layers n_layer n_layers num_layers encoder_layers decoder_layers num_encoder_layers num_blocks"
    " num_decoder_layers num_decoder_blocks num_key_value_heads num_experts_per_tok",
    4: "num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads num_local_experts"
    " num_experts num_encoder_attention_heads",
    8: "head_dim d_kv patch_size attention_head_size attention_head_dim",
    32: "hidden_size d_model n_embd dim embed_dim embedding_size projection_dim image_size emb_dim",
    64: "intermediate_size d_ff ffn_dim encoder_ffn_dim decoder_ffn_dim n_inner hidden_dim max_position_embeddings"
    " n_positions max_source_positions max_target_positions n_ctx mlp_dim",
    99: "vocab_size",
}
_MOST = 3_000_000  # parameters; what stays larger has names of its own for its sizes


def _config(kind: str) -> PretrainedConfig:
    made = CONFIG_MAPPING[kind]
    known = inspect.signature(made.__init__).parameters
    sizes = {name: size for size, names in _SMALL.items() for name in names.split() if name in known}
    padding = {"pad_token_id": 0} if "pad_token_id" in known else {}
    return made(**sizes, **padding)


def _inputs(model: Any) -> dict[str, torch.Tensor]:
    name, config = model.main_input_name, model.config
    if name == "pixel_values":
        size = getattr(config, "image_size", 32)
        return {name: torch.randn(1, getattr(config, "num_channels", 3), size, size)}
    if name == "input_values":
        return {name: torch.randn(1, 800)}
    if name == "input_features":
        return {
            name: torch.randn(1, getattr(config, "num_mel_bins", 80), 2 * getattr(config, "max_source_positions", 32))
        }
    ids = torch.randint(3, 90, (2, 7))
    return {name: ids, "decoder_input_ids": ids} if config.is_encoder_decoder else {name: ids}


@pytest.mark.parametrize("kind", sorted({one.model_type for one in MODEL_MAPPING}))
def test_model(kind: str) -> None:
    config = _config(kind)
    with torch.device("meta"):
        size = sum(one.numel() for one in AutoModel.from_config(config).parameters())
    assert size <= _MOST
    torch.manual_seed(0)
    model = AutoModel.from_config(config).eval()
    with torch.no_grad():
        model(**_inputs(model))
