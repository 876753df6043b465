"""Equal in every number, and not for the compiler; and what is recomputed or swallowed."""

from __future__ import annotations

from tests.verification.wrong_refactors.variant import same, variant

_BROKEN = same("""
from torch.utils.checkpoint import checkpoint


class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)

    def _mlp(self, x: Tensor) -> Tensor:
        return self.second(F.gelu(self.first(x)))

    def forward(self, x: Tensor) -> Tensor:
        if self.training and x.requires_grad:
            return x + checkpoint(self._mlp, x, use_reentrant=False)
        return x + self._mlp(x)
""")
_SANDWICH = (
    """
class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        hidden = F.gelu(self.first(x))
        torch._dynamo.graph_break()
        hidden = hidden.flip(1)
        return x + self.second(hidden)
""",
    """
def _around(module: Any, x: Tensor, middle: Any) -> Tensor:
    hidden = F.gelu(module.first(x))
    hidden = middle(hidden)
    return x + module.second(hidden)


def _flipped(hidden: Tensor) -> Tensor:
    torch._dynamo.graph_break()
    return hidden.flip(1)


class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return _around(self, x, _flipped)
""",
)
_PLAIN = same("""
class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.first(x).relu() + self.second(x).tanh()
""")

VARIANTS = (
    variant("difference passed as a callable", _SANDWICH, "graphs"),
    variant(
        "checkpoint dropped",
        _BROKEN,
        "hooks ops graphs",
        ("checkpoint(self._mlp, x, use_reentrant=False)", "self._mlp(x)"),
    ),
    variant("item taken", _PLAIN, "ops graphs export", ("        return", "        x.sum().item()\n        return")),
    variant(
        "statement added for nothing", _PLAIN, "ops graphs export", ("        return", "        x + 0\n        return")
    ),
    variant("print added", _PLAIN, "graphs", ("        return", "        print(end='')\n        return")),
    variant(
        "statements in another order",
        _PLAIN,
        "hooks reads ops graphs",
        (
            "return self.first(x).relu() + self.second(x).tanh()",
            "late = self.second(x).tanh()\n        return self.first(x).relu() + late",
        ),
    ),
    variant("method instead of a function", _PLAIN, "graphs", ("self.first(x).relu()", "torch.relu(self.first(x))")),
)
