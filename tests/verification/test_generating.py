"""Many cases of one: all different, the same wherever they are made, and nearly all of them valid."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.verification.encoding import decode_case, encode_case
from esper_lint.verification.generating import generated
from esper_lint.verification.recordings import text_of
from esper_lint.verification.signatures import Parameter, Signature, signature_in
from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, ListSpec, Namespace, TensorSpec
from esper_lint.verification.walking import elements_of
from tests.verification.strategies import cases

ROOT = Path(__file__).parents[2]


def case_of(arguments: Any, *shapes: tuple[int, ...], keywords: Any = ()) -> Case:
    inputs = tuple(TensorSpec(shape) for shape in shapes)
    return Case(Build("a:B", Arguments(tuple(arguments), tuple(keywords))), Call(Arguments(inputs)))


def known(*parameters: Parameter) -> Callable[[str], Signature | None]:
    return lambda name: Signature(parameters)


def shapes_of(case: Case) -> list[tuple[int, ...]]:
    return [item.shape for item in case.call.arguments.positional if isinstance(item, TensorSpec)]


@settings(max_examples=40)
@given(cases, st.integers(0, 3))
def test_what_is_generated_is_of_the_same_kind_and_follows_from_the_arguments(case: Case, seed: int) -> None:
    found = generated(case, 5, seed=seed)
    assert found == generated(case, 5, seed=seed)
    assert len({text_of(one) for one in found}) == len(found) <= 5
    assert [elements_of(one) for one in found] == sorted(elements_of(one) for one in found)
    for one in found:
        assert (one.build.name, one.source) == (case.build.name, "generated")
        assert decode_case(encode_case(one)) == one


def test_another_seed_gives_others() -> None:
    case = case_of([24], (3, 7, 24))
    assert generated(case, 20, seed=1) != generated(case, 20, seed=2)
    assert generated(case, 20) == generated(case, 20)


def test_a_width_varies_with_the_input() -> None:
    found = generated(case_of([24], (3, 7, 24)), 60)
    assert len(found) == 60
    for one in found:
        [[batch, rows, width]] = shapes_of(one)
        assert one.build.arguments.positional == (width,)
        assert len({rows, width}) == 2
        assert 1 <= batch <= 7
    assert len({shapes_of(one)[0][2] for one in found}) > 4
    assert {(one.call.training, one.call.grad) for one in found} == {
        (training, grad) for training in (False, True) for grad in (False, True)
    }


def test_modes_can_be_chosen() -> None:
    found = generated(case_of([24], (3, 7, 24)), 20, modes=[(True, False)])
    assert {(one.call.training, one.call.grad) for one in found} == {(True, False)}


@pytest.mark.parametrize(
    ("case", "signature_of", "divisor"),
    [
        (case_of([24, 6], (3, 7, 24)), known(), 6),
        (case_of([24], (3, 7, 24)), known(Parameter("dim", "int"), Parameter("heads", "int", 3)), 3),
        (case_of([Namespace((("hidden", 24), ("heads", 8)))], (3, 7, 24)), known(), 8),
        (case_of([ListSpec((24, 6))], (3, 7, 24)), known(), 6),
    ],
)
def test_a_width_stays_a_multiple_of_what_divides_it(case: Case, signature_of: Any, divisor: int) -> None:
    widths = {shapes_of(one)[0][2] for one in generated(case, 60, signature_of=signature_of)}
    assert len(widths) > 2
    assert all(width % divisor == 0 for width in widths)


def test_what_may_be_computed_from_the_construction_stays_in_proportion_or_as_it_is() -> None:
    for one in generated(case_of([24], (3, 7, 24), (7, 48), (7, 6)), 40):
        (_, rows, width), second, third = shapes_of(one)
        assert second == (rows, 2 * width)
        assert third == (rows, width // 4) and width % 4 == 0
    heads_times_width = case_of([4, 6], (3, 7, 24))
    assert {shapes_of(one)[0][2] for one in generated(heads_times_width, 40)} == {24}
    by_default = known(Parameter("dim", "int", 24))
    assert {shapes_of(one)[0][2] for one in generated(case_of([], (3, 7, 24)), 40, signature_of=by_default)} == {24}


def test_small_numbers_are_not_taken_for_widths() -> None:
    """A batch of three beside a kernel of three is chance, and three channels are those of a picture."""
    found = generated(case_of([16, 3], (3, 3, 11, 11)), 40)
    assert {one.build.arguments.positional for one in found} == {(16, 3)}
    assert {shapes_of(one)[0][:2] for one in found} == {(3, 3)}
    assert len({shapes_of(one)[0][2:] for one in found}) > 2


def test_a_size_keeps_the_power_of_two_in_it() -> None:
    for one in generated(case_of([], (2, 224, 48)), 40):
        [[_, height, width]] = shapes_of(one)
        assert height % 32 == 0 and width % 16 == 0


def test_parameters_vary_by_what_they_are() -> None:
    signature_of = known(
        Parameter("dim", "int"),
        Parameter("bias", "bool", True),
        Parameter("rate", "float", 0.0, True),
        Parameter("eps", "float", 1e-6),
        Parameter("kind", "str", "a"),
    )
    found = generated(case_of([24], (3, 7, 24)), 80, signature_of=signature_of)
    given = [dict(one.build.arguments.keywords) for one in found]
    assert {name for one in given for name in one} == {"bias", "rate"}
    assert {one["bias"] for one in given} == {True, False}
    assert {one.get("rate", 0.0) for one in given} == {0.0, 0.1, 0.25, 0.5}


def test_of_an_inner_class_the_call_of_the_factory_varies() -> None:
    build = Build("a:make.B", Arguments((12,)), Factory("a:make", Arguments((24,), (("rate", 0.5),))))
    case = Case(build, Call(Arguments((TensorSpec((3, 7, 24)),))))
    signature_of = known(Parameter("dim", "int"), Parameter("rate", "float", 0.0))
    found = generated(case, 40, signature_of=signature_of)
    factories = [one.build.factory for one in found]
    assert {one.arguments.positional[0] for one in factories if one} == {shapes_of(one)[0][2] for one in found}
    assert len({one.arguments for one in factories if one}) > 5


BLUEPRINTS = {
    "transformer": ["norm", "lora", "lora_large", "attention", "mlp_small", "mlp", "flex_attention", "noop"],
    "cnn": ["norm", "attention", "depthwise", "bottleneck", "conv_light", "conv_heavy", "noop"],
}


@pytest.mark.slow
@pytest.mark.parametrize(("topology", "name"), [(key, name) for key, names in BLUEPRINTS.items() for name in names])
def test_of_every_blueprint_two_hundred_cases_are_nearly_all_valid(topology: str, name: str) -> None:
    torch = pytest.importorskip("torch")
    module = importlib.import_module(f"sample_code.blueprints.{topology}")
    source = (ROOT / "sample_code/blueprints" / f"{topology}.py").read_text(encoding="utf-8")
    factory = f"create_{name}_seed"
    shape = (3, 7, 24) if topology == "transformer" else (3, 24, 5, 9)
    build = Build(f"{topology}:{factory}.Seed", Arguments(), Factory(f"{topology}:{factory}", Arguments((24,))))
    case = Case(build, Call(Arguments((TensorSpec(shape),))))
    # FlexAttention has no gradients on a CPU.
    modes = [(training, grad) for training in (False, True) for grad in (False, name != "flex_attention")]
    found = generated(case, 200, signature_of=lambda name: signature_in(source, name.partition(":")[2]), modes=modes)
    valid = 0
    for one in found:
        assert one.build.factory is not None
        made = one.build.factory.arguments
        try:
            seed = getattr(module, factory)(*made.positional, **dict(made.keywords)).train(one.call.training)
            with torch.set_grad_enabled(one.call.grad):
                valid += seed(torch.randn(shapes_of(one)[0])).shape == shapes_of(one)[0]
        except (RuntimeError, ValueError, NotImplementedError):
            continue
    assert len(found) == 200
    assert valid >= 196
