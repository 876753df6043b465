"""Two observations of one case -> one check a row.  Pure, but for files of values, which are only read when given.

Bitwise first: a right refactor leaves every operation in its place, so that the last bit agrees.  Only where the
original differs from itself are values compared as ``torch.testing.assert_close`` does.  The same exception on both
sides is an equal outcome; what had not happened by then is "not run".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from esper_lint.verification.checks import CASE_ROWS, Check
from esper_lint.verification.differences import difference
from esper_lint.verification.ratios import Repetition, ratio_of

Observation = Mapping[str, Any]
Values = tuple[Path, Path]  # of the original and of the new version

_LAYOUT = ("stride", "alias")
_TOLERANT = ("outputs", "gradients")
_BEFORE_THE_CALL = ("state_dict", "parameters", "initialisation")
_PASSES = {
    "output": "outputs",
    "second call": "again",
    "traced": "ops_outputs",
    "with hooks": "hooks_outputs",
    "with strided inputs": "strided",
}


def compare(
    old: Observation, new: Observation, *, repeat: Observation | None = None, values: Values | None = None
) -> tuple[Check, ...]:
    """The rows of ``CASE_ROWS``.  ``repeat`` is the original observed once more, to know what is noise.

    ``values`` are the files that both wrote; they also tell the first number that differs.
    """
    outcome = _outcome(old, new, repeat)
    found = {"outcome": outcome}
    for name in CASE_ROWS[1:]:
        if outcome.outcome != "equal" and name not in _BEFORE_THE_CALL:
            found[name] = Check(name, "not run", "the outcomes differ")
        elif name == "reads" and found["outputs"].outcome == "differs":
            # The rewritten state goes through the same operations: of them it says nothing new.
            found[name] = Check(name, "not run", "the outputs differ")
        else:
            found[name] = _row(name, old, new, repeat, values)
    return tuple(found.values())


def is_noisy(old: Observation, repeat: Observation) -> bool:
    """The original differs from itself, so that files of values are wanted of both versions."""
    return any(_project(name, old) != _project(name, repeat) for name in _TOLERANT)


def compare_graphs(old: Observation, new: Observation) -> Check:
    """Graphs, breaks with their reasons, and the nodes of each graph, in evaluation and in training."""
    told = []
    for mode in ("eval", "train"):
        found = _graphs_differ(old[mode], new[mode])
        if found is not None:
            return _differs("graphs", f"{mode}: {found}")
        told.append(f"{mode}: {_graphs_told(old[mode])}")
    return Check("graphs", "equal", "; ".join(told))


def compare_export(old: Observation, new: Observation) -> Check:
    """Equal but for the names of nodes, and the order of those that nothing orders."""
    if old["outcome"] != new["outcome"]:
        return Check("export", "differs", _outcomes_differ(old["outcome"], new["outcome"]))
    if "nodes" not in old:
        return Check("export", "equal", f"neither can be exported: {_told(old['outcome'])}")
    for what in ("inputs", "outputs", "structure"):
        found = difference(old[what], new[what])
        if found is not None:
            return Check("export", "differs", f"{what}: {found}")
    if old["nodes"] != new["nodes"]:
        found = difference(old["lines"], new["lines"]) or "the same nodes are wired otherwise"
        return Check("export", "differs", f"graph: {found}")
    return Check("export", "equal", f"{len(old['nodes'])} nodes")


def compare_checkpoints(old: Observation, by_new: Observation, new: Observation, by_old: Observation) -> Check:
    """``by_new`` is the new version after it loaded the original's checkpoint, which must then act like ``old``."""
    for direction, saved, loaded in (
        ("the original's checkpoint in the new version", old, by_new),
        ("the new version's checkpoint in the original", new, by_old),
    ):
        if saved["outcome"] != loaded["outcome"]:
            return Check(
                "checkpoints", "differs", f"{direction}: {_outcomes_differ(saved['outcome'], loaded['outcome'])}"
            )
        found = difference(_tensors(saved.get("outputs")), _tensors(loaded.get("outputs")))
        if found is not None:
            return Check("checkpoints", "differs", f"{direction}: {found}")
    if old["outcome"]["kind"] == "raised" and "outputs" not in old:
        return Check("checkpoints", "not run", _told(old["outcome"]))
    return Check("checkpoints", "equal")


def compare_timing(repetitions: Sequence[Repetition], *, bound: float = 0.02) -> Check:
    """The ratio, where the original against itself stays within ``bound``; being faster is no difference."""
    ratio, floor = ratio_of(repetitions)
    told = f"ratio {ratio:.3f}, noise floor {floor:.1%}"
    if floor > bound:
        return Check("timing", "not run", f"{told}: too noisy to tell")
    return Check("timing", "equal" if ratio <= 1 + bound else "differs", told)


def _outcome(old: Observation, new: Observation, repeat: Observation | None) -> Check:
    before, after = old["outcome"], new["outcome"]
    if repeat is not None and before != repeat["outcome"]:
        return Check("outcome", "not run", "the original ends now one way, now another")
    if before != after:
        return Check("outcome", "differs", _outcomes_differ(before, after))
    return Check("outcome", "equal", f"both: {_told(before)}" if before["kind"] == "raised" else "")


