"""What a case says -> modules, tensors and objects.  Runs in the worker; what it may reach is ``lookup``'s to say."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from esper_lint.verification.drawing import draw
from esper_lint.verification.lookup import Absent, Names, Refused
from esper_lint.verification.specs import (
    Arguments,
    Build,
    Case,
    DictSpec,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)


class Materialiser:
    """Makes the objects of one case; equal calls give equal objects.

    ``cast`` is the dtype that float tensors get.  ``strided``: tensors are not contiguous in memory, of equal numbers.
    With ``track``, float tensors carry gradients, and ``leaves`` has them by name.  What is handed on is a copy of the
    leaf: a module may write into its input, which torch forbids for leaves, and would then seem to fail.
    """

    def __init__(
        self,
        names: Names,
        seed: int,
        *,
        cast: torch.dtype | None = None,
        track: bool = False,
        strided: bool = False,
    ) -> None:
        self.leaves: dict[str, Tensor] = {}
        self._names = names
        self._seed = seed
        self._cast = cast
        self._track = track
        self._strided = strided

    def load(self, case: Case) -> None:
        """Import everything that the case names.  Raises Refused, Absent, and what the imported modules raise."""
        for name in named(case):
            self._names.module(name)

    def module(self, build: Build) -> nn.Module:
        """The module.  Raises Refused, Absent, and what its constructor or factory raises."""
        if build.factory is None:
            return self._constructed(self._names.module_class(build.name), build)
        function = self._names.factory(build.factory.name, build.name)
        positional, keywords = self._untracked(build.factory.arguments, "factory")
        return self._held(function(*positional, **keywords), build)

    def arguments(self, arguments: Arguments, where: str) -> tuple[list[object], dict[str, object]]:
        """``where`` begins the names under which tensors are drawn."""
        positional = [self.value(one, f"{where}.{number}") for number, one in enumerate(arguments.positional)]
        return positional, {key: self.value(one, f"{where}.{key}") for key, one in arguments.keywords}

    def value(self, value: Value, where: str) -> object:
        match value:
            case TensorSpec():
                return self._tensor(value, where)
            case ListSpec(items):
                return [self.value(one, f"{where}.{number}") for number, one in enumerate(items)]
            case TupleSpec(items):
                return tuple(self.value(one, f"{where}.{number}") for number, one in enumerate(items))
            case DictSpec(pairs):
                return {key: self.value(one, f"{where}.{key}") for key, one in pairs}
            case Named(name):
                return self._names.passed(name)
            case PartialSpec(function, arguments):
                target = self._names.passed(function.name)
                if not callable(target):
                    raise Refused(f"{where}: {function.name} cannot be called")
                positional, keywords = self.arguments(arguments, where)
                return functools.partial(target, *positional, **keywords)
            case Namespace(pairs):
                if any(key.startswith("__") for key, _ in pairs):
                    raise Refused(f"{where}: a namespace has no special attributes")
                return SimpleNamespace(**{key: self.value(one, f"{where}.{key}") for key, one in pairs})
            case Build():
                return self.module(value)
            case _:
                return value

    def _tensor(self, spec: TensorSpec, where: str) -> Tensor:
        try:
            tensor = draw(spec, self._seed, where)
        except ValueError as error:
            raise Refused(f"{where}: {error}") from None
        if self._cast is not None and tensor.is_floating_point():
            tensor = tensor.to(self._cast)
        if self._strided and tensor.dim() > 1:
            backwards = tuple(reversed(range(tensor.dim())))
            tensor = tensor.permute(backwards).contiguous().permute(backwards)
        if self._track and (tensor.is_floating_point() or tensor.is_complex()):
            self.leaves[where] = tensor.requires_grad_()
            return tensor.clone()
        return tensor

    def _constructed(self, kind: type[nn.Module], build: Build) -> nn.Module:
        positional, keywords = self._untracked(build.arguments, "built")
        return kind(*positional, **keywords)

    def _untracked(self, arguments: Arguments, where: str) -> tuple[list[object], dict[str, object]]:
        # Tensors that a module is built from are no inputs: gradients are asked of what it makes of them.
        tracked, self._track = self._track, False
        try:
            return self.arguments(arguments, where)
        finally:
            self._track = tracked

    def _held(self, made: object, build: Build) -> nn.Module:
        """The module of the class ``build.name`` in what a factory gave back: a module, a class, or some of them."""
        module, _, qualname = build.name.partition(":")
        module = self._names.here(module)

        def is_it(kind: type) -> bool:
            return kind.__module__ == module and kind.__qualname__.replace("<locals>.", "") == qualname

        for one in _contents(made):
            if isinstance(one, type) and self._names.is_module_class(one) and is_it(one):
                return self._constructed(one, build)
            if isinstance(one, nn.Module):
                for part in one.modules():
                    if is_it(type(part)):
                        return part
        raise Absent(f"the factory of {build.name} gave back nothing that holds one")


def named(value: object) -> Iterator[str]:
    """Every name in a case, in order."""
    match value:
        case Case(build, call):
            yield from named(build)
            yield from named(call.arguments)
        case Build(name, arguments, factory):
            yield name
            if factory is not None:
                yield from named(factory.arguments)
            yield from named(arguments)
        case Arguments(positional, keywords):
            for one in positional:
                yield from named(one)
            for _, one in keywords:
                yield from named(one)
        case ListSpec(items) | TupleSpec(items):
            for one in items:
                yield from named(one)
        case DictSpec(pairs) | Namespace(pairs):
            for _, one in pairs:
                yield from named(one)
        case PartialSpec(function, arguments):
            yield function.name
            yield from named(arguments)
        case Named(name):
            yield name


def _contents(made: object) -> Iterator[object]:
    yield made
    if isinstance(made, (list, tuple)):
        yield from made
    elif isinstance(made, dict):
        yield from made.values()
