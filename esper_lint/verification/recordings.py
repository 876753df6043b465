"""The file of a recording: cases, and the classes that were seen and could not be recorded, with the reason.

It holds names, sizes and simple values in JSON, one case a line in a fixed order, so that equal recordings are equal
files.  Reading builds specs and nothing else: a file from a stranger may hold nonsense, but it runs nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esper_lint import __version__
from esper_lint.pyproject import shown
from esper_lint.verification.encoding import EncodingError, decode_case, encode_case, is_name
from esper_lint.verification.specs import Case

SCHEMA_VERSION = 1
MOST_BYTES = 64 * 2**20
MOST_CASES = 100_000
MOST_LEFT_OUT = 10_000
LONGEST_REASON = 500


class RecordingError(Exception):
    """A recording that cannot be read or written; the message is one line that names the file and the place in it."""


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A class of which something was seen that a recording cannot hold, and why; ``name`` is ``MODULE:QUALNAME``."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Both in the order of the file."""

    cases: tuple[Case, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def lines_of(recording: Recording) -> Iterator[str]:
    """The file as lines, whatever the order of what it is made of."""
    yield "{"
    yield f' "schema_version": {SCHEMA_VERSION},'
    yield f' "tool": {json.dumps({"name": "esper-lint", "version": __version__})},'
    yield ' "cases": ['
    yield from _items(text_of(case) for case in recording.cases)
    yield " ],"
    yield ' "left_out": ['
    yield from _items(json.dumps({"class": one.name, "reason": one.reason}) for one in recording.left_out)
    yield " ]"
    yield "}"


def text_of(case: Case) -> str:
    """A case as its line in the file; it tells different cases apart, and orders them by class, then by arguments."""
    return json.dumps(encode_case(case), allow_nan=False)


def write_recording(path: Path, recording: Recording) -> None:
    """Make the recording the content of the file: readers see the old content or all of the new.

    Raises RecordingError; the old content then stands.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    beside = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        try:
            with open(beside, "x", encoding="ascii", newline="\n") as stream:
                stream.writelines(line + "\n" for line in lines_of(recording))
            if target.exists():
                shutil.copymode(target, beside)
            os.replace(beside, target)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
    except OSError as error:
        raise RecordingError(f"recording {shown(str(path))}: cannot be written: {error.strerror}") from error


def read_recording(path: Path) -> Recording:
    """The recording in the file, whoever wrote it.  Raises RecordingError only."""
    place = f"recording {shown(str(path))}"
    try:
        with open(path, "rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise RecordingError(f"{place}: no such file; `pytest --esper-record {shown(str(path))}` writes it") from None
    except (OSError, ValueError) as error:
        raise RecordingError(f"{place}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MOST_BYTES:
        raise RecordingError(f"{place}: holds more than {MOST_BYTES} bytes")
    try:
        # A key that is there twice would say one thing to its reader and another to us.
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{place}: not a recording: {' '.join(str(error).split())[:200]}") from None
    try:
        return _recording(document)
    except EncodingError as error:
        raise RecordingError(f"{place}: not a recording: {error}") from None


def _recording(document: object) -> Recording:
    """Raises EncodingError."""
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise EncodingError(f"wants an object with schema_version {SCHEMA_VERSION} and cases")
    if version > SCHEMA_VERSION:
        raise EncodingError(f"of a newer esper-lint: has a schema beyond {SCHEMA_VERSION}, which this one reads")
    if unknown := sorted(document.keys() - {"schema_version", "tool", "cases", "left_out"}):
        raise EncodingError(f"has the unknown key {unknown[0][:40]!a}")
    cases = _list(document, "cases", MOST_CASES)
    left_out = _list(document, "left_out", MOST_LEFT_OUT)
    return Recording(
        tuple(decode_case(value, f"cases[{number}]") for number, value in enumerate(cases)),
        tuple(_left_out(value, f"left_out[{number}]") for number, value in enumerate(left_out)),
    )


def _list(document: dict[str, Any], key: str, most: int) -> list[object]:
    values = document.get(key, [])
    if not isinstance(values, list):
        raise EncodingError(f"{key}: must be a list")
    if len(values) > most:
        raise EncodingError(f"{key}: has {len(values)} entries, more than {most}")
    return values


def _left_out(value: object, place: str) -> LeftOut:
    match value:
        case {"class": str(name), "reason": str(reason), **rest} if not rest and is_name(name):
            # What is shown on a terminal must stay on its line.
            if len(reason) <= LONGEST_REASON and reason.isprintable():
                return LeftOut(name, reason)
    raise EncodingError(f"{place}: must be an object with a class, MODULE:QUALNAME, and a reason of one line")


def merged(recordings: Iterable[Recording]) -> Recording:
    """What all of them hold, each case once, in the order of the file."""
    cases: dict[str, Case] = {}
    left_out: set[LeftOut] = set()
    for recording in recordings:
        cases.update((text_of(case), case) for case in recording.cases)
        left_out.update(recording.left_out)
    return Recording(tuple(case for _, case in sorted(cases.items())), tuple(sorted(left_out)[:MOST_LEFT_OUT]))


def _items(texts: Iterable[str]) -> Iterator[str]:
    before = None
    for text in texts:
        if before is not None:
            yield f"  {before},"
        before = text
    if before is not None:
        yield f"  {before}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
