"""Groups, errors and suppressions -> findings, and the part of a report that PATHS ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from esper_lint.config import Config
from esper_lint.discovery.modules import Noqa
from esper_lint.findings import FileError, Finding, Group, HoleKind, Report, Summary
from esper_lint.rules import RULES
from esper_lint.rules.comparison import RENAMES, Comparison, one_to_one
from esper_lint.rules.messages import messages
from esper_lint.suppression.status import Silencers, Status, covers, status
from esper_lint.suppression.unused import unused_noqa

_PerFile = Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]


def judge(
    groups: Sequence[Group],
    errors: Sequence[FileError],
    noqa: Mapping[str, Sequence[Noqa]],
    per_file: _PerFile,
    summary: Summary,
    config: Config,
    say: Callable[[Group], Iterable[str]] = messages,
) -> Report:
    """Every finding on the whole tree, silent ones with their reason, in the order in which they are shown.

    ``say`` gives the messages of a group's members, in their order; a caller may remember them.
    """
    selected = {code for code in RULES if _is_selected(code, config)}
    silencers = Silencers({(path, one.line): one for path, found in noqa.items() for one in found}, per_file)
    findings: list[Finding] = []
    kept: list[Group] = []
    for group in groups:
        if group.rule in selected:
            verdict = status(group, silencers)
            kept.append(replace(group, suppressed=verdict.group))
            findings.extend(_findings(group, verdict, say))
    if "ESP202" in selected:
        findings.extend(unused_noqa(noqa, groups, selected))
    findings.extend(error_finding(error) for error in errors if error.rule in selected)
    return _report(summary, kept, findings, errors)


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


def _findings(group: Group, verdict: Status, say: Callable[[Group], Iterable[str]]) -> Iterator[Finding]:
    texts = list(say(group))
    staying = [index for index, reason in enumerate(verdict.members) if reason is None]
    if 2 <= len(staying) < len(group.members):
        # A message names members that are still in the group, unless the group is silent as a whole.
        for index, text in zip(staying, say(_only(group, staying)), strict=True):
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
