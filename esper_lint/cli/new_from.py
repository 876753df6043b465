"""``check --new-from REV``: the run of now against one of the same settings on the files of a git revision."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

import click

from esper_lint.analysis import Buffer, Progress, baseline_of, gather
from esper_lint.config import Config
from esper_lint.findings import Report
from esper_lint.git import GitError
from esper_lint.judging import judged, narrowed, needs_all_groups, needs_histories
from esper_lint.novelty import only_new
from esper_lint.revision import Checkout, checkout


def analyse_since(
    revision: str,
    paths: Sequence[str],
    config: Config,
    *,
    buffer: Buffer | None,
    use_cache: bool,
    progress: Progress,
) -> tuple[Report, int]:
    """What ``analyse`` reports and ``revision`` did not, and how many groups that leaves out.

    Raises a usage error where the revision cannot be had, and otherwise what ``analyse`` raises.
    """
    try:
        with checkout(revision, config.project) as earlier:
            before = _report_of(earlier, paths, config, use_cache, progress)
    except GitError as error:
        raise click.UsageError(f"--new-from: {error}") from error
    cwd = os.getcwd()
    baseline = baseline_of(config)
    whole = needs_all_groups(config, paths, cwd)
    files, evidence = gather(
        paths,
        config,
        cwd=cwd,
        buffer=buffer,
        use_cache=use_cache,
        progress=progress,
        everything=whole,
        with_histories=needs_histories(config),
    )
    report, selected, besides = judged(files, evidence, config, baseline, whole=whole)
    new, left_out = only_new(report, before)
    return narrowed(new, selected, besides), left_out


def _report_of(earlier: Checkout, paths: Sequence[str], config: Config, use_cache: bool, progress: Progress) -> Report:
    """All that the same settings say of all files of the revision, those that the baseline hides included."""
    there = replace(config, project=_folder(earlier, config.project), roots=tuple(_roots(earlier, config)))
    if needs_histories(config):  # which speak of groups whose own rules need not be selected
        there = replace(there, select=(), ignore=())
    files, evidence = gather(
        list(_paths(earlier, paths)),
        there,
        cwd=there.project,
        use_cache=use_cache,
        progress=progress,
        everything=True,
        today=earlier.today,
    )
    return judged(files, evidence, there, baseline_of(config), whole=True)[0]


def _roots(earlier: Checkout, config: Config) -> Iterator[str]:
    """The roots as the settings have them; those outside of the repository are where they are today."""
    for root in config.roots:
        place = _folder(earlier, os.path.join(config.project, root))
        yield root if earlier.today(place) != place else place


def _paths(earlier: Checkout, paths: Sequence[str]) -> Iterator[str]:
    """PATHS as they were.  Where no setting does they choose what is compared, so one that was not there is replaced by
    its folder."""
    for path in paths:
        place = earlier.place_of(path)
        if os.path.isdir(path):
            yield _folder(earlier, path)
        elif os.path.exists(place):
            yield place
        else:
            yield _folder(earlier, os.path.dirname(os.path.abspath(path)))


def _folder(earlier: Checkout, path: str) -> str:
    """A folder as it was; one that was not there was empty."""
    place = earlier.place_of(path)
    at = place
    while len(at) > len(earlier.folder):  # what was a file, or a link that leads nowhere, is no folder either
        if os.path.lexists(at) and not os.path.isdir(at):
            os.unlink(at)
        at = os.path.dirname(at)
    os.makedirs(place, exist_ok=True)
    return place
