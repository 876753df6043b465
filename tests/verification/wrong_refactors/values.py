"""Values that are lost, stale, mixed up or shared: outs, live-ins, reads moved past a call, defaults that are kept."""

from __future__ import annotations

from esper_lint.verification.specs import TensorSpec
from tests.verification.wrong_refactors.variant import case, same, variant

_INIT = """
class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.gate = nn.Linear(dim, dim)
        self.mix = nn.Linear(dim, dim)
        self.drop = nn.Dropout(0.25)
        self.scale = nn.Parameter(torch.ones(dim))
        self.slope = 0.5
        self.floor = -0.0

"""
GATED = (
    _INIT
    + """\
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden = F.leaky_relu(self.gate(x), self.slope)
        gate = torch.sigmoid(hidden) * self.scale
        noise = torch.rand_like(hidden)
        mixed = self.drop(self.mix(hidden) * gate)
        return mixed + noise, gate
""",
    """
def _gated(module: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    hidden = F.leaky_relu(module.gate(x), module.slope)
    gate = torch.sigmoid(hidden) * module.scale
    return hidden, gate


"""
    + _INIT
    + """\
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        hidden, gate = _gated(self, x)
        noise = torch.rand_like(hidden)
        mixed = self.drop(self.mix(hidden) * gate)
        return mixed + noise, gate
""",
)
_ZERO = same("""
class Seed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.full_like(x, -0.0)
""")
_WHOLE = same("""
class Seed(nn.Module):
    def forward(self, x: Tensor) -> dict[str, Any]:
        return {"hidden": x * 2, "skip": (x + 1, x - 1)}
""")
_DEFAULT = (
    """
class Seed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        return x * len(seen)
""",
    """
def _scaled(module: Any, x: Tensor, seen: list[Tensor]) -> Tensor:
    seen.append(x)
    return x * len(seen)


class Seed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _scaled(self, x, [])
""",
)
_OPTIONAL = same("""
class Seed(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return x * 2
        if not self.training:
            x = x * 3
        x = x.masked_fill(mask, -1.0)
        return x.softmax(-1)
""")
_MASKED = case(TensorSpec((3, 7, 24)), mask=TensorSpec((3, 7, 24), "bool", 0, 1))

VARIANTS = (
    variant(
        "outs in another order",
        GATED,
        "outputs graphs export",
        ("return mixed + noise, gate", "return gate, mixed + noise"),
    ),
    variant(
        "outs of the helper in another order",
        GATED,
        "outputs gradients graphs export",
        ("    return hidden, gate", "    return gate, hidden"),
    ),
    variant(
        "wrong out",
        GATED,
        "outputs gradients ops graphs export",
        ("    return hidden, gate", "    return hidden, hidden"),
    ),
    variant("out not assigned", GATED, "outcome graphs export", ("hidden, gate = _gated", "hidden, _ = _gated")),
    variant("stale value", GATED, "outputs gradients ops graphs export", ("self.mix(hidden)", "self.mix(x)")),
    variant(
        "read moved before a submodule's call",
        GATED,
        "reads graphs",
        ("    hidden = F.leaky", "    scale = module.scale\n    hidden = F.leaky"),
        ("(hidden) * module.scale", "(hidden) * scale"),
    ),
    variant(
        "attribute passed instead of the module",
        GATED,
        "reads graphs",
        ("def _gated(module: Any, x: Tensor)", "def _gated(module: Any, x: Tensor, scale: Tensor)"),
        ("(hidden) * module.scale", "(hidden) * scale"),
        ("_gated(self, x)", "_gated(self, x, self.scale)"),
    ),
    variant(
        "submodule bound before another's call",
        GATED,
        "reads",
        ("        hidden, gate = _gated", "        mix = self.mix\n        hidden, gate = _gated"),
        ("self.mix(", "mix("),
    ),
    variant(
        "draws in another order",
        GATED,
        "outputs gradients ops graphs",
        ("        noise = torch.rand_like(hidden)\n", ""),
        ("        return mixed", "        noise = torch.rand_like(hidden)\n        return mixed"),
    ),
    variant(
        "one draw too many",
        GATED,
        "buffers ops graphs export",
        ("        return mixed", "        torch.rand_like(hidden)\n        return mixed"),
    ),
    variant(
        "dropout as a function, also in evaluation",
        GATED,
        "outputs gradients buffers hooks ops graphs export",
        ("self.drop(self.mix(hidden) * gate)", "F.dropout(self.mix(hidden) * gate, 0.25)"),
    ),
    variant(
        "dropout never",
        GATED,
        "outputs gradients buffers hooks ops graphs export",
        ("self.drop(self.mix(hidden) * gate)", "self.mix(hidden) * gate"),
    ),
    variant("-0.0 became 0.0", _ZERO, "outputs ops graphs export", ("-0.0", "0.0")),
    variant("key renamed", _WHOLE, "outputs strides graphs export", ('"hidden"', '"states"')),
    variant(
        "keys in another order",
        _WHOLE,
        "outputs gradients strides ops graphs export",
        ('"hidden": x * 2, "skip": (x + 1, x - 1)', '"skip": (x + 1, x - 1), "hidden": x * 2'),
    ),
    variant("a tuple became a list", _WHOLE, "outputs strides graphs export", ("(x + 1, x - 1)", "[x + 1, x - 1]")),
    variant(
        "mutable default shared",
        _DEFAULT,
        "outputs gradients ops graphs export",
        ("seen: list[Tensor])", "seen: list[Tensor] = [])"),
        ("(self, x, [])", "(self, x)"),
    ),
    variant(
        "not lost",
        _OPTIONAL,
        "outputs gradients ops graphs export",
        ("if not self.training", "if self.training"),
        of=_MASKED,
    ),
    variant(
        "condition lost",
        _OPTIONAL,
        "outputs gradients ops graphs",
        ("        if not self.training:\n            x = x * 3\n", "        x = x * 3\n"),
        of=_MASKED,
    ),
    variant(
        "early return lost",
        _OPTIONAL,
        "outcome graphs export",
        ("            return x * 2\n", "            x = x * 2\n"),
    ),
    variant(
        "returns None",
        _OPTIONAL,
        "outputs gradients strides ops graphs export",
        ("            return x * 2\n", "            return None\n"),
    ),
    variant(
        "default of an argument lost",
        _OPTIONAL,
        "outcome graphs export",
        ("mask: Tensor | None = None", "mask: Tensor | None"),
    ),
)
