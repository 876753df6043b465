"""The JSON of ``esper-lint verify`` -> what was found of each class, and whether it still speaks of the code of now."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from esper_lint.discovery.reading import digest_of
from esper_lint.findings import Group

STATUSES: Mapping[str, str] = {
    "REFUTED": "a check differs",
    "STALE": "its files have changed since",
    "UNVERIFIED": "nothing could be run",
    "TESTED": "every check that was run is equal",
    "PROVED": "proved, and whatever was run is equal",
}
"""What is said of a class, what needs a look first; ``docs/verifying.md`` has the whole meaning."""

_ROWS = {
    "outcome": "outcome",
    "outputs": "outputs",
    "gradients": "gradients",
    "state_dict": "state_dict",
    "parameters": "state_dict",
    "initialisation": "init",
    "graphs": "graphs",
    "export": "export",
    "hooks": "hooks",
    "timing": "timing",
}
_ABOVE = 4


class NotVerification(Exception):
    """A file holds no document of ``verify``; the message is one line that names it."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class Equivalence:
    """What was found of a class; ``was`` is what it said before its files changed, where ``status`` is STALE.

    ``checks`` come in the order in which people ask for them.  ``refutation`` and ``proof`` are lines.
    """

    path: str
    qualname: str
    line: int
    status: str
    was: str
    cases: int
    runs: int
    checks: tuple[Check, ...]
    worlds: tuple[tuple[str, int, str], ...]
    proof: tuple[str, ...]
    refutation: tuple[str, ...]
    missing: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """``told`` says, for each file, what was compared and with which versions."""

    classes: tuple[Equivalence, ...] = ()
    told: tuple[str, ...] = ()

    def of(self, group: Group) -> tuple[Equivalence, ...]:
        """What was found of the members of a group, or of its pending fix."""
        names = {member.qualname: member.path for member in group.members}
        return tuple(
            one
            for one in self.classes
            if group.id in one.groups or (one.qualname in names and _same_file(one.path, names[one.qualname]))
        )

    def counts(self) -> Mapping[str, int]:
        found = Counter(one.status for one in self.classes)
        return {status: found[status] for status in STATUSES}


def verification_of(files: Sequence[str], project: str) -> Verification:
    """What the documents in these files say, as of the files in ``project`` now.  Raises NotVerification."""
    classes: list[Equivalence] = []
    told: list[str] = []
    current = _digests(project)
    for file in files:
        document = _document(file)
        try:
            environment = document["environment"]
            versions = f"Python {environment['python']}, torch {environment['torch'] or 'not told'}"
            told.append(f"{document['old']} and {document['new']} ({versions})")
            classes += [_equivalence(one, current) for one in document["classes"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NotVerification(f"{file}: not a document of 'esper-lint verify': {error!r}") from error
    order = list(STATUSES)
    return Verification(
        tuple(sorted(classes, key=lambda one: (order.index(one.status), one.path, one.line))), tuple(told)
    )


def _document(file: str) -> Mapping[str, Any]:
    try:
        with open(file, "rb") as stream:
            found = json.load(stream)
    except OSError as error:
        raise NotVerification(f"{file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise NotVerification(f"{file}: not JSON: {error}") from error
    if not isinstance(found, dict) or found.get("schema_version") != 1 or "classes" not in found:
        raise NotVerification(f"{file}: not a document of 'esper-lint verify --output-format json'")
    return found


def _equivalence(record: Mapping[str, Any], current: Callable[[str], frozenset[str]]) -> Equivalence:
    was = str(record["status"])
    if was not in STATUSES:
        raise ValueError(f"no such status: {was}")
    status = was if _is_current(record["sources"], current) else "STALE"
    certificate, refutation = record["certificate"], record["refutation"]
    order = list(_ROWS)
    checks = [Check(str(one["name"]), str(one["outcome"]), str(one["detail"])) for one in record["checks"]]
    checks.sort(key=lambda one: order.index(one.name) if one.name in order else len(order))
    return Equivalence(
        str(record["path"]),
        str(record["qualname"]),
        int(record["line"]),
        status,
        was,
        int(record["cases"]),
        int(record["runs"]),
        tuple(checks),
        tuple((str(one["name"]), int(one["cases"]), str(one["missing"])) for one in record["worlds"]),
        _proof(certificate),
        _refutation(refutation),
        tuple(map(str, record["missing"])),
        tuple(map(str, certificate["groups"])) if certificate else (),
    )


def _proof(certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    if certificate is None:
        return ()
    return (f"certified: {', '.join(map(str, certificate['strategies']))}", *map(str, certificate["obligations"]))


def _refutation(found: Mapping[str, Any] | None) -> tuple[str, ...]:
    if found is None:
        return ()
    mode = found["mode"]
    how = f"{'training' if mode['training'] else 'evaluation'}, {mode['precision']}"
    grad = "with gradients" if mode["grad"] else "without gradients"
    return (
        f"{found['check']}: {found['detail']}",
        f"the smallest case has {found['elements']} numbers; {how}, {grad}, {found['world']}",
    )


def _is_current(sources: Mapping[str, Mapping[str, str]], current: Callable[[str], frozenset[str]]) -> bool:
    """Whether all files are those of one of the two versions: before a fix is written they are the old one's, then the
    new one's."""
    return any(all(digest in current(path) for path, digest in sources[version].items()) for version in ("old", "new"))


def _digests(project: str) -> Callable[[str], frozenset[str]]:
    """The digests of a path as it may be meant: from the project folder, or from a folder above it, such as the top of
    the repository."""
    bases = [project]
    for _ in range(_ABOVE):
        bases.append(os.path.dirname(bases[-1]))

    @cache
    def digests(path: str) -> frozenset[str]:
        if os.path.isabs(path) or os.pardir in path.split("/"):
            return frozenset()
        return frozenset(_contents(os.path.join(base, path) for base in dict.fromkeys(bases)))

    return digests


def _contents(files: Iterable[str]) -> Iterable[str]:
    for file in files:
        if os.path.isfile(file):
            try:
                with open(file, "rb") as stream:
                    yield digest_of(stream.read())
            except OSError:
                continue


def _same_file(one: str, other: str) -> bool:
    """The paths of two documents may begin at different folders."""
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}") or one == "."
