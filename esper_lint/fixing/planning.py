"""A project -> its fixes: groups of clones with what they share in one place.

All is planned in rounds.  A fix that leaves its members reported, or makes something new to report, is withdrawn, and
the next round plans without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from esper_lint.config import Config
from esper_lint.discovery.files import FileSet
from esper_lint.fixing.advising import Advisor
from esper_lint.fixing.drafts import Drafts, contents
from esper_lint.fixing.fixes import Fixes, GroupFix, GroupRefusal, Spots, Withdrawn, spots_of
from esper_lint.fixing.line_length import line_length
from esper_lint.fixing.mentions import mentions
from esper_lint.fixing.moving import ForwardLines
from esper_lint.fixing.rounds import Round, Setting
from esper_lint.fixing.trials import Trials
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Progress
from esper_lint.tickets.objections import objected

Gate = Callable[[Fixes], Mapping[GroupFix, GroupRefusal]]


def planned(
    files: FileSet,
    config: Config,
    wishes: Wishes,
    progress: Progress,
    before: Mapping[str, bytes] | None = None,
    *,
    use_cache: bool = True,
    gate: Gate | None = None,
) -> Fixes:
    """What to write so that no group that can be fixed is left; ``before`` are contents that will stand in any case.

    A ``gate`` is given all that would be made, and says which of it may not be; then all is planned without that.

    Raises TreeChanged, and ConfigError for a baseline that cannot be used.
    """
    said, width = mentions(contents(files)), line_length(config.project)  # of the disk, so the same for every trial
    reviewed, trials, advisor = objected(config), Trials(config.jobs), Advisor(config.project)
    lines = ForwardLines()
    setting = Setting(files, config, wishes, progress, use_cache, said, width, reviewed, trials, advisor, lines)
    refused: dict[Spots, GroupRefusal] = {}
    withdrawn: Withdrawn = {}
    while True:
        round_ = Round(setting, Drafts(files, config.project, before or {}), dict(refused), withdrawn)
        failed = round_.run()
        if failed:
            withdrawn = {**withdrawn, **failed}
            trials.forget()
            continue
        disproved = round_.prove()
        if disproved:
            trials.doubt(disproved)
            continue
        found = round_.fixes()
        stopped = gate(found) if gate is not None else {}
        if not stopped:
            return found
        refused |= {spots_of(fix.members): stopped[fix] for fix in round_.made if fix in stopped}
