"""The code of a finding as the text formats show it."""

from __future__ import annotations

from esper_lint.findings import Finding
from esper_lint.output.colour import paint
from esper_lint.output.format import Style


def code(finding: Finding, style: Style) -> str:
    """``ESP101``, and ``ESP101 [*]`` where ``fix`` would mend it, as ruff marks what it can."""
    mark = f" {paint('[*]', 'help', style)}" if finding.is_fixable else ""
    return f"{paint(finding.rule, 'rule', style)}{mark}"
