"""The two packages of the sample, imported afresh into the world where FlexAttention exists or does not."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

FLEX_MODULE = "torch.nn.attention.flex_attention"
PACKAGES = ("blueprints", "refactored")


def import_package(package: str, *, flex: bool) -> ModuleType:
    """A fresh copy of ``sample_code.<package>``.

    The copy is the caller's own: `sys.modules` is left as it was found, so that no other test sees
    a registry or a guard from the wrong world.
    """
    if flex:
        pytest.importorskip(FLEX_MODULE)
    with pytest.MonkeyPatch.context() as world:
        for name in _loaded_sample_code():
            world.delitem(sys.modules, name)
        if not flex:
            world.setitem(sys.modules, FLEX_MODULE, None)
        try:
            found = importlib.import_module(f"sample_code.{package}")
        finally:
            for name in _loaded_sample_code():
                del sys.modules[name]
    assert found.transformer._HAS_FLEX is flex
    return found


def _loaded_sample_code() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "sample_code"]
