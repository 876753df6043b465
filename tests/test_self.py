"""esper-lint finds nothing to say about itself."""

from __future__ import annotations

from pathlib import Path

from tests.trees import report

ROOT = Path(__file__).parents[1]


def test_esper_lint_is_clean_on_its_own_tree() -> None:
    found = report(ROOT, "esper_lint", "tests")
    assert [f"{one.path}:{one.line} {one.rule} {one.message}" for one in found.active] == []
    assert found.summary.files > 100 and not found.errors
