"""Observations are compared as plain values; none of this needs torch but the files of raw tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.verification.checks import CASE_ROWS, ROWS, Check, combined
from esper_lint.verification.comparing import (
    compare,
    compare_checkpoints,
    compare_export,
    compare_graphs,
    compare_timing,
    is_noisy,
)
from esper_lint.verification.differences import difference
from esper_lint.verification.ratios import Repetition

Seen = dict[str, Any]


def tensor(digest: str = "d1", **changed: object) -> Seen:
    return {
        "tensor": {
            "dtype": "float32",
            "shape": [2, 3],
            "stride": [3, 1],
            "requires_grad": True,
            "digest": digest,
            "sketch": ["0.1", "0.2", "0.3", "4.5"],
            "alias": None,
            **changed,
        }
    }


def observation() -> Seen:
    return {
        "outcome": {"kind": "returned"},
        "state": [["a.weight", [2], "float32", "s1"], ["b", [1], "float32", "s2"]],
        "state_versions": [["", "{'version': 1}"]],
        "parameters": [["a.weight", [2], "float32", True]],
        "buffers": [["b", [1], "float32", True]],
        "initial": [["a.weight", "i1"], ["b", "i2"]],
        "outputs": {"tuple": [2, [tensor(), 3]]},
        "again": {"tuple": [2, [tensor(), 3]]},
        "ops_outputs": tensor(),
        "hooks_outputs": tensor(),
        "strided": tensor(),
        "gradients": [["input.0", {"digest": "g1", "sketch": ["1"]}], ["a.weight", None]],
        "inputs_after": {"list": [1, ["x"]]},
        "state_after": [["a.weight", "s1"], ["b", "s2"]],
        "attributes_after": [["", False, {"dict": [["n"], [3]]}]],
        "random_after": "r1",
        "hooks": ["before a", "after a"],
        "reads": tensor(),
        "ops": {"digest": "o1", "list": ["aten.add.Tensor(float32[2x3], 1)"]},
        "warnings": [],
    }


def raised(stage: str = "call", error: str = "ValueError", message: str = "no") -> Seen:
    seen = observation()
    if stage == "call":
        for key in (
            "outputs",
            "again",
            "ops_outputs",
            "hooks_outputs",
            "strided",
            "gradients",
            "hooks",
            "reads",
            "ops",
        ):
            del seen[key]
    else:
        seen = {}
    return {**seen, "outcome": {"kind": "raised", "stage": stage, "type": error, "message": message}}


def results(checks: tuple[Check, ...]) -> dict[str, str]:
    return {check.name: check.outcome for check in checks}


def test_equal_observations_are_equal_in_every_row() -> None:
    assert compare(observation(), observation()) == tuple(Check(name, "equal") for name in CASE_ROWS)


def paths(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in paths(one, (*path, key))]
    if isinstance(value, list) and value:
        return [found for number, one in enumerate(value) for found in paths(one, (*path, number))]
    return [path]


def changed(seen: Seen, path: tuple[Any, ...]) -> Seen:
    found: Any = copy.deepcopy(seen)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = "another"
    return dict(found)


def is_compared(path: tuple[object, ...]) -> bool:
    """Not what is for people, or said elsewhere too: sketches of numbers beside their hash, the hash of a list beside
    the list, numbers of a checkpoint beside those afterwards, the layout under hooks beside that without."""
    return not (
        path[0] in ("warnings", "outcome")
        or "sketch" in path
        or path == ("ops", "digest")
        or (path[0] == "state" and path[2] == 3)
        or (path[0] == "reads" and path[2] in ("stride", "alias"))
    )


EVERY = [path for path in paths(observation()) if is_compared(path)]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: ".".join(map(str, path)))
def test_whatever_changes_is_seen(path: tuple[object, ...]) -> None:
    old, new = observation(), changed(observation(), path)
    for one, other in ((old, new), (new, old)):
        differing = [check for check in compare(one, other) if check.outcome == "differs"]
        assert differing and all(check.detail and "\n" not in check.detail for check in differing)


ROW_OF: tuple[tuple[tuple[object, ...], str], ...] = (
    (("outputs", "tuple", 1, 0, "tensor", "digest"), "outputs"),
    (("outputs", "tuple", 1, 0, "tensor", "shape"), "outputs"),
    (("outputs", "tuple", 1, 0, "tensor", "requires_grad"), "outputs"),
    (("outputs", "tuple", 1, 0, "tensor", "stride"), "strides"),
    (("outputs", "tuple", 1, 0, "tensor", "alias"), "strides"),
    (("again", "tuple", 1, 0, "tensor", "digest"), "outputs"),
    (("gradients", 0, 1, "digest"), "gradients"),
    (("gradients", 1, 1), "gradients"),
    (("state", 0, 1), "state_dict"),
    (("state_versions", 0, 1), "state_dict"),
    (("parameters", 0, 3), "parameters"),
    (("initial", 1, 1), "initialisation"),
    (("inputs_after", "list", 0), "mutation"),
    (("buffers", 0, 3), "buffers"),
    (("state_after", 1, 1), "buffers"),
    (("attributes_after", 0, 1), "buffers"),
    (("random_after",), "buffers"),
    (("hooks", 1), "hooks"),
    (("reads", "tensor", "digest"), "reads"),
    (("ops", "list", 0), "ops"),
)


@pytest.mark.parametrize(("path", "row"), ROW_OF, ids=[".".join(map(str, path)) for path, _ in ROW_OF])
def test_a_change_is_told_in_its_own_row_only(path: tuple[object, ...], row: str) -> None:
    found = results(compare(observation(), changed(observation(), path)))
    assert [name for name, outcome in found.items() if outcome == "differs"] == [row]


def test_details_name_the_place_and_both_values() -> None:
    new = observation()
    new["outputs"] = {"tuple": [2, [tensor("d2", sketch=["0.1", "0.25", "0.3", "4.6"]), 3]]}
    new["ops"] = {"digest": "o2", "list": ["aten.add.Tensor(float32[2x3], 2)"]}
    new["parameters"] = [*new["parameters"], ["c", [1], "float32", True]]
    details = {check.name: check.detail for check in compare(observation(), new)}
    assert details["outputs"] == (
        "output.tuple[1][0].tensor: numbers 0.1, 0.2, 0.3, … (sum of magnitudes 4.5) "
        "became 0.1, 0.25, 0.3, … (sum of magnitudes 4.6)"
    )
    assert details["ops"] == "[0]: aten.add.Tensor(float32[2x3], 1) became aten.add.Tensor(float32[2x3], 2)"
    assert details["parameters"] == ("1 entries became 2; only the new version has ['c', [1], 'float32', True]")


def test_the_same_exception_is_equal_and_what_came_before_is_compared() -> None:
    checks = compare(raised(), raised())
    assert checks[0] == Check("outcome", "equal", "both: ValueError at call (no)")
    found = results(checks)
    assert {name for name, outcome in found.items() if outcome == "equal"} == {
        "outcome", "state_dict", "parameters", "initialisation", "mutation", "buffers",
    }  # fmt: skip
    assert set(results(compare(raised("build"), raised("build"))).values()) == {"equal", "not run"}


@pytest.mark.parametrize(
    "new", [raised("call", "TypeError"), raised("call", "ValueError", "yes"), raised("build"), observation()]
)
def test_another_outcome_is_all_that_is_told_of_the_call(new: Seen) -> None:
    checks = compare(raised(), new)
    differing = [check for check in checks if check.outcome == "differs"]
    assert differing[0].name == "outcome" and "ValueError at call (no) became " in differing[0].detail
    assert all(check.name in ("outcome", "state_dict", "parameters", "initialisation") for check in differing)
    assert Check("hooks", "not run", "the outcomes differ") in checks


def test_reads_are_not_told_again_where_the_outputs_differ() -> None:
    new = observation()
    new["outputs"], new["reads"] = tensor("d2"), tensor("d2")
    assert Check("reads", "not run", "the outputs differ") in compare(observation(), new)


def test_what_differs_in_the_original_itself_proves_nothing() -> None:
    repeat, new = observation(), observation()
    for seen, mark in ((repeat, "2"), (new, "3")):
        seen["outputs"], seen["hooks"], seen["reads"] = tensor(mark), [mark], tensor(mark)
    assert is_noisy(observation(), repeat) and not is_noisy(observation(), observation())
    found = {check.name: check for check in compare(observation(), new, repeat=repeat)}
    assert {name for name, check in found.items() if check.outcome == "differs"} == set()
    assert found["outputs"].outcome == found["hooks"].outcome == "not run"
    assert "the original differs from itself" in found["hooks"].detail
    new["gradients"] = []
    assert results(compare(observation(), new, repeat=repeat))["gradients"] == "differs"
    assert compare(observation(), raised(), repeat=raised())[0].outcome == "not run"


def test_noisy_values_may_be_close(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    old, new = tmp_path / "old", tmp_path / "new"
    repeat, other = observation(), observation()
    repeat["outputs"], other["outputs"] = tensor("2"), tensor("3")
    torch.save({"output": torch.tensor([1.0, float("nan")])}, old)
    for value, outcome in ((1.0 + 1e-7, "equal"), (1.01, "differs")):
        torch.save({"output": torch.tensor([value, float("nan")])}, new)
        checks = compare(observation(), other, repeat=repeat, values=(old, new))
        assert results(checks)["outputs"] == outcome


@pytest.mark.parametrize(
    ("one", "other", "detail"),
    [
        ([1.0, 2.0], [1.0, 3.0], "output[1]: 2.0 became 3.0 (1 of 2 numbers differ)"),
        ([[1.0], [0.0]], [[1.0], [-0.0]], "output[1, 0]: 0.0 became -0.0 (1 of 2 numbers differ)"),
        ([1, 2], [3, 4], "output[0]: 1 became 3 (2 of 2 numbers differ)"),
        ([1.0], [1.0, 2.0], "output: float32 of [1] became float32 of [2]"),
    ],
)
def test_files_of_values_tell_the_first_number(tmp_path: Path, one: object, other: object, detail: str) -> None:
    torch = pytest.importorskip("torch")
    old, new = tmp_path / "old", tmp_path / "new"
    torch.save({"gradient of x": torch.ones(1), "output": torch.tensor(one)}, old)
    torch.save({"gradient of x": torch.zeros(1), "output": torch.tensor(other)}, new)
    seen = observation()
    seen["outputs"] = tensor("d2")
    assert Check("outputs", "differs", detail) in compare(observation(), seen, values=(old, new))


def graphs(*lengths: int, breaks: int = 0, outcome: Seen | None = None) -> Seen:
    mode = {
        "outcome": outcome or {"kind": "returned"},
        "graphs": [[f"%{n} = add()" for n in range(length)] for length in lengths],
        "breaks": ["print"] * breaks,
        "outputs": [2],
    }
    return {"eval": mode, "train": mode}


def test_graphs_are_counted_and_compared() -> None:
    assert compare_graphs(graphs(3, 4, breaks=1), graphs(3, 4, breaks=1)) == Check(
        "graphs", "equal", "eval: 2 graphs of [3, 4] nodes, 1 breaks; train: 2 graphs of [3, 4] nodes, 1 breaks"
    )
    for new, told in (
        (graphs(3), "eval: 2 graphs became 1"),
        (graphs(3, 4), "eval: breaks: 1 entries became 0"),
        (graphs(3, 5, breaks=1), "eval: graph 2: 4 nodes became 5"),
        (graphs(3, 4, breaks=1, outcome=raised()["outcome"]), "eval: returned became ValueError at call (no)"),
    ):
        found = compare_graphs(graphs(3, 4, breaks=1), new)
        assert found.outcome == "differs" and found.detail.startswith(told)


def test_graphs_of_what_raises_alike_are_not_compared() -> None:
    outcome = raised("compile")["outcome"]
    assert compare_graphs(graphs(3, outcome=outcome), graphs(outcome=outcome)).outcome == "equal"


def exported(*nodes: str) -> Seen:
    program = {"inputs": ["USER_INPUT"], "outputs": ["USER_OUTPUT"], "structure": "*"}
    return {"outcome": {"kind": "returned"}, **program, "nodes": sorted(nodes), "lines": list(nodes)}


def test_exported_graphs_are_equal_in_any_order() -> None:
    assert compare_export(exported("a", "b"), exported("b", "a")) == Check("export", "equal", "2 nodes")
    assert compare_export(exported("a", "b"), exported("a", "c")).detail == "graph: [1]: b became c"
    failed = {"outcome": raised("export")["outcome"]}
    assert compare_export(failed, failed).detail == "neither can be exported: ValueError at export (no)"
    assert compare_export(failed, exported("a")).outcome == "differs"


def test_checkpoints_must_act_alike_both_ways() -> None:
    one = observation()
    assert compare_checkpoints(one, one, one, one) == Check("checkpoints", "equal")
    other = changed(one, ("outputs", "tuple", 1, 0, "tensor", "digest"))
    for pair in ((one, other, one, one), (one, one, one, other)):
        assert compare_checkpoints(*pair).outcome == "differs"
    assert compare_checkpoints(one, raised("load"), one, one).detail.endswith("returned became ValueError at load (no)")
    assert compare_checkpoints(raised(), raised(), raised(), raised()).outcome == "not run"


@pytest.mark.parametrize(
    ("new", "again", "outcome", "told"),
    [
        ([101, 150, 101], [100, 100.5, 100], "equal", "ratio 1.010, noise floor 0.5%"),
        ([101, 103, 104], [100, 100, 100], "differs", "ratio 1.030, noise floor 0.0%"),
        ([60, 60, 60], [100, 100, 100], "equal", "ratio 0.600, noise floor 0.0%"),
        ([110, 110, 110], [100, 104, 100], "not run", "ratio 1.100, noise floor 4.0%: too noisy to tell"),
        ([90, 90, 90], [100, 100, 96], "not run", "ratio 0.900, noise floor 4.2%: too noisy to tell"),
    ],
)
def test_timing_is_a_ratio_beside_the_noise_of_the_original(
    new: list[float], again: list[float], outcome: str, told: str
) -> None:
    repetitions = [Repetition(100, one, other) for one, other in zip(new, again, strict=True)]
    assert compare_timing(repetitions) == Check("timing", outcome, told)  # type: ignore[arg-type]


checks = st.builds(
    Check, st.sampled_from(ROWS), st.sampled_from(["equal", "differs", "not run"]), st.sampled_from(["", "a", "b"])
)


@given(st.lists(checks))
def test_combined_keeps_the_worst_of_each_row_in_order(found: list[Check]) -> None:
    rows = combined(found)
    assert [check.name for check in rows] == [name for name in ROWS if any(one.name == name for one in found)]
    for row in rows:
        outcomes = {one.outcome for one in found if one.name == row.name}
        assert row.outcome == next(one for one in ("differs", "equal", "not run") if one in outcomes)
        assert row == next(one for one in found if (one.name, one.outcome) == (row.name, row.outcome))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False, width=16) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def typed(value: object) -> object:
    """So that 1, 1.0 and True are three things."""
    if isinstance(value, dict):
        return "dict", {key: typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return "list", [typed(one) for one in value]
    return type(value).__name__, value


@given(values, values)
def test_a_difference_is_found_if_and_only_if_there_is_one(old: object, new: object) -> None:
    found = difference(old, new)
    assert (found is None) == (typed(old) == typed(new))
    assert found is None or (found and "\n" not in found)
    assert difference(old, copy.deepcopy(old)) is None


def test_long_texts_are_shown_from_where_they_part() -> None:
    found = difference("x" * 300 + "old", "x" * 300 + "new")
    assert found == f"…{'x' * 20}old became …{'x' * 20}new"


@pytest.mark.parametrize("act", [compare, is_noisy])
def test_comparing_changes_nothing(act: Callable[[Seen, Seen], object]) -> None:
    one, other = observation(), observation()
    act(one, other)
    assert one == other == observation()
