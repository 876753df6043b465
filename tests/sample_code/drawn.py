"""Cases of a blueprint, drawn by a seed: what its factory is given, and what its seed is called with."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Option = int | float | bool


@dataclass(frozen=True)
class Case:
    """``weights`` and ``inputs`` are names of dtypes; ``seed`` decides on initial weights, inputs and random draws."""

    topology: str
    name: str
    dim: int
    options: tuple[tuple[str, Option], ...]
    shape: tuple[int, ...]
    weights: str = "float32"
    autocast: bool = False
    training: bool = False
    grad: bool = True
    seed: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.topology, self.name


BLUEPRINTS = [
    *(("cnn", name) for name in ("attention", "bottleneck", "conv_heavy", "conv_light", "depthwise", "noop", "norm")),
    *(("transformer", name) for name in ("attention", "flex_attention", "lora", "lora_large")),
    *(("transformer", name) for name in ("mlp", "mlp_small", "noop", "norm")),
]


def _heads(draw: random.Random) -> tuple[int, dict[str, Option]]:
    """Now and then a number of heads that does not divide the width, which is an error."""
    heads = draw.randint(1, 5)
    dim = heads * draw.randint(1, 7) + (draw.random() < 0.05)
    return dim, {} if dim % 4 == 0 and draw.random() < 0.2 else {"n_head": heads}


def _mlp(draw: random.Random) -> tuple[int, dict[str, Option]]:
    options: dict[str, Option] = {"use_checkpoint": draw.random() < 0.4}
    return draw.randint(1, 13), options | ({"expansion": draw.randint(1, 5)} if draw.random() < 0.7 else {})


def _lora(draw: random.Random) -> tuple[int, dict[str, Option]]:
    return draw.randint(1, 13), {"rank": draw.randint(1, 9)} if draw.random() < 0.7 else {}


def _cnn_attention(draw: random.Random) -> tuple[int, dict[str, Option]]:
    reduction = draw.randint(1, 4)
    return reduction * draw.randint(1, 5) + draw.randint(0, reduction - 1), {"reduction": reduction}


def _depthwise(draw: random.Random) -> tuple[int, dict[str, Option]]:
    return draw.randint(1, 9), {"kernel_size": draw.choice([1, 3, 5, 7])}


def _bottleneck(draw: random.Random) -> tuple[int, dict[str, Option]]:
    return draw.randint(2, 11), {"drop_path": draw.choice([0.0, 0.3, 0.9])}


def _conv_heavy(draw: random.Random) -> tuple[int, dict[str, Option]]:
    """Now and then a dilation that is an error."""
    return draw.randint(1, 9), {"max_groups": draw.randint(1, 8), "dilation": 1 + (draw.random() > 0.05)}


def _cnn_norm(draw: random.Random) -> tuple[int, dict[str, Option]]:
    return draw.randint(1, 13), {"eps": draw.choice([1e-6, 1e-3, 0.5])}


def _plain(draw: random.Random) -> tuple[int, dict[str, Option]]:
    return draw.randint(1, 13), {}


_FACTORIES: dict[tuple[str, str], Callable[[random.Random], tuple[int, dict[str, Option]]]] = {
    ("cnn", "attention"): _cnn_attention,
    ("cnn", "bottleneck"): _bottleneck,
    ("cnn", "conv_heavy"): _conv_heavy,
    ("cnn", "depthwise"): _depthwise,
    ("cnn", "norm"): _cnn_norm,
    ("transformer", "attention"): _heads,
    ("transformer", "flex_attention"): _heads,
    ("transformer", "lora"): _lora,
    ("transformer", "lora_large"): _lora,
    ("transformer", "mlp"): _mlp,
    ("transformer", "mlp_small"): _mlp,
}


def drawn(topology: str, name: str) -> Iterator[Case]:
    """Without end, the same in each run, and no case twice."""
    draw = random.Random(f"{topology} {name}")
    for seed in range(1 << 30):
        dim, options = _FACTORIES.get((topology, name), _plain)(draw)
        sizes = draw.sample(range(1, 14), 3)
        shape = (sizes[0], sizes[1], dim) if topology == "transformer" else (min(sizes[0], 5), dim, *sizes[1:])
        weights = draw.choice(["float32", "float32", "float32", "float64", "bfloat16"])
        yield Case(
            topology,
            name,
            dim,
            tuple(options.items()),
            shape,
            weights,
            autocast=weights == "float32" and draw.random() < 0.2,
            training=draw.random() < 0.6,
            grad=draw.random() < 0.8,
            seed=seed,
        )
