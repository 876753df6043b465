"""One case, run in one version of the project -> everything about it that could be seen, as JSON.  Runs in the worker.

Several instances are made of the same numbers, one a pass, because to watch is to disturb: hooks switch the fast paths
of torch's own modules off, and a dispatch mode switches others.  Numbers come from names (``drawing``), generators are
set anew before every stage, and one thread with deterministic algorithms leaves nothing to chance that can be helped.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from esper_lint.verification.digests import attributes, described, digest, row, sketch
from esper_lint.verification.drawing import reseed, scramble
from esper_lint.verification.lookup import Absent, Names, Refused
from esper_lint.verification.materialising import Materialiser
from esper_lint.verification.outcomes import FOREIGN, noted_warnings, raised, returned
from esper_lint.verification.specs import Case
from esper_lint.verification.structures import structure
from esper_lint.verification.tracing import Operations, hooks, rewriting

Json = dict[str, object]
Around = Callable[[nn.Module], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Options:
    """How a case is run.

    ``watch`` adds the passes that disturb, at four times the cost.  ``values`` is a file to write the raw tensors to,
    for versions that differ from themselves.
    """

    precision: str = "float32"  # or "bfloat16", "autocast"
    training: bool = False
    grad: bool = False
    scramble: bool = True
    watch: bool = True
    values: str | None = None

    @property
    def cast(self) -> torch.dtype | None:
        return torch.bfloat16 if self.precision == "bfloat16" else None

    def running(self) -> AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16) if self.precision == "autocast" else nullcontext()


def options(asked: Mapping[str, object], case: Case) -> Options:
    """The options of a request; what it leaves out is as in the case.  Raises Refused for one that does not exist."""
    known = {"training": case.call.training, "grad": case.call.grad, **asked}
    try:
        found = Options(**known)  # type: ignore[arg-type]
    except TypeError as error:
        raise Refused(f"options: {error}") from None
    if found.precision not in ("float32", "bfloat16", "autocast"):
        raise Refused(f"options: there is no precision {found.precision!r:.40}")
    return found


class Mishap(Exception):
    """The module under test raised; ``outcome`` says at which stage and what."""

    def __init__(self, outcome: Json) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def staged(stage: str, names: Names, act: Callable[[], Any]) -> Any:
    """What ``act`` returns.  Raises Mishap for what foreign code raises, and Refused as it is."""
    try:
        return act()
    except (Refused, Mishap):
        raise
    except Absent as error:
        raise Mishap(raised("import", error, names)) from None
    except FOREIGN as error:
        raise Mishap(raised(stage, error, names)) from error


def built(case: Case, how: Options, names: Names, *, seen: Json | None = None) -> nn.Module:
    """The module, in its mode and precision, with its numbers drawn anew.  ``seen`` gets how it was at first.

    Raises Mishap, and Refused.
    """
    make = Materialiser(names, case.seed)
    staged("import", names, lambda: make.load(case))
    reseed(case.seed, "build")
    module: nn.Module = staged("build", names, lambda: make.module(case.build))
    tensors = staged("build", names, lambda: _tensors(module))
    if seen is not None:
        seen["initial"] = [[name, digest(tensor)] for name, tensor in tensors]
    if how.cast is not None:
        module = staged("build", names, lambda: module.to(how.cast))
    staged("build", names, lambda: module.train(how.training))
    if how.scramble:
        scramble(module, case.seed)
    return module


def observe(case: Case, how: Options, names: Names, *, prepare: Callable[[nn.Module], object] | None = None) -> Json:
    """Everything that was seen, with an ``outcome`` always.

    ``prepare`` is done to the module of the first pass before it is called.  Raises Refused, and
    nothing that the module under test raises but interrupts.
    """
    if (dynamo := sys.modules.get("torch._dynamo")) is not None:
        # A module that compiles itself would else remember the shapes of other cases.
        dynamo.reset()
    seen: Json = {"outcome": returned()}
    try:
        module = built(case, how, names, seen=seen)
        seen.update(staged("build", names, lambda: _possessions(module)))
        if prepare is not None:
            staged("load", names, lambda: prepare(module))
        arguments = _Arguments(case, how, names)
    except Mishap as mishap:
        return {**seen, "outcome": mishap.outcome}
    seen.update(_called(module, arguments, how, names))
    seen["again"] = _again(module, case, how, names)
    if how.watch and (seen["outcome"] == returned() or seen["outcome"]["stage"] == "backward"):  # type: ignore[index]
        seen.update(_watched(case, how, names))
    return seen


def _possessions(module: nn.Module) -> Json:
    """What a checkpoint holds, and what an optimizer gets, in order."""
    state = module.state_dict()
    kept = {name for name, tensor in state.items() if isinstance(tensor, Tensor)}
    return {
        "state": [
            [*row(name, one), digest(one)] if isinstance(one, Tensor) else [name, "no tensor", type(one).__qualname__]
            for name, one in state.items()
        ],
        "state_versions": [[name, str(kept)] for name, kept in getattr(state, "_metadata", {}).items()],
        "parameters": [[*row(name, one), one.requires_grad] for name, one in module.named_parameters()],
        "buffers": [[*row(name, one), name in kept] for name, one in module.named_buffers()],
    }


def _called(module: nn.Module, arguments: _Arguments, how: Options, names: Names) -> Json:
    """The plain pass: the call, its gradients, and what they left behind."""
    seen: Json = {"warnings": []}
    values: dict[str, Tensor] = {}
    try:
        with noted_warnings(seen["warnings"], names):  # type: ignore[arg-type]
            out = arguments.call(module)
            seen["random_after"] = digest(torch.get_rng_state())
            seen["outputs"] = structure(out, arguments.telling(module, values))
            if how.grad:
                gradients = _gradients(module, out, arguments, names)
                values |= {f"gradient of {name}": one for name, one in gradients.items() if one is not None}
                seen["gradients"] = [
                    [name, None if one is None else {"digest": digest(one), "sketch": sketch(one)}]
                    for name, one in gradients.items()
                ]
    except Mishap as mishap:
        seen["outcome"] = mishap.outcome
    seen["inputs_after"] = structure([arguments.positional, arguments.keywords], lambda one, _: digest(one))
    seen["state_after"] = [[name, digest(one)] for name, one in _tensors(module)]
    seen["attributes_after"] = attributes(module, names.owns)
    if how.values is not None:
        torch.save(values, Path(how.values))
    return seen


def _watched(case: Case, how: Options, names: Names) -> Json:
    """The passes that disturb: under a dispatch mode, with hooks, with hooks that rewrite, and with strided inputs."""
    operations, fired = Operations(), list[str]()

    def traced(module: nn.Module) -> AbstractContextManager[object]:
        return operations

    seen: Json = {"ops_outputs": _pass(case, how, names, traced, backward=True)}
    seen["ops"] = {"digest": _hashed(operations.lines), "list": operations.lines}
    # With the backward pass, in which a checkpoint calls its part of the module once more.
    seen["hooks_outputs"] = _pass(case, how, names, lambda module: hooks(module, fired), backward=True)
    seen["hooks"] = fired
    seen["reads"] = _pass(case, how, names, rewriting)
    seen["strided"] = _pass(case, how, names, lambda _: nullcontext(), strided=True)
    return seen


def _pass(
    case: Case, how: Options, names: Names, around: Around, *, backward: bool = False, strided: bool = False
) -> object:
    """The outputs of a fresh module under ``around``, or the outcome."""
    try:
        module = built(case, how, names)
        arguments = _Arguments(case, how, names, strided=strided)
        with noted_warnings([], names), around(module):
            out = arguments.call(module)
            if backward and how.grad:
                _gradients(module, out, arguments, names)
        return structure(out, arguments.telling(module, {}))
    except Mishap as mishap:
        return mishap.outcome


def _again(module: nn.Module, case: Case, how: Options, names: Names) -> object:
    """A second call sees what the first one left where nobody looks: a default that is shared, a cache, a global."""
    try:
        arguments = _Arguments(case, how, names)
        with noted_warnings([], names):
            return structure(arguments.call(module), arguments.telling(module, {}))
    except Mishap as mishap:
        return mishap.outcome


def _tensors(module: nn.Module) -> list[tuple[str, Tensor]]:
    return [*module.named_parameters(), *module.named_buffers()]


class _Arguments:
    """The arguments of the case, drawn for one call."""

    def __init__(self, case: Case, how: Options, names: Names, *, strided: bool = False) -> None:
        make = Materialiser(names, case.seed, cast=how.cast, track=how.grad, strided=strided)
        self._case, self._how, self._names = case, how, names
        self.positional, self.keywords = staged("call", names, lambda: make.arguments(case.call.arguments, "input"))
        self.leaves = make.leaves

    def call(self, module: nn.Module) -> object:
        """Raises Mishap."""
        reseed(self._case.seed, "call")
        with torch.set_grad_enabled(self._how.grad), self._how.running():
            return staged("call", self._names, lambda: module(*self.positional, **self.keywords))

    def telling(self, module: nn.Module, values: dict[str, Tensor]) -> Callable[[Tensor, str], object]:
        """Describes an output; its ``alias`` is the argument, parameter or buffer whose memory it shares, if any."""
        owners: dict[int, str] = {}

        def note(tensor: Tensor, name: str) -> None:
            owners.setdefault(_memory(tensor), name)

        structure([self.positional, self.keywords], lambda tensor, where: note(tensor, f"arguments{where}"))
        for name, tensor in _tensors(module):
            note(tensor, name)

        def tell(tensor: Tensor, where: str) -> object:
            # A copy: the next call may write into what this one returned.
            values[f"output{where}"] = tensor.detach().clone()
            return {**described(tensor), "alias": owners.get(_memory(tensor)) if tensor.numel() else None}

        return tell


def _gradients(module: nn.Module, out: object, arguments: _Arguments, names: Names) -> dict[str, Tensor | None]:
    """Of inputs and parameters, for the cotangent ``y * linspace``.  Raises Mishap.

    Not for the sum of the outputs: its cotangent is one everywhere, so that swapped outputs, a transposed one, or one
    that a constant was added to have equal gradients.
    """
    outputs: list[Tensor] = []

    def note(tensor: Tensor, _: str) -> None:
        if tensor.requires_grad:
            outputs.append(tensor)

    structure(out, note)
    cotangents = []
    for one in outputs:
        ramp = torch.linspace(0.5, 1.5, max(one.numel(), 1))[: one.numel()].reshape(one.shape)
        cotangents.append(one.detach() * ramp.to(one.dtype))
    if outputs:
        reseed(arguments._case.seed, "backward")
        staged("backward", names, lambda: torch.autograd.backward(outputs, cotangents))
    leaves = {**arguments.leaves, **dict(module.named_parameters())}
    return {name: leaf.grad for name, leaf in leaves.items()}


def _memory(tensor: Tensor) -> int:
    try:
        return int(tensor.untyped_storage().data_ptr())
    except (RuntimeError, NotImplementedError):
        return -id(tensor)


def _hashed(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:24]
