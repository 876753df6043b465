"""Seeds for convolutional slots: `[batch, dim, height, width]` in and out."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .registry import register


@register("norm", "cnn", params=lambda dim: 2 * dim, description="Global response normalisation")
def create_norm_seed(dim: int, eps: float = 1e-6) -> nn.Module:
    # ConvNeXt V2 (arXiv 2301.00808), section 3; unlike a batch norm it needs no running statistics.
    class ConvNormSeed(nn.Module):
        def __init__(self, dim: int) -> None:
            super().__init__()
            self.gamma = nn.Parameter(torch.zeros(1, dim, 1, 1))
            self.beta = nn.Parameter(torch.zeros(1, dim, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            energy: Tensor = torch.linalg.vector_norm(x, dim=(2, 3), keepdim=True)
            response = energy / (energy.mean(dim=1, keepdim=True) + eps)
            return x + self.gamma * x * response + self.beta

    return ConvNormSeed(dim)


@register(
    "attention",
    "cnn",
    params=lambda dim: 2 * dim * (dim // 4) + dim + dim // 4,
    description="Squeeze-and-excitation channel attention",
)
def create_attention_seed(dim: int, reduction: int = 4) -> nn.Module:
    class ChannelAttentionSeed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            excite = nn.Linear(dim // reduction, dim)
            self.gate = nn.Sequential(nn.Linear(dim, dim // reduction), nn.ReLU(), excite)
            for parameter in excite.parameters():
                nn.init.zeros_(parameter)

        def forward(self, x: Tensor) -> Tensor:
            weights = torch.sigmoid(self.gate(x.mean(dim=(-2, -1))))
            # Twice the sigmoid: zero logits have to mean a factor of one.
            return x * (2 * weights)[..., None, None]

    return ChannelAttentionSeed()


@register(
    "depthwise",
    "cnn",
    params=lambda dim: 49 * dim + 3 * dim + 2 * 2 * dim * dim + 3 * dim,
    description="Large-kernel depthwise convolution with a channel mixer",
)
def create_depthwise_seed(dim: int, kernel_size: int = 7) -> nn.Module:
    class DepthwiseSeed(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.spatial = nn.Conv2d(
                channels, channels, kernel_size, padding=kernel_size // 2, groups=channels
            )
            self.norm = nn.LayerNorm(channels)
            self.mixer = nn.Sequential(
                nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels)
            )
            for tensor in self.mixer[-1].parameters():
                tensor.detach().zero_()

        def forward(self, x: Tensor) -> Tensor:
            # Channels last, where both the norm and the mixer are plain matrix work.
            mixed = self.mixer(self.norm(self.spatial(x).movedim(1, -1)))
            return torch.add(mixed.movedim(-1, 1), x)

    return DepthwiseSeed(dim)


@register(
    "bottleneck",
    "cnn",
    params=lambda dim: 2 * dim * (dim // 2) + 9 * (dim // 2) ** 2 + 2 * (dim // 2) + dim,
    description="Narrow 3x3 convolution between two 1x1, with stochastic depth",
)
def create_bottleneck_seed(dim: int, drop_path: float = 0.0) -> nn.Module:
    class BottleneckSeed(nn.Module):
        def __init__(self, inner: int) -> None:
            super().__init__()
            self.body = nn.ModuleList(
                nn.Conv2d(source, target, kernel, padding=kernel // 2)
                for source, target, kernel in [(dim, inner, 1), (inner, inner, 3), (inner, dim, 1)]
            )
            last = self.body[-1]
            last.load_state_dict({k: torch.zeros_like(v) for k, v in last.state_dict().items()})

        def forward(self, x: Tensor) -> Tensor:
            out = x
            for layer in self.body:
                out = layer(out.relu())
            if self.training and drop_path > 0.0:
                # One draw per sample; survivors are scaled up, so that evaluation needs no change.
                keep = torch.rand(len(x), 1, 1, 1, device=x.device) >= drop_path
                out = out * keep / (1.0 - drop_path)
            return x + out

    return BottleneckSeed(dim // 2)


@register(
    "conv_light",
    "cnn",
    params=lambda dim: 9 * dim + 2 * dim + 2 * dim * dim + dim,
    description="Gated half-resolution context, depthwise",
)
def create_conv_light_seed(dim: int) -> nn.Module:
    class ConvLightSeed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.depthwise = nn.Conv2d(dim, dim, 3, padding=1, groups=dim, bias=False)
            self.norm = nn.GroupNorm(1, dim)
            self.gate = nn.Conv2d(dim, dim, 1)
            self.out = nn.Parameter(torch.zeros(dim, dim, 1, 1))

        # esper: lockstep(conv-seed) reason="the names of their layers are keys of checkpoints"
        def forward(self, x: Tensor) -> Tensor:
            height, width = x.shape[-2:]
            # Slots deep in the host see odd sizes; ceil_mode keeps their last row and column.
            context = F.avg_pool2d(x, kernel_size=2, ceil_mode=True)
            context = F.gelu(self.norm(self.depthwise(context)))
            # esper: gap(conv-seed)
            # esper: end(conv-seed)
            context = F.interpolate(context, size=(height, width), mode="nearest")
            # esper: gap(conv-seed)
            gate = torch.sigmoid(self.gate(x))
            update = F.conv2d(context * gate, self.out)
            # esper: end(conv-seed)
            return x + update

    return ConvLightSeed()


@register(
    "conv_heavy",
    "cnn",
    params=lambda dim: 18 * dim * dim + 4 * dim + dim * dim + dim + dim * dim,
    description="Gated half-resolution context, two full convolutions",
)
def create_conv_heavy_seed(dim: int, max_groups: int = 8, dilation: int = 2) -> nn.Module:
    class ConvHeavySeed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            if dilation < 2:
                raise ValueError(f"dilation {dilation} would repeat the local convolution")
            groups = max(size for size in range(1, max_groups + 1) if dim % size == 0)
            self.local = self._conv(1)
            self.local_norm = nn.GroupNorm(groups, dim)
            self.wide = self._conv(dilation)
            self.wide_norm = nn.GroupNorm(groups, dim)
            self.select = nn.Conv2d(dim, dim, kernel_size=1)
            self.project = nn.Parameter(torch.zeros_like(self.select.weight))
            with torch.no_grad():
                for convolution in (self.local, self.wide):
                    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")

        @staticmethod
        def _conv(reach: int) -> nn.Conv2d:
            return nn.Conv2d(dim, dim, 3, padding=reach, dilation=reach, bias=False)

        # esper: lockstep(conv-seed) of=create_conv_light_seed.ConvLightSeed.forward \
        #     map=context->pooled,depthwise->local,height->rows,norm->local_norm,update->delta,\
        #     width->columns
        def forward(self, x: Tensor) -> Tensor:
            rows, columns = x.shape[-2:]
            pooled = F.avg_pool2d(x, kernel_size=2, ceil_mode=True)
            pooled = F.gelu(self.local_norm(self.local(pooled)))
            # esper: gap(conv-seed)
            pooled = F.gelu(self.wide_norm(self.wide(pooled)))
            # esper: end(conv-seed)
            pooled = F.interpolate(pooled, size=(rows, columns), mode="nearest")
            # esper: gap(conv-seed)
            mask = torch.sigmoid(self.select(x))
            delta = F.conv2d(pooled * mask, self.project)
            # esper: end(conv-seed)
            return x + delta

    return ConvHeavySeed()


@register("noop", "cnn", params=lambda dim: 0, description="Passes its input through")
def create_noop_seed(dim: int) -> nn.Module:
    return nn.Identity()
