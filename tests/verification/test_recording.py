"""What is noted of constructions and calls, and what is not, of classes in files of a project."""

from __future__ import annotations

import copy
import functools
import gc
import importlib.util
import inspect
import pickle
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from esper_lint.verification.encoding import encode_case
from esper_lint.verification.recording import CALLS_PER_TEST, Recorder
from esper_lint.verification.recordings import LeftOut, lines_of
from esper_lint.verification.specs import (
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
)

torch = pytest.importorskip("torch")

BLOCKS = """
    import functools
    from dataclasses import dataclass
    import torch
    from torch import nn

    @dataclass
    class Settings:
        dim: int
        rate: float = 0.5
        hook: object = None

    @dataclass(slots=True)
    class Slotted:
        dim: int

    class Plain(nn.Module):
        def __init__(self, dim, /, width=4, *more, bias: bool = True, **others):
            dim_was = dim
            super().__init__()
            self.proj = nn.Linear(dim_was, width, bias=bias)

        def forward(self, x, *rest, scale=1.0, **named):
            return self.proj(x) * scale

    class Derived(Plain):
        def __init__(self, size):
            self.note = "before"
            super().__init__(size, size)

    class Bare(nn.Module):
        def forward(self, x):
            return x

    @dataclass(eq=False)
    class Declared(nn.Module):
        dim: int
        rate: float = 0.5

        def __post_init__(self):
            super().__init__()
            self.proj = nn.Linear(self.dim, self.dim)

        def forward(self, x):
            return self.proj(x)

    def noted(init):
        @functools.wraps(init)
        def inner(self, *args, **kwargs):
            return init(self, *args, **kwargs)
        return inner

    def hidden(init):
        def inner(*args, **kwargs):
            return init(*args, **kwargs)
        return inner

    class Noted(nn.Module):
        @noted
        def __init__(self, dim, width=3):
            super().__init__()
            self.dim = dim

        def forward(self, x):
            return x

    class Hidden(nn.Module):
        @hidden
        def __init__(self, dim, width=3):
            super().__init__()

        def forward(self, x):
            return x

    class First(nn.Module):
        def __init__(self, a):
            nn.Module.__init__(self)

    class Second(nn.Module):
        def __init__(self, b):
            nn.Module.__init__(self)

    class Both(First, Second):
        def __init__(self, a, b):
            First.__init__(self, a)
            Second.__init__(self, b)

        def forward(self, x):
            return x

    class Tree(nn.Module):
        def __init__(self, depth):
            super().__init__()
            self.child = Tree(depth - 1) if depth else None

        def forward(self, x):
            return x if self.child is None else self.child(x)

    class Wrapper(nn.Module):
        def __init__(self, inner, activation=torch.relu):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x)

    class Any_(nn.Module):
        def __init__(self, *values, **named):
            super().__init__()

        def forward(self, *values, **named):
            return values

    class Deleted(nn.Module):
        def __init__(self, dim):
            del dim
            super().__init__()

        def forward(self, x):
            return x

    class Local(nn.Module):
        def __init__(self, dim, rate=0.5):
            given = locals()
            super().__init__()
            self.names = sorted(given)

        def forward(self, x):
            return x

    def make(dim, heads=2):
        class Inner(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.dim = dim

            def forward(self, x):
                return x
        return Inner(dim)

    def make_class(dim):
        class Sized(nn.Module):
            def forward(self, x):
                return x + dim
        return Sized

    def twice(dim):
        def inner(width):
            class Deep(nn.Module):
                def forward(self, x):
                    return x
            return Deep()
        return inner(dim + 1)

    def later(dim):
        def inner():
            class Late(nn.Module):
                def forward(self, x):
                    return x
            return Late()
        return inner

    class Maker:
        @staticmethod
        def make(dim):
            class Made(nn.Module):
                def forward(self, x):
                    return x
            return Made()

    class Keeper:
        pass

    def keeps_nothing():
        kept = Keeper()
        module = Plain(3)
        return kept, module

    def halve(x):
        return x / 2
"""
PKG = "recorded_blocks"
X = torch.zeros(3, 5)
X_SPEC = TensorSpec((3, 5))


