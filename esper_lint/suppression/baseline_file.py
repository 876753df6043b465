"""The file of a baseline: read into entries, and entries into lines.

It is made for reviews and merges: sorted by place, one member a line, nothing that changes when code moves within a
file.  All of it is ASCII, so that names which are no text come back as they were.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from esper_lint.config import Config
from esper_lint.earlier import Mark
from esper_lint.findings import UnitKind
from esper_lint.pyproject import ConfigError, shown
from esper_lint.suppression.baseline import Baseline, Entry

SCHEMA_VERSION = 1


def read_baseline(config: Config) -> Baseline | None:
    """The baseline that the settings name, if any.  Raises ConfigError, one line, for one that cannot be used."""
    if not config.baseline:
        return None
    try:
        status = os.stat(config.baseline)
        return _read(config.baseline, config.project, (status.st_size, status.st_mtime_ns, status.st_ino))
    except FileNotFoundError:
        raise ConfigError(f"{_place(config.baseline)}: no such file; `esper-lint baseline` writes it") from None
    except OSError as error:
        raise ConfigError(f"{_place(config.baseline)}: cannot be read: {error.strerror}") from None


# flake8 has the same file read for every file that it checks.
@lru_cache(maxsize=1)
def _read(path: str, project: str, stamp: tuple[int, int, int]) -> Baseline:
    place = _place(path)
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: not a baseline: {error}") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise ConfigError(f"{place}: of a newer esper-lint: has schema {version}, and this one reads {SCHEMA_VERSION}")
    if version != SCHEMA_VERSION or not isinstance(document.get("groups"), list):
        raise ConfigError(f"{place}: not a baseline: wants schema_version {SCHEMA_VERSION} and groups")
    entries = []
    at = line = 0
    for number, group in enumerate(document["groups"], 1):
        try:
            entry = _entry(group)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ConfigError(f"{place}: not a baseline: group {number} is not one") from None
        # The parser keeps no positions; in the order of the file, the first place that holds the id is the entry's.
        found = max(text.find(f'"id": {json.dumps(entry.id)}', at), at)
        line, at = line + text.count("\n", at, found), found
        entries.append(replace(entry, line=line + 1))
    return Baseline(os.path.relpath(path, project).replace(os.sep, "/"), tuple(entries))


def _place(path: str) -> str:
    return f"baseline {shown(path)}"


def lines_of(entries: Iterable[Entry]) -> Iterator[str]:
    """The file as lines."""
    ordered = sorted(entries, key=lambda one: (one.members[0].path, one.members[0].qualname, one.unit.value, one.id))
    yield "{"
    yield f' "schema_version": {SCHEMA_VERSION},'
    yield ' "groups": ['
    for number, entry in enumerate(ordered, 1):
        head = {"id": entry.id, "rule": entry.rule, "unit": entry.unit.value}
        yield f'  {json.dumps(head)[:-1]}, "members": ['
        for index, one in enumerate(entry.members, 1):
            member: dict[str, object] = {"path": one.path, "qualname": one.qualname, "fingerprint": one.fingerprint}
            if one.forwards:
                member["forwards"] = one.forwards
            yield f"   {json.dumps(member)}{',' if index < len(entry.members) else ''}"
        yield "  ]}" + ("," if number < len(ordered) else "")
    yield " ]"
    yield "}"


def _entry(group: Any) -> Entry:
    """Raises the errors of looking into something else for what is no entry."""
    members = tuple(
        Mark(_text(one["fingerprint"]), _text(one["path"]), _text(one["qualname"]), _texts(one.get("forwards", [])))
        for one in group["members"]
    )
    if not members:
        raise ValueError
    return Entry(_text(group["id"]), _text(group["rule"]), UnitKind(group["unit"]), members)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_text, values))
