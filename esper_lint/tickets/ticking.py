"""What `esper-lint verify` found of the classes of a ticket -> the boxes of the ticket that it ticks or clears."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from esper_lint.earlier import Mark as Site
from esper_lint.tickets.sites import sites_of
from esper_lint.tickets.ticket import Mark, Ticket
from esper_lint.verification.records import is_stale

# What people write in the boxes; the first that fits is meant.
_MEANT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("state_dict", re.compile(r"state.?dict|checkpoint", re.IGNORECASE)),
    ("torch_compile", re.compile(r"torch\.compile|\bgraphs?\b", re.IGNORECASE)),
    ("forward_timing", re.compile(r"\btimings?\b|latency|\bspeed\b", re.IGNORECASE)),
    ("existing_tests", re.compile(r"\btests?\b", re.IGNORECASE)),
    ("output_equivalence", re.compile(r"output|equivalen", re.IGNORECASE)),
)

Record = Mapping[str, Any]
DigestNow = Callable[[str], "str | None"]
"""The digest of the file with that path of the project, as it is now; None if there is none."""


class NotRecords(Exception):
    """A file holds no records of `verify`; the message is one line."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """``marks`` are the boxes that change, by their text.  ``records`` is how many speak of the ticket's classes, and
    ``stale`` are the names of those among them that speak of other code than there is now."""

    marks: Mapping[str, Mark]
    records: int
    stale: tuple[str, ...]


def records_in(data: bytes) -> tuple[Record, ...]:
    """The classes of the document that `esper-lint verify --output-format json` prints.  Raises NotRecords."""
    try:
        records = json.loads(data)["classes"]
        for one in records:
            texts = (one["path"], one["qualname"], *one["boxes"].values())
            digests = (item for version in ("old", "new") for pair in one["sources"][version].items() for item in pair)
            if not all(isinstance(text, str) for text in (*texts, *digests)):
                raise TypeError("a path, a name, a digest or a box is no text")
        return tuple(records)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotRecords(f"it is no JSON of `verify`: {type(error).__name__}: {error}") from None


def ticks_of(ticket: Ticket, records: Iterable[Record], digest_now: DigestNow) -> Ticks:
    """Only what passed in all records ticks a box, and what failed in one of them clears it; a stale one does
    neither."""
    ours = [(one, path_of) for one in records if (path_of := _paths(one, sites_of(ticket))) is not None]
    stale = [one for one, path_of in ours if _is_stale(one, _through(path_of, digest_now))]
    sound = [one for one, _ in ours if one not in stale]
    marks = {}
    for box in ticket.verification:
        key = next((key for key, pattern in _MEANT if pattern.search(box.text)), None)
        found = {one["boxes"].get(key, "not run") for one in sound}
        mark = Mark.EMPTY if "failed" in found else Mark.TICKED if found == {"passed"} else box.mark
        if mark is not box.mark:
            marks[box.text] = mark
    return Ticks(marks, len(ours), tuple(str(one["qualname"]) for one in stale))


def _paths(record: Record, sites: Sequence[Site]) -> Callable[[str], str] | None:
    """If a record is on one of the members: what its paths are in the project.  They begin in the folder that was
    compared, which may lie in the project or around it, and are a point for a file that was."""
    path, qualname = record["path"], record["qualname"]
    for site in sites:
        if qualname != site.qualname and not qualname.endswith(f".{site.qualname}"):
            continue
        if path == ".":
            return partial(_in_folder, site.path, ".")
        if path == site.path or site.path.endswith(f"/{path}"):
            return partial(_in_folder, site.path.removesuffix(path), "")
        if path.endswith(f"/{site.path}"):
            return partial(_in_folder, "", path.removesuffix(site.path))
    return None


def _in_folder(folder: str, around: str, path: str) -> str:
    """The path from ``around`` on, in ``folder``."""
    return folder + path.removeprefix(around)


def _is_stale(record: Record, digest_now: DigestNow) -> bool:
    """A record speaks of two versions, and holds as long as the files are what either of them was: those before the fix
    that it is about, or those after.  One that names no files proves nothing of those of now."""
    is_sourced = any(record["sources"].values())
    return not is_sourced or all(
        is_stale(record, partial(_digest, record, version, digest_now)) for version in ("old", "new")
    )


def _digest(record: Record, now: str, digest_now: DigestNow, version: str, path: str) -> str | None:
    """The digest of a file if the version ``now`` is the tree of now; the other version is what it was."""
    recorded: str | None = record["sources"][version].get(path)
    return digest_now(path) if version == now else recorded


def _through(paths: Callable[[str], str], digest_now: DigestNow) -> DigestNow:
    return lambda path: digest_now(paths(path))
