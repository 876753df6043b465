"""What verifying a class comes to: its status and every check, as values and as the objects of the JSON contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from esper_lint.verification.checks import Check
from esper_lint.verification.encoding import encode_case
from esper_lint.verification.specs import Case
from esper_lint.verification.walking import elements_of

SCHEMA_VERSION = 1

# A slower forward is worth knowing and no other behaviour; on a machine that others use too it may be their doing.
_NO_BEHAVIOUR = frozenset({"timing"})
# What a reviewer wants to see ticked, and the rows that tick it; all of them must be equal.  The project's own tests
# are no row: they are run once for all classes.
_BOXES: dict[str, tuple[str, ...]] = {
    "output_equivalence": ("outcome", "outputs", "gradients"),
    "existing_tests": (),
    "forward_timing": ("timing",),
    "state_dict": ("state_dict", "parameters", "initialisation", "checkpoints"),
    "torch_compile": ("graphs",),
}

Object = dict[str, Any]
Box = Literal["passed", "failed", "not run"]


class Status(str, Enum):
    """What was found of a class; ``docs/verifying.md`` says what each means and does not mean."""

    PROVED = "PROVED"
    TESTED = "TESTED"
    REFUTED = "REFUTED"
    UNVERIFIED = "UNVERIFIED"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class Mode:
    """How a case is run."""

    precision: str = "float32"
    training: bool = False
    grad: bool = False

    def __str__(self) -> str:
        return f"{'train' if self.training else 'eval'}, {'grad' if self.grad else 'no grad'}, {self.precision}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof of the fixes that made the new version; with ``obligations`` it takes something for granted."""

    groups: tuple[str, ...]
    strategies: tuple[str, ...]
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refutation:
    """The smallest case that was found for which a check differs; all that is needed to see it again."""

    check: Check
    case: Case
    mode: Mode
    world: str


@dataclass(frozen=True, slots=True)
class WorldRecord:
    """``cases`` returned in both versions in that world; ``missing`` says why none did, or could."""

    name: str
    masked: tuple[str, ...]
    cases: int
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """All that was found of a class.

    ``cases`` is the number of different cases that returned, in whichever world; ``runs`` that of comparisons.
    ``missing`` says what could not be done and how to make it possible.
    ``sources`` are the digests of the files, old and new, that what is said here depends on.
    """

    path: str
    qualname: str
    line: int
    status: Status
    cases: int
    runs: int
    checks: tuple[Check, ...]
    worlds: tuple[WorldRecord, ...]
    certificate: Certificate | None
    refutation: Refutation | None
    missing: tuple[str, ...]
    sources: tuple[Mapping[str, str], Mapping[str, str]]


def status_of(checks: Iterable[Check], cases: int, certificate: Certificate | None) -> Status:
    """The status that checks and the proof give a class.  What only raises alike counts for nothing."""
    if any(is_refuted(check) for check in checks):
        return Status.REFUTED
    if certificate is not None and not certificate.obligations:
        return Status.PROVED
    return Status.TESTED if cases else Status.UNVERIFIED


def is_refuted(check: Check) -> bool:
    return check.outcome == "differs" and check.name not in _NO_BEHAVIOUR


def boxes(checks: Sequence[Check], cases: int, tests: Box = "not run") -> dict[str, Box]:
    """What each thing that a reviewer wants to see verified came to; ``tests`` is what the project's own did."""
    outcomes = {check.name: check.outcome for check in checks}
    found: dict[str, Box] = {}
    for box, names in _BOXES.items():
        if not names:
            found[box] = tests
            continue
        seen = {outcomes.get(name, "not run") for name in names}
        if "differs" in seen:
            found[box] = "failed"
        else:
            found[box] = "passed" if cases and outcomes.get(names[0]) == "equal" else "not run"
    return found


def is_stale(record: Mapping[str, Any], digest_of: Callable[[str, str], str | None]) -> bool:
    """Whether a class's object of the JSON contract speaks of other files than there are now.

    ``digest_of`` gives, for ``old`` or ``new`` and a path, the digest of the file; None where there is none.
    """
    return any(
        digest_of(version, path) != digest
        for version in ("old", "new")
        for path, digest in record["sources"][version].items()
    )


def record_object(record: ClassRecord, tests: Box = "not run") -> Object:
    return {
        "path": record.path,
        "qualname": record.qualname,
        "line": record.line,
        "status": record.status.value,
        "cases": record.cases,
        "runs": record.runs,
        "checks": [check_object(one) for one in record.checks],
        "boxes": boxes(record.checks, record.cases, tests),
        "worlds": [
            {"name": one.name, "masked": list(one.masked), "cases": one.cases, "missing": one.missing}
            for one in record.worlds
        ],
        "certificate": _certificate(record.certificate),
        "refutation": _refutation(record),
        "missing": list(record.missing),
        "sources": {"old": dict(record.sources[0]), "new": dict(record.sources[1])},
    }


def check_object(check: Check) -> Object:
    return {"name": check.name, "outcome": check.outcome, "detail": check.detail}


def _certificate(certificate: Certificate | None) -> Object | None:
    if certificate is None:
        return None
    return {
        "groups": list(certificate.groups),
        "strategies": list(certificate.strategies),
        "obligations": list(certificate.obligations),
    }


def _refutation(record: ClassRecord) -> Object | None:
    found = record.refutation
    if found is None:
        return None
    return {
        "check": found.check.name,
        "detail": found.check.detail,
        "world": found.world,
        "mode": {"precision": found.mode.precision, "training": found.mode.training, "grad": found.mode.grad},
        "elements": elements_of(found.case),
        "case": encode_case(found.case),
    }
