"""What a report says of the fixes that were planned for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from esper_lint.analysis import analyse, gather
from esper_lint.config import load
from esper_lint.findings import Group, Report, Tier
from esper_lint.fixing.offering import offered
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from tests.fixing.twins import spread, twins
from tests.trees import BODY, project, seed


def shown(folder: Path, files: Mapping[str, str], *paths: str, settings: str = "") -> Report:
    """The report on some of the files, with what fixing these would come to."""
    config = load(str(project(folder, files, settings)), {"jobs": 1}).config
    named = [str(folder / path) for path in paths] or [str(folder)]
    report = analyse(named, config, cwd=str(folder))
    found, _ = gather(named, config, cwd=str(folder))
    return offered(report, planned(found, config, Wishes(), Silence()))


def marked(report: Report) -> list[str]:
    return [f"{one.path}:{one.line} {one.rule}" for one in report.findings if one.is_fixable]


def only(report: Report) -> Group:
    (group,) = report.groups
    return group


def test_a_group_with_a_safe_fix_and_its_findings_are_marked(tmp_path: Path) -> None:
    report = shown(tmp_path, {"twins.py": twins()})
    group = only(report)
    assert group.fix is not None and group.refusals == ()
    assert (group.fix.tier, group.fix.strategy) == (Tier.SAFE, "S0")
    assert group.fix.summary == "extract the whole forward of 2 classes into `_plain_forward`" and group.fix.notes
    assert marked(report) == [f"twins.py:{member.forward_line} ESP101" for member in group.members]


def test_what_needs_a_flag_is_offered_and_not_marked(tmp_path: Path) -> None:
    report = shown(tmp_path, spread(2))
    group = only(report)
    assert group.fix is not None and group.fix.tier is Tier.UNSAFE and marked(report) == []


def test_what_is_refused_says_why_and_where(tmp_path: Path) -> None:
    report = shown(tmp_path, {"a.py": seed("First"), "b.py": seed("Second")})
    group = only(report)
    assert [(one.code, one.place) for one in group.refusals] == [("FX-CYCLE", "a.py:5"), ("FX-CYCLE", "a.py:6")]
    assert marked(report) == []


def test_what_people_could_do_is_offered_where_nothing_else_is(tmp_path: Path) -> None:
    group = only(shown(tmp_path, {"a.py": seed("First"), "b.py": seed("Second")}))
    assert group.fix is not None and (group.fix.tier, group.fix.strategy) == (Tier.DISPLAY, "S7")
    assert "same class" in group.fix.summary


def test_only_the_findings_of_the_paths_are_marked(tmp_path: Path) -> None:
    files = {"twins.py": twins(), "more/twins.py": twins("Third", "Fourth")}
    assert {one.split(":")[0] for one in marked(shown(tmp_path, files, "more"))} == {"more/twins.py"}


def test_of_a_group_that_can_be_fixed_in_part_only_that_part_is_marked(tmp_path: Path) -> None:
    held = "# esper: lockstep(held)\nclass {}(nn.Module):\n    def forward(self, x):\n" + BODY
    third = f"import torch.nn.functional as F\nfrom torch import nn\n\n\n{held.format('Third')}"
    files = {"twins.py": f"{twins()}\n\n{held.format('Other')}", "third.py": third}
    report = shown(tmp_path, files, "twins.py")
    group = next(one for one in report.groups if len(one.members) == 4)
    assert group.fix is not None and group.fix.tier is Tier.SAFE
    assert marked(report) == [f"twins.py:{one.forward_line} {group.rule}" for one in group.members[1:3]]
    assert [one.code for one in group.refusals] == ["FX-CONTRACT"]


def test_silent_groups_have_no_offer(tmp_path: Path) -> None:
    report = shown(tmp_path, {"twins.py": twins()}, settings='[tool.esper_lint.per-file-ignores]\n"*.py" = ["ESP"]')
    assert only(report).fix is None and only(report).refusals == () and marked(report) == []
