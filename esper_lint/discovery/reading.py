"""Bytes of a file -> its facts and forms, in as many processes as there are cores."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from esper_lint.discovery.blocks import physical_lines
from esper_lint.discovery.decoding import Undecodable, decode
from esper_lint.discovery.forms import Form
from esper_lint.discovery.generated import is_generated
from esper_lint.discovery.modules import HAS_FORWARD, SourceFacts, Unparsable, read_headers, read_source
from esper_lint.discovery.noqa import noqa_of_file
from esper_lint.parallel import cores, forked_map

_Result = TypeVar("_Result")

# Below this many bytes of source a second process costs more than it saves.
_WORTH_A_POOL = 400_000
_BATCH_BYTES = 400_000


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file's content alone tells: its classes, whether a tool wrote it, or why it could not be read; and whether
    it may hold ``lockstep`` contracts, or comments that call something a copy."""

    source: SourceFacts
    generated: bool = False
    error_line: int = 0
    error: str = ""
    lockstep: bool = False
    copies: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One file read: the digest of its content, its facts and, by exact key, the forms of its units."""

    path: str
    digest: str
    facts: FileFacts
    forms: tuple[Form, ...]


_LOCKSTEP = re.compile(rb"#[ \t]*esper:")
_COPIES = re.compile(rb"#[ \t]*Copied from\b")

_NOTHING = SourceFacts(False, (), ())


def digest_of(data: bytes) -> str:
    """The name of a content."""
    return blake2b(data, digest_size=16).hexdigest()


def declares(data: bytes) -> tuple[bool, bool]:
    """Whether a file may hold ``lockstep`` contracts, and whether it may call something a copy."""
    return _LOCKSTEP.search(data) is not None, _COPIES.search(data) is not None


def facts_of(data: bytes) -> tuple[FileFacts, tuple[Form, ...]]:
    """The facts and forms of one file's content; never raises."""
    generated = is_generated(data)
    lockstep, copies = declares(data)
    # UTF-16 hides a forward between null bytes, and null bytes are an error in any encoding that Python knows.
    if not (b"forward" in data and HAS_FORWARD.search(data)) and b"\0" not in data and not lockstep:
        return FileFacts(read_headers(data), generated, copies=copies), ()
    try:
        text = decode(data)
    except Undecodable as error:
        return _unreadable(error, data.decode("latin-1"), generated), ()  # the encoding that flake8 then falls back on
    try:
        source, forms = read_source(text)
    except Unparsable as error:
        return _unreadable(error, text, generated), ()
    return FileFacts(source, generated, lockstep=lockstep, copies=copies), tuple(forms.values())


def _unreadable(error: Undecodable | Unparsable, text: str, generated: bool) -> FileFacts:
    """What is known all the same: whether a comment silences the file, the error included."""
    silent = noqa_of_file(physical_lines(text))
    return FileFacts(SourceFacts(False, (), (silent,) if silent else ()), generated, error.line, error.message)


def read_file(path: str, instead: Mapping[str, bytes]) -> Reading:
    """Read one file, or what stands ``instead`` of it; one that cannot be opened has the digest ``""`` and says why."""
    if path in instead:
        return _reading(path, instead[path])
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Reading(path, "", FileFacts(_NOTHING, False, 1, f"cannot be read: {reason}"), ())
    return _reading(path, data)


def _reading(path: str, data: bytes) -> Reading:
    facts, forms = facts_of(data)
    return Reading(path, digest_of(data), facts, forms)


def read_files(
    paths: Sequence[str], jobs: int, instead: Mapping[str, bytes], result: Callable[[Reading], _Result]
) -> Iterator[_Result]:
    """The ``result`` of reading each of many files, in any order; ``jobs`` processes, 0 for one per core.

    ``instead`` has, by path, the bytes of those that are not to be read from the disk.  Only results travel between
    processes.
    """
    jobs = cores(jobs)
    batches = list(_batches(paths, instead)) if jobs > 1 else []
    if len(batches) < 2:
        yield from (result(read_file(path, instead)) for path in paths)
        return

    def results_of(batch: Sequence[str]) -> list[_Result]:
        return [result(read_file(path, instead)) for path in batch]

    for results in forked_map(results_of, batches, jobs):
        yield from results


def _batches(paths: Sequence[str], instead: Mapping[str, bytes]) -> Iterator[list[str]]:
    """Paths in batches of about equal work, largest files first so that no process is left with a late giant."""
    sizes = {path: len(instead[path]) if path in instead else _size(path) for path in paths}
    if sum(sizes.values()) < _WORTH_A_POOL:
        yield list(paths)
        return
    batch: list[str] = []
    weight = 0
    for path in sorted(paths, key=lambda path: (-sizes[path], path)):
        batch.append(path)
        weight += sizes[path] + 2_000
        if weight >= _BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
