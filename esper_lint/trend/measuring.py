"""Commits -> their records, one after the other; each is compared with the one before, and only what differs is read
from git."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from tempfile import TemporaryDirectory

from esper_lint.analysis import current_evidence, tree_name
from esper_lint.config import Config
from esper_lint.discovery.files import FileSet
from esper_lint.findings import Report
from esper_lint.git import GitError
from esper_lint.history.log import Commit
from esper_lint.index import IndexIncomplete
from esper_lint.judging import judged, narrowed
from esper_lint.parallel import no_garbage_collection
from esper_lint.progress import Deadline, Progress
from esper_lint.selection import on_disk
from esper_lint.trend.mirror import Mirror, Step, listing_of
from esper_lint.trend.recording import record_of
from esper_lint.trend.records import CommitRecord, GroupRecord
from esper_lint.trend.walking import WalkIndex


@contextmanager
def measuring(top: str, config: Config, *, use_cache: bool, progress: Progress) -> Iterator[Measuring]:
    """The way to measure commits of the repository at ``top``; its temporary folder goes with the context."""
    with TemporaryDirectory(prefix="esper-lint-") as place:
        found = Measuring(top, config, place, use_cache, progress)
        try:
            yield found
        finally:
            found.close()


class Measuring:
    """Measures commits in any order, and those that follow each other in history at the least cost."""

    def __init__(self, top: str, config: Config, place: str, use_cache: bool, progress: Progress) -> None:
        self._top = top
        self._config = config
        self._place = place
        self._use_cache = use_cache
        self._deadline = Deadline(progress, None)
        self._mirror = Mirror(top, os.path.join(place, "tree"))
        self._there = config
        self._files = FileSet((), frozenset(), ())
        self._index: WalkIndex | None = None
        self._last: CommitRecord | None = None

    def record(self, commit: Commit) -> CommitRecord:
        """The record of a commit.  Raises GitError where git lacks what the commit has."""
        step = self._mirror.move(listing_of(self._top, commit.id))
        if step is Step.NOTHING and self._last is not None:
            record = replace(self._last, commit=commit)
        else:
            if step is not Step.CONTENTS:
                self._there = settings_at(self._mirror, self._config)
                self._files = on_disk((), self._there, self._there.project)
            with no_garbage_collection():
                record = _sharing(record_of(commit, self._report()), self._last)
        self._last = record
        return record

    def close(self) -> None:
        if self._index is not None:
            self._index.close()

    def _report(self) -> Report:
        index = self._index or self._open()
        try:
            evidence = current_evidence("", self._files, self._there, index, self._deadline)
        except IndexIncomplete:  # it cannot be written, or was damaged
            index = self._open_own()
            evidence = current_evidence("", self._files, self._there, index, self._deadline)
        return narrowed(*judged(self._files, evidence, self._there, None, whole=True))

    def _open(self) -> WalkIndex:
        """The user's index, where there is one."""
        start = tree_name(self._files, self._there, self._mirror.today)
        self._index = WalkIndex(self._config, start, self._mirror.identity, enabled=self._use_cache)
        return self._index if self._index.is_open else self._open_own()

    def _open_own(self) -> WalkIndex:
        """An index that lasts as long as this does: comparing needs the forms of earlier commits."""
        self.close()
        config = replace(self._config, cache_dir=os.path.join(self._place, "index"))
        self._index = WalkIndex(config, "", self._mirror.identity)
        return self._index


def settings_at(mirror: Mirror, config: Config) -> Config:
    """The settings of today for the files of the mirror.

    The baseline does not count, since it tells what was known at one time only, nor does ESP203, which is about history
    itself.  Raises GitError where no root lies in the repository.
    """
    project = mirror.folder_of(config.project)
    roots = tuple(root for root in config.roots if mirror.folder_of(os.path.join(config.project, root)) is not None)
    if project is None or (config.roots and not roots):
        raise GitError("no root lies in the repository")
    return replace(config, project=project, roots=roots, baseline="", ignore=(*config.ignore, "ESP203"))


def _sharing(record: CommitRecord, before: CommitRecord | None) -> CommitRecord:
    """The record with the very groups of the one before where they are equal, since thousands are held at once."""
    known: dict[GroupRecord, GroupRecord] = {group: group for group in before.groups} if before else {}
    return replace(record, groups=tuple(known.get(group, group) for group in record.groups))
