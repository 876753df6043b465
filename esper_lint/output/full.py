"""The text for people: per group the places and messages of its members, one snippet, what differs, and what to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from esper_lint.findings import Finding, Group, Report
from esper_lint.output.code import code
from esper_lint.output.colour import paint
from esper_lint.output.extract import cut
from esper_lint.output.format import Sources, Style, loose_last
from esper_lint.output.legend import legend
from esper_lint.output.snippet import snippet
from esper_lint.rules.comparison import Comparison
from esper_lint.rules.excerpt import printable


def full(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    """Blocks with an empty line between them, in the order of their first findings; those of loose groups last, and
    without a snippet."""
    groups = {group.id: group for group in report.groups}
    firm, loose = (_blocks(findings, groups) for findings in loose_last(report))
    for number, findings in enumerate(firm):
        if number:
            yield ""
        yield from _block(findings, groups.get(findings[0].group or ""), sources, style)
    if loose:
        if firm:
            yield ""
        yield paint("loose groups, in short:", "help", style)
    for findings in loose:
        yield from _places(findings, style)
        yield from _fix(groups[findings[0].group or ""], style)


def _blocks(findings: Sequence[Finding], groups: Mapping[str, Group]) -> list[list[Finding]]:
    blocks: dict[object, list[Finding]] = {}
    for finding in findings:
        key = (finding.rule, finding.group) if finding.group in groups else finding
        blocks.setdefault(key, []).append(finding)
    return list(blocks.values())


def _block(findings: Sequence[Finding], group: Group | None, sources: Sources, style: Style) -> Iterator[str]:
    yield from _places(findings, style)
    if group is None:
        yield from _source_line(findings[0], sources, style)
    else:
        active = {(finding.path, finding.line) for finding in findings}
        shown = (group.shown, *range(len(group.members)))
        left = next((at for at in shown if (group.members[at].path, group.members[at].forward_line) in active), 0)
        yield from snippet(group, left, Comparison(group).nearest_different(left).index, sources, style)
        yield from legend(group)
        yield from _fix(group, style)
    yield f"  {paint('help:', 'help', style)} esper-lint explain {findings[0].rule}"


def _places(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    for finding in findings:
        place = paint(f"{printable(finding.path)}:{finding.line}:{finding.column}:", "place", style)
        yield f"{place} {code(finding, style)} {printable(finding.message)}"


def _fix(group: Group, style: Style) -> Iterator[str]:
    """What planning a fix came to, if anybody asked for it."""
    head = paint("fix:", "help", style)
    if group.fix is not None:
        yield f"  {head} {group.fix.tier.value} {group.fix.strategy}: {printable(group.fix.summary)}"
    if group.refusals:
        first, more = group.refusals[0], len(group.refusals) - 1
        also = f" ({more} more)" if more else ""
        yield f"  {head} refused, {first.code}: {printable(first.place)}: {printable(first.message)}{also}"


def _source_line(finding: Finding, sources: Sources, style: Style) -> Iterator[str]:
    """The line of a finding that belongs to no group, if it can be read, or what it has to show instead."""
    if finding.detail:
        for line in finding.detail:
            yield cut(f"  {printable(line)}", style.width)
        return
    try:
        lines = sources(finding.path)
    except OSError:
        return
    if 0 < finding.line <= len(lines):
        yield cut(f"  {finding.line:>5} {printable(lines[finding.line - 1].strip())}", style.width)
