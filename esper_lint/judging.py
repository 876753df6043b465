"""Evidence and suppressions -> findings, and the part of a report that PATHS ask for."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from esper_lint.config import Config
from esper_lint.contracts.wording import broken
from esper_lint.discovery.gitignore import lies_in
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import FileError, Finding, Group, HoleKind, Note, Report, Summary
from esper_lint.rules import RULES
from esper_lint.rules.comparison import RENAMES, Comparison, one_to_one
from esper_lint.rules.messages import messages
from esper_lint.suppression.settings import per_file_silencers
from esper_lint.suppression.status import Silencers, Status, covers, status, status_at
from esper_lint.suppression.unused import dead_contracts, unused_entries, unused_noqa

if TYPE_CHECKING:
    from esper_lint.discovery.files import FileSet
    from esper_lint.suppression.baseline import Baseline


def judge(
    evidence: Evidence,
    config: Config,
    baseline: Baseline | None = None,
    *,
    errors: Sequence[FileError] = (),
    unknown: Sequence[FileError] = (),
    settled: bool = True,
    whole: bool = False,
) -> Report:
    """Every finding that the evidence gives, silent ones with their reason, in the order in which they are shown.

    ``errors`` were met beside the evidence, while looking for files, and ``unknown`` is all that could not be read
    then, asked for or not.  What is unused is said only where ``is_settled`` holds, and of a baseline's entries only if
    the evidence is ``whole``: holds all groups of the tree.
    """
    selected = {code for code in RULES if is_selected(code, config)}
    groups = [told.group for told in evidence.groups]
    unread = [*evidence.errors, *errors]
    contracts = evidence.contracts
    comments = {
        path: (*evidence.noqa.get(path, ()), *contracts.noqa.get(path, ()))
        for path in evidence.noqa.keys() | contracts.noqa.keys()
    }
    ignored = per_file_silencers(config.per_file_ignores, _named(evidence, unread))
    silencers = Silencers(comments, ignored, baseline, contracts)
    findings: list[Finding] = []
    kept: list[Group] = []
    one_sided: list[Finding] = []
    for told in evidence.groups:
        verdict = status(told.group, silencers)
        changes = list(_one_sided(told.group, verdict, evidence, silencers, config))
        one_sided += changes
        if told.group.rule in selected:
            findings.extend(_findings(told, verdict))
        if changes or told.group.rule in selected:
            kept.append(replace(told.group, suppressed=verdict.group))
    findings += one_sided
    lone = [error_finding(error) for error in unread]
    lone.extend(broken(contracts.drifts))
    lone.extend(dead_contracts(contracts.dead, settled=settled))
    if settled:
        members = ((member.path, member.forward_line, group.rule) for group in groups for member in group.members)
        places = (*members, *((one.path, one.line, one.rule) for one in (*lone, *one_sided)))
        lone.extend(unused_noqa(evidence.noqa, places, selected))
    if settled and whole and baseline is not None:
        lone.extend(unused_entries(baseline, groups, [*unread, *unknown]))
    for finding in lone:
        if finding.rule in selected:
            reason = status_at(finding.path, finding.line, finding.rule, silencers)
            findings.append(replace(finding, suppressed=reason))
    return report_of(evidence.summary, kept, findings, unread, contracts.notes)


def judged(
    files: FileSet, evidence: Evidence, config: Config, baseline: Baseline | None, *, whole: bool
) -> tuple[Report, frozenset[str], frozenset[str]]:
    """The report on whole groups that the evidence gives for some files, and the names to narrow it to."""
    settled = is_settled(config, files.roots)
    report = judge(evidence, config, baseline, errors=files.errors, unknown=files.unread, settled=settled, whole=whole)
    besides = {error.path for error in files.errors} | ({baseline.name} if baseline else set())
    return report, files.selected, frozenset(besides)


def is_settled(config: Config, searched: Sequence[str]) -> bool:
    """Whether the folders that were ``searched`` (absolute) are all that there is to compare, so that what has no copy
    there has none.  Without our table they depend on PATHS, and a copy may lie beside them."""
    return config.has_table or bool(config.roots) or any(lies_in(config.project, folder) for folder in searched)


def needs_all_groups(config: Config, paths: Sequence[str], cwd: str) -> bool:
    """Whether all groups must be known, not only those of the selected files: PATHS ask for the baseline's file too,
    by itself or by a folder that holds it, and only who knows all groups can say which of its entries are unused."""
    if not config.baseline or not is_selected("ESP202", config):
        return False
    place = os.path.realpath(config.baseline)
    return any(lies_in(place, os.path.realpath(os.path.join(cwd, path))) for path in paths)


def needs_histories(config: Config) -> bool:
    """Whether a selected rule asks for the history of git, which nothing else runs."""
    return is_selected("ESP203", config)


def narrowed(report: Report, selected: frozenset[str], besides: Collection[str] = ()) -> Report:
    """What a report on the whole tree says of the selected files, and of what stands ``besides`` (the baseline)."""
    asked = selected.union(besides)
    findings = [finding for finding in report.findings if finding.path in asked]
    groups = [group for group in report.groups if any(member.path in selected for member in group.members)]
    errors = [error for error in report.errors if error.path in asked]
    summary = report.summary if selected else replace(report.summary, files=0, module_classes=0, forwards=0)
    notes = [note for note in report.notes if note.path in selected]
    return report_of(summary, groups, findings, errors, notes)


def error_finding(error: FileError) -> Finding:
    """The finding that a file error is shown as."""
    fingerprint = f"{error.rule}:{error.path}"
    severity = RULES[error.rule].severity
    return Finding(error.rule, None, error.path, error.line, 1, error.line, error.message, fingerprint, severity)


def _named(evidence: Evidence, errors: Iterable[FileError]) -> set[str]:
    """Every file that something may be said of."""
    members = (member.path for told in evidence.groups for member in told.group.members)
    contracts = evidence.contracts
    places = (place.path for drift in contracts.drifts for place in (drift.member, drift.source))
    dead = (one.path for one in contracts.dead)
    return {*members, *evidence.noqa, *(error.path for error in errors), *places, *dead}


def report_of(
    summary: Summary,
    groups: Sequence[Group],
    findings: Iterable[Finding],
    errors: Sequence[FileError],
    notes: Sequence[Note] = (),
) -> Report:
    shown = sorted(findings, key=lambda one: (one.path, one.line, one.column, one.rule, one.message))
    active = sum(finding.suppressed is None for finding in shown)
    counted = replace(summary, groups=sum(group.suppressed is None for group in groups), findings=active)
    by_place = sorted(errors, key=lambda one: (one.path, one.line))
    return Report(counted, tuple(groups), tuple(shown), tuple(by_place), tuple(notes))


def is_selected(code: str, config: Config) -> bool:
    # By a prefix, a whole family would be asked for git's history in projects that have none.
    wanted = (not config.select or covers(config.select, code)) if RULES[code].default_on else code in config.select
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


def _one_sided(
    group: Group, verdict: Status, evidence: Evidence, silencers: Silencers, config: Config
) -> Iterator[Finding]:
    if group.id in evidence.histories:
        from esper_lint.one_sided import one_sided_findings  # few runs ask for it

        yield from one_sided_findings(group, verdict, evidence.histories[group.id], silencers, config)


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
