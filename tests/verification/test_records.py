"""A class's status and its boxes follow from its checks, and a record knows what it depends on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.verification.checks import ROWS, Check
from esper_lint.verification.records import (
    Box,
    Certificate,
    ClassRecord,
    Mode,
    Refutation,
    Status,
    boxes,
    is_stale,
    record_object,
    status_of,
)
from esper_lint.verification.specs import Arguments, Build, Call, Case, Factory, Named, TensorSpec
from esper_lint.verification.telling import told

OF_CHECKS = ("output_equivalence", "forward_timing", "state_dict", "torch_compile")
PROOF = Certificate(("1234",), ("S2",))
ASSUMING = Certificate(("1234",), ("S4",), ("a.py:3: `scale` keeps its value",))
CASE = Case(
    Build("pkg.net:make.Net", factory=Factory("pkg.net:make", Arguments((8,), (("act", Named("torch.nn:GELU")),)))),
    Call(Arguments((TensorSpec((3, 5, 8)),), (("mask", None),)), training=True),
    seed=7,
)


@pytest.mark.parametrize(
    ("differing", "cases", "certificate", "status"),
    [
        ((), 3, None, Status.TESTED),
        ((), 0, None, Status.UNVERIFIED),
        ((), 0, PROOF, Status.PROVED),
        ((), 3, PROOF, Status.PROVED),
        ((), 3, ASSUMING, Status.TESTED),
        ((), 0, ASSUMING, Status.UNVERIFIED),
        (("hooks",), 3, None, Status.REFUTED),
        (("hooks",), 3, PROOF, Status.REFUTED),
        (("timing",), 3, None, Status.TESTED),
        (("timing", "graphs"), 0, PROOF, Status.REFUTED),
    ],
)
def test_the_status_of_a_class(
    differing: tuple[str, ...], cases: int, certificate: Certificate | None, status: Status
) -> None:
    checks = [Check(name, "differs" if name in differing else "equal") for name in ROWS]
    assert status_of(checks, cases, certificate) is status


@pytest.mark.parametrize(
    ("outcomes", "cases", "expected"),
    [
        (dict.fromkeys(ROWS, "equal"), 5, dict.fromkeys(OF_CHECKS, "passed")),
        (dict.fromkeys(ROWS, "equal"), 0, dict.fromkeys(boxes((), 0), "not run")),
        ({"outcome": "equal", "outputs": "equal", "gradients": "differs"}, 5, {"output_equivalence": "failed"}),
        ({"outcome": "equal", "outputs": "equal", "gradients": "not run"}, 5, {"output_equivalence": "passed"}),
        ({"outputs": "differs"}, 0, {"output_equivalence": "failed", "state_dict": "not run"}),
        ({"state_dict": "equal", "checkpoints": "differs"}, 5, {"state_dict": "failed"}),
        ({"timing": "differs", "graphs": "equal"}, 5, {"forward_timing": "failed", "torch_compile": "passed"}),
        ({"timing": "not run"}, 5, {"forward_timing": "not run"}),
    ],
)
def test_the_boxes_that_checks_tick(outcomes: dict[str, Any], cases: int, expected: dict[str, str]) -> None:
    found = boxes([Check(name, outcome) for name, outcome in outcomes.items()], cases)
    assert found | expected == found


@pytest.mark.parametrize("tests", ["passed", "failed", "not run"])
def test_the_box_of_the_projects_own_tests_is_theirs_alone(tests: Box) -> None:
    with_tests = boxes([Check(name, "equal") for name in ROWS], 5, tests)
    assert list(with_tests) == [OF_CHECKS[0], "existing_tests", *OF_CHECKS[1:]]
    assert with_tests == {**dict.fromkeys(OF_CHECKS, "passed"), "existing_tests": tests}


@given(st.lists(st.builds(Check, st.sampled_from(ROWS), st.sampled_from(["equal", "differs", "not run"]))))
def test_a_box_is_never_passed_where_one_of_its_checks_differs(checks: list[Check]) -> None:
    unique = list({check.name: check for check in checks}.values())
    assert "failed" not in boxes([one for one in unique if one.outcome != "differs"], 1).values()
    if status_of(unique, 1, PROOF) is Status.PROVED:
        assert not [one for one in unique if one.outcome == "differs" and one.name != "timing"]


def record(sources: tuple[dict[str, str], dict[str, str]]) -> ClassRecord:
    refutation = Refutation(Check("ops", "differs", "x"), CASE, Mode("autocast", True, False), "as installed")
    status = Status.REFUTED
    return ClassRecord("net.py", "make.Net", 3, status, 1, 2, (), (), PROOF, refutation, (), sources)


def test_a_record_is_stale_when_a_file_of_either_version_is_another() -> None:
    found = record_object(record(({"net.py": "1", "base.py": "2"}, {"net.py": "3"})))
    now = {("old", "net.py"): "1", ("old", "base.py"): "2", ("new", "net.py"): "3"}
    assert not is_stale(found, lambda version, path: now.get((version, path)))
    for key in now:
        assert is_stale(found, lambda version, path, key=key: {**now, key: "9"}.get((version, path)))  # type: ignore[misc]
        assert is_stale(found, lambda version, path, key=key: None if (version, path) == key else now[version, path])  # type: ignore[misc]


def test_a_case_is_told_as_its_reader_would_type_it() -> None:
    found = record(({}, {})).refutation
    assert found is not None
    assert told(found) == (
        "Net of make(8, act=torch.nn.GELU) called with (float32[3x5x8], mask=None), train, no grad, autocast,"
        " as installed, seed 7: 120 numbers"
    )
