"""The helper is not what the forward was: statements, arguments, constants, operators, asserts, calls of submodules."""

from __future__ import annotations

from esper_lint.verification.specs import TensorSpec
from tests.verification.wrong_refactors.variant import case, variant

_CLASS = """
class Seed(nn.Module):
    def __init__(self, dim: int = 24, n_head: int = 4) -> None:
        super().__init__()
        self.n_head = n_head
        self.head_dim = dim // n_head
        self.norm = nn.LayerNorm(dim, eps=1e-5)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.proj.bias)

    def forward(self, x: Tensor) -> Tensor:
"""
_BODY = """\
        batch, seq_len, dim = x.shape
        assert seq_len > 1, "nothing to attend to"
        assert x.dtype == self.qkv.weight.dtype
        qkv = self.qkv(self.norm(x)).reshape(batch, seq_len, 3, self.n_head, self.head_dim)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.0)
        out = out.transpose(1, 2)[:, :seq_len].reshape(batch, seq_len, dim)
        update: Tensor = self.proj(out)
        return x + update
"""
_HELPER = "\n\ndef _attend(module: Any, x: Tensor) -> Tensor:\n"
ATTENTION = (
    _CLASS + _BODY,
    _HELPER
    + _BODY.replace("self.", "module.").replace("        ", "    ")
    + "\n"
    + _CLASS
    + "        return _attend(self, x)\n",
)

VARIANTS = (
    variant("statement dropped", ATTENTION, "outputs gradients hooks ops graphs export", ("module.norm(x)", "x")),
    variant(
        "dimensions not put back",
        ATTENTION,
        "outputs gradients ops graphs export",
        ("out.transpose(1, 2)[:, :seq_len]", "out"),
    ),
    variant(
        "arguments of a call swapped", ATTENTION, "outputs gradients graphs export", ("(q, k, v, is", "(k, q, v, is")
    ),
    variant(
        "targets in another order", ATTENTION, "outputs gradients graphs export", ("    q, k, v = ", "    q, v, k = ")
    ),
    variant(
        "constant changed", ATTENTION, "outputs gradients ops graphs export", ("is_causal=True", "is_causal=False")
    ),
    variant(
        "dropout also in evaluation",
        ATTENTION,
        "outputs gradients buffers ops graphs export",
        ("dropout_p=0.0", "dropout_p=0.1"),
    ),
    variant("keyword dropped", ATTENTION, "outputs gradients ops graphs export", (", is_causal=True", "")),
    variant(
        "operator changed", ATTENTION, "outputs gradients ops graphs export", ("return x + update", "return x - update")
    ),
    variant(
        "residual dropped",
        ATTENTION,
        "outputs gradients strides ops graphs export",
        ("return x + update", "return update"),
    ),
    variant("slice changed", ATTENTION, "outcome graphs export", ("[:, :seq_len]", "[:, 1:]")),
    variant("operands swapped", ATTENTION, "strides graphs export", ("return x + update", "return update + x")),
    variant("submodule called through forward", ATTENTION, "hooks", ("module.proj(out)", "module.proj.forward(out)")),
    variant(
        "submodule replaced by a function",
        ATTENTION,
        "hooks",
        ("module.proj(out)", "F.linear(out, module.proj.weight, module.proj.bias)"),
    ),
    variant(
        "submodule called twice",
        ATTENTION,
        "outputs gradients hooks ops graphs export",
        ("module.proj(out)", "module.proj(module.proj(out))"),
    ),
    variant(
        "assert lost",
        ATTENTION,
        "outcome graphs export",
        ('    assert seq_len > 1, "nothing to attend to"\n', ""),
        of=case(TensorSpec((3, 1, 24))),
    ),
    variant(
        "comparison changed",
        ATTENTION,
        "outcome graphs export",
        ("seq_len > 1", "seq_len >= 1"),
        of=case(TensorSpec((3, 1, 24))),
    ),
    variant(
        "dtype check lost",
        ATTENTION,
        "outcome graphs export",
        ("    assert x.dtype == module.qkv.weight.dtype\n", ""),
        of=case(TensorSpec((3, 7, 24), "float64")),
    ),
    variant(
        "assert became another exception",
        ATTENTION,
        "outcome graphs export",
        (
            'assert seq_len > 1, "nothing to attend to"',
            'if seq_len <= 1:\n        raise ValueError("nothing to attend to")',
        ),
        of=case(TensorSpec((3, 1, 24))),
    ),
    variant(
        "name no longer bound",
        ATTENTION,
        "outcome graphs export",
        ("    batch, seq_len, dim = x.shape\n", "    batch, seq_len, _ = x.shape\n"),
    ),
    variant("detached", ATTENTION, "gradients ops graphs export", ("return x + update", "return x + update.detach()")),
    variant(
        "without gradients",
        ATTENTION,
        "outputs gradients ops graphs",
        ("    return x + update", "    with torch.no_grad():\n        return x + update"),
    ),
    variant(
        "in place on the input",
        ATTENTION,
        "outcome strides mutation ops graphs export",
        ("return x + update", "return x.add_(update)"),
    ),
    variant("copied", ATTENTION, "ops graphs export", ("return x + update", "return (x + update).clone()")),
    variant("eps changed", ATTENTION, "outputs gradients ops graphs export", ("eps=1e-5", "eps=1e-6")),
)
