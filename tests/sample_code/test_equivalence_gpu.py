"""What only a GPU can show of the refactored blueprints: FlexAttention's gradients, and kernels that were compiled."""

from __future__ import annotations

from types import ModuleType

import pytest

torch = pytest.importorskip("torch")
if not torch.cuda.is_available():
    pytest.skip("needs a GPU", allow_module_level=True)

from tests.sample_code.drawn import BLUEPRINTS, Case  # noqa: E402
from tests.sample_code.graphs import compiled_graphs  # noqa: E402
from tests.sample_code.observed import built, differences, make_input, pull_back, scramble  # noqa: E402
from tests.sample_code.worlds import PACKAGES, import_package  # noqa: E402

LENGTHS = (1, 7, 33, 128, 257)


@pytest.fixture(scope="module")
def pair() -> tuple[ModuleType, ModuleType]:
    original, refactored = (import_package(package, flex=True) for package in PACKAGES)
    return original, refactored


def case_of(topology: str, name: str, length: int = 33) -> Case:
    """On a width for which FlexAttention has kernels."""
    shape = (2, length, 64) if topology == "transformer" else (2, 64, 9, 14)
    return Case(topology, name, 64, (), shape, training=True)


def run(package: ModuleType, case: Case, *, is_compiled: bool) -> list[object]:
    """The output and all gradients."""
    seed = built(package, case)
    scramble(seed)
    seed = seed.cuda()
    x = make_input(case).detach().cuda().requires_grad_()
    torch._dynamo.reset()
    y = (torch.compile(seed) if is_compiled else seed)(x)
    pull_back(y)
    return [y.detach(), x.grad, *(one.grad for one in seed.parameters())]


def check(pair: tuple[ModuleType, ModuleType], case: Case, *, is_compiled: bool) -> None:
    """Bit by bit; only where the original differs from itself, as kernels with atomics do, as closely as torch asks."""
    old, again = (run(pair[0], case, is_compiled=is_compiled) for _ in range(2))
    new = run(pair[1], case, is_compiled=is_compiled)
    if [*differences(old, again)]:
        torch.testing.assert_close(new, old)
    else:
        assert [*differences(old, new)] == []


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("is_compiled", [False, True], ids=["eager", "compiled"])
def test_flex_attention_has_equal_gradients(
    pair: tuple[ModuleType, ModuleType], length: int, is_compiled: bool
) -> None:
    check(pair, case_of("transformer", "flex_attention", length), is_compiled=is_compiled)


@pytest.mark.parametrize(("topology", "name"), BLUEPRINTS, ids=lambda part: part)
def test_compiled_seeds_are_equal(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    check(pair, case_of(topology, name), is_compiled=True)


@pytest.mark.parametrize("length", LENGTHS)
def test_flex_attention_compiles_to_the_same_graphs(pair: tuple[ModuleType, ModuleType], length: int) -> None:
    case = case_of("transformer", "flex_attention", length)
    old, new = (
        compiled_graphs(built(package, case).cuda(), make_input(case).detach().cuda().requires_grad_(), backend="inductor")
        for package in pair
    )
    assert old == new and old
