"""Suppressions that no longer do anything (ESP202)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from esper_lint.discovery.modules import Noqa
from esper_lint.findings import Finding, Group, Severity
from esper_lint.suppression.status import covers

RULE = "ESP202"


def unused_noqa(
    comments: Mapping[str, Iterable[Noqa]], groups: Iterable[Group], known: Iterable[str]
) -> Iterator[Finding]:
    """A finding for every code of ours that a noqa comment names and that is at no member on its line.

    A bare ``# noqa`` speaks to every linter and is never ours to judge; neither is a code that is not ``known``.
    """
    rules_at: dict[tuple[str, int], set[str]] = {}
    for group in groups:
        for member in group.members:
            rules_at.setdefault((member.path, member.forward_line), set()).add(group.rule)
    judged = set(known)
    for path in sorted(comments):
        for noqa in comments[path]:
            silenced = rules_at.get((path, noqa.line), set())
            for code in dict.fromkeys(noqa.codes):
                if not any(rule.startswith(code) for rule in judged) or not code.startswith("ESP"):
                    continue
                if any(covers((code,), rule) for rule in silenced):
                    continue
                message = f"`# noqa: {code}` silences nothing here: remove it"
                yield Finding(
                    RULE, None, path, noqa.line, noqa.column, noqa.line, message, f"{RULE}:{code}", Severity.P4
                )
