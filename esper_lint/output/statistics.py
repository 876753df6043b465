"""The figures that ``--statistics`` appends: findings per rule, and the lines that merging the copies could save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from esper_lint.findings import Report, UnitKind
from esper_lint.rules import RULES


def statistics(report: Report) -> Iterator[str]:
    """Active findings only, as in the text formats."""
    counts = Counter(finding.rule for finding in report.active)
    for code, count in sorted(counts.items()):
        rule = RULES.get(code)
        yield f"{count:>7}  {code}  {rule.name if rule else ''}".rstrip()
    groups = {finding.group for finding in report.active if finding.group is not None}
    yield f"{counts.total():>7}  in all, in {len(groups)} group{'' if len(groups) == 1 else 's'}"
    for unit, words in ((UnitKind.FORWARD, "forward lines"), (UnitKind.CLASS, "class lines")):
        saved = _lines_to_save(report, unit)
        if saved:
            yield f"{saved:>7}  duplicated {words} that could be saved"


def _lines_to_save(report: Report, unit: UnitKind) -> int:
    """The lines of all active copies but the longest of each group, which the merged code is at least as long as."""
    active = {(finding.group, finding.fingerprint) for finding in report.active}
    saved = 0
    for group in report.groups:
        lengths = [
            member.end_line - member.line + 1
            for member in group.members
            if group.unit is unit and (group.id, member.fingerprint) in active
        ]
        saved += sum(lengths) - max(lengths, default=0)
    return saved