@pytest.fixture
def blocks(tmp_path: Path) -> Iterator[ModuleType]:
    path = tmp_path / "src" / f"{PKG}.py"
    path.parent.mkdir()
    path.write_text(dedent(BLOCKS), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(PKG, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PKG] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[PKG]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    with Recorder([str(tmp_path / "src")]) as recorder:
        yield recorder
    assert not recorder.failures


def cases_of(recorder: Recorder, name: str = "") -> list[Case]:
    return [case for case in recorder.recording().cases if case.build.name.startswith(f"{PKG}:{name}")]


def builds_of(recorder: Recorder, name: str) -> list[Build]:
    return [case.build for case in cases_of(recorder, name)]


def reasons_of(recorder: Recorder, name: str) -> list[str]:
    return [one.reason for one in recorder.recording().left_out if one.name == f"{PKG}:{name}"]


def test_a_construction_and_a_call(blocks: Any, recorder: Recorder) -> None:
    blocks.Plain(5, 7)(X, scale=2.0)
    build = Build(f"{PKG}:Plain", Arguments((5, 7)))
    arguments = Arguments((X_SPEC,), (("scale", 2.0),))
    assert cases_of(recorder) == [Case(build, Call(arguments, training=True, grad=True))]
    assert (recorder.constructions, recorder.calls) == (1, 1)


def test_the_modes_are_those_of_the_call(blocks: Any, recorder: Recorder) -> None:
    module = blocks.Plain(5).eval()
    with torch.no_grad():
        module(X)
    module(X)
    module.train()(X)
    with torch.inference_mode():
        module(X)
    modes = {(case.call.training, case.call.grad) for case in cases_of(recorder)}
    assert modes == {(False, False), (False, True), (True, True), (True, False)}


@pytest.mark.parametrize(
    ("made", "positional", "keywords"),
    [
        (lambda b: b.Plain(5), (5,), ()),
        (lambda b: b.Plain(5, width=4), (5,), ()),  # said or not, it is the default
        (lambda b: b.Plain(5, width=6), (5, 6), ()),
        (lambda b: b.Plain(5, bias=False), (5,), (("bias", False),)),
        (lambda b: b.Plain(5, 4, 1, 2, bias=True, z=3), (5, 4, 1, 2), (("z", 3),)),
        (lambda b: b.Derived(5), (5,), ()),
        (lambda b: b.Declared(5), (5,), ()),
        (lambda b: b.Declared(5, rate=0.25), (5, 0.25), ()),
        (lambda b: b.Noted(5, width=9), (5,), (("width", 9),)),
        (lambda b: b.Hidden(5, 9), (5, 9), ()),
        (lambda b: b.Both(1, 2), (1, 2), ()),
        (lambda b: b.Bare(), (), ()),
    ],
)
def test_the_arguments_of_the_outermost_constructor(
    blocks: Any, recorder: Recorder, made: Any, positional: Any, keywords: Any
) -> None:
    module = made(blocks)
    module(X)
    assert builds_of(recorder, type(module).__name__) == [
        Build(f"{PKG}:{type(module).__name__}", Arguments(positional, keywords))
    ]


def test_a_class_within_one_of_its_own_kind(blocks: Any, recorder: Recorder) -> None:
    blocks.Tree(2)(X)
    assert [build.arguments.positional for build in builds_of(recorder, "Tree")] == [(0,), (1,), (2,)]


def test_modules_as_arguments_are_built_too(blocks: Any, recorder: Recorder) -> None:
    nn = torch.nn
    blocks.Wrapper(nn.Sequential(nn.Linear(5, 5, bias=False), blocks.Plain(5)), activation=nn.functional.gelu)(X)
    inner = Build(
        "torch.nn.modules.container:Sequential",
        Arguments(
            (
                Build("torch.nn.modules.linear:Linear", Arguments((5, 5, False))),
                Build(f"{PKG}:Plain", Arguments((5,))),
            )
        ),
    )
    assert builds_of(recorder, "Wrapper") == [
        Build(f"{PKG}:Wrapper", Arguments((inner, Named("torch.nn.functional:gelu"))))
    ]


def test_inner_classes_are_made_by_their_factory(blocks: Any, recorder: Recorder) -> None:
    blocks.make(6)(X)
    blocks.make(6, heads=3)(X)
    blocks.make_class(2)()(X)
    blocks.twice(4)(X)
    blocks.Maker.make(dim=3)(X)
    blocks.later(5)()(X)
    made = [(build.name.partition(":")[2], build.arguments, build.factory) for build in builds_of(recorder, "")]
    assert made == [
        ("Maker.make.Made", Arguments(), Factory(f"{PKG}:Maker.make", Arguments((3,)))),
        ("make.Inner", Arguments((6,)), Factory(f"{PKG}:make", Arguments((6, 3)))),
        ("make.Inner", Arguments((6,)), Factory(f"{PKG}:make", Arguments((6,)))),
        ("make_class.Sized", Arguments(), Factory(f"{PKG}:make_class", Arguments((2,)))),
        ("twice.inner.Deep", Arguments(), Factory(f"{PKG}:twice", Arguments((4,)))),
    ]
    assert reasons_of(recorder, "later.inner.Late") == ["the call of later, which made the class, was not seen"]


def test_a_class_made_before_recording_is_found_while_its_factory_runs(blocks: Any, tmp_path: Path) -> None:
    made = blocks.make_class(2)
    with Recorder([str(tmp_path / "src")]) as recorder:
        made()(X)
    assert not recorder.failures
    assert reasons_of(recorder, "make_class.Sized") == ["the call of make_class, which made the class, was not seen"]


def test_each_kind_of_value(blocks: Any, recorder: Recorder) -> None:
    nn = torch.nn
    values = {
        "numbers": (True, 1, 1.5, float("inf"), "text", None),
        "listed": [1, [2]],
        "range": range(3),
        "size": X.shape,
        "dictionary": {"b": 1, "a": X},
        "dtype": torch.bfloat16,
        "device": torch.device("cpu"),
        "kind": nn.GELU,
        "ours": blocks.Plain,
        "function": blocks.halve,
        "partial": functools.partial(nn.LayerNorm, eps=0.5),
        "settings": blocks.Settings(4, hook=lambda: None),
        "slotted": blocks.Slotted(4),
        "parameter": nn.Parameter(X),
        "indices": torch.tensor([[3, 8], [5, 4]]),
        "single": torch.tensor(7),
        "empty": torch.zeros(0, 3, dtype=torch.int64),
        "mask": torch.ones(2, dtype=torch.bool),
        "meta": torch.zeros(2, 3, dtype=torch.int64, device="meta"),
        "many": torch.arange(20_000).reshape(2, -1),
    }
    blocks.Any_(**values)(X)
    [build] = builds_of(recorder, "Any_")
    assert dict(build.arguments.keywords) == {
        "numbers": TupleSpec((True, 1, 1.5, float("inf"), "text", None)),
        "listed": ListSpec((1, ListSpec((2,)))),
        "range": ListSpec((0, 1, 2)),
        "size": TupleSpec((3, 5)),
        "dictionary": DictSpec((("b", 1), ("a", X_SPEC))),
        "dtype": Named("torch:bfloat16"),
        "device": "cpu",
        "kind": Named("torch.nn:GELU"),
        "ours": Named(f"{PKG}:Plain"),
        "function": Named(f"{PKG}:halve"),
        "partial": PartialSpec(Named("torch.nn:LayerNorm"), Arguments((), (("eps", 0.5),))),
        "settings": Namespace((("dim", 4), ("rate", 0.5))),
        "slotted": Namespace((("dim", 4),)),
        "parameter": X_SPEC,
        "indices": TensorSpec((2, 2), "int64", 3, 8),
        "single": TensorSpec((), "int64", 7, 7),
        "empty": TensorSpec((0, 3), "int64"),
        "mask": TensorSpec((2,), "bool"),
        "meta": TensorSpec((2, 3), "int64"),
        "many": TensorSpec((2, 10_000), "int64", 0, 19_999),
    }


class Watchful:
    """Everything that one could do to it is an error, and would be noticed."""

    touched: list[str] = []  # noqa: RUF012

    def __getattribute__(self, name: str) -> Any:
        type.__getattribute__(Watchful, "touched").append(name)
        raise AssertionError(name)

    def __eq__(self, other: object) -> bool:
        raise AssertionError("__eq__")

    def __len__(self) -> int:
        raise AssertionError("__len__")

    __hash__ = None  # type: ignore[assignment]


def circular() -> list[Any]:
    one: list[Any] = []
    one.append(one)
    return one


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (lambda: 1, "the function "),
        (open, "io:open"),
        (len, "holds builtins:len, which is neither in the roots"),
        (int, "the class int, which is no module class"),
        (object(), "an object of the class builtins.object"),
        ({1: 2}, "a dictionary with keys that are no short strings"),
        ({1, 2}, "an object of the class builtins.set"),
        (circular(), "something that holds itself"),
        ("x" * 2000, "a text of more than 1000 characters"),
        (2**70, "an integer of more than 64 bits"),
        ([0] * 5000, "more than 2000 values"),
        (functools.partial(lambda: 1), "the function "),
        (torch.Generator(), "an object of the class torch"),
        (torch.zeros(3).to_sparse(), "a tensor that is not strided"),
        (iter([1]), "an object of the class builtins.list_iterator"),
    ],
)
def test_what_no_spec_stands_for_is_left_out_with_the_reason(
    blocks: Any, recorder: Recorder, value: Any, reason: str
) -> None:
    blocks.Any_(value)(X)
    blocks.Any_()(value)
    assert cases_of(recorder) == []
    built, called = sorted(reasons_of(recorder, "Any_"), key=len)
    assert reason.rpartition(".")[2] in built and built.startswith("argument 1 holds ")
    assert called == f"a call of which {built}"


