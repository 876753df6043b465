"""Refactors that are right, in the style of the tool's own fixes: nothing may differ, by any oracle."""

from __future__ import annotations

from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, TensorSpec
from tests.verification.wrong_refactors.attention import ATTENTION
from tests.verification.wrong_refactors.values import GATED
from tests.verification.wrong_refactors.variant import MODULE, case, variant

_LAYERS = """
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)
        self.blocks = nn.ModuleList(nn.Linear(dim, dim) for _ in range(3))
        self.drop = nn.Dropout(0.25)
"""
_BREAK_STAYS = (
    "\n\nclass Seed(nn.Module):"
    + _LAYERS
    + """
    def forward(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.first(x))
        hidden = self.drop(hidden)
        torch._dynamo.graph_break()
        hidden = hidden.flip(1)
        hidden = self.second(hidden)
        return x + hidden
""",
    """
def _started(module: Any, x: Tensor) -> Tensor:
    hidden = F.gelu(module.first(x))
    hidden = module.drop(hidden)
    return hidden


def _ended(module: Any, hidden: Tensor, x: Tensor) -> Tensor:
    hidden = module.second(hidden)
    return x + hidden


class Seed(nn.Module):"""
    + _LAYERS
    + """
    def forward(self, x: Tensor) -> Tensor:
        hidden = _started(self, x)
        torch._dynamo.graph_break()
        hidden = hidden.flip(1)
        return _ended(self, hidden, x)
""",
)
_LOOP = (
    "\n\nclass Seed(nn.Module):"
    + _LAYERS
    + """
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        scale = 1
        kept = []
        for block in self.blocks:
            x = F.relu(block(x) * scale)
            scale = scale * 2
            kept.append(x)
        total = sum(one.mean() for one in kept)
        if mask is None:
            return x + total
        if self.training:
            return None
        with torch.no_grad():
            x = x.masked_fill(mask, -1.0)
            return x.softmax(-1)
""",
    """
def _stages(module: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    scale = 1
    kept = []
    for block in module.blocks:
        x = F.relu(block(x) * scale)
        scale = scale * 2
        kept.append(x)
    total = sum(one.mean() for one in kept)
    return x, total


def _masked(module: Any, x: Tensor, mask: Tensor | None, total: Tensor) -> Tensor | None:
    if mask is None:
        return x + total
    if module.training:
        return None
    with torch.no_grad():
        x = x.masked_fill(mask, -1.0)
        return x.softmax(-1)


class Seed(nn.Module):"""
    + _LAYERS
    + """
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        x, total = _stages(self, x)
        return _masked(self, x, mask, total)
""",
)
_BASE = (
    "\n\nclass Seed(nn.Module):"
    + _LAYERS
    + """
    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[0] > 1
        return x + self.drop(self.second(F.gelu(self.first(x))))
""",
    "\n\nclass _SeedBase(nn.Module):"
    + _LAYERS
    + """
    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[0] > 1
        return x + self.drop(self.second(F.gelu(self.first(x))))


class Seed(_SeedBase):
    pass
""",
)
_FACTORY = (
    """
def make_seed(dim: int, scale: float = 1.5) -> nn.Module:
    offset = dim // 2

    class Seed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.proj = nn.Linear(dim, dim)

        def forward(self, x: Tensor) -> Tensor:
            y = self.proj(x) * scale
            y = y[..., offset:]
            return F.pad(y, (0, offset))

    return nn.Sequential(nn.ReLU(), Seed())
""",
    """
def _padded(module: Any, x: Tensor, scale: float, offset: int) -> Tensor:
    y = module.proj(x) * scale
    y = y[..., offset:]
    return F.pad(y, (0, offset))


def make_seed(dim: int, scale: float = 1.5) -> nn.Module:
    offset = dim // 2

    class Seed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.proj = nn.Linear(dim, dim)

        def forward(self, x: Tensor) -> Tensor:
            return _padded(self, x, scale, offset)

    return nn.Sequential(nn.ReLU(), Seed())
""",
)
_INNER = Case(
    Build(f"{MODULE}:make_seed.Seed", factory=Factory(f"{MODULE}:make_seed", Arguments((24,)))),
    Call(Arguments((TensorSpec((3, 7, 24)),))),
)
_MASK = TensorSpec((3, 7, 24), "bool", 0, 1)

VARIANTS = (
    variant("whole body to a helper", ATTENTION, ""),
    variant("whole body to a helper, where it raises", ATTENTION, "", of=case(TensorSpec((3, 1, 24)))),
    variant("start to a helper with two outs", GATED, ""),
    variant("sandwich around a graph break", _BREAK_STAYS, ""),
    variant("loop and early returns", _LOOP, ""),
    variant("loop and early returns, masked", _LOOP, "", of=case(TensorSpec((3, 7, 24)), mask=_MASK)),
    variant("shared base class", _BASE, ""),
    variant("shared base class, where it raises", _BASE, "", of=case(TensorSpec((1, 7, 24)))),
    variant("shared base class, called wrongly", _BASE, "", of=case(TensorSpec((3, 7, 24)), mask=_MASK)),
    variant("closure variables of a factory", _FACTORY, "", of=_INNER),
)
