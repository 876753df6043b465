"""A case run on one package -> all that can be seen of it, and what of two such observations differs."""

from __future__ import annotations

import contextlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from tests.sample_code.drawn import Case

if TYPE_CHECKING:
    from torch import Tensor, nn

torch = pytest.importorskip("torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

Observation = dict[str, Any]
Operator = tuple[str, list[tuple[int, ...]]]
RETURNED = "returned"


def built(package: ModuleType, case: Case) -> nn.Module:
    """The seed of a case with its initial weights."""
    torch.manual_seed(case.seed)
    seed = package.get(*case.key).build(case.dim, **dict(case.options))
    return seed.to(getattr(torch, case.weights)).train(case.training)


def scramble(seed: nn.Module) -> None:
    """Overwrite every parameter, by its name: with the last layer at zero, any seed looks like the identity."""
    with torch.no_grad():
        for name, parameter in seed.named_parameters():
            generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))


def make_input(case: Case) -> Tensor:
    generator = torch.Generator().manual_seed(case.seed)
    x = torch.randn(*case.shape, generator=generator).to(getattr(torch, case.weights))
    return x.requires_grad_(case.grad)


def pull_back(y: Tensor) -> None:
    """Backwards from a cotangent without two equal values, so that no swap of two elements goes unseen."""
    weights = torch.linspace(-1, 2, y.numel(), device=y.device, dtype=y.dtype).reshape(y.shape)
    (y * weights).sum().backward()


def observed(package: ModuleType, case: Case) -> Observation:
    """Never raises for what the seed raises: that is part of what is seen."""
    found: Observation = {"outcome": RETURNED}
    try:
        seed = built(package, case)
        found |= _of_state(seed, "initial")
        scramble(seed)
        x = make_input(case)
        found["hooks"] = _watched(seed)
        torch.manual_seed(case.seed + 1)
        grad = torch.enable_grad() if case.grad else torch.no_grad()
        with grad, torch.autocast("cpu", dtype=torch.bfloat16, enabled=case.autocast):
            y = seed(x)
        found |= {"output": y.detach().clone(), "requires_grad": y.requires_grad, "is input": y is x}
        if case.grad:
            pull_back(y)
        found["gradients"] = [("x", x.grad), *((name, one.grad) for name, one in seed.named_parameters())]
        found |= {"input after": x.detach(), "random after": torch.get_rng_state()}
        found |= _of_state(seed, "after")
    except Exception as error:
        found["outcome"] = f"{type(error).__name__}: {error}"
    return found


def _of_state(seed: nn.Module, when: str) -> Observation:
    """Copies: the tensors themselves are about to change."""
    return {
        f"class {when}": (type(seed).__name__, type(seed).__qualname__, repr(seed), seed.training),
        f"state {when}": [(name, one.clone()) for name, one in seed.state_dict().items()],
        f"parameters {when}": [(name, one.requires_grad, tuple(one.shape)) for name, one in seed.named_parameters()],
        f"buffers {when}": [name for name, _ in seed.named_buffers()],
        f"modules {when}": [(name, type(one).__name__) for name, one in seed.named_modules()],
        f"attributes {when}": [*vars(seed)],
    }


def _watched(seed: nn.Module) -> list[object]:
    """A list in which all modules below the seed, and the seed, will tell when they are called and with what."""
    told: list[object] = []

    def before(name: str) -> Callable[..., None]:
        return lambda _, arguments: told.append(("call", name, [tuple(one.shape) for one in arguments]))

    def after(name: str) -> Callable[..., None]:
        return lambda _, arguments, output: told.append(("return", name, tuple(output.shape)))

    for name, module in seed.named_modules():
        module.register_forward_pre_hook(before(name))
        module.register_forward_hook(after(name))
    return told


# -- differences ----------------------------------------------------------------------------------------------------


def differences(one: object, other: object, place: str = "") -> Iterator[str]:
    """The places in which two observations differ, tensors bit by bit."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        layouts = [(tuple(it.shape), it.dtype, it.stride()) for it in (one, other)]
        if layouts[0] != layouts[1]:
            yield f"{place}: {layouts[0]} / {layouts[1]}"
        elif not torch.equal(_bits(one), _bits(other)):
            yield f"{place}: values"
    elif isinstance(one, dict) and isinstance(other, dict) and [*one] == [*other]:
        for key, value in one.items():
            yield from differences(value, other[key], f"{place}.{key}")
    elif isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)) and len(one) == len(other):
        for at, (mine, its) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, its, f"{place}[{at}]")
    elif type(one) is not type(other) or one != other:
        yield f"{place}: {one!r} / {other!r}"


def _bits(tensor: Tensor) -> Tensor:
    return tensor.detach().contiguous().flatten().view(torch.uint8)


# -- operators ------------------------------------------------------------------------------------------------------


class _Trace(TorchDispatchMode):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Operator] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls.append((str(func), [tuple(one.shape) for one in args if isinstance(one, torch.Tensor)]))
        return func(*args, **(kwargs or {}))


def operators(package: ModuleType, case: Case) -> list[Operator]:
    """What is run forwards and backwards, in order, with the shapes of the operands."""
    seed, x = built(package, case), make_input(case)
    torch.manual_seed(case.seed + 1)
    trace = _Trace()
    with trace, torch.set_grad_enabled(case.grad):
        y = seed(x)
        if case.grad and y.requires_grad:
            pull_back(y)
    return trace.calls


def profiled_operators(package: ModuleType, case: Case) -> Counter[tuple[str, str]]:
    """What is run without gradients, for a seed that compiles on its own, which no mode can look into."""
    seed, x = built(package, case), make_input(case)
    with torch.no_grad(), contextlib.redirect_stderr(io.StringIO()):
        seed(x)  # compiles
        with torch.autograd.profiler.profile(record_shapes=True) as profile:
            seed(x)
    names = [(one.name, str(one.input_shapes)) for one in profile.function_events]
    return Counter((name, shapes) for name, shapes in names if name.startswith("aten::"))
