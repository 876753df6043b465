"""Acts when a module has been imported, whoever imports it and when; it never imports the module itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


def when_imported(name: str, action: Callable[[], None]) -> Callable[[], None]:
    """Run ``action`` at once if the top-level module ``name`` is there, else right after its import.

    Returns what stops the waiting.  An import that fails does not end it.
    """
    # A module that is still being imported is in the table already, and half empty.
    found = sys.modules.get(name)
    if found is not None and not getattr(found.__spec__, "_initializing", False):
        action()
        return lambda: None
    waiting = _Waiting(name, action)
    sys.meta_path.insert(0, waiting)
    return waiting.stop


class _Waiting:
    """Finds the module as Python would, and has its loader say when it is done."""

    def __init__(self, name: str, action: Callable[[], None]) -> None:
        self._name = name
        self._action = action

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        loader = spec.loader if spec else None
        if loader is None or not hasattr(loader, "exec_module"):
            return None
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            # Every import has a loader of its own, which is itself again before anything can look at it.
            del loader.exec_module
            execute(module)
            self.stop()
            self._action()

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def stop(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
