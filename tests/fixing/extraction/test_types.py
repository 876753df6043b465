"""What is written passes the type checks that the file passed before: those of mypy, with its strict settings."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.plan import Extraction
from esper_lint.fixing.extraction.sites import source_of

api = pytest.importorskip("mypy.api")

# As in torch, what a module returns when it is called is not typed.
TORCH = """
from collections.abc import Callable
from typing import Any
class Tensor:
    shape: tuple[int, ...]
    def __add__(self, other: object) -> Tensor: ...
    def __mul__(self, other: object) -> Tensor: ...
    def reshape(self, *sizes: int) -> Tensor: ...
class Module:
    training: bool
    __call__: Callable[..., Any]
class Linear(Module): ...
"""

HEAD = """
{imports}from torch_like import Linear, Module, Tensor


class First(Module):
    norm: Linear
    up: Linear
    down: Linear

    def forward(self, {parameters}) -> {result}:
{first}


class Second(Module):
    norm: Linear
    up: Linear
    down: Linear

    def forward(self, {parameters}) -> {result}:
{second}
"""

RUN = """\
h: Tensor = self.norm(x)
h = self.up(h)
h = self.down(h * {value})
"""
SIZES = """\
batch, length, width = x.shape
h: Tensor = self.norm(x).reshape(batch * length, width)
h = self.up(h)
h = self.down(h) * width
"""

FORWARDS = {
    "whole": ("x: Tensor", "Tensor", RUN.format(value=2) + "return x + h", None),
    "value": ("x: Tensor", "Tensor", RUN.format(value=2) + "return x + h", RUN.format(value=3.5) + "return x + h"),
    "optional": (
        "x: Tensor, mask: Tensor | None = None",
        "Tensor",
        RUN.format(value=2) + "if mask is not None:\n    h = h + mask\nreturn h",
        None,
    ),
    "narrowed": (
        "x: Tensor, mask: Tensor | None = None",
        "Tensor",
        "if mask is None:\n    return x\n" + RUN.format(value="mask.reshape(1)") + "return h",
        "if mask is None:\n    return x + x\n" + RUN.format(value="mask.reshape(1)") + "return h",
    ),
    "sizes": (
        "x: Tensor",
        "Tensor",
        SIZES + "return h.reshape(batch, length, width)",
        SIZES + "return (h + x).reshape(batch, length, width)",
    ),
    "tuple": (
        "x: Tensor",
        "tuple[Tensor, Tensor]",
        RUN.format(value=2) + "g = self.up(h)\nreturn self.norm(h), g",
        RUN.format(value=2) + "g = self.up(h)\nreturn h, g",
    ),
    "nothing": (
        "x: Tensor",
        "None",
        "self.training = True\nself.norm(x, self.training)\nself.up(self.norm(x))\nself.down(self.up(x))",
        None,
    ),
}


@pytest.mark.parametrize(
    "imports", ["", "from __future__ import annotations\n\nfrom typing import Any\n\nX: Any = 0\n\n"]
)
def test_mypy_finds_nothing_new(imports: str, tmp_path: Path) -> None:
    (tmp_path / "torch_like.pyi").write_text(TORCH)
    texts = {}
    for name, (parameters, result, first, second) in FORWARDS.items():
        bodies = {"first": textwrap.indent(first, " " * 8), "second": textwrap.indent(second or first, " " * 8)}
        text = HEAD.format(imports=imports, parameters=parameters, result=result, **bodies).lstrip("\n")
        plan = extracted(source_of(f"{name}.py", text).sites, Options())
        assert isinstance(plan, Extraction), (name, plan.hazards)
        texts[f"{name}_before.py"], texts[f"{name}_after.py"] = text, plan.after[f"{name}.py"]
    for path, text in texts.items():
        (tmp_path / path).write_text(text)
    files = [str(tmp_path / path) for path in texts]
    cache = str(tmp_path / "cache")
    found, errors, status = api.run(["--strict", "--config-file=", f"--cache-dir={cache}", *files])
    assert status == 0, found + errors
