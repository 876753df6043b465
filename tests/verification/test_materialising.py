"""Specifications become objects: equal ones each time, by name and not by order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from esper_lint.verification.drawing import draw, scramble  # noqa: E402
from esper_lint.verification.lookup import Absent, Names, Refused  # noqa: E402
from esper_lint.verification.materialising import Materialiser, named  # noqa: E402
from esper_lint.verification.specs import (  # noqa: E402
    Arguments,
    Build,
    Call,
    Case,
    DictSpec,
    Factory,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)
from tests.verification.replaying import version  # noqa: E402

TEXT = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, dim, act=nn.ReLU, part=None, config=None):
        super().__init__()
        self.lin, self.act, self.part, self.config = nn.Linear(dim, dim), act(), part, config


def module(dim):
    class Inner(nn.Module):
        pass

    return Inner()


def holder(dim):
    class Inner(nn.Module):
        pass

    return nn.Sequential(nn.ReLU(), nn.Sequential(Inner()))


def pair(dim):
    class Inner(nn.Module):
        pass

    return {"width": dim, "module": Inner()}


def kind(dim):
    class Inner(nn.Module):
        def __init__(self, depth=1):
            super().__init__()
            self.size = dim, depth

    return Inner


def nothing(dim):
    class Inner(nn.Module):
        pass

    return nn.ReLU()
"""
SIZE = Arguments((24,))


@pytest.fixture
def names() -> Iterator[Names]:
    with version(TEXT, "proj", "proj_here") as found:
        yield found


def made(names: Names, value: Value, **options: bool) -> object:
    return Materialiser(names, 0, **options).value(value, "input")


def test_values_keep_their_kinds(names: Names) -> None:
    spec = TupleSpec((ListSpec((1, 2.5)), DictSpec((("a", None), ("b", TupleSpec(())))), "text", True))
    assert made(names, spec) == ([1, 2.5], {"a": None, "b": ()}, "text", True)
    assert made(names, Named("torch:float16")) is torch.float16
    assert made(names, Namespace((("width", 3), ("rates", ListSpec((0.5,)))))) == SimpleNamespace(width=3, rates=[0.5])
    partial = made(names, PartialSpec(Named("torch.nn:GELU"), Arguments(keywords=(("approximate", "tanh"),))))
    assert isinstance(partial, functools.partial) and partial().approximate == "tanh"


@pytest.mark.parametrize(
    "value",
    [
        Namespace((("__class__", 3),)),
        Named("os:system"),
        PartialSpec(Named("os:system"), Arguments(("true",))),
        PartialSpec(Named("torch:float16"), Arguments()),
        ListSpec((DictSpec((("a", Named("builtins:eval")),)),)),
        Build("os:system"),
        TensorSpec((2,), "Tensor"),
        TensorSpec((2,), "load"),
    ],
)
def test_what_must_not_be_made_is_refused(names: Names, value: Value) -> None:
    with pytest.raises(Refused) as caught:
        made(names, value)
    assert "\n" not in str(caught.value)


def test_tensors_follow_from_their_specification_and_name() -> None:
    for dtype in ("float32", "float64", "bfloat16", "float16", "complex64", "int64", "uint8", "bool"):
        one = draw(TensorSpec((3, 5), dtype), 1, "x")
        assert one.shape == (3, 5) and one.dtype is getattr(torch, dtype)
        assert torch.equal(one, draw(TensorSpec((3, 5), dtype), 1, "x"))
    spec = TensorSpec((3, 5))
    assert not torch.equal(draw(spec, 1, "x"), draw(spec, 1, "y"))
    assert not torch.equal(draw(spec, 1, "x"), draw(spec, 2, "x"))


def test_integers_lie_where_they_were_seen() -> None:
    found = draw(TensorSpec((1000,), "int64", 3, 7), 0, "x")
    assert found.min() == 3 and found.max() == 7
    assert draw(TensorSpec((4,), "int64", 5, 5), 0, "x").tolist() == [5] * 4
    rates = draw(TensorSpec((1000,), "float32", 0, 1), 0, "x")
    assert rates.min() >= 0 and rates.max() <= 1
    assert draw(TensorSpec((), "float32"), 0, "x").shape == () and draw(TensorSpec((0, 3)), 0, "x").numel() == 0


def test_tracked_tensors_are_copies_of_their_leaves(names: Names) -> None:
    make = Materialiser(names, 0, track=True)
    (one, two), keywords = make.arguments(
        Arguments((TensorSpec((2, 3)), TensorSpec((2,), "int64")), (("z", 1),)), "input"
    )
    assert list(make.leaves) == ["input.0"] and keywords == {"z": 1}
    assert isinstance(one, torch.Tensor) and one.requires_grad and not one.is_leaf
    one.add_(1)  # as a module may do
    one.sum().backward()
    assert torch.equal(make.leaves["input.0"].grad, torch.ones(2, 3))
    assert not two.requires_grad  # type: ignore[attr-defined]


