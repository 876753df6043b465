"""``check --show-fixes``: what ``fix`` would do about the findings, planned and proved, and nothing written."""

from __future__ import annotations

import os
from collections.abc import Sequence

from esper_lint.analysis import Buffer, gather
from esper_lint.config import Config
from esper_lint.contracts.wording import RULE
from esper_lint.findings import Report, Tier
from esper_lint.fixing.lockstep.planning import plan
from esper_lint.fixing.offering import offered
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Progress
from esper_lint.wording import counted


def with_fixes(
    report: Report,
    paths: Sequence[str],
    config: Config,
    *,
    buffer: Buffer | None,
    use_cache: bool,
    progress: Progress,
) -> Report:
    """The report on ``paths`` with what ``fix`` would do there.  Raises what ``gather`` raises."""
    files, _ = gather(paths, config, cwd=os.getcwd(), buffer=buffer, use_cache=use_cache, progress=progress)
    resync = plan(files, config, progress)
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    fixes = planned(files, config, Wishes(), progress, kept, use_cache=use_cache)
    return offered(report, fixes, resync.fixed)


def told(report: Report) -> str:
    """One line that says how much of the report can be fixed."""
    tiers = [group.fix.tier for group in report.groups if group.fix is not None]
    safe, unsafe = tiers.count(Tier.SAFE), tiers.count(Tier.UNSAFE)
    members = sum(one.is_fixable for one in report.findings if one.rule == RULE)
    parts = [counted(safe, "group")] if safe else []
    parts += [f"{counted(members, 'member')} of contracts"] if members else []
    more = f"; {unsafe} more with --unsafe-fixes" if unsafe else ""
    if not parts:
        return f"nothing fixable with esper-lint fix{more}"
    return f"[*] {' and '.join(parts)} fixable with esper-lint fix{more}"
