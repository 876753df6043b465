"""Passes of a plan: several groups are fixed in one."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.fixing.fixes import Fixes
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from esper_lint.selection import on_disk
from tests.fixing.twins import twins
from tests.trees import BODY, project

_STATEMENTS = {
    "means": ("mean = x.mean(dim=-1, keepdim=True)", "x = (x - mean).abs().clamp(min=1e-3)"),
    "powers": ("x = torch.pow(x, self.power).sum(1)", "x = x.unsqueeze(1).expand(2, 3, 4)"),
    "rolls": ("x = torch.roll(x, (1, 2), dims=(2, 3))", "x = torch.flip(x, [0]) // 2 % self.base"),
    "gates": ("gate, x = torch.sigmoid(self.gate(x)), x @ self.w", "x = gate[:, None] ** x"),
}
BODIES = [BODY] + [
    "".join(f"        {one}\n" for one in (*statements * 4, "return x")) for statements in _STATEMENTS.values()
]


def fixes(folder: Path, *, jobs: int, is_unsafe: bool = False) -> Fixes:
    config = load(str(folder), {"jobs": jobs}).config
    files = on_disk((".",), config, str(folder))
    return planned(files, config, Wishes(is_unsafe=is_unsafe), Silence())


def after(found: Fixes) -> Mapping[str, str]:
    return {edit.name: (edit.after or b"").decode() for edit in found.edits}


@pytest.mark.parametrize("jobs", [1, 2])
def test_groups_that_add_a_file_of_one_name_get_a_file_each(tmp_path: Path, jobs: int) -> None:
    """Several are tried at a time, and none of them sees the files that the others add."""
    files = {"models/__init__.py": ""}
    for body in BODIES:
        first, _, second = twins(body=body).partition("class Wide")
        head = first.partition("class")[0]
        for text in (first, f"{head}class Wide{second}"):
            files[f"models/model_{len(files)}.py"] = text.replace("Plain", "Model").replace("Wide", "Model")
    found = fixes(project(tmp_path, files), jobs=jobs, is_unsafe=True)
    assert len(found.made) == len(BODIES)
    homes = [path for fix in found.made for path, _ in fix.new]
    assert len(set(homes)) == len(homes) == len(BODIES)
    texts = after(found)
    for name, text in texts.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                assert {one.name for one in node.names} <= functions(texts[f"models/{node.module}.py"]), name


def functions(text: str) -> set[str]:
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
