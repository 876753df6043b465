"""``MODULE:QUALNAME`` -> the object of that name, if it is one that a case may name.  Runs in the worker.

A recording may come from a stranger, so what a name can reach is listed here, and all else is refused:

- what *we call*: module classes of the project or of ``torch.nn``, and functions of the project in whose code such a
  class is defined;
- what is *passed by reference*: dtypes, layouts and memory formats of torch, functions of torch that only compute
  (of ``torch.nn.functional``, ``torch.nn.init``, and activations and the like elsewhere), module classes, and functions
  and classes that the project defines.

That an object is the project's is read off the object, not off the name: ``project.files:rmtree``, imported there from
``shutil``, is not the project's.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType

import torch
import torch.nn.functional
import torch.nn.init
from torch import nn

_TORCH_VALUES = (torch.dtype, torch.layout, torch.memory_format)
# Besides those that are methods of a tensor too, and hence do nothing but compute.
_TORCH_FUNCTIONS = frozenset({"celu", "celu_", "rrelu", "rrelu_", "selu", "selu_", "threshold", "threshold_"})
_COMPUTING = ("torch.special", "torch.linalg", "torch.fft")
# Where a builtin of torch.nn.functional says that it comes from, and under which names it is therefore written down.
_FUNCTIONAL = ("torch.nn.functional", "torch.nn.init", "torch._C._nn")


class Refused(Exception):
    """The case names what a case may not name.  One line; nothing was called."""


class Absent(Exception):
    """The name is a proper one, and this version of the project, in this world, has nothing there."""


@dataclass(frozen=True, slots=True)
class Names:
    """Which modules are the project's, and which prefixes of module names are others in this version."""

    project: tuple[str, ...] = ()
    renames: tuple[tuple[str, str], ...] = ()

    def here(self, module: str) -> str:
        """The name of the module in this version; the longest prefix wins."""
        for before, after in sorted(self.renames, key=lambda pair: -len(pair[0])):
            if _under(module, before):
                return after + module[len(before) :]
        return module

    def owns(self, module: object) -> bool:
        return isinstance(module, str) and any(_under(module, prefix) for prefix in self.project)

    def module(self, name: str) -> ModuleType:
        """The module that ``name`` is in.  Importing runs its code: what that raises is raised here too."""
        path, _ = self._split(name)
        if path == "torch._C._nn":
            path = "torch.nn.functional"
        try:
            return importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name is not None and _under(path, error.name):
                raise Absent(f"there is no module {path}") from None
            raise

    def module_class(self, name: str) -> type[nn.Module]:
        """A class that we may call.  Raises Refused, or Absent."""
        found = self._found(name)
        if not self.is_module_class(found):
            raise Refused(f"{name} is no module class of the project or of torch.nn")
        return found  # type: ignore[return-value]

    def is_module_class(self, value: object) -> bool:
        return (
            isinstance(value, type)
            and issubclass(value, nn.Module)
            and (self.owns(value.__module__) or _under(value.__module__, "torch.nn"))
        )

    def factory(self, name: str, inner: str) -> FunctionType:
        """The function in whose own code the class ``inner``, also ``MODULE:QUALNAME``, is defined.

        A registry may have put something else in the function's place, so we look through ``__wrapped__`` and into
        the attributes of what is there.  A recording holds the arguments of the function itself, not of a wrapper.
        """
        path, parts = self._split(name)
        inner_path, inner_parts = self._split(inner)
        if (path, parts) != (inner_path, inner_parts[: len(parts)]) or len(inner_parts) <= len(parts):
            raise Refused(f"{name} is not a function around {inner}")
        for function in _functions(self._found(name)):
            if not self.owns(function.__module__) or function.__qualname__ != ".".join(parts):
                continue
            if _defines(function.__code__, inner_parts[len(parts) :]):
                return function
            raise Absent(f"{name} does not define {inner_parts[-1]} here")
        raise Refused(f"{name} is no function of the project")

    def passed(self, name: str) -> object:
        """Something that is handed over and not called by us.  Raises Refused, or Absent."""
        found = self._found(name)
        if self.is_module_class(found) or isinstance(found, _TORCH_VALUES):
            return found
        if isinstance(found, (FunctionType, type)) and self.owns(found.__module__):
            return found
        path, parts = self._split(name)
        if isinstance(found, (FunctionType, BuiltinFunctionType)) and not parts[-1].startswith("_"):
            if path == "torch" and (parts[-1] in _TORCH_FUNCTIONS or _is_method(found)):
                return found
            if path in _COMPUTING and isinstance(found, BuiltinFunctionType):
                return found
            if path in _FUNCTIONAL and found.__module__ in (*_FUNCTIONAL, "torch"):
                return found
        raise Refused(f"{name} is nothing that a case may pass on")

    def _found(self, name: str) -> object:
        """The object; the way to it leads through classes only, so that no module is reached through another."""
        found: object = self.module(name)
        _, parts = self._split(name)
        for number, part in enumerate(parts):
            if number and not isinstance(found, type):
                raise Refused(f"{name} leads through what is no class")
            try:
                found = getattr(found, part)
            except AttributeError:
                raise Absent(f"there is no {name}") from None
        return found

    def _split(self, name: str) -> tuple[str, list[str]]:
        """The module's name in this version, and the parts of the qualified name; both allowed and well formed."""
        module, colon, qualname = name.partition(":")
        parts = qualname.split(".")
        for part in (*module.split("."), *parts):
            if not colon or not part.isidentifier() or part.startswith("__"):
                raise Refused(f"{name!r:.200} is not of the form MODULE:QUALNAME")
        module = self.here(module)
        if self.owns(module) or module in ("torch", "torch._C._nn", *_COMPUTING) or _under(module, "torch.nn"):
            return module, parts
        raise Refused(f"{name} is neither of the project nor of torch")


def _under(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def _is_method(function: FunctionType | BuiltinFunctionType) -> bool:
    return isinstance(function, BuiltinFunctionType) and hasattr(torch.Tensor, function.__name__)


def _functions(found: object) -> Iterator[FunctionType]:
    candidates = [found, getattr(found, "func", None), *getattr(found, "__dict__", {}).values()]
    for candidate in candidates[:100]:
        bare = candidate.func if isinstance(candidate, functools.partial) else candidate
        function = inspect.unwrap(bare) if callable(bare) else bare
        if isinstance(function, FunctionType):
            yield function


def _defines(code: CodeType, names: Sequence[str]) -> bool:
    codes = [code]
    for name in names:
        codes = [part for one in codes for part in one.co_consts if isinstance(part, CodeType) and part.co_name == name]
    return bool(codes)