def test_nothing_is_asked_of_an_object(blocks: Any, recorder: Recorder) -> None:
    watchful = Watchful()
    blocks.Any_(watchful, [watchful], key=watchful)(watchful)
    assert Watchful.touched == []
    assert any("Watchful" in reason for reason in reasons_of(recorder, "Any_"))


def test_a_generator_is_not_consumed(blocks: Any, recorder: Recorder) -> None:
    numbers = (number for number in range(3))
    blocks.Any_(numbers)(X)
    assert list(numbers) == [0, 1, 2]


def test_a_deleted_argument_is_said(blocks: Any, recorder: Recorder) -> None:
    blocks.Deleted(3)(X)
    assert reasons_of(recorder, "Deleted") == ["its argument dim was deleted before it could be read"]


def test_what_looks_at_its_locals_sees_what_it_would(blocks: Any, recorder: Recorder) -> None:
    module = blocks.Local(3)
    module(X)
    assert module.names == ["__class__", "dim", "rate", "self"]
    if sys.version_info >= (3, 13):
        assert builds_of(recorder, "Local") == [Build(f"{PKG}:Local", Arguments((3,)))]
    else:
        assert "looks at its own local variables" in reasons_of(recorder, "Local")[0]


def test_nothing_is_kept_alive(blocks: Any, recorder: Recorder) -> None:
    kept, module = blocks.keeps_nothing()
    ended = [weakref.ref(kept), weakref.ref(module)]
    inner = blocks.make(3)
    ended += [weakref.ref(inner), weakref.ref(type(inner))]
    inner(X)
    del kept, module, inner
    gc.collect()
    assert [one() for one in ended] == [None] * 4
    assert not recorder._modules and not recorder._classes


