"""The history of a group -> its ESP203 findings: one for every member that was changed alone, or left out of a change.

What is silent as a copy is silent here: a member that its group's rule does not report is out of the group for this
rule as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from esper_lint.config import Config
from esper_lint.findings import Finding, Group, UnitKind
from esper_lint.history.one_sided import OneSided, one_sided
from esper_lint.history.tracing import Trace
from esper_lint.rules import RULES
from esper_lint.rules.changes import change_message
from esper_lint.suppression.status import Silencers, Status, status_at

RULE = "ESP203"


def one_sided_findings(
    group: Group, verdict: Status, trace: Trace, silencers: Silencers, config: Config
) -> Iterator[Finding]:
    """The findings on a group, silent ones with their reason.

    Messages speak of members that are still in the group; a silent member's speaks of all.
    """
    smallest = config.min_size if group.unit is UnitKind.FORWARD else config.min_class_size
    everybody = range(len(group.members))
    own = [
        reason or status_at(member.path, member.forward_line, RULE, silencers)
        for member, reason in zip(group.members, verdict.members, strict=True)
    ]
    staying = [index for index in everybody if own[index] is None]
    of_all = one_sided(trace, everybody, smallest)
    of_staying = of_all if len(staying) == len(everybody) else one_sided(trace, staying, smallest)
    broken_up = None if len(staying) > 1 else next((reason for reason in own if reason), None)
    for index in everybody:
        is_in = own[index] is None and broken_up is None
        found = [one for one in (of_staying if is_in else of_all) if index in (one.changed, one.unchanged)]
        if found:
            reason = own[index] or verdict.silent[index] or broken_up
            yield replace(_finding(group, index, found, trace), suppressed=reason)


def _finding(group: Group, index: int, found: Sequence[OneSided], trace: Trace) -> Finding:
    """The finding on a member, which speaks of the newest of its changes."""
    step = found[0].step
    latest = [one for one in found if one.step == step]
    others = [one.unchanged for one in latest if one.changed == index]
    is_changed = bool(others)
    commit = trace[step].commit
    message = change_message(
        group,
        index,
        commit,
        others or [one.changed for one in latest],
        is_changed=is_changed,
        more=len({one.step for one in found}) - 1,
    )
    member = group.members[index]
    return Finding(
        RULE,
        group.id,
        member.path,
        member.forward_line,
        member.forward_column,
        member.end_line if member.line == member.forward_line else member.forward_line,
        message,
        f"{RULE}:{member.fingerprint}:{commit.id if commit else 'uncommitted'}",
        RULES[RULE].severity,
    )