def _row(name: str, old: Observation, new: Observation, repeat: Observation | None, values: Values | None) -> Check:
    one, other = _project(name, old), _project(name, new)
    if one is None and other is None:
        return Check(name, "not run", _why_not(name, old))
    found = difference(one, other)
    if found is None:
        return Check(name, "equal")
    if repeat is not None and _project(name, repeat) != one:
        if name not in _TOLERANT or values is None:
            return Check(
                name, "not run", f"the original differs from itself: {difference(one, _project(name, repeat))}"
            )
        from esper_lint.verification.values import not_close

        found = not_close(*values, name)
        return (
            Check(name, "equal", "close; the original differs from itself") if found is None else _differs(name, found)
        )
    if values is not None and name in _TOLERANT:
        from esper_lint.verification.values import first_difference

        found = first_difference(*values, name) or found
    return _differs(name, found)


def _differs(name: str, found: str) -> Check:
    return Check(name, "differs", " ".join(found.split()))


def _why_not(name: str, old: Observation) -> str:
    if old["outcome"]["kind"] == "raised":
        return _told(old["outcome"])
    return "gradients were not asked for" if name == "gradients" else "not observed"


def _project(name: str, seen: Observation) -> object:
    """What the row compares; None if it was not observed."""
    return _ROWS[name](seen)


def _outputs(seen: Observation) -> object:
    if "outputs" not in seen:
        return None
    return {told: _tensors(seen[key]) for told, key in _PASSES.items() if key in seen}


def _strides(seen: Observation) -> object:
    if "outputs" not in seen:
        return None
    return {told: _tensors(seen[key], layout=True) for told, key in _PASSES.items() if key in seen}


def _state(seen: Observation) -> object:
    if "state" not in seen:
        return None
    return {"keys": [entry[:3] for entry in seen["state"]], "versions": seen.get("state_versions")}


def _by_name(rows: Sequence[Sequence[Any]] | None) -> object:
    """Order is the business of the rows ``state_dict`` and ``parameters``."""
    return None if rows is None else {name: rest for name, *rest in rows}


def _afterwards(seen: Observation) -> object:
    if "buffers" not in seen:
        return None
    return {
        "buffers": _by_name(seen["buffers"]),
        "afterwards": _by_name(seen.get("state_after")),
        "attributes": seen.get("attributes_after"),
        "random generator": seen.get("random_after"),
    }


_ROWS: dict[str, Callable[[Observation], object]] = {
    "outputs": _outputs,
    "gradients": lambda seen: _by_name(seen.get("gradients")),
    "state_dict": _state,
    "parameters": lambda seen: seen.get("parameters"),
    "initialisation": lambda seen: _by_name(seen.get("initial")),
    "strides": _strides,
    "mutation": lambda seen: seen.get("inputs_after"),
    "buffers": _afterwards,
    "hooks": lambda seen: seen.get("hooks"),
    "reads": lambda seen: _tensors(seen.get("reads")),
    "ops": lambda seen: seen["ops"]["list"] if "ops" in seen else None,
}


def _tensors(value: object, *, layout: bool = False) -> object:
    """The structure with, of each tensor, only its layout, or all but its layout."""
    if isinstance(value, Mapping):
        if "digest" in value and "stride" in value:
            return {key: one for key, one in value.items() if (key in _LAYOUT) == layout}
        return {key: _tensors(one, layout=layout) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tensors(one, layout=layout) for one in value]
    return value


def _outcomes_differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return f"{_told(old)} became {_told(new)}"


def _told(outcome: Mapping[str, Any]) -> str:
    if outcome["kind"] == "returned":
        return "returned"
    message = " ".join(str(outcome["message"]).split())[:160]
    return f"{outcome['type']} at {outcome['stage']}" + (f" ({message})" if message else "")


def _graphs_differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    if old["outcome"] != new["outcome"]:
        return _outcomes_differ(old["outcome"], new["outcome"])
    if old["outcome"]["kind"] == "raised":
        # How far the compiler came before that depends on which frame it inlined.
        return None
    before, after = old["graphs"], new["graphs"]
    if len(before) != len(after):
        return f"{len(before)} graphs became {len(after)}"
    found = difference(old["breaks"], new["breaks"], "breaks")
    for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
        if found is None and len(one) != len(other):
            found = f"graph {number}: {len(one)} nodes became {len(other)}: {difference(one, other)}"
        if found is None:
            found = difference(one, other, f"graph {number}")
    return found or difference(old["outputs"], new["outputs"], "output")


def _graphs_told(mode: Mapping[str, Any]) -> str:
    if mode["outcome"]["kind"] == "raised":
        return f"both: {_told(mode['outcome'])}"
    nodes = [len(lines) for lines in mode["graphs"]]
    return f"{len(nodes)} graphs of {nodes} nodes, {len(mode['breaks'])} breaks"
