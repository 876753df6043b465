"""``esper-lint fix --verify``: replay between planning and writing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import click

from esper_lint.cli.verify_cases import given
from esper_lint.config import Config
from esper_lint.fixing.fixes import Fixes, GroupFix, GroupRefusal
from esper_lint.progress import Progress
from esper_lint.verification.gating import Member, gated
from esper_lint.verification.records import ClassRecord, Status
from esper_lint.verification.running import INSTALL, asked_of_fixes, has_torch, verified
from esper_lint.verification.verifying import Wants


class FixReplay:
    """A gate for ``planned``: replays what would be made, and remembers what it found."""

    def __init__(self, recordings: Sequence[str], config: Config, progress: Progress) -> None:
        if not has_torch():
            raise click.ClickException(INSTALL)
        self.is_refuted = False
        self._cases = given(recordings, config)
        self._config, self._progress = config, progress
        self._records: Mapping[Member, ClassRecord] = {}

    def __call__(self, fixes: Fixes) -> Mapping[GroupFix, GroupRefusal]:
        if not fixes.made:
            return {}
        asked = asked_of_fixes(fixes.edits, fixes.made, self._config.project, everything=False)
        found = verified(asked, self._cases, Wants(), self._config, self._progress, known=self._records.values())
        prefix = os.path.relpath(asked.old.tree.root, self._config.project)
        self._records = {
            (os.path.normpath(os.path.join(prefix, one.path)).replace(os.sep, "/"), one.qualname): one
            for one in found.records
        }
        self.is_refuted |= any(record.status is Status.REFUTED for record in found.records)
        return gated(fixes.made, self._records)

    def records_of(self, fixes: Fixes) -> tuple[ClassRecord, ...]:
        """What was found of the members that ``fixes`` rewrite."""
        members = dict.fromkeys((one.path, one.qualname) for fix in fixes.made for one in fix.members)
        return tuple(self._records[member] for member in members if member in self._records)
