"""Makes optional modules look as if they were not installed.  Runs in the worker, and knows no torch.

A module of a library that is not loaded yet is masked for everybody, through ``sys.modules``.  One of a library that
is (``torch.nn.attention.flex_attention``) is masked for everybody but that library: Dynamo imports FlexAttention
whenever it traces, and with None in ``sys.modules`` nothing could be compiled (torch 2.13.0: InternalTorchDynamoError).
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any


def mask(names: Iterable[str]) -> None:
    """From here on, importing one of these modules, or what lies in them, raises ModuleNotFoundError."""
    names = tuple(names)
    hidden = frozenset(name for name in names if name.partition(".")[0] in sys.modules)
    for name in names:
        if name not in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # what the import system itself takes for a mask
    if hidden:
        _hide(hidden)


def _hide(hidden: frozenset[str]) -> None:
    real_import, real_module, real_spec = builtins.__import__, importlib.import_module, importlib.util.find_spec

    def masked_import(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level == 0:
            importer = str((globals or {}).get("__name__", ""))
            for one in (name, *(f"{name}.{item}" for item in fromlist or ())):
                _refuse(one, importer, hidden)
        return real_import(name, globals, locals, fromlist or (), level)

    def masked_module(name: str, package: str | None = None) -> Any:
        _refuse(name, _caller(), hidden)
        return real_module(name, package)

    def masked_spec(name: str, package: str | None = None) -> Any:
        if _is_hidden(name, _caller(), hidden):
            return None
        return real_spec(name, package)

    builtins.__import__ = masked_import
    importlib.import_module = masked_module
    importlib.util.find_spec = _as(real_spec, masked_spec)


def _as(real: Callable[..., Any], masked: Callable[..., Any]) -> Callable[..., Any]:
    masked.__module__, masked.__qualname__ = real.__module__, real.__qualname__
    return masked


def _caller() -> str:
    return str(sys._getframe(2).f_globals.get("__name__", ""))


def _refuse(name: str, importer: str, hidden: frozenset[str]) -> None:
    if _is_hidden(name, importer, hidden):
        raise ModuleNotFoundError(f"import of {name} halted; None in sys.modules", name=name)


def _is_hidden(name: str, importer: str, hidden: frozenset[str]) -> bool:
    own = importer.partition(".")[0]
    return any((name == one or name.startswith(one + ".")) and own != one.partition(".")[0] for one in hidden)
