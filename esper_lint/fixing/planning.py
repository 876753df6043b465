"""A project -> its fixes: groups of clones with what they share in one place.

A plan is made in rounds.  A fix that leaves its members reported, or makes something new to report, is withdrawn, and
the next round plans without it.  It may have been withdrawn for what another one left, which is withdrawn after it; so
all is planned once more then, as a second run would, on the files as they would be and with nothing withdrawn.  Without
UNSAFE fixes, when each stands in one file, that has found nothing in three libraries, and takes half of the time again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from esper_lint.config import Config
from esper_lint.discovery.files import FileSet
from esper_lint.fixing.advising import Advisor
from esper_lint.fixing.drafts import Drafts, contents
from esper_lint.fixing.fixes import Fixes, GroupFix, GroupRefusal, Spots, Withdrawn, spots_of
from esper_lint.fixing.joining import joined
from esper_lint.fixing.line_length import line_length
from esper_lint.fixing.mentions import mentions
from esper_lint.fixing.moving import ForwardLines
from esper_lint.fixing.rounds import Checked, Round, Setting, checked
from esper_lint.fixing.trials import Trials
from esper_lint.fixing.wishes import Wishes
from esper_lint.parallel import frozen
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
    with frozen():  # to look for garbage in all that there is takes seconds, and most is needed to the end
        refused: dict[Spots, GroupRefusal] = {}
        withdrawn: Withdrawn = {}
        while True:
            plans = [_plan(setting, before or {}, refused, withdrawn)]
            while wishes.is_unsafe and plans[-1].made and plans[-1].withdrawn:
                plans.append(_plan(setting, plans[-1].drafts.changed, refused, {}, plans[-1].checked))
            found = joined(plans)
            stopped = gate(found) if gate is not None else {}
            if not stopped:
                return found
            refused |= {spots_of(fix.members): stopped[fix] for fix in found.made if fix in stopped}
            withdrawn = plans[0].withdrawn


def _plan(
    setting: Setting,
    standing: Mapping[str, bytes],
    refused: Mapping[Spots, GroupRefusal],
    withdrawn: Withdrawn,
    begun: Checked | None = None,
) -> Round:
    """Plan on the disk with what is ``standing`` over it, of which ``begun`` tells if it is known; the last round."""
    while True:
        drafts = Drafts(setting.files, setting.config.project, standing)
        begun = begun or checked(setting, drafts)
        round_ = Round(setting, drafts, dict(refused), withdrawn, begun)
        failed = round_.run()
        if failed:
            withdrawn = {**withdrawn, **failed}
            setting.trials.forget()
        else:
            disproved = round_.prove()
            if not disproved:
                return round_
            setting.trials.doubt(disproved)
        round_.claimed.clear()  # which would keep the round, and all its files
