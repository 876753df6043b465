"""ESP104: whole module classes that are alike, however short their forwards are."""

from __future__ import annotations

from esper_lint.findings import Severity
from esper_lint.rules.rule import Rule

_SMALL = """
import torch
from torch import Tensor, nn


class SmallFeedForward(nn.Module):
    def __init__(self, dim: int, expansion: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        hidden = dim * expansion
        self.norm = nn.LayerNorm(dim)
        self.net = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim))
        self.scale = nn.Parameter(torch.ones(dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x: Tensor) -> Tensor:  # expect: ESP104
        return x + self.scale * self.net(self.norm(x))
"""

_LARGE = """
import torch
from torch import Tensor, nn


class LargeFeedForward(nn.Module):
    def __init__(self, dim: int, expansion: int = 8, dropout: float = 0.3) -> None:
        super().__init__()
        hidden = dim * expansion
        self.norm = nn.LayerNorm(dim)
        self.net = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim))
        self.scale = nn.Parameter(torch.ones(dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x: Tensor) -> Tensor:  # expect: ESP104
        return x + self.scale * self.net(self.norm(x))
"""

_PARAMETERS = """
import torch
from torch import Tensor, nn


class FeedForward(nn.Module):
    def __init__(self, dim: int, expansion: int, dropout: float) -> None:
        super().__init__()
        hidden = dim * expansion
        self.norm = nn.LayerNorm(dim)
        self.net = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, dim))
        self.scale = nn.Parameter(torch.ones(dim))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale * self.net(self.norm(x))


def small_feed_forward(dim: int) -> FeedForward:
    return FeedForward(dim, expansion=2, dropout=0.1)


def large_feed_forward(dim: int) -> FeedForward:
    return FeedForward(dim, expansion=8, dropout=0.3)
"""

RULE = Rule(
    code="ESP104",
    name="duplicate-module",
    severity=Severity.P3,
    summary="A module class repeats another one, constructor and methods included.",
    what="""
Reports module classes that are alike as a whole, constructor and methods taken together, also where each `forward`
alone is too short to be compared. It takes the place of ESP101 and ESP102 where the same classes would be reported by
both. The finding stands on the `def forward` line of each class.
""",
    why="""
Two classes that differ in a default value are one class with an argument. Each further variant costs a class, and a
change of the initialisation or of the shape of the parameters has to be made in all of them, or checkpoints of one no
longer load into the other.
""",
    use_instead="""
Keep one class and pass in what differs. Where the classes must keep their own names, for a registry or for old pickles,
let short factory functions or subclasses without a body of their own carry them.
""",
    fix_safety="""
`esper-lint fix --unsafe-fixes` moves the members that are equal, word for word, into a base class; names, places and
differences of the classes stay. It is UNSAFE: what an instance does and what checkpoints hold is unchanged, which is
proved, but the bases of the classes and the qualified names of moved methods are others, and something may look at
them. Classes of several files are not merged. That two classes could be one, perhaps with an argument, is suggested
and never written. See `docs/fix-safety.md`.
""",
    invalid=({"small.py": _SMALL, "large.py": _LARGE},),
    valid=({"feed_forward.py": _PARAMETERS},),
    options=(
        "threshold",
        "group-threshold",
        "min-class-size",
        "min-class-size-near",
        "min-size-renamed",
        "min-size-renamed-near",
    ),
    references=(
        "M. Fowler, *Refactoring*, 2nd ed., 2018: Parameterize Function, Extract Superclass",
        "C. Kapser, M. W. Godfrey, *“Cloning Considered Harmful” Considered Harmful*, EMSE 13, 2008",
    ),
)