def test_strided_tensors_hold_equal_numbers(names: Names) -> None:
    plain, strided = made(names, TensorSpec((2, 3, 5))), made(names, TensorSpec((2, 3, 5)), strided=True)
    assert isinstance(plain, torch.Tensor) and isinstance(strided, torch.Tensor)
    assert torch.equal(plain, strided) and plain.is_contiguous() and not strided.is_contiguous()


def test_a_module_is_built_from_others(names: Names) -> None:
    part = Build("proj:Net", Arguments((3,)))
    found = Materialiser(names, 0).module(
        Build("proj:Net", Arguments((5,), (("act", Named("torch.nn:GELU")), ("part", part))))
    )
    assert type(found).__qualname__ == "Net" and found.lin.in_features == 5
    assert found.part.lin.in_features == 3 and isinstance(found.act, torch.nn.GELU)


@pytest.mark.parametrize("factory", ["module", "holder", "pair", "kind"])
def test_an_inner_class_is_built_by_its_factory(names: Names, factory: str) -> None:
    build = Build(f"proj:{factory}.Inner", factory=Factory(f"proj:{factory}", SIZE))
    assert type(Materialiser(names, 0).module(build)).__qualname__ == f"{factory}.<locals>.Inner"


def test_a_class_that_a_factory_gives_back_gets_the_arguments(names: Names) -> None:
    build = Build("proj:kind.Inner", Arguments((7,)), Factory("proj:kind", SIZE))
    assert Materialiser(names, 0).module(build).size == (24, 7)


def test_a_factory_that_gives_back_something_else(names: Names) -> None:
    with pytest.raises(Absent, match="nothing that holds one"):
        Materialiser(names, 0).module(Build("proj:nothing.Inner", factory=Factory("proj:nothing", SIZE)))


def test_everything_that_a_case_names_is_known_beforehand() -> None:
    build = Build("a:B.C", Arguments((Named("d:e"), Build("f:G"))), Factory("a:B", Arguments((Named("h:i"),))))
    inputs = Arguments((ListSpec((Named("j:k"),)),), (("l", PartialSpec(Named("m:n"), Arguments((Named("o:p"),)))),))
    assert list(named(Case(build, Call(inputs)))) == ["a:B.C", "h:i", "d:e", "f:G", "j:k", "m:n", "o:p"]


def of_parts(*names: str) -> Callable[[], object]:
    def build() -> object:
        module = torch.nn.Module()
        for name in names:
            setattr(module, name, torch.nn.Linear(3, 5) if name != "norm" else torch.nn.BatchNorm1d(3))
        return module

    return build


def test_numbers_of_a_parameter_follow_its_name_and_not_its_order() -> None:
    one, other = of_parts("a", "norm", "b")(), of_parts("b", "a", "norm")()
    for module in (one, other):
        scramble(module, 7)
    left, right = one.state_dict(), other.state_dict()  # type: ignore[attr-defined]
    assert all(torch.equal(left[name], right[name]) for name in left)
    assert not torch.equal(left["a.weight"], left["b.weight"])


def test_scrambling_leaves_nothing_at_rest_and_everything_usable() -> None:
    module = torch.nn.Module()
    module.norm = torch.nn.BatchNorm1d(64)
    module.zero = torch.nn.Parameter(torch.zeros(4, 3))
    module.low = torch.nn.Parameter(torch.zeros(3, dtype=torch.bfloat16))
    module.empty = torch.nn.Parameter(torch.zeros(0, 3))
    module.scalar = torch.nn.Parameter(torch.tensor(0.0))
    module.register_buffer("frequencies", torch.linspace(0.1, 1.0, 64))
    module.register_buffer("index", torch.arange(5))
    module.register_buffer("everywhere", torch.zeros(1).expand(4))
    module.lazy = torch.nn.LazyLinear(3)
    before = {name: tensor.clone() for name, tensor in module.named_buffers()}
    scramble(module, 0)
    assert bool(module.norm.running_var.min() > 0) and bool(module.frequencies.min() > 0)
    assert bool(module.zero.abs().min() > 0) and bool(module.low.abs().min() > 0) and module.scalar.item() != 0
    assert torch.equal(module.index, before["index"])
    assert torch.equal(module.everywhere, before["everywhere"])
    assert module.norm.num_batches_tracked == 0 and not torch.equal(
        module.norm.running_mean, before["norm.running_mean"]
    )


def test_only_what_is_asked_for_is_scrambled() -> None:
    module = of_parts("a", "b")()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}  # type: ignore[attr-defined]
    scramble(module, 0, only={"a.weight"})
    changed = [name for name, tensor in module.state_dict().items() if not torch.equal(tensor, before[name])]  # type: ignore[attr-defined]
    assert changed == ["a.weight"]


def test_a_deep_module_stays_finite() -> None:
    module = torch.nn.Sequential(*(torch.nn.Linear(64, 64) for _ in range(30)))
    scramble(module, 0)
    assert torch.isfinite(module(torch.randn(3, 64))).all()
