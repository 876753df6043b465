"""A preview shows what ``fix`` would write, and writes nothing."""

from __future__ import annotations

from pathlib import Path

from esper_lint.config import load
from esper_lint.dashboard.board import board_of
from esper_lint.dashboard.fix_preview import FixPreview, Planning, plans_of, preview_of
from esper_lint.dashboard.rendering import Pages, Surroundings
from esper_lint.findings import Tier
from tests.dashboard.html_reading import Page
from tests.fixing.twins import spread, twins
from tests.trees import project, report


def preview(folder: Path) -> FixPreview:
    config = load(str(folder), {"jobs": 1}).config
    group = report(folder).groups[0]
    return preview_of(config, [str(folder)], str(folder), group.id)


def test_the_patch_is_what_would_be_written_and_nothing_is(tmp_path: Path) -> None:
    folder = project(tmp_path, {"pair.py": twins()})
    before = (folder / "pair.py").read_bytes()
    found = preview(folder)
    assert (folder / "pair.py").read_bytes() == before
    assert [fix.tier for fix in found.fixes] == [Tier.SAFE] and not found.is_unsafe
    (patch,) = found.patches
    assert patch.path == "pair.py" and not patch.is_new
    assert any(line.startswith("+def _") for line in patch.lines)
    assert found.saved == patch.removed - patch.added
    assert found.command == f"esper-lint fix --group {found.fixes[0].group}"


def test_an_unsafe_fix_says_so_in_its_command(tmp_path: Path) -> None:
    found = preview(project(tmp_path, spread(2)))
    assert found.fixes and found.is_unsafe
    assert found.command.endswith(" --unsafe-fixes")


def test_a_refusal_has_its_code_and_what_the_code_means(tmp_path: Path) -> None:
    body = (
        "        for a in x:\n            y = self.qkv(a).view(1, 2, 3)\n"
        "            yield self.out(y + a) * 2 - a / 3 + y\n"
    )
    folder = project(tmp_path, {"pair.py": twins(body=body)})
    found = preview(folder)
    assert not found.fixes and found.refusals
    assert {one.code.partition("-")[0] for one in found.refusals} == {"FX"}


def test_all_groups_can_be_planned_together(tmp_path: Path) -> None:
    folder = project(tmp_path, {"pair.py": twins()})
    config = load(str(folder), {"jobs": 1}).config
    plans = plans_of(config, [str(folder)], str(folder))
    group = report(folder).groups[0].id
    planned = plans.of(group)
    assert isinstance(planned, FixPreview) and planned.is_together and planned.patches
    assert plans.of("another") is Planning.NOT_ASKED
    shown = board_of(config, [str(folder)], str(folder), plans=plans)
    html = Pages(shown, Surroundings(is_served=True)).html("fix", id=group)
    assert "Proved without conditions" in Page(html).text and "<ins>+def _" in html