def test_copies_are_built_as_the_original_was(blocks: Any, recorder: Recorder) -> None:
    module = blocks.Plain(5, 6)
    copies = [copy.deepcopy(module), copy.copy(module)]
    del module
    for one in copies:
        one(X)
    assert builds_of(recorder, "Plain") == [Build(f"{PKG}:Plain", Arguments((5, 6)))]
    pickle.loads(pickle.dumps(copies[0]))(X)
    assert reasons_of(recorder, "Plain") == ["it was copied, unpickled or made before recording began"]


def test_torch_is_left_out_unless_it_is_named(blocks: Any, tmp_path: Path) -> None:
    with Recorder([str(tmp_path / "src")], ["torch.nn"]) as recorder:
        torch.nn.Linear(5, 2)(X)
        blocks.Bare()(X)
    names = {case.build.name for case in recorder.recording().cases}
    assert names == {"torch.nn.modules.linear:Linear", f"{PKG}:Bare"}
    with Recorder(["/"]) as recorder:
        torch.nn.Linear(5, 2)(X)
        blocks.Bare()(X)
    assert [case.build.name for case in recorder.recording().cases] == [f"{PKG}:Bare"]


def test_files_of_tests_are_left_out(blocks: Any, recorder: Recorder) -> None:
    recorder.scope.leave_out(blocks.__file__)
    blocks.Plain(5)(X)
    assert not recorder.recording().cases and not recorder.recording().left_out


def test_calls_that_raise_are_not_recorded(blocks: Any, recorder: Recorder) -> None:
    with pytest.raises(RuntimeError):
        blocks.Plain(4)(X)
    assert cases_of(recorder) == []


