"""Small projects on disk, and what a run says of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esper_lint.analysis import Buffer, analyse, analyse_overlay
from esper_lint.config import Config, load
from esper_lint.findings import Report
from esper_lint.judging import needs_all_groups
from esper_lint.selection import on_disk

BODY = """\
        b, n, d = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(b, n, self.heads, d // self.heads).transpose(1, 2)
        k = k.view(b, n, self.heads, d // self.heads).transpose(1, 2)
        v = v.view(b, n, self.heads, d // self.heads).transpose(1, 2)
        y = F.scaled_dot_product_attention(q, k, v)
        return x + self.out(y.transpose(1, 2).reshape(b, n, d))
"""
# Both have something of their own; their similarity is .90.
CHANGED = (
    BODY.replace("F.scaled_dot_product_attention(q, k, v)", "self.drop(q @ k.mT) @ v")
    .replace("chunk(3, dim=-1)", "reshape(b, n, 3, d).unbind(2)")
    .replace("x + ", "self.gate * ")
)


def seed(name: str = "Seed", *, init: str = "", body: str = BODY, noqa: str = "") -> str:
    """A file with one module class of a forward that is large enough to be compared."""
    head = f"import torch.nn.functional as F\nfrom torch import nn\n\n\nclass {name}(nn.Module):\n{init}"
    return f"{head}    def forward(self, x):{noqa}\n{body}"


def project(folder: Path, files: Mapping[str, str | bytes], settings: str = "") -> Path:
    """``folder`` made a project with these files."""
    write(folder, {"pyproject.toml": f"[tool.esper_lint]\n{settings}\n"} | dict(files))
    return folder


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())


def report(
    folder: Path,
    *paths: str,
    cwd: Path | None = None,
    buffer: Buffer | None = None,
    cached: bool = False,
    **options: Any,
) -> Report:
    """A run in ``folder`` on ``paths``, by default on all of it; options are settings, with ``_`` for ``-``."""
    named = paths or (() if buffer else (str(folder),))
    return analyse(named, _config(folder, options), cwd=str(cwd or folder), buffer=buffer, use_cache=cached)


def overlay_report(
    folder: Path, changed: Mapping[str, str], *paths: str, cached: bool = False, **options: Any
) -> Report:
    """What a run on ``paths`` would say with these files changed."""
    config, cwd, named = _config(folder, options), str(folder), paths or (str(folder),)
    contents = {name: text.encode() for name, text in changed.items()}
    whole = needs_all_groups(config, named, cwd)
    return analyse_overlay(on_disk(named, config, cwd), contents, config, use_cache=cached, whole=whole)


def _config(folder: Path, options: Mapping[str, object]) -> Config:
    return load(str(folder), {"jobs": 1} | {name.replace("_", "-"): value for name, value in options.items()}).config


def groups(found: Report) -> list[tuple[str, list[str]]]:
    """(rule, qualnames of the members) of each group that is not silent."""
    return [(one.rule, [member.qualname for member in one.members]) for one in found.groups if one.suppressed is None]


def places(found: Report) -> list[tuple[str, int, str]]:
    """(path, line, rule) of each active finding."""
    return [(one.path, one.line, one.rule) for one in found.active]
