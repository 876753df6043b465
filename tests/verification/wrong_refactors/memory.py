"""Where numbers lie, whose memory they share, and in which precision they are made."""

from __future__ import annotations

from tests.verification.wrong_refactors.variant import same, variant

_LAID = same("""
class Seed(nn.Module):
    def __init__(self, dim: int = 24) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.body = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        flat = x.reshape(batch * length, width)
        hidden = F.relu(self.body(flat))
        hidden = hidden * torch.rsqrt(hidden.float().pow(2).mean(-1, keepdim=True) + 1e-6).to(hidden.dtype)
        hidden = hidden.reshape(batch, length, width).transpose(1, 2).contiguous()
        return self.norm(hidden.transpose(1, 2)).transpose(1, 2).contiguous()
""")
_PASSED = same("""
class Seed(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.clone()
""")

VARIANTS = (
    variant(
        "contiguous dropped",
        _LAID,
        "strides ops graphs export",
        (".transpose(1, 2).contiguous()\n        return", ".transpose(1, 2)\n        return"),
        (").transpose(1, 2).contiguous()\n", ").transpose(1, 2)\n"),
    ),
    variant(
        "contiguous dropped inside",
        _LAID,
        "ops graphs export",
        ("(batch, length, width).transpose(1, 2).contiguous()", "(batch, length, width).transpose(1, 2)"),
    ),
    variant("view instead of reshape", _LAID, "outputs strides graphs export", ("x.reshape(", "x.view(")),
    variant(
        "in place on a value in between",
        _LAID,
        "ops graphs export",
        ("F.relu(self.body(flat))", "F.relu(self.body(flat), inplace=True)"),
    ),
    variant("no longer in full precision", _LAID, "outputs gradients ops graphs export", ("hidden.float()", "hidden")),
    variant("precision not put back", _LAID, "outcome graphs export", (".to(hidden.dtype)", "")),
    variant("copy dropped", _PASSED, "strides ops graphs export", ("x.clone()", "x")),
    variant("view of the input", _PASSED, "strides ops graphs export", ("x.clone()", "x.view_as(x)")),
    variant(
        "another memory format",
        _PASSED,
        "strides ops graphs export",
        ("x.clone()", "x.transpose(0, 1).contiguous().transpose(0, 1)"),
    ),
)
