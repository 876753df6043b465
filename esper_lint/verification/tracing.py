"""What happened inside one call of a module: hooks that fired, operations that ran.  Runs in the worker."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_LONGEST = 20_000
_FACTOR = 1.25
# Each costs a copy of the submodules.
_REWRITES = 8


class Operations(TorchDispatchMode):  # type: ignore[misc]
    """The aten operations of what runs inside, each as one line: name, shapes of its tensors, its other arguments.

    Equal traces are the deterministic stand-in for equal speed; and constants show in them that no output happens to
    depend on.
    """

    # FlexAttention is such an operator, and without this raises under any mode.
    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    @classmethod
    def is_infra_mode(cls) -> bool:
        """True lets torch.compile work under the mode: FlexAttention compiles itself, and else raises."""
        return True

    def __torch_dispatch__(
        self, func: Any, types: object, args: tuple[object, ...] = (), kwargs: Mapping[str, object] | None = None
    ) -> object:
        kwargs = kwargs or {}
        if len(self.lines) < _LONGEST:
            parts = [_told(one) for one in args] + [f"{key}={_told(one)}" for key, one in kwargs.items()]
            self.lines.append(f"{func}({', '.join(parts)})")
        return func(*args, **kwargs)


@contextmanager
def hooks(module: nn.Module, into: list[str]) -> Iterator[None]:
    """Note each submodule whose hooks fire, in order.  A submodule called through ``.forward``, or done with a function
    and its weights, does not show here: profilers, pruning and quantisation hang on hooks."""

    def before(name: str) -> Any:
        return lambda _, args: into.append(f"before {name or 'the module'}({', '.join(map(_told, args))})")

    def after(name: str) -> Any:
        return lambda _, args, out: into.append(f"after {name or 'the module'}")

    handles = []
    for name, part in module.named_modules():
        handles += [part.register_forward_pre_hook(before(name)), part.register_forward_hook(after(name))]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def rewriting(module: nn.Module) -> Iterator[None]:
    """Before each call of a submodule, replace what the module itself holds: parameters, buffers, floats, submodules.

    A hook may do so, and reads that were moved past a call then see something else; no other oracle tells them from
    reads that stayed.  Tensors and submodules are replaced, not written into, or a name bound earlier would follow.
    """
    rewrites = 0

    def before(part: nn.Module, _: object) -> None:
        nonlocal rewrites
        rewrites += 1
        if rewrites > _REWRITES:
            return
        with torch.no_grad():
            for kept in (module._parameters, module._buffers):
                for name, tensor in kept.items():
                    if isinstance(tensor, Tensor) and tensor.is_floating_point():
                        scaled = tensor.detach() * _FACTOR
                        kept[name] = (
                            nn.Parameter(scaled, tensor.requires_grad) if kept is module._parameters else scaled
                        )
        for name, value in vars(module).items():
            if isinstance(value, float):
                # A probability stays one.
                vars(module)[name] = value / _FACTOR if 0 < value <= 1 else value * _FACTOR
        for name, other in module._modules.items():
            # Not the one that is being called: its own reads are not the module's.
            if other is not None and other is not part:
                module._modules[name] = _scaled(other)

    handles = [part.register_forward_pre_hook(before) for part in module.modules() if part is not module]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _scaled(module: nn.Module) -> nn.Module:
    changed = copy.deepcopy(module)
    with torch.no_grad():
        for parameter in changed.parameters():
            if parameter.is_floating_point():
                parameter.mul_(_FACTOR)
    return changed


def _told(value: object) -> str:
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}[{'x'.join(map(str, value.shape))}]"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_told, value))}]"
    if value is None or isinstance(value, (bool, int, float, str, torch.dtype, torch.device, torch.layout)):
        return repr(value)
    return type(value).__qualname__
