"""The way of the data, from paths to a report: the one function that every front end calls.

``analyse`` only orders the stages and keeps what they learnt in the index; each stage is a plain function of a room.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from esper_lint import __version__
from esper_lint.config import Config
from esper_lint.contracts.book import Contracts
from esper_lint.discovery.files import FileSet
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import Report, Summary
from esper_lint.index import Index, IndexIncomplete, clear, turn
from esper_lint.judging import judge, judged, narrowed, needs_all_groups, needs_histories
from esper_lint.parallel import no_garbage_collection
from esper_lint.progress import Deadline, OutOfPatience, Progress, Silence
from esper_lint.selection import Buffer, on_disk, on_file, with_buffer, with_overlay
from esper_lint.snapshot import Snapshot, Workings
from esper_lint.tree import Tree, TreeChanged

if TYPE_CHECKING:
    from esper_lint.history.tracing import Trace
    from esper_lint.suppression.baseline import Baseline

__all__ = ["Buffer", "OutOfPatience", "Progress", "TreeChanged", "analyse", "analyse_alone", "analyse_overlay"]

# A tree may change while it is read (a checkout, a formatter), and an index may be damaged; more often is no accident.
_ATTEMPTS = 3
# A run that waits for another one to build the index gives up on it after this long, and does the work itself.
_WAIT_S = 120.0
# Git is asked about so many members that have drifted; who has more of them has other cares than who was the last.
_EDITS = 20


def analyse(
    paths: Sequence[str],
    config: Config,
    *,
    cwd: str,
    buffer: Buffer | None = None,
    only: str | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
    patience_s: float | None = None,
) -> Report:
    """Compare all files of the roots with each other and report what lies in ``paths``.

    ``only`` names one file of them: what the report says of it, and no more, is reported.

    Raises ConfigError for a baseline that cannot be used, and otherwise what ``gather`` raises.
    """
    baseline = baseline_of(config)
    whole = only is None and needs_all_groups(config, paths, cwd)
    files, evidence = gather(
        paths,
        config,
        cwd=cwd,
        buffer=buffer,
        only=only,
        use_cache=use_cache,
        progress=progress,
        patience_s=patience_s,
        everything=whole,
        with_histories=needs_histories(config),
    )
    return narrowed(*judged(files, evidence, config, baseline, whole=whole))


def gather(
    paths: Sequence[str],
    config: Config,
    *,
    cwd: str,
    buffer: Buffer | None = None,
    only: str | None = None,
    use_cache: bool = True,
    progress: Progress | None = None,
    patience_s: float | None = None,
    everything: bool = False,
    today: Callable[[str], str] | None = None,
    with_histories: bool = False,
) -> tuple[FileSet, Evidence]:
    """The files that ``paths`` choose, and what comparing all files of the roots gives for them, or for ``everything``.

    ``today`` tells of an earlier state, laid out elsewhere, where each of its folders is now.  What the index knows of
    the tree of now then serves that state too, and stays what it is.

    Git is run only ``with_histories``; ConfigError then says why it could not be.

    Raises UnknownPath for a path that does not exist, TreeChanged if files keep changing under the run, and nothing for
    whatever the files hold.  With ``patience_s``, raises OutOfPatience soon after that many seconds if what the index
    lacks cannot be had by then; what was read until then is kept, so that the next run gets further.
    """

    def find() -> tuple[FileSet, FileSet]:
        found = on_disk(paths, config, cwd, buffer)
        files = found if buffer is None else with_buffer(found, paths, config, cwd, buffer)
        return found, files if only is None else on_file(files, only, config, cwd)

    deadline = Deadline(progress or Silence(), patience_s)
    return _gathered(
        find, config, deadline, use_cache=use_cache, everything=everything, today=today, with_histories=with_histories
    )


def analyse_overlay(
    files: FileSet,
    changed: Mapping[str, bytes],
    config: Config,
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
    whole: bool = False,
) -> Report:
    """What ``analyse`` would report on ``files`` if these contents, by name, were on disk.

    ``whole`` is what ``needs_all_groups`` says of the PATHS that chose the files.

    Raises ConfigError for a baseline that cannot be used, and otherwise what ``gather_overlay`` raises.
    """
    baseline = baseline_of(config)
    overlaid, evidence = gather_overlay(
        files,
        changed,
        config,
        use_cache=use_cache,
        progress=progress,
        everything=whole,
        with_histories=needs_histories(config),
    )
    return narrowed(*judged(overlaid, evidence, config, baseline, whole=whole))


def gather_overlay(
    files: FileSet,
    changed: Mapping[str, bytes],
    config: Config,
    *,
    use_cache: bool = True,
    progress: Progress | None = None,
    everything: bool = False,
    with_histories: bool = False,
) -> tuple[FileSet, Evidence]:
    """``files`` as they would be with these contents, and what ``gather`` would give for them.

    A name that ``files`` do not have is put among them, whatever the settings say of its place, and reported.  The
    index serves all that is as it was, and keeps nothing of the overlay.

    Raises TreeChanged if a file that is not in the overlay has changed since it was found and has to be read.
    """
    overlaid = with_overlay(files, changed, config)
    return _gathered(
        lambda: (files, overlaid),
        config,
        Deadline(progress or Silence(), None),
        use_cache=use_cache,
        everything=everything,
        with_histories=with_histories,
        is_trial=True,
    )


def _gathered(
    find: Callable[[], tuple[FileSet, FileSet]],
    config: Config,
    deadline: Deadline,
    *,
    use_cache: bool,
    everything: bool,
    with_histories: bool,
    today: Callable[[str], str] | None = None,
    is_trial: bool = False,
) -> tuple[FileSet, Evidence]:
    """What the files that ``find`` finds give, the second of which are the first with what stands over them.

    The index keeps nothing of a trial, and of what an editor has not saved only how its texts differ from others.
    """
    for attempt in range(_ATTEMPTS):
        found, files = find()
        index = Index(config, enabled=use_cache)
        try:
            with no_garbage_collection():
                asked = _all_of(files) if everything else files
                evidence = _evidence(found, asked, config, index, deadline, today, is_trial=is_trial)
                read = _reader(files, config)
                evidence = replace(evidence, contracts=_with_edits(evidence.contracts, files, config, index, read))
                if with_histories:
                    evidence = replace(evidence, histories=_histories(evidence, config, index, deadline, read))
        except IndexIncomplete:
            if attempt > 0:  # not another run that was just renewing it
                clear(config)  # the next run builds a sound one
                use_cache = False
        except TreeChanged:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            break
        finally:
            index.close()
    return files, evidence


def analyse_alone(buffer: Buffer, config: Config, *, cwd: str) -> Report:
    """What a file says of itself, compared with no other."""
    files = with_buffer(FileSet((), frozenset(), ()), (), config, cwd, buffer)
    index = Index(config, enabled=False)
    evidence = _evidence(files, files, config, index, Deadline(Silence(), None))
    return narrowed(judge(evidence, config, baseline_of(config), settled=False), files.selected)


def _evidence(
    found: FileSet,
    files: FileSet,
    config: Config,
    index: Index,
    deadline: Deadline,
    today: Callable[[str], str] | None = None,
    *,
    is_trial: bool = False,
) -> Evidence:
    """What the tree gives for the selected files; ``found`` is what ``files`` are on disk."""
    name = tree_name(files, config, today or str)
    if index.is_open and not index.holds_tree(name):
        with turn(config, min(_WAIT_S, deadline.left_s)):
            deadline.check()
            # What is on disk is worth keeping, also for a run on an overlay; its findings then are not asked for.
            on_disk_now = replace(found, selected=frozenset()) if files.overlay else files
            evidence = current_evidence(name, on_disk_now, config, index, deadline)
        if not files.overlay:
            return evidence
    if is_trial:
        index.freeze()
    return current_evidence(name, files, config, index, deadline, keep=not files.overlay and today is None)


def current_evidence(
    name: str, files: FileSet, config: Config, index: Index, deadline: Deadline, *, keep: bool = True
) -> Evidence:
    """What the tree of that ``name`` gives for the selected files, with what has changed brought up to date.

    The index keeps what was learnt, unless it is of a state in which the tree on disk is not.

    Raises IndexIncomplete, and TreeChanged.
    """
    tree = Tree(files, index, config.jobs, deadline.advance)
    deadline.stage("reading", len(tree.unread))
    tree.read()
    snapshot, workings, region = index.snapshot(name) or Snapshot(), None, None
    before = None
    if snapshot.digests != tree.digests or "" in snapshot.digests.values():
        from esper_lint.comparing import advance  # what only changes need takes half of the time to start
        from esper_lint.deciding import Before

        workings = index.workings(name, snapshot)
        state = advance(snapshot if workings else Snapshot(), workings or Workings(), tree, config, deadline)
        gone = index.groups(name, snapshot.group_keys - state.snapshot.group_keys)
        before = Before(gone.values(), state.changed)
        snapshot, workings, region = state.snapshot, state.workings, state.region
        if keep:
            index.add_tree(name, snapshot, workings)
    wanted = {key for path in files.selected for key in snapshot.homes.get(path, ())}
    groups = index.groups(name, wanted)
    missing = wanted - groups.keys()
    new: dict[str, Told] = {}
    if missing:
        from esper_lint.deciding import region_around, told

        workings = workings or index.workings(name, snapshot)
        if workings is None:
            raise IndexIncomplete
        if region is None or not missing <= region.relations.keys():
            region = region_around(missing, workings, tree, config)
        new = told(region, missing, files.selected, tree, config, index, deadline, before)
    lacking = {key: one for key, one in groups.items() if not one.answers(files.selected)}
    if lacking:
        from esper_lint.deciding import answered

        new |= {key: answered(one, files.selected) for key, one in lacking.items()}
    if new and keep:
        index.add_groups(name, new)
    groups |= new
    return Evidence(
        tuple(sorted(groups.values(), key=_shown_order)),
        tuple(error for path, error in snapshot.errors.items() if path in files.selected),
        snapshot.noqa,
        Summary(len(snapshot.digests), snapshot.module_classes, snapshot.forwards, groups=0, findings=0),
        _contracts(tree, snapshot, config, index, name, deadline, keep=keep),
    )


def _contracts(
    tree: Tree, snapshot: Snapshot, config: Config, index: Index, name: str, deadline: Deadline, *, keep: bool
) -> Contracts:
    if not snapshot.lockstep and not (config.copied_from and snapshot.copies):
        return Contracts()
    known = index.contracts(name, snapshot, copies=config.copied_from)
    if known is not None:
        return known
    from esper_lint.contracts.ledger import contracts_of  # for trees that have contracts, when something has changed

    book, workings = contracts_of(tree, snapshot, config, index.contract_workings(name), deadline)
    if keep:
        index.add_contracts(name, snapshot, book, workings, copies=config.copied_from)
    return book


def _reader(files: FileSet, config: Config) -> Callable[[str], bytes]:
    """Reads a file by its name in reports, and what stands in its place."""

    def read(name: str) -> bytes:
        if name in files.overlay:
            return files.overlay[name]
        with open(os.path.join(config.project, name), "rb") as stream:
            return stream.read()

    return read


def _with_edits(
    contracts: Contracts, files: FileSet, config: Config, index: Index, read: Callable[[str], bytes]
) -> Contracts:
    """The contracts, with what git says of the first of the drifts that are asked for."""
    asked = [one for one in contracts.drifts if not files.selected.isdisjoint((one.member.path, one.source.path))]
    if not asked:
        return contracts
    from esper_lint.contracts.edits import with_edits

    told = dict(zip(asked, with_edits(asked[:_EDITS], config.project, read, index), strict=False))
    return replace(contracts, drifts=tuple(told.get(one, one) for one in contracts.drifts))


def _histories(
    evidence: Evidence, config: Config, index: Index, deadline: Deadline, read: Callable[[str], bytes]
) -> Mapping[str, Trace]:
    from esper_lint.history import histories

    groups = [told.group for told in evidence.groups]
    return histories(groups, config, read=read, memory=index, progress=deadline)


def baseline_of(config: Config) -> Baseline | None:
    """The baseline that the settings name.  Raises ConfigError for one that cannot be used."""
    if not config.baseline:
        return None
    from esper_lint.suppression.baseline_file import read_baseline  # most runs have none

    return read_baseline(config)


def tree_name(files: FileSet, config: Config, today: Callable[[str], str]) -> str:
    """What stays the same of a tree from run to run, and all else that its groups depend on."""
    parts = (__version__, config.digest(), *map(today, (config.project, *files.roots)))
    return blake2b("\0".join(parts).encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()


def _all_of(files: FileSet) -> FileSet:
    return replace(files, selected=frozenset(file.name for file in files.files))


def _shown_order(told: Told) -> tuple[str, int, str, str]:
    first = told.group.members[0]
    return first.path, first.line, first.qualname, told.group.rule
