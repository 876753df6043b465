"""What a case may name, and that nothing else is imported, called or handed over."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from esper_lint.verification.lookup import Absent, Names, Refused  # noqa: E402

PROJECT = """
import functools
import os
from os import system
from shutil import rmtree
from types import SimpleNamespace

import torch
from torch import nn

called = []


def activation(x):
    called.append("activation")
    return x


def delete_everything(*args):
    called.append("delete_everything")

    class Inside:
        pass


class Config:
    width = 3


class Net(nn.Module):
    class Part(nn.Module):
        pass


def make(dim):
    class Inner(nn.Module):
        pass

    return Inner()


def outer(dim):
    def inner():
        class Deep(nn.Module):
            pass

        return Deep()

    return inner()


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        called.append("wrapper")
        return function(*args)

    return wrapper


def entered(function):
    return SimpleNamespace(name="made", factory=function)


@logged
def make_logged(dim):
    class Inner(nn.Module):
        pass

    return Inner()


@entered
def make_entered(dim):
    class Inner(nn.Module):
        pass

    return Inner()


@functools.lru_cache
def make_once(dim):
    class Inner(nn.Module):
        pass

    return Inner


made_partly = functools.partial(make, 3)
instance = Net()
numbers = {"a": 1}
"""


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Names:
    """Of a project ``proj``, which cases know as ``before``."""
    package = tmp_path / "proj"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("raise SystemExit('run')")
    (package / "models.py").write_text(PROJECT)
    (package / "broken.py").write_text("import nothing_of_that_name")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "proj"]:
        monkeypatch.delitem(sys.modules, name)
    return Names(("proj",), (("before", "proj"), ("before.old", "proj.models")))


HOSTILE = (
    "os:system",
    "posix:system",
    "builtins:eval",
    "builtins:int",
    "subprocess:run",
    "pickle:loads",
    "importlib:import_module",
    "torch:load",
    "torch:save",
    "torch:compile",
    "torch:set_default_device",
    "torch:from_file",
    "torch:set_num_threads",
    "torch:manual_seed",
    "torch.linalg:torch",
    "torch.special:common_args",
    "torch:os",
    "torch:os.system",
    "torch:hub.load",
    "torch.hub:load",
    "torch.serialization:load",
    "torch.utils.cpp_extension:load",
    "torch.nn:os",
    "torch.nn.functional:importlib",
    "torch.nn.functional:torch",
    "torch.nn.functional:torch.load",
    "torch.nn.functional:handle_torch_function",
    "torch.nn.functional:has_torch_function",
    "torch.nn.functional:_threshold",
    "torch.nn.functional:TYPE_CHECKING",
    "torch.nn.modules.module:register_module_forward_hook",
    "torch.nn:Module.__init__",
    "torch.nn:Module.load_state_dict",
    "torch.nn.modules.module:itertools",
    "torch:Tensor",
    "torch._C._nn:__loader__",
    "torch._C:_nn",
    "proj.models:system",
    "proj.models:rmtree",
    "proj.models:os.system",
    "proj.models:os",
    "proj.models:torch.load",
    "proj.models:functools.partial",
    "proj.models:instance",
    "proj.models:numbers",
    "proj.models:called",
    "proj.models:made_partly",
    "proj.models:Net.__init__",
    "proj.models:Net.__subclasses__",
    "proj.models:activation.__globals__",
    "proj.models:Config.width",
    "proj.models:__builtins__",
    "proj.models:__builtins__.eval",
    "proj.__main__:anything",
    "projects.models:Net",
    "project:Net",
    "proj.models",
    "proj.models:",
    ":Net",
    "",
    "proj.models:Net:Net",
    "proj.models:Net.Part Part",
    "proj..models:Net",
    "../proj:Net",
    "proj.models:make.<locals>.Inner",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_refused_in_one_line(names: Names, name: str) -> None:
    for reach in (names.passed, names.module_class, lambda name: names.factory(name, f"{name}.Inner")):
        with pytest.raises((Refused, Absent)) as caught:
            reach(name)
        assert "\n" not in str(caught.value)
    called = getattr(sys.modules.get("proj.models"), "called", [])
    assert called == []
    assert "proj.__main__" not in sys.modules


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("torch:float16", "torch.float16"),
        ("torch:channels_last", "torch.channels_last"),
        ("torch:strided", "torch.strided"),
        ("torch:relu", "torch.relu"),
        ("torch:selu", "torch.selu"),
        ("torch:matmul", "torch.matmul"),
        ("torch.special:expit", "torch.special.expit"),
        ("torch.nn:GELU", "torch.nn.GELU"),
        ("torch.nn.modules.activation:GELU", "torch.nn.GELU"),
        ("torch.nn.functional:gelu", "torch.nn.functional.gelu"),
        ("torch.nn.functional:relu", "torch.nn.functional.relu"),
        ("torch._C._nn:gelu", "torch.nn.functional.gelu"),
        ("torch.nn.init:zeros_", "torch.nn.init.zeros_"),
        ("proj.models:activation", "proj.models.activation"),
        ("before.models:activation", "proj.models.activation"),
        ("before.old:Net", "proj.models.Net"),
        ("proj.models:Net.Part", "proj.models.Net.Part"),
        ("proj.models:Config", "proj.models.Config"),
    ],
)
def test_what_may_be_passed_on(names: Names, name: str, found: str) -> None:
    value = names.passed(name)
    expected: object = sys.modules[found.partition(".")[0]]
    for part in found.split(".")[1:]:
        expected = getattr(expected, part)
    assert value is expected


def test_what_may_be_built(names: Names) -> None:
    assert names.module_class("torch.nn:Linear") is torch.nn.Linear
    assert names.module_class("before.models:Net.Part").__qualname__ == "Net.Part"


@pytest.mark.parametrize("name", ["torch.nn.functional:relu", "proj.models:Config", "proj.models:activation"])
def test_what_may_be_passed_on_only_is_not_built(names: Names, name: str) -> None:
    with pytest.raises(Refused):
        names.module_class(name)


@pytest.mark.parametrize("factory", ["make", "make_logged", "make_entered", "make_once"])
def test_a_factory_is_found_behind_its_decorator(names: Names, factory: str) -> None:
    found = names.factory(f"before.models:{factory}", f"before.models:{factory}.Inner")
    assert found.__qualname__ == factory and not hasattr(found, "__wrapped__")
    assert found(3) is not None
    assert sys.modules["proj.models"].called == []


def test_a_class_may_lie_deeper_than_its_factory(names: Names) -> None:
    assert names.factory("proj.models:outer", "proj.models:outer.inner.Deep").__qualname__ == "outer"


@pytest.mark.parametrize(
    ("factory", "inner"),
    [
        ("proj.models:delete_everything", "proj.models:make.Inner"),
        ("proj.models:make", "proj.models:make"),
        ("proj.models:make", "proj.broken:make.Inner"),
        ("proj.models:make", "proj.models:maker.Inner"),
        ("proj.models:rmtree", "proj.models:rmtree.Inner"),
        ("torch.nn:Linear", "torch.nn:Linear.Inner"),
        ("torch.nn.functional:relu", "torch.nn.functional:relu.Inner"),
    ],
)
def test_only_a_function_around_the_class_is_a_factory(names: Names, factory: str, inner: str) -> None:
    with pytest.raises(Refused):
        names.factory(factory, inner)


def test_a_function_that_does_not_define_the_class_is_not_called(names: Names) -> None:
    """As in the guard world where another function has the name, and as a stranger would have it."""
    for factory in ("delete_everything", "make"):
        with pytest.raises(Absent, match="does not define Other here"):
            names.factory(f"proj.models:{factory}", f"proj.models:{factory}.Other")


def test_what_is_missing_is_told_from_what_is_broken(names: Names) -> None:
    for name in ("proj.nothing:Net", "proj.models:Nothing", "torch.nn:Nothing"):
        with pytest.raises(Absent):
            names.module_class(name)
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        names.module_class("proj.broken:Net")
