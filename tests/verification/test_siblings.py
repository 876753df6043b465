"""A member's case for another member: names change, arguments keep their meaning, and what is missing is said."""

from __future__ import annotations

from textwrap import dedent

import pytest

from esper_lint.verification.siblings import Target, Untransferable, transferred
from esper_lint.verification.signatures import Signature, signature_in
from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, TensorSpec

SOURCE = dedent(
    """
    from torch import nn

    class One(nn.Module):
        def __init__(self, dim: int, heads: int = 4, *, rate: float = 0.0): ...
    class Same(nn.Module):
        def __init__(self, dim: int, heads: int = 4, *, rate: float = 0.0): ...
    class Other(nn.Module):
        def __init__(self, heads: int = 2, dim: int = 8): ...
    class Renamed(nn.Module):
        def __init__(self, width: int): ...
    class Needy(nn.Module):
        def __init__(self, dim: int, groups: int, kernel: int): ...
    class Bare(nn.Module):
        def forward(self, x): ...
    class Derived(One): ...
    def make(dim: int, heads: int = 4):
        class Inner(nn.Module):
            def __init__(self, dim: int, heads: int): ...
        return Inner(dim, heads)
    def make_other(dim: int, heads: int = 8):
        class Inner(nn.Module):
            def __init__(self, dim: int, heads: int): ...
        return Inner(dim, heads)
    def make_bare(dim: int):
        class Inner(nn.Module):
            def forward(self, x): ...
        return Inner()
    """
)
CALL = Call(Arguments((TensorSpec((3, 7, 24)),)), training=True)


def signature_of(name: str) -> Signature | None:
    return signature_in(SOURCE, name.partition(":")[2])


def one(*positional: int, **keywords: float) -> Build:
    return Build("m:One", Arguments(positional, tuple(keywords.items())))


def inner(name: str, arguments: tuple[int, ...], *factory: int) -> Build:
    return Build(f"m:{name}.Inner", Arguments(arguments), Factory(f"m:{name}", Arguments(factory)))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (one(24, rate=0.5), Target("m:Same"), Build("m:Same", Arguments((24,), (("rate", 0.5),)))),
        (one(24, 2), Target("m:Other"), Build("m:Other", Arguments((), (("dim", 24),)))),
        (one(24), Target("m:Other"), Build("m:Other", Arguments((4, 24)))),
        (one(24), Target("m:Renamed"), Build("m:Renamed", Arguments((24,)))),
        (one(24), Target("m:Bare"), Build("m:Bare")),
        (one(24), Target("m:Derived"), Build("m:Derived", Arguments((24,)))),
        (inner("make", (24, 4), 24), Target("m:make_other.Inner", "m:make_other"), inner("make_other", (24, 4), 24, 4)),
        (
            inner("make", (24, 8), 24, 8),
            Target("m:make_other.Inner", "m:make_other"),
            inner("make_other", (24, 8), 24),
        ),
        (inner("make", (24, 4), 24), Target("m:make_bare.Inner", "m:make_bare"), inner("make_bare", (), 24)),
        (inner("make", (24, 2), 24, 2), Target("m:One"), Build("m:One", Arguments((24, 2)))),
        (
            one(24, 2),
            Target("m:make.Inner", "m:make"),
            Build("m:make.Inner", Arguments((24, 2)), Factory("m:make", Arguments((24, 2)))),
        ),
    ],
)
def test_a_case_is_transferred(source: Build, target: Target, expected: Build) -> None:
    assert transferred(Case(source, CALL, seed=5), target, signature_of) == Case(expected, CALL, 5, "sibling")


def test_what_is_missing_is_said() -> None:
    assert transferred(Case(one(24), CALL), Target("m:Needy"), signature_of) == Untransferable(
        "no value is known for groups, kernel"
    )


def test_without_signatures_equal_ones_are_assumed_of_equal_kinds() -> None:
    moved = transferred(Case(one(24), CALL), Target("m:Derived"), lambda name: None)
    assert moved == Case(Build("m:Derived", Arguments((24,))), CALL, 0, "sibling")
    refused = transferred(Case(one(24), CALL), Target("m:f.Inner", "m:f"), lambda name: None)
    assert refused == Untransferable("the parameters of m:f are not known")
