"""Groups of whole classes: they are merged, or else their forwards share a helper; and what is left of any group that
is fixed in part is tried by itself."""

from __future__ import annotations

import re
from pathlib import Path

from esper_lint.analysis import analyse, gather
from esper_lint.config import load
from esper_lint.findings import Tier
from esper_lint.fixing.fixes import Fixes
from esper_lint.fixing.offering import offered
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from tests.fixing.twins import twins
from tests.trees import BODY, groups, project, report, write

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
# Alike as a whole, and not word for word: each constructor has another number, each forward another name.
APART = """

class {name}(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.heads = {number}
        self.qkv = nn.Linear(dim, {number} * dim)
        self.out = nn.Linear(dim * {number}, dim)

    def forward(self, x):
"""


def apart(*names: str, body: str = BODY) -> str:
    """A file of classes that are alike, and of which no base class could hold anything."""
    return HEAD + "".join(
        APART.format(name=name, number=len(name)) + re.sub(r"\by\b", f"y_{name.lower()}", body) for name in names
    )


def word_for_word(*names: str) -> str:
    """A file of equal classes."""
    return HEAD + "".join(APART.format(name=name, number=4) + BODY for name in names)


def plan(folder: Path, *, is_unsafe: bool = False) -> Fixes:
    config = load(str(folder), {"jobs": 1}).config
    files, _ = gather([str(folder)], config, cwd=str(folder))
    return planned(files, config, Wishes(is_unsafe=is_unsafe), Silence(), use_cache=False)


def written(folder: Path, fixes: Fixes) -> None:
    write(folder, {edit.name: edit.after or b"" for edit in fixes.edits})


def told(fixes: Fixes) -> list[tuple[str, str, str, list[str]]]:
    return [
        (fix.rule, fix.strategy, fix.tier.value, [one.qualname for one in fix.members])
        for fix in (*fixes.made, *fixes.withheld)
    ]


def test_classes_that_are_not_merged_share_their_forward(tmp_path: Path) -> None:
    folder = project(tmp_path, {"twins.py": apart("First", "Second")})
    assert groups(report(folder)) == [("ESP104", ["First", "Second"])]
    fixes = plan(folder)
    assert told(fixes) == [("ESP104", "S0", "SAFE", ["First", "Second"])] and fixes.refused == ()
    assert "not merged (FX-NO-BENEFIT)" in fixes.made[0].notes[-1]


def test_a_second_run_leaves_them_as_they_are_and_they_stay_alike(tmp_path: Path) -> None:
    folder = project(tmp_path, {"twins.py": apart("First", "Second")})
    written(folder, plan(folder, is_unsafe=True))
    for is_unsafe in (False, True):
        again = plan(folder, is_unsafe=is_unsafe)
        assert not again.edits and not again.made
    assert {rule for rule, _ in groups(report(folder))} <= {"ESP104"}


def test_what_can_be_merged_is_merged_and_waits_for_it(tmp_path: Path) -> None:
    folder = project(tmp_path, {"twins.py": word_for_word("First", "Second")})
    fixes = plan(folder)
    assert not fixes.made and told(fixes) == [("ESP104", "S6", "UNSAFE", ["First", "Second"])]
    assert told(plan(folder, is_unsafe=True)) == [("ESP104", "S6", "UNSAFE", ["First", "Second"])]


def test_classes_of_several_files_share_a_module(tmp_path: Path) -> None:
    files = {f"blocks/{name.lower()}.py": apart(name) for name in ("First", "Second")} | {"blocks/__init__.py": ""}
    folder = project(tmp_path, files)
    fixes = plan(folder)
    assert not fixes.made and told(fixes) == [("ESP104", "S0", "UNSAFE", ["First", "Second"])]
    fixes = plan(folder, is_unsafe=True)
    assert [edit.name for edit in fixes.edits] == ["blocks/_first_shared.py", *sorted(files)[1:]]
    written(folder, fixes)
    assert not plan(folder, is_unsafe=True).edits


