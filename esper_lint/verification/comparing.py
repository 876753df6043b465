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

Observation = Mapping[str, Any]
Values = tuple[Path, Path]  # of the original and of the new version

_LAYOUT = ("stride", "alias")
_TOLERANT = ("outputs", "gradients")


def compare(
    old: Observation, new: Observation, *, repeat: Observation | None = None, values: Values | None = None
) -> tuple[Check, ...]:
    """The rows of ``CASE_ROWS``.  ``repeat`` is the original observed once more, to know what is noise.

    ``values`` are the files that both wrote; they also tell the first number that differs.
    """
    outcome = _outcome(old, new, repeat)
    return (outcome, *(_row(name, old, new, repeat, values, outcome) for name in CASE_ROWS[1:]))


def is_noisy(old: Observation, repeat: Observation) -> bool:
    """The original differs from itself, so that files of values are wanted of both versions."""
    return any(_project(name, old) != _project(name, repeat) for name in _TOLERANT)


def compare_graphs(old: Observation, new: Observation) -> Check:
    """Graphs, breaks with their reasons, and the nodes of each graph, in evaluation and in training."""
    told = []
    for mode in ("eval", "train"):
        one, other = old[mode], new[mode]
        lengths = [len(lines) for lines in one["graphs"]], [len(lines) for lines in other["graphs"]]
        for what, before, after in (
            ("outcome", one["outcome"], other["outcome"]),
            ("number of graphs", len(one["graphs"]), len(other["graphs"])),
            ("breaks", one["breaks"], other["breaks"]),
            ("nodes a graph", *lengths),
            ("graph", one["graphs"], other["graphs"]),
            ("outputs", one["outputs"], other["outputs"]),
        ):
            found = difference(before, after)
            if found is not None:
                return Check("graphs", "differs", f"{mode}: {what}: {found}")
        told.append(f"{mode}: {_graphs_told(one)}")
    return Check("graphs", "equal", "; ".join(told))


def compare_export(old: Observation, new: Observation) -> Check:
    """Equal but for the names of nodes, and the order of those that nothing orders."""
    found = difference(old["outcome"], new["outcome"])
    if found is not None:
        return Check("export", "differs", f"outcome: {found}")
    if "nodes" not in old:
        return Check("export", "equal", f"neither can be exported: {_told(old['outcome'])}")
    for what in ("inputs", "outputs"):
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
        found = difference(saved["outcome"], loaded["outcome"])
        if found is None:
            found = difference(_tensors(saved.get("outputs")), _tensors(loaded.get("outputs")))
        if found is not None:
            return Check("checkpoints", "differs", f"{direction}: {found}")
    if old["outcome"]["kind"] == "raised" and "outputs" not in old:
        return Check("checkpoints", "not run", _told(old["outcome"]))
    return Check("checkpoints", "equal")


def compare_timing(
    old: Sequence[float], new: Sequence[float], old_again: Sequence[float], *, bound: float = 0.02
) -> Check:
    """``ratio`` of minima, where the original against itself stays within ``bound``; being faster is no difference."""
    if not (old and new and old_again):
        return Check("timing", "not run", "nothing was timed")
    floor = abs(min(old_again) / min(old) - 1)
    ratio = min(new) / min(*old, *old_again)
    told = f"ratio {ratio:.3f}, noise floor {floor:.1%}"
    if ratio <= 1 + bound:
        return Check("timing", "equal", told)
    if floor > bound:
        return Check("timing", "not run", f"{told}: too noisy to tell")
    return Check("timing", "differs", told)


def _outcome(old: Observation, new: Observation, repeat: Observation | None) -> Check:
    found = difference(_compared(old["outcome"]), _compared(new["outcome"]))
    if repeat is not None and _compared(old["outcome"]) != _compared(repeat["outcome"]):
        return Check("outcome", "not run", "the original ends now one way, now another")
    if found is not None:
        return Check("outcome", "differs", f"{_told(old['outcome'])} became {_told(new['outcome'])}")
    if old["outcome"]["kind"] == "raised":
        return Check("outcome", "equal", f"both: {_told(old['outcome'])}")
    return Check("outcome", "equal")


def _compared(outcome: Mapping[str, Any]) -> object:
    return dict(outcome)


def _row(
    name: str, old: Observation, new: Observation, repeat: Observation | None, values: Values | None, outcome: Check
) -> Check:
    one, other = _project(name, old), _project(name, new)
    if one is None or other is None:
        return Check(name, "not run", _why_not(name, old, outcome, one is other))
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


def _why_not(name: str, old: Observation, outcome: Check, both: bool) -> str:
    if outcome.outcome != "equal" or not both:
        return "the outcomes differ"
    if old["outcome"]["kind"] == "raised":
        return _told(old["outcome"])
    return "gradients were not asked for" if name == "gradients" else "not observed"


def _project(name: str, seen: Observation) -> object:
    """What the row compares; None if it was not observed."""
    return _ROWS[name](seen)


def _outputs(seen: Observation) -> object:
    passes = {"": "outputs", "the second call": "again", "traced": "ops_outputs", "with hooks": "hooks_outputs"}
    found = {told or "output": _tensors(seen[key]) for told, key in passes.items() if key in seen}
    return found if "outputs" in seen else None


def _strides(seen: Observation) -> object:
    if "outputs" not in seen:
        return None
    return {"output": _tensors(seen["outputs"], layout=True), "with strided inputs": seen.get("strided")}


def _state(seen: Observation) -> object:
    if "state" not in seen:
        return None
    return {"keys": [entry[:3] for entry in seen["state"]], "versions": seen.get("state_versions")}


def _initial(seen: Observation) -> object:
    return dict(seen["initial"]) if "initial" in seen else None


def _afterwards(seen: Observation) -> object:
    if "buffers" not in seen:
        return None
    found = {"buffers": seen["buffers"]}
    for key, told in (
        ("state_after", "afterwards"),
        ("attributes_after", "attributes"),
        ("random_after", "the random generator afterwards"),
    ):
        found[told] = seen.get(key)
    return found


_ROWS: dict[str, Callable[[Observation], object]] = {
    "outputs": _outputs,
    "gradients": lambda seen: seen.get("gradients"),
    "state_dict": _state,
    "parameters": lambda seen: seen.get("parameters"),
    "initialisation": _initial,
    "strides": _strides,
    "mutation": lambda seen: seen.get("inputs_after"),
    "buffers": _afterwards,
    "hooks": lambda seen: seen.get("hooks"),
    "reads": lambda seen: seen.get("reads"),
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


def _told(outcome: Mapping[str, Any]) -> str:
    if outcome["kind"] == "returned":
        return "returned"
    message = " ".join(str(outcome["message"]).split())[:160]
    return f"{outcome['type']} at {outcome['stage']}" + (f" ({message})" if message else "")


def _graphs_told(mode: Mapping[str, Any]) -> str:
    if mode["outcome"]["kind"] == "raised":
        return f"both: {_told(mode['outcome'])}"
    nodes = [len(lines) for lines in mode["graphs"]]
    return f"{len(nodes)} graphs of {nodes} nodes, {len(mode['breaks'])} breaks"
