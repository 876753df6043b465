"""Seeds for transformer slots: `[batch, sequence, dim]` in and out."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from .registry import register

# FlexAttention came with torch 2.5; hosts on older versions must still load these blueprints.
try:
    from torch.nn.attention.flex_attention import BlockMask, create_block_mask, flex_attention

    _HAS_FLEX = True
except ImportError:
    _HAS_FLEX = False

# A curriculum visits few sequence lengths at a time, but unbounded masks would pile up on the GPU.
_MAX_CACHED_MASKS = 8


@register(
    "norm", "transformer", params=lambda dim: 2 * dim + 1, description="Gated layer normalisation"
)
def create_norm_seed(dim: int) -> nn.Module:
    class TransformerNormSeed(nn.Module):
        def __init__(self, dim: int) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(dim)
            self.gate = nn.Parameter(torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            return torch.lerp(x, self.norm(x), self.gate)

    return TransformerNormSeed(dim)


class _LoRASeedBase(nn.Module):
    """Shared by LoRASeed and LoRALargeSeed."""

    def __init__(self, dim: int, rank: int) -> None:
        super().__init__()
        self.scaling = 1.0 / math.sqrt(rank)
        self.down = nn.Parameter(torch.empty(rank, dim))
        self.up = nn.Parameter(torch.zeros(dim, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        low = F.linear(x, self.down)
        return x + self.scaling * F.linear(low, self.up)


@register(
    "lora", "transformer", params=lambda dim: 2 * 8 * dim, description="Low-rank adapter, rank 8"
)
def create_lora_seed(dim: int, rank: int = 8) -> nn.Module:
    class LoRASeed(_LoRASeedBase):
        pass

    return LoRASeed(dim, rank)


@register(
    "lora_large",
    "transformer",
    params=lambda dim: 2 * 32 * dim,
    description="Low-rank adapter, rank 32",
)
def create_lora_large_seed(dim: int, rank: int = 32) -> nn.Module:
    class LoRALargeSeed(_LoRASeedBase):
        pass

    return LoRALargeSeed(dim, rank)


def _attention_qkv(module: Any, x: Tensor, batch: int, seq_len: int) -> tuple[Any, Any, Any]:
    """Shared part of TransformerAttentionSeed, FlexAttentionSeed and FlexAttentionFallback."""
    qkv = module.qkv(x).reshape(batch, seq_len, 3, module.n_head, module.head_dim)
    # To [3, batch, head, sequence, head_dim]: attention takes all but the last two as batch.
    q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    return q, k, v


def _attention_proj(module: Any, x: Tensor, batch: int, seq_len: int, dim: int, out: Any) -> Tensor:
    """Shared end of TransformerAttentionSeed, FlexAttentionSeed and FlexAttentionFallback."""
    out = out.transpose(1, 2).reshape(batch, seq_len, dim)
    update: Tensor = module.proj(out)
    return x + update


@register(
    "attention",
    "transformer",
    params=lambda dim: 4 * dim * dim + 4 * dim,
    description="Causal self-attention",
)
def create_attention_seed(dim: int, n_head: int = 4) -> nn.Module:
    # esper: lockstep(attention) reason="version isolation"
    class TransformerAttentionSeed(nn.Module):
        def __init__(self, dim: int, n_head: int) -> None:
            super().__init__()
            if dim % n_head != 0:
                raise ValueError(f"dim {dim} is not divisible by n_head {n_head}")
            self.n_head = n_head
            self.head_dim = dim // n_head
            self.qkv = nn.Linear(dim, 3 * dim)
            self.proj = nn.Linear(dim, dim)
            nn.init.zeros_(self.proj.weight)
            nn.init.zeros_(self.proj.bias)

        def forward(self, x: Tensor) -> Tensor:
            batch, seq_len, dim = x.shape
            q, k, v = _attention_qkv(self, x, batch, seq_len)
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            return _attention_proj(self, x, batch, seq_len, dim, out)

    return TransformerAttentionSeed(dim, n_head)


class _TransformerMLPSeedBase(nn.Module):
    """Shared by TransformerMLPSmallSeed and TransformerMLPSeed."""

    def __init__(self, dim: int, expansion: int, use_checkpoint: bool) -> None:
        super().__init__()
        self.use_checkpoint = use_checkpoint
        self.fc1 = nn.Linear(dim, dim * expansion)
        self.fc2 = nn.Linear(dim * expansion, dim)
        nn.init.zeros_(self.fc2.weight)
        nn.init.zeros_(self.fc2.bias)

    def _mlp(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.fc1(x), approximate="tanh")
        out: Tensor = self.fc2(hidden)
        return out

    def forward(self, x: Tensor) -> Tensor:
        # Recomputing pays only where a backward pass will follow.
        if self.use_checkpoint and self.training and x.requires_grad:
            update: Tensor = checkpoint(self._mlp, x, use_reentrant=False)
            return x + update
        return x + self._mlp(x)


@register(
    "mlp_small",
    "transformer",
    params=lambda dim: 2 * 2 * dim * dim + 3 * dim,
    description="Feed-forward block, twice as wide inside",
)
def create_mlp_small_seed(dim: int, expansion: int = 2, use_checkpoint: bool = False) -> nn.Module:
    class TransformerMLPSmallSeed(_TransformerMLPSeedBase):
        pass

    return TransformerMLPSmallSeed(dim, expansion, use_checkpoint)


@register(
    "mlp",
    "transformer",
    params=lambda dim: 2 * 4 * dim * dim + 5 * dim,
    description="Feed-forward block, four times as wide inside",
)
def create_mlp_seed(dim: int, expansion: int = 4, use_checkpoint: bool = False) -> nn.Module:
    class TransformerMLPSeed(_TransformerMLPSeedBase):
        pass

    return TransformerMLPSeed(dim, expansion, use_checkpoint)


if _HAS_FLEX:

    def _is_causal(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return query >= key

    @register(
        "flex_attention",
        "transformer",
        params=lambda dim: 4 * dim * dim + 4 * dim,
        description="Causal self-attention on FlexAttention block masks",
    )
    def create_flex_attention_seed(dim: int, n_head: int = 4) -> nn.Module:
        class FlexAttentionSeed(nn.Module):
            def __init__(self, dim: int, n_head: int) -> None:
                super().__init__()
                if dim % n_head != 0:
                    raise ValueError(f"dim {dim} is not divisible by n_head {n_head}")
                self.n_head = n_head
                self.head_dim = dim // n_head
                self.qkv = nn.Linear(dim, 3 * dim)
                self.proj = nn.Linear(dim, dim)
                nn.init.zeros_(self.proj.weight)
                nn.init.zeros_(self.proj.bias)
                # Least recently used first. Masks are not state: they follow from their key.
                self._masks: OrderedDict[tuple[int, torch.device], BlockMask] = OrderedDict()

            def _causal_mask(self, seq_len: int, device: torch.device) -> BlockMask:
                key = (seq_len, device)
                if key in self._masks:
                    self._masks.move_to_end(key)
                    return self._masks[key]
                mask = create_block_mask(
                    _is_causal, B=None, H=None, Q_LEN=seq_len, KV_LEN=seq_len, device=device
                )
                self._masks[key] = mask
                while len(self._masks) > _MAX_CACHED_MASKS:
                    self._masks.popitem(last=False)
                return mask

            def __getstate__(self) -> dict[str, Any]:
                # A copy of the host, or a pickle of it, must not carry masks along.
                return {**self.__dict__, "_masks": OrderedDict()}

            def forward(self, x: Tensor) -> Tensor:
                batch, seq_len, dim = x.shape
                q, k, v = _attention_qkv(self, x, batch, seq_len)
                # Building a mask costs more than a small attention, hence the cache.
                block_mask = self._causal_mask(seq_len, x.device)
                out = flex_attention(q, k, v, block_mask=block_mask)
                # A tuple comes back only when the log-sum-exp is asked for.
                assert isinstance(out, Tensor)
                return _attention_proj(self, x, batch, seq_len, dim, out)

        return FlexAttentionSeed(dim, n_head)

else:

    @register(
        "flex_attention",
        "transformer",
        params=lambda dim: 4 * dim * dim + 4 * dim,
        description="Causal self-attention (this torch has no FlexAttention)",
    )
    def create_flex_attention_seed(dim: int, n_head: int = 4) -> nn.Module:
        # Parameter names, shapes and order are those of FlexAttentionSeed: a checkpoint written
        # under either version of torch loads under the other.
        # esper: lockstep(attention) of=create_attention_seed.TransformerAttentionSeed
        class FlexAttentionFallback(nn.Module):
            def __init__(self, dim: int, n_head: int) -> None:
                super().__init__()
                if dim % n_head != 0:
                    raise ValueError(f"dim {dim} is not divisible by n_head {n_head}")
                self.n_head = n_head
                self.head_dim = dim // n_head
                self.qkv = nn.Linear(dim, 3 * dim)
                self.proj = nn.Linear(dim, dim)
                nn.init.zeros_(self.proj.weight)
                nn.init.zeros_(self.proj.bias)

            def forward(self, x: Tensor) -> Tensor:
                batch, seq_len, dim = x.shape
                q, k, v = _attention_qkv(self, x, batch, seq_len)
                # The mask that the block mask stands for, without building it.
                out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
                return _attention_proj(self, x, batch, seq_len, dim, out)

        return FlexAttentionFallback(dim, n_head)


@register("noop", "transformer", params=lambda dim: 0, description="Passes its input through")
def create_noop_seed(dim: int) -> nn.Module:
    class TransformerNoopSeed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    return TransformerNoopSeed()
