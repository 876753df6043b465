"""Which classes a recording is about: those whose source lies under the roots, and those of packages that are named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import lru_cache
from types import FunctionType

# What is installed into a folder within the project (its virtual environment) is not the project.
_INSTALLED = ("site-packages", "dist-packages")


class Scope:
    """``roots`` are folders, ``packages`` dotted names; test files are left out one by one."""

    def __init__(self, roots: Iterable[str], packages: Iterable[str] = ()) -> None:
        self._roots = tuple(_real(root).rstrip(os.sep) + os.sep for root in roots)
        self._packages = tuple(packages)
        self._left_out: set[str] = set()

    def leave_out(self, file: str) -> None:
        self._left_out.add(_real(file))

    def covers_class(self, of: type) -> bool:
        return self.covers(of.__module__, _file_of_class(of))

    def covers_module(self, name: str) -> bool:
        return self.covers(name, getattr(sys.modules.get(name), "__file__", None))

    def covers(self, module: str, file: object) -> bool:
        """Whether the module of that name and file is one of ours; torch is only where it is named."""
        if any(module == package or module.startswith(f"{package}.") for package in self._packages):
            return True
        if not isinstance(file, str) or is_torch(module):
            return False
        real = _real(file)
        if real in self._left_out:
            return False
        return any(real.startswith(root) and not _is_installed(real[len(root) :]) for root in self._roots)

    def is_installed(self, of: type) -> bool:
        """Whether the class comes from an installed package, which could be named."""
        file = _file_of_class(of)
        return isinstance(file, str) and _is_installed(_real(file))


def is_torch(module: str) -> bool:
    return module == "torch" or module.startswith("torch.")


def _file_of_class(of: type) -> object:
    module = sys.modules.get(of.__module__)
    if module is not None:
        return getattr(module, "__file__", None)
    # Tests take modules out of the table to import them anew; what the class was made in still knows its file.
    for member in vars(of).values():
        if isinstance(member, FunctionType) and member.__globals__.get("__name__") == of.__module__:
            return member.__globals__.get("__file__")
    return None


def _is_installed(path: str) -> bool:
    return any(part in _INSTALLED for part in path.split(os.sep))


@lru_cache(maxsize=4096)
def _real(path: str) -> str:
    return os.path.realpath(path)