def test_within_traces_nothing_is_noted(blocks: Any, recorder: Recorder) -> None:
    module = blocks.Plain(5)
    wrapper = blocks.Wrapper(module)
    torch.jit.trace(wrapper, X, check_trace=False)
    torch.fx.symbolic_trace(wrapper)
    torch.export.export(wrapper, (X,))
    torch.vmap(wrapper)(X)
    torch.compile(wrapper, backend="eager", fullgraph=True)  # is not called
    with torch._subclasses.fake_tensor.FakeTensorMode(allow_non_fake_inputs=True):
        wrapper(X)
    assert cases_of(recorder) == []
    assert recorder.recording().left_out == ()


def test_the_call_of_what_was_compiled_is_noted(blocks: Any, recorder: Recorder) -> None:
    torch._dynamo.reset()
    compiled = torch.compile(blocks.Plain(5), backend="eager", fullgraph=True)
    compiled(X, scale=2.0)
    assert [case.call.arguments.positional for case in cases_of(recorder)] == [(X_SPEC,)]


def test_modes_that_watch_every_function_see_none_of_ours(blocks: Any, recorder: Recorder) -> None:
    seen: list[list[str]] = []
    torch_function_mode: Any = torch.overrides.TorchFunctionMode

    class Watching(torch_function_mode):  # type: ignore[misc]
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            seen[-1].append(str(function))
            return function(*args, **(kwargs or {}))

    module, indices = blocks.Any_(), torch.tensor([1, 2])
    for is_recorded in (True, False):
        if not is_recorded:
            recorder.stop()
        seen.append([])
        with Watching():
            module(X, indices)
    assert seen[0] == seen[1]
    assert len(cases_of(recorder)) == 1


def test_everything_is_put_back(tmp_path: Path) -> None:
    module = torch.nn.Module
    before = (module.__init__, module.__setstate__, dict(vars(module)), list(sys.meta_path))
    with Recorder([str(tmp_path)]):
        assert module.__init__ is not before[0]
        assert not torch.nn.modules.module._has_any_global_hook()
        assert inspect.signature(module.__init__) == inspect.signature(before[0])
        assert module.__init__.__qualname__ == before[0].__qualname__
    assert (module.__init__, module.__setstate__, dict(vars(module)), list(sys.meta_path)) == before


def test_a_failure_within_is_counted_and_nowhere_else(
    blocks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    with Recorder([str(tmp_path / "src")]) as recorder:
        monkeypatch.setattr(recorder, "_wants", broken)
        assert blocks.Plain(5)(X).shape == (3, 4)
    assert [name.partition(" ")[0] for name in recorder.failures] == ["ZeroDivisionError"]
    assert recorder.recording().cases == ()


def test_each_class_keeps_few_cases_the_same_in_any_order(blocks: Any, tmp_path: Path) -> None:
    calls = [(dim, rows) for dim in range(1, 90) for rows in range(1, 20)]
    files = []
    for order in (calls, calls[::-1]):
        with Recorder([str(tmp_path / "src")]) as recorder:
            modules = {dim: blocks.Bare() if dim == 1 else blocks.Any_(dim) for dim, _ in calls}
            for number, (dim, rows) in enumerate(order):
                if number % 500 == 0:
                    recorder.next_test()
                modules[dim](torch.zeros(rows))
        files.append(list(lines_of(recorder.recording())))
    assert files[0] == files[1]
    assert len(cases_of(recorder, "Bare")) == 16
    assert len(cases_of(recorder, "Any_")) == 64


def test_a_loop_within_one_test_is_not_followed_to_its_end(blocks: Any, recorder: Recorder) -> None:
    module = blocks.Bare()
    for size in range(CALLS_PER_TEST, -20, -1):
        module(torch.zeros(max(size, 0)))
    assert min(case.call.arguments.positional[0].shape for case in cases_of(recorder)) == (1,)  # type: ignore[union-attr]


def test_a_case_is_plain_json(blocks: Any, recorder: Recorder) -> None:
    blocks.make(6)(X)
    assert encode_case(cases_of(recorder)[0]) == {
        "build": {
            "class": f"{PKG}:make.Inner",
            "arguments": {"positional": [6]},
            "factory": {"function": f"{PKG}:make", "arguments": {"positional": [6]}},
        },
        "call": {
            "arguments": {"positional": [{"tensor": {"shape": [3, 5]}}]},
            "training": True,
            "grad": True,
        },
    }


def test_a_class_that_was_left_out_is_named_once(blocks: Any, recorder: Recorder) -> None:
    for _ in range(3):
        blocks.Any_(lambda: 1)(X)
    [one] = recorder.recording().left_out
    assert isinstance(one, LeftOut) and one.name == f"{PKG}:Any_"