def test_a_hazard_of_their_forwards_comes_before_that_they_share_little(tmp_path: Path) -> None:
    lines = (f"        y = super().forward(self.out(x)) * {number}\n        x = self.qkv(y)\n" for number in range(9))
    body = "".join(lines) + "        return x\n"
    folder = project(tmp_path, {"twins.py": apart("First", "Second", body=body)})
    (refused,) = plan(folder, is_unsafe=True).refused
    assert refused.rule == "ESP104" and [one.code for one in refused.causes] == ["FX-SUPER", "FX-NO-BENEFIT"]


def test_an_extraction_does_not_mend_the_finding_on_classes(tmp_path: Path) -> None:
    folder = project(tmp_path, {"twins.py": apart("First", "Second")})
    config = load(str(folder), {"jobs": 1}).config
    shown = offered(analyse([str(folder)], config, cwd=str(folder)), plan(folder))
    (group,) = shown.groups
    assert group.fix is not None and group.fix.tier is Tier.SAFE
    assert not any(one.is_fixable for one in shown.findings)


RENAMED = re.sub(r"self\.(qkv|out|heads)", r"self.own_\1", BODY)


def in_part(tmp_path: Path) -> Path:
    """One group: three equal members in three files, and two in one file that differ from them and from each other."""
    other = RENAMED.replace("return x + ", "x = x.clone()\n        return x * ")
    files = {"blocks/pair.py": twins("Fourth", "Fifth", body=RENAMED, other=other), "blocks/__init__.py": ""}
    for name in ("First", "Second", "Third"):
        files[f"blocks/{name.lower()}.py"] = f"{HEAD}\n\nclass {name}(nn.Module):\n    def forward(self, x):\n{BODY}"
    folder = project(tmp_path, files, 'ignore = ["ESP104"]')
    assert [(rule, len(names)) for rule, names in groups(report(folder, ignore=["ESP104"]))] == [("ESP102", 5)]
    return folder


def test_what_is_left_of_a_group_is_tried_though_the_larger_part_waits(tmp_path: Path) -> None:
    fixes = plan(in_part(tmp_path))
    assert told(fixes) == [
        ("ESP102", "S1", "SAFE", ["Fourth", "Fifth"]),
        ("ESP102", "S0", "UNSAFE", ["First", "Second", "Third"]),
    ]


def test_what_was_left_out_and_then_fixed_is_not_called_refused(tmp_path: Path) -> None:
    fixes = plan(in_part(tmp_path), is_unsafe=True)
    assert [one[-1] for one in told(fixes)] == [["First", "Second", "Third"], ["Fourth", "Fifth"]]
    assert fixes.refused == ()


NORM = """

class {name}(nn.Module):
    __constants__ = ["eps"]

    def __init__(self, width, eps=1e-5, affine=True, device=None, dtype=None):
        super().__init__()
        made = {{"device": device, "dtype": dtype}}
        self.shape = (width,) if isinstance(width, int) else tuple(width)
        self.eps = eps
        self.affine = affine
        self.{fast} = bool(eps) and dtype is None
        if self.affine:
            self.weight = nn.Parameter(torch.empty(self.shape, **made))
        else:
            self.register_parameter("weight", None)
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)

    def forward(self, x):
        {body}
"""
NORMED = [
    "return F.rms_norm(x if self.{fast} else x.float(), self.shape, self.weight, self.eps)",
    "return F.rms_norm(x.movedim(1, -1), self.shape, self.weight).movedim(-1, 1) + bool(self.{fast})",
    "return x * torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + self.eps) * (self.weight or self.{fast})",
]


def test_classes_that_share_their_constructors_in_halves_are_merged_in_halves(tmp_path: Path) -> None:
    """No variant is rare, and all share a method, so that leaving out one after another would not find them."""
    text = HEAD + "".join(
        NORM.format(name=f"{name}{number}", fast=fast, body=body.format(fast=fast))
        for number, body in enumerate(NORMED)
        for name, fast in [("Slow", "fast"), ("Quick", "quick")]
    )
    folder = project(tmp_path, {"norms.py": text})
    assert [(rule, len(names)) for rule, names in groups(report(folder))] == [("ESP104", 6)]
    assert told(plan(folder, is_unsafe=True)) == [
        ("ESP104", "S6", "UNSAFE", ["Quick0", "Quick1", "Quick2"]),
        ("ESP104", "S6", "UNSAFE", ["Slow0", "Slow1", "Slow2"]),
    ]
