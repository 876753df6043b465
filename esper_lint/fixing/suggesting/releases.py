"""The first release of torch that has a feature, for features that code is known to guard against the lack of.

Taken from the release notes and the documentation of each release (https://github.com/pytorch/pytorch/releases); where
a feature was there before it was documented, or in another shape, the later release counts.  So "every torch since X
has it" holds for each line; an earlier one may have it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from packaging.version import Version

_FLEX = "torch.nn.attention.flex_attention"
_RELEASES = {
    "1.1": ("torch.nn.Identity", "torch.nn.MultiheadAttention", "torch.nn.functional.one_hot"),
    "1.2": ("torch.nn.Transformer", "torch.nn.TransformerEncoderLayer", "torch.nn.Flatten", "torch.optim.AdamW"),
    "1.6": ("torch.cuda.amp", "torch.cuda.amp.autocast", "torch.cuda.amp.GradScaler", "torch.nn.Hardswish"),
    "1.7": ("torch.nn.SiLU", "torch.nn.functional.silu", "torch.nn.Unflatten", "torch.linalg", "torch.linalg.norm"),
    "1.8": (
        "torch.fx",
        "torch.fx.wrap",
        "torch.nn.PixelUnshuffle",
        "torch.nn.functional.pixel_unshuffle",
        "torch.nn.LazyLinear",
        "torch.nan_to_num",
    ),
    "1.9": (
        "torch.inference_mode",
        "torch.special",
        "torch.nn.Mish",
        "torch.nn.functional.mish",
        "torch.nn.utils.parametrize",
        "torch.nn.utils.parametrizations",
        "torch.testing.assert_close",
    ),
    "1.10": ("torch.autocast", "torch.amp", "torch.concat"),
    "1.12": (
        "torch.backends.mps",
        "torch.set_float32_matmul_precision",
        "torch.distributed.fsdp",
        "torch.distributed.fsdp.FullyShardedDataParallel",
    ),
    "2.0": (
        "torch.compile",
        "torch._dynamo",
        "torch.func",
        "torch.func.functional_call",
        "torch.func.vmap",
        "torch.func.grad",
        "torch.vmap",
        "torch.set_default_device",
        "torch.nn.functional.scaled_dot_product_attention",
        "torch.backends.cuda.sdp_kernel",
    ),
    "2.1": (
        "torch.export",
        "torch.export.export",
        "torch.compiler",
        "torch.compiler.disable",
        "torch.float8_e4m3fn",
        "torch.float8_e5m2",
        "torch.nn.utils.parametrizations.weight_norm",
        "torch.utils.flop_counter",
    ),
    "2.2": ("torch.distributed.device_mesh", "torch.distributed.device_mesh.init_device_mesh"),
    "2.3": (
        "torch.nn.attention",
        "torch.nn.attention.sdpa_kernel",
        "torch.nn.attention.SDPBackend",
        "torch.amp.GradScaler",
        "torch.get_default_device",
    ),
    "2.4": (
        "torch.nn.RMSNorm",
        "torch.nn.functional.rms_norm",
        "torch.amp.custom_fwd",
        "torch.amp.custom_bwd",
        "torch.library.custom_op",
        "torch.library.register_fake",
        "torch.xpu",
    ),
    "2.5": (
        _FLEX,
        f"{_FLEX}.flex_attention",
        f"{_FLEX}.BlockMask",
        f"{_FLEX}.create_block_mask",
        f"{_FLEX}.create_mask",
        "torch.nn.Buffer",
        "torch.distributed.tensor",
        "torch.distributed.tensor.DTensor",
    ),
    "2.6": ("torch.accelerator", "torch.distributed.fsdp.fully_shard"),
}

FIRST_RELEASES: Mapping[str, Version] = MappingProxyType(
    {feature: Version(release) for release, features in _RELEASES.items() for feature in features}
)
