"""Suppressions that no longer do anything (ESP202)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from esper_lint.findings import FileError, Finding, Group, Severity
from esper_lint.suppression.status import covers

if TYPE_CHECKING:
    from esper_lint.contracts.book import Dead
    from esper_lint.discovery.noqa import Noqa
    from esper_lint.suppression.baseline import Baseline, Entry

RULE = "ESP202"


def unused_noqa(
    comments: Mapping[str, Iterable[Noqa]], found: Iterable[tuple[str, int, str]], known: Iterable[str]
) -> Iterator[Finding]:
    """A finding for every code of ours that a noqa comment names and of which nothing is ``found`` on its lines.

    What is found is told by path, line and rule, whether it is reported or not.  A bare ``# noqa`` speaks to every
    linter and is never ours to judge; neither is a code that is not ``known``, nor one of this rule itself: what could
    be said of it, it would silence.
    """
    rules_at: dict[str, dict[int, set[str]]] = {}
    for path, line, rule in found:
        if path not in comments:
            continue
        rules_at.setdefault(path, {}).setdefault(line, set()).add(rule)
    judged = set(known)
    for path in sorted(comments):
        at = rules_at.get(path, {})
        for noqa in comments[path]:
            silenced = {rule for line, rules in at.items() if noqa.first <= line <= noqa.last for rule in rules}
            for code in dict.fromkeys(noqa.codes):
                if not _is_ours(code, judged) or any(covers((code,), rule) for rule in silenced):
                    continue
                capitals = any(covers((code.upper(),), rule) for rule in silenced)
                advice = f"codes count in capitals, as {code.upper()}" if capitals else "remove it"
                message = f"`# noqa: {code}` silences nothing here: {advice}"
                yield Finding(
                    RULE, None, path, noqa.line, noqa.column, noqa.line, message, f"{RULE}:{code}", Severity.P4
                )


def unused_entries(baseline: Baseline, groups: Iterable[Group], unread: Iterable[FileError]) -> Iterator[Finding]:
    """A finding, in the baseline's file, for every entry of which nothing is left.

    ``groups`` are all that there are, but for what stands in files and folders that are ``unread``.
    """
    for entry, now in zip(baseline.entries, baseline.as_now(groups, unread), strict=True):
        if now is None:
            message = f"this group is no longer found: {_named(entry)}; run `esper-lint baseline --update`"
            fingerprint = f"{RULE}:{entry.id}"
            yield Finding(RULE, None, baseline.name, entry.line, 1, entry.line, message, fingerprint, Severity.P4)


def dead_contracts(dead: Iterable[Dead], *, settled: bool) -> Iterator[Finding]:
    """A finding for every comment that declares nothing; once ``settled``, for those too that other files may need."""
    for one in dead:
        if settled or one.is_certain:
            message = f"this contract holds nothing: {one.message}"
            fingerprint = f"{RULE}:{one.message}"
            yield Finding(RULE, None, one.path, one.line, one.column, one.line, message, fingerprint, Severity.P4)


def _is_ours(code: str, judged: Iterable[str]) -> bool:
    written = code.upper()
    return (
        written.startswith("ESP") and not covers((written,), RULE) and any(rule.startswith(written) for rule in judged)
    )


def _named(entry: Entry) -> str:
    named = [f"`{one.qualname}` ({one.path})" for one in entry.members]
    if len(named) > 2:
        named[1:] = [f"{len(named) - 1} others"]
    return " and ".join(named)
