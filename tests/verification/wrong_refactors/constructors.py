"""What a module is made of and keeps: names, order, initialisation, buffers, counters, ties, defaults."""

from __future__ import annotations

from tests.verification.wrong_refactors.variant import case, same, variant

_KEPT = same("""
_calls = 0


class Seed(nn.Module):
    def __init__(self, dim: int = 24, factor: float = 2.0, depth: int = 2) -> None:
        super().__init__()
        self.factor = factor
        self.calls = 0
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim, bias=False)
        self.norm = nn.BatchNorm1d(7, momentum=0.1)
        self.scale = nn.Parameter(torch.ones(dim))
        self.register_buffer("table", torch.linspace(-1.0, 1.0, dim))
        self.second.weight = self.first.weight
        self.tail = nn.Linear(dim, dim)
        nn.init.zeros_(self.tail.weight)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        h = self.norm(self.first(x))
        h = self.second(F.gelu(h, approximate="tanh")) * self.scale + self.table
        return x + self.tail(h) * self.factor
""")

VARIANTS = (
    variant(
        "submodules made in another order",
        _KEPT,
        "state_dict parameters initialisation export",
        ("        self.tail = nn.Linear(dim, dim)\n", ""),
        ("        self.first = ", "        self.tail = nn.Linear(dim, dim)\n        self.first = "),
    ),
    variant(
        "attribute renamed",
        _KEPT,
        "outputs gradients state_dict parameters initialisation buffers hooks export",
        ("self.tail", "self.out_proj"),
    ),
    variant("buffer no longer persistent", _KEPT, "state_dict buffers", ("1.0, dim))", "1.0, dim), persistent=False)")),
    variant(
        "buffer became a parameter",
        _KEPT,
        "gradients parameters buffers ops export",
        (
            'self.register_buffer("table", torch.linspace(-1.0, 1.0, dim))',
            "self.table = nn.Parameter(torch.linspace(-1.0, 1.0, dim))",
        ),
    ),
    variant(
        "buffer became an attribute",
        _KEPT,
        "outcome outputs gradients state_dict initialisation buffers export",
        (
            'self.register_buffer("table", torch.linspace(-1.0, 1.0, dim))',
            "self.table = torch.linspace(-1.0, 1.0, dim)",
        ),
    ),
    variant(
        "parameter frozen",
        _KEPT,
        "gradients parameters ops",
        ("torch.ones(dim))", "torch.ones(dim), requires_grad=False)"),
    ),
    variant("initialisation lost", _KEPT, "initialisation", ("        nn.init.zeros_(self.tail.weight)\n", "")),
    variant(
        "initialisation of another kind",
        _KEPT,
        "initialisation",
        ("nn.init.zeros_(self.tail", "nn.init.xavier_uniform_(self.tail"),
    ),
    variant(
        "tie lost",
        _KEPT,
        "outputs gradients parameters initialisation buffers ops graphs export",
        ("        self.second.weight = self.first.weight\n", ""),
    ),
    variant("counter lost", _KEPT, "buffers", ("        self.calls += 1\n", "")),
    variant(
        "counter became a global",
        _KEPT,
        "buffers",
        ("        self.calls += 1\n", "        global _calls\n        _calls += 1\n"),
    ),
    variant(
        "momentum of running statistics changed", _KEPT, "buffers ops graphs export", ("momentum=0.1", "momentum=0.2")
    ),
    variant(
        "default changed",
        _KEPT,
        "outputs gradients buffers ops graphs export",
        ("factor: float = 2.0", "factor: float = 1.0"),
    ),
    variant(
        "default ignored",
        _KEPT,
        "outputs gradients ops graphs export",
        ("* self.factor", "* 2.0"),
        of=case(built=(("factor", 3.0),)),
    ),
    variant(
        "argument renamed",
        _KEPT,
        "outcome state_dict parameters initialisation graphs export",
        ("factor: float", "scale_by: float"),
        ("self.factor = factor", "self.factor = scale_by"),
        of=case(built=(("factor", 3.0),)),
    ),
    variant("approximation changed", _KEPT, "outputs gradients ops graphs export", (', approximate="tanh"', "")),
    variant(
        "bias added",
        _KEPT,
        "outputs gradients state_dict parameters initialisation buffers ops graphs export",
        (", bias=False", ""),
    ),
    variant(
        "dtype of a submodule changed",
        _KEPT,
        "outcome state_dict parameters initialisation graphs",
        ("self.tail = nn.Linear(dim, dim)", "self.tail = nn.Linear(dim, dim, dtype=torch.float64)"),
    ),
)
