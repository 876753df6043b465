"""The rules as SARIF's reporting descriptors (§3.49): the same in every log, whatever was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from esper_lint.findings import Severity
from esper_lint.output.sarif_text import plain
from esper_lint.output.schema import Object
from esper_lint.rules import RULES, Rule

LEVELS: Mapping[Severity, str] = {
    Severity.P0: "error",
    Severity.P1: "error",
    Severity.P2: "warning",
    Severity.P3: "note",
    Severity.P4: "note",
}
RULE_INDEX: Mapping[str, int] = {code: index for index, code in enumerate(RULES)}

_PROBLEM_SEVERITY = {"error": "error", "warning": "warning", "note": "recommendation"}
# Hosts sort by it.  What is equal, unused or unreadable is so; of what is near, 9 in 10 were judged worth it
# (docs/judged-groups.md).
_CERTAIN = ("ESP101", "ESP202", "ESP900")


def descriptors() -> Iterator[Object]:
    """In the order of ``RULE_INDEX``."""
    return map(_descriptor, RULES.values())


def _descriptor(rule: Rule) -> Object:
    level = LEVELS[rule.severity]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": plain(rule.summary)},
        "fullDescription": {"text": _paragraph(rule.what)},
        "help": {
            "text": "\n\n".join(map(_paragraph, (rule.what, rule.why, rule.use_instead))),
            "markdown": rule.documentation(),
        },
        "defaultConfiguration": {"enabled": rule.default_on, "level": level},
        "properties": {
            "tags": ["maintainability", *(["duplicate-code"] if rule.code.startswith("ESP1") else [])],
            "precision": "very-high" if rule.code in _CERTAIN else "high",
            "problem.severity": _PROBLEM_SEVERITY[level],
        },
    }


def _paragraph(markdown: str) -> str:
    return plain(" ".join(markdown.split()))
