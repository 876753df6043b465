"""``explain``: the rule's page, by code or name, and the list."""

from __future__ import annotations

import pytest

from esper_lint.cli import main
from esper_lint.rules import RULES, Rule
from tests.cli.running import Run


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_the_page_of_a_rule_is_its_documentation(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    for name in (rule.code, rule.code.lower(), rule.name):
        assert main(["explain", name]) == 0
        assert capsys.readouterr().out.strip() == rule.documentation().strip()


def test_without_a_code_every_rule_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    for line, rule in zip(lines, RULES.values(), strict=True):
        assert rule.name in line and line.endswith(rule.summary)


def test_markdown_is_rendered_where_colour_is_wanted(run: Run) -> None:
    assert "## What it does" in run("explain", "ESP101").out
    rendered = run("explain", "ESP101", env={"FORCE_COLOR": "1"}).out
    assert "\x1b[" in rendered and "## What it does" not in rendered and "What it does" in rendered
