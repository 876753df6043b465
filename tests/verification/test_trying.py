"""Which cases are run in which modes, when it is enough, and which refutation is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from esper_lint.verification.checks import Check
from esper_lint.verification.records import Mode
from esper_lint.verification.replaying import Compared, Unusable
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec
from esper_lint.verification.trying import MAIN, MODES, tried

EQUAL = (Check("outcome", "equal"), Check("outputs", "equal"))
Answer = Compared | Unusable


def case(size: int, seed: int = 0) -> Case:
    return Case(Build("net:Net"), Call(Arguments((TensorSpec((size,)),))), seed)


def size(one: Case) -> int:
    (tensor,) = one.call.arguments.positional
    assert isinstance(tensor, TensorSpec)
    return tensor.shape[0]


@dataclass
class Pretended:
    """Both versions, as a function of case and mode."""

    answer: Callable[[Case, Mode], Answer]
    asked: list[tuple[int, Mode]] = field(default_factory=list)

    def compared(self, case: Case, mode: Mode) -> Answer:
        self.asked.append((size(case), mode))
        return self.answer(case, mode)


def test_the_first_cases_are_run_in_every_mode_and_the_others_in_two() -> None:
    versions = Pretended(lambda case, mode: Compared(EQUAL, True))
    cases = [case(n) for n in range(20)]
    found = tried(versions, cases)
    assert found.returned == tuple(cases) and found.runs == len(versions.asked) == 4 * 12 + 16 * 2
    assert [mode for asked, mode in versions.asked if asked == 0] == list(MODES) and MODES[0] == MAIN
    rotated = [mode for asked, mode in versions.asked if asked >= 4]
    assert rotated[::2] == [MAIN] * 16 and set(rotated[1::2]) == set(MODES) - {MAIN}


def test_as_many_cases_as_asked_for_are_run_in_every_mode() -> None:
    for thorough in (0, 1, 3):
        versions = Pretended(lambda case, mode: Compared(EQUAL, True))
        found = tried(versions, [case(n) for n in range(3)], thorough)
        assert found.runs == 2 * (3 - thorough) + len(MODES) * thorough


def test_the_smallest_case_that_the_same_check_refutes_is_told() -> None:
    def answer(one: Case, mode: Mode) -> Answer:
        if size(one) > 3 and mode.precision == "bfloat16":
            return Compared((Check("ops", "differs", f"at {size(one)}"),), True)
        return Compared(EQUAL, True)

    found = tried(Pretended(answer), [case(n) for n in (2, 9, 5, 4, 3, 7)])
    assert found.refuted is not None
    assert size(found.refuted.case) == 4 and found.refuted.mode.precision == "bfloat16"
    assert found.refuted.check.detail == "at 4" and found.returned == (case(2),)


def test_a_smaller_case_that_another_check_refutes_is_not_the_same() -> None:
    def answer(one: Case, mode: Mode) -> Answer:
        if size(one) == 2 and mode == MAIN:
            return Compared((Check("hooks", "differs"),), True)
        if size(one) == 9:
            return Compared((Check("ops", "differs"),), True)
        return Compared(EQUAL, True)

    found = tried(Pretended(answer), [case(9), case(2)])
    assert found.refuted is not None and (size(found.refuted.case), found.refuted.check.name) == (9, "ops")


def test_a_slower_forward_refutes_nothing() -> None:
    found = tried(Pretended(lambda case, mode: Compared((*EQUAL, Check("timing", "differs")), True)), [case(1)])
    assert found.refuted is None and found.returned


def test_what_raises_alike_counts_for_nothing_and_is_given_up() -> None:
    alike = Compared((Check("outcome", "equal", "both: ValueError"),), False, "raised ValueError at build: no")
    found = tried(Pretended(lambda case, mode: alike), [case(n) for n in range(50)])
    assert found.returned == () and found.why_not == "raised ValueError at build: no"
    assert found.runs == 4 * 12 + 8 * 2 and {check.detail for check in found.checks} == {"both: ValueError"}


def test_checks_are_of_what_returned_where_anything_did() -> None:
    def answer(one: Case, mode: Mode) -> Answer:
        if mode.training:
            return Compared((Check("outcome", "equal", "both: ValueError"),), False, "raised ValueError")
        return Compared(EQUAL, True)

    found = tried(Pretended(answer), [case(1)])
    assert set(found.checks) == set(EQUAL) and found.returned == (case(1),) and found.why_not == "raised ValueError"


def test_an_original_that_hangs_is_tried_three_times() -> None:
    versions = Pretended(lambda case, mode: Unusable("the original hung"))
    found = tried(versions, [case(n) for n in range(50)])
    assert versions.asked == [(n, MAIN) for n in range(3)] and found.why_not == "the original hung"


def test_cases_that_cannot_be_run_are_passed_over() -> None:
    def answer(one: Case, mode: Mode) -> Answer:
        return Unusable("the original hung") if size(one) % 4 == 0 else Compared(EQUAL, True)

    found = tried(Pretended(answer), [case(n) for n in range(20)])
    assert [size(one) for one in found.returned] == [1, 2, 3, 5, 6, 7]  # and then the third that hung
