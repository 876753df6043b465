"""Parameters as the source declares them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from esper_lint.verification.signatures import Missing, Parameter, Signature, signature_in
from esper_lint.verification.specs import Arguments

SOURCE = dedent(
    """
    import torch
    from torch import nn

    def make(dim: int, heads: int = 4, *, rate: float = 0.5):
        class Inner(nn.Module):
            def __init__(self, size):
                super().__init__()
        return Inner(dim)

    class Block(nn.Module):
        def __init__(self, dim, /, width: "int" = 2, act=torch.relu, bias=True, *rest, name: str | None = None, **more):
            super().__init__()

    class Plain(nn.Module):
        def forward(self, x):
            return x

    class Derived(Block):
        pass

    try:
        import flex
    except ImportError:
        class Fallback(nn.Module):
            def __init__(self, rate=-0.5):
                pass
    else:
        if flex:
            def late(x: float): ...

    def shadow():
        def make(): ...
    """
)


@pytest.mark.parametrize(
    ("qualname", "expected"),
    [
        (
            "make",
            Signature(
                (Parameter("dim", "int"), Parameter("heads", "int", 4), Parameter("rate", "float", 0.5, True)), False
            ),
        ),
        ("make.Inner", Signature((Parameter("size"),))),
        (
            "Block",
            Signature(
                (
                    Parameter("dim"),
                    Parameter("width", "int", 2),
                    Parameter("act", "", Missing(False)),
                    Parameter("bias", "bool", True),
                    Parameter("name", "str", None, True),
                ),
                True,
            ),
        ),
        ("Plain", Signature()),
        ("Derived", None),
        ("Fallback", Signature((Parameter("rate", "float", -0.5),))),
        ("late", Signature((Parameter("x", "float"),))),
        ("shadow.make", Signature()),
        ("nowhere", None),
        ("make.nowhere", None),
    ],
)
def test_a_signature(qualname: str, expected: Signature | None) -> None:
    assert signature_in(SOURCE, qualname) == expected


@pytest.mark.parametrize("source", ["def make(", "\0", "(" * 5000])
def test_what_cannot_be_parsed_has_none(source: str) -> None:
    assert signature_in(source, "make") is None


def test_arguments_are_bound_and_replaced_by_name() -> None:
    signature = signature_in(SOURCE, "make")
    assert signature is not None
    given = Arguments((24,), (("rate", 0.25),))
    assert signature.bound(given) == {"dim": 24, "rate": 0.25}
    assert signature.replaced(given, "dim", 12) == Arguments((12,), (("rate", 0.25),))
    assert signature.replaced(given, "heads", 2) == Arguments((24,), (("rate", 0.25), ("heads", 2)))
    assert signature.replaced(given, "rate", 0.0) == Arguments((24,), (("rate", 0.0),))
