"""Evidence and suppressions -> findings, and the part of a report that PATHS ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from esper_lint.config import Config
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import FileError, Finding, Group, HoleKind, Report, Summary
from esper_lint.rules import RULES
from esper_lint.rules.comparison import RENAMES, Comparison, one_to_one
from esper_lint.rules.messages import messages
from esper_lint.suppression.settings import per_file_silencers
from esper_lint.suppression.status import Silencers, Status, covers, status
from esper_lint.suppression.unused import unused_noqa


def judge(evidence: Evidence, config: Config) -> Report:
    """Every finding that the evidence gives, silent ones with their reason, in the order in which they are shown."""
    selected = {code for code in RULES if _is_selected(code, config)}
    groups = [told.group for told in evidence.groups]
    noqa = {(path, one.line): one for path, found in evidence.noqa.items() for one in found}
    named = {member.path for group in groups for member in group.members}
    silencers = Silencers(noqa, per_file_silencers(config.per_file_ignores, named))
    findings: list[Finding] = []
    kept: list[Group] = []
    for told in evidence.groups:
        if told.group.rule in selected:
            verdict = status(told.group, silencers)
            kept.append(replace(told.group, suppressed=verdict.group))
            findings.extend(_findings(told, verdict))
    if "ESP202" in selected:
        findings.extend(unused_noqa(evidence.noqa, groups, selected))
    findings.extend(error_finding(error) for error in evidence.errors if error.rule in selected)
    return _report(evidence.summary, kept, findings, evidence.errors)


def narrowed(report: Report, selected: frozenset[str], errors: Sequence[FileError]) -> Report:
    """What a report on the whole tree says of the selected files; ``errors`` were met while looking for files."""
    findings = [finding for finding in report.findings if finding.path in selected]
    findings.extend(error_finding(error) for error in errors)
    groups = [group for group in report.groups if any(member.path in selected for member in group.members)]
    found = [error for error in report.errors if error.path in selected]
    summary = report.summary if selected else replace(report.summary, files=0, module_classes=0, forwards=0)
    return _report(summary, groups, findings, [*found, *errors])


def error_finding(error: FileError) -> Finding:
    """The finding that a file error is shown as."""
    fingerprint = f"{error.rule}:{error.path}"
    severity = RULES[error.rule].severity
    return Finding(error.rule, None, error.path, error.line, 1, error.line, error.message, fingerprint, severity)


def _report(
    summary: Summary, groups: Sequence[Group], findings: Iterable[Finding], errors: Sequence[FileError]
) -> Report:
    shown = sorted(findings, key=lambda one: (one.path, one.line, one.column, one.rule, one.message))
    active = sum(finding.suppressed is None for finding in shown)
    counted = replace(summary, groups=sum(group.suppressed is None for group in groups), findings=active)
    return Report(counted, tuple(groups), tuple(shown), tuple(sorted(errors, key=lambda one: (one.path, one.line))))


def _is_selected(code: str, config: Config) -> bool:
    wanted = covers(config.select, code) if config.select else RULES[code].default_on
    return wanted and not (config.ignore and covers(config.ignore, code))


def _findings(told: Told, verdict: Status) -> Iterator[Finding]:
    group, texts = told.group, list(told.messages)
    staying = [index for index, reason in enumerate(verdict.members) if reason is None]
    if 2 <= len(staying) < len(group.members):
        # A message names members that are still in the group, unless the group is silent as a whole.
        for index, text in zip(staying, messages(_only(group, staying)), strict=True):
            texts[index] = text
    for member, text, reason in zip(group.members, texts, verdict.silent, strict=True):
        yield Finding(
            group.rule,
            group.id,
            member.path,
            member.forward_line,
            member.forward_column,
            member.end_line if member.line == member.forward_line else member.forward_line,
            text,
            member.fingerprint,
            group.severity,
            reason,
        )


def _only(group: Group, staying: Sequence[int]) -> Group:
    """The group as if only these members were there."""
    first = group.members[staying[0]].variant
    members = tuple(
        replace(group.members[index], similarity=group.likeness(first, group.members[index].variant))
        for index in staying
    )
    holes = (
        replace(hole, texts=tuple(hole.texts[i] for i in staying), spans=tuple(hole.spans[i] for i in staying))
        for hole in group.holes
    )
    variants = {member.variant for member in members}
    left = replace(
        group,
        similarity=min((group.likeness(*pair) for pair in combinations(variants, 2)), default=1.0),
        members=members,
        holes=tuple(hole for hole in holes if len(set(hole.texts)) > 1),
    )
    return replace(left, clone_type=_clone_type(left))


def _clone_type(group: Group) -> int:
    """The clone type of a group whose ``clone_type`` is that of a larger one."""
    if len({member.variant for member in group.members}) == 1:
        return 1
    comparison = Comparison(group)
    found = [comparison.differences(0, other) for other in range(1, len(group.members))]
    kinds = {difference.kind for differences in found for difference in differences}
    renamed = kinds <= {*RENAMES, HoleKind.LITERAL} and all(map(one_to_one, found))
    return min(group.clone_type, 2 if renamed else 3)
