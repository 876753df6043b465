"""Drifts -> the same, told which side was edited last, where git knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from esper_lint.contracts.book import Drift, Edited
from esper_lint.git import GitError
from esper_lint.history.last_edit import LastEdits, Memory


def with_edits(drifts: Iterable[Drift], project: str, read: Callable[[str], bytes], memory: Memory) -> Iterator[Drift]:
    """``read`` gives the bytes of a file of the project as it is now."""
    try:
        edits = LastEdits(project, memory)
    except GitError:  # no repository: nobody has asked for one
        yield from drifts
        return
    for one in drifts:
        try:
            yield one._replace(edited=_edited(one, edits, read))
        except (GitError, OSError):
            yield one


def _edited(one: Drift, edits: LastEdits, read: Callable[[str], bytes]) -> Edited | None:
    mine, theirs = (edits.of(place.path, place.qualname, read(place.path)) for place in (one.member, one.source))
    last = edits.last(mine, theirs) if mine and theirs else None
    if last is None:
        return None
    place = one.member if last == mine else one.source
    return Edited(place, last.commit.id, last.commit.subject) if last.commit else Edited(place)
