"""Line numbers, layout and files never matter: the same fingerprints, the same group, and a baseline that holds."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.findings import Group, Report
from esper_lint.identity import is_same_group
from esper_lint.suppression.baseline import entry_of
from esper_lint.suppression.baseline_file import lines_of
from tests.trees import BODY, project, report, seed

Files = Mapping[str, str]

INIT = """\
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

"""
STEPS = "".join(f"        x = self.layer_{at}(x, {at})\n" for at in range(12)) + "        return x\n"
LAYERS = "    def __init__(self, dim):\n        super().__init__()\n" + "".join(
    f"        self.layer_{at} = Layer{at}(dim + {at}, at={at})\n" for at in range(20)
)
# Two equal classes of one name, one of another name that is merely like them, and a pair that is alike in its forward.
FILES = {
    "models/a.py": seed("Attention", init=INIT),
    "models/b.py": seed("Attention", init=INIT),
    "models/c.py": seed(
        "Scaled", init=INIT, body=BODY.replace("        y =", "        q = q * self.heads**-0.5\n        y =")
    ),
    "models/d.py": seed("Steps", body=STEPS),
    "models/e.py": seed("Chain", init=LAYERS, body=STEPS),
}


def inserted_above(files: Files) -> Files:
    return {name: "# one more line\n" * 200 + text for name, text in files.items()}


def formatted(files: Files) -> Files:
    """As ruff formats them at a width at which it must break every line that it can."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--config", "line-length = 30", "-"]
    return {
        name: subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
        for name, text in files.items()
    }


def unparsed(files: Files) -> Files:
    """Without blank lines and comments, every statement on one line."""
    return {name: ast.unparse(ast.parse(text)) + "\n" for name, text in files.items()}


def indented_by_tabs(files: Files) -> Files:
    return {
        name: re.sub("^( {4})+", lambda found: "\t" * (len(found[0]) // 4), text, flags=re.M)
        for name, text in files.items()
    }


def of_windows(files: Files) -> Files:
    return {name: text.replace("\n", "\r\n") for name, text in files.items()}


def commented(files: Files) -> Files:
    return {name: text.replace("        q, k, v", "        # why\n\n        q, k, v") for name, text in files.items()}


def in_other_files(files: Files) -> Files:
    return {name.replace("models/", "src/deep/new_"): text for name, text in files.items()}


def in_one_file(files: Files) -> Files:
    """One file holds all but the first, whose name another class has."""
    names = sorted(files)
    bodies = [files[name].partition("\n\n\n")[2] for name in names[1:]]
    return {names[0]: files[names[0]], "models/rest.py": "\n\n".join([files[names[1]].partition("\n\n\n")[0], *bodies])}


CHANGES = [
    inserted_above, formatted, unparsed, indented_by_tabs, of_windows, commented, in_other_files, in_one_file,
]  # fmt: skip


def known(found: Report) -> list[str]:
    entries = [entry_of(group.rule, group.unit, group.members) for group in found.groups]
    return list(lines_of(entries))


def prints(group: Group) -> list[str]:
    return sorted(member.fingerprint for member in group.members)


def check(folder: Path, files: Files) -> None:
    """The files ``FILES`` and these say the same to everybody who remembers."""
    before = report(project(folder / "before", FILES))
    after = report(project(folder / "after", files))
    assert [group.rule for group in before.groups] == ["ESP104", "ESP101"]
    assert sorted(map(prints, after.groups)) == sorted(map(prints, before.groups))
    assert {group.id for group in after.groups} == {group.id for group in before.groups}
    for group in before.groups:
        assert [is_same_group(group, other) for other in after.groups].count(True) == 1
    baseline = folder / "after" / "known.json"
    baseline.write_text("\n".join(known(before)), encoding="utf-8")
    quiet = report(folder / "after", baseline=str(baseline))
    assert quiet.active == () and len(quiet.findings) == len(before.findings)


@pytest.mark.parametrize("change", CHANGES)
def test_one_change(tmp_path: Path, change: Callable[[Files], Files]) -> None:
    assert change(FILES) != FILES
    check(tmp_path, change(FILES))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([one for one in CHANGES if one is not in_one_file]), unique=True, min_size=2))
def test_any_number_of_changes_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, changes: list[Callable[[Files], Files]]
) -> None:
    files: Files = FILES
    for change in changes:
        files = change(files)
    check(tmp_path_factory.mktemp("tree"), files)
