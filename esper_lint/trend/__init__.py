"""The trend: the commits of a repository in, out come the clone groups of each and what became of every group.

``filled`` measures what is not known yet, and ``known`` only tells what is: whoever shows a trend calls that.
"""

from __future__ import annotations

from dataclasses import dataclass

from esper_lint.config import Config
from esper_lint.git import GitError
from esper_lint.progress import Progress, Silence
from esper_lint.trend.commits import main_line, names_on_main_line, sampled, top_of
from esper_lint.trend.events import trend_of
from esper_lint.trend.measuring import measuring
from esper_lint.trend.records import CommitRecord, Event, EventKind, GroupRecord, MemberRecord, Sample, Trend
from esper_lint.trend.store import Store, series_of

__all__ = [
    "CommitRecord",
    "Event",
    "EventKind",
    "Filled",
    "GitError",
    "GroupRecord",
    "MemberRecord",
    "Sample",
    "Trend",
    "filled",
    "known",
]


@dataclass(frozen=True, slots=True)
class Filled:
    """A trend of every so-manieth commit, and how many of them had to be measured for it."""

    trend: Trend
    every: int
    measured: int


def known(config: Config) -> Trend | None:
    """What earlier runs have measured with these settings of the commits that lead to HEAD, or None if nothing.

    It reads the store and asks git for names of commits only, if there are records.  Never raises for what git, the
    store or the repository is like.
    """
    try:
        top = top_of(config.project)
        store = Store(config, series_of(config, top))
        try:
            names = names_on_main_line(top) if store.holds_any else []
            records = store.records(names)
        finally:
            store.close()
    except GitError:
        return None
    return trend_of(records[name] for name in names if name in records) if records else None


def filled(
    config: Config,
    *,
    every: int | None = None,
    since: str | None = None,
    most: int | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
) -> Filled:
    """The trend of every so-manieth commit of HEAD's first parents, and of HEAD; ``commits.sampled`` has the details.

    Each commit is measured once: its record is kept as soon as it is there, and a run that ends early has lost no more
    than one.  ``use_cache`` is for both the records and the index.

    Raises GitError, one line: no repository, no commit, a shallow clone, a ``since`` that means nothing.
    """
    told = progress or Silence()
    top = top_of(config.project)
    every, commits = sampled(main_line(top), top, every=every, since=since, most=most)
    store = Store(config, series_of(config, top), enabled=use_cache)
    try:
        records = store.records(commit.id for commit in commits)
        missing = [commit for commit in commits if commit.id not in records]
        told.stage("history", len(missing))
        if missing:
            with measuring(top, config, use_cache=use_cache, progress=_Within(told)) as measure:
                for commit in missing:
                    records[commit.id] = measure.record(commit)
                    store.add(records[commit.id])
                    told.advance()
            store.forget_old()
    finally:
        store.close()
    return Filled(trend_of(records[commit.id] for commit in commits), every, len(missing))


class _Within:
    """What is done for one commit is no step of the whole, but a reason to draw it again."""

    def __init__(self, told: Progress) -> None:
        self._told = told

    def stage(self, name: str, total: int) -> None:
        self._told.advance(0)

    def advance(self, n: int = 1) -> None:
        self._told.advance(0)
