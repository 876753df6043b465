"""Every example of every rule goes through the whole tool; its marks say which findings must come out."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.analysis import analyse
from esper_lint.config import load
from esper_lint.rules import RULES, Example, Rule, expected_findings
from tests.repositories import commit, repository
from tests.trees import write

EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{kind}-{number}")
    for rule in RULES.values()
    for kind, examples in (("invalid", rule.invalid), ("valid", rule.valid))
    for number, example in enumerate(examples)
    # Only flake8 runs out of time: its tests run these.
    if (rule.code, kind) != ("ESP901", "invalid")
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_the_findings_are_those_that_the_example_marks(rule: Rule, example: Example, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.esper_lint]\n"})
    chosen: dict[str, object] = {}
    if rule.before:
        repository(tmp_path, rule.before)
        commit(tmp_path, example)
        chosen["select"] = [rule.code]
    write(tmp_path, example)
    settings = load(str(tmp_path), chosen).config
    report = analyse([str(tmp_path)], settings, cwd=str(tmp_path), use_cache=False)
    assert {(found.path, found.line, found.rule) for found in report.active} == expected_findings(example)
