"""The examples of the page on safety are real: each is fixed as it says, by the strategy and in the tier it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.fixing.fixes import Fixes
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from esper_lint.selection import on_disk
from tests.trees import project

PAGE = Path(__file__).parents[2] / "docs" / "fix-safety.md"
_SECTION = re.compile(r"^## (S\d): [^\n]* \((SAFE|UNSAFE)\)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LISTING = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = {name: (tier, _LISTING.findall(text)) for name, tier, text in _SECTION.findall(PAGE.read_text("utf-8"))}
EXAMPLES = {name: (tier, *listings) for name, (tier, listings) in SECTIONS.items() if listings}


def fixes(folder: Path, *, is_unsafe: bool) -> Fixes:
    config = load(str(folder), {"jobs": 1}).config
    files = on_disk((".",), config, str(folder))
    return planned(files, config, Wishes(is_unsafe=is_unsafe), Silence())


@pytest.mark.parametrize("strategy", EXAMPLES)
def test_the_example_is_fixed_as_the_page_says(strategy: str, tmp_path: Path) -> None:
    tier, before, after = EXAMPLES[strategy]
    folder = project(tmp_path, {"blocks.py": before})
    found = fixes(folder, is_unsafe=True)
    assert [(fix.strategy, fix.tier.value) for fix in found.made] == [(strategy, tier)] and not found.refused
    assert [edit.after for edit in found.edits] == [after.encode()]
    obligations = {one.kind for one in found.made[0].obligations}
    assert bool(obligations) is (tier == "UNSAFE")
    table = re.findall(rf"^\| `([a-z-]+)` \| {strategy} \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert obligations == set(table)
    assert bool(fixes(folder, is_unsafe=False).withheld) is (tier == "UNSAFE")


def test_every_strategy_that_edits_has_an_example_or_names_one() -> None:
    assert list(SECTIONS) == ["S0", "S1", "S2", "S3", "S4", "S6"]
    assert list(EXAMPLES) == ["S0", "S1", "S3", "S4", "S6"]
