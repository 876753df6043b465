"""What is left of a group when some of its members are silenced."""

from __future__ import annotations

from esper_lint.config import load
from esper_lint.discovery.modules import Noqa
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import Finding, Group, HoleKind, Summary
from esper_lint.judging import judge
from esper_lint.rules.messages import messages
from tests.rules.builders import group, hole, member

NOTHING = Summary(0, 0, 0, 0, 0)


def judged(found: Group, *silent: str) -> dict[str, Finding]:
    """path -> finding, where the members in the files ``silent`` have a noqa."""
    noqa = {path: (Noqa(1, 1, ()),) for path in silent}
    evidence = Evidence((Told(found, tuple(messages(found))),), (), noqa, NOTHING)
    report = judge(evidence, load(".", {}).config)
    return {finding.path: finding for finding in report.findings}


THREE = group(
    member("A", "a.py"),
    member("B", "b.py", similarity=0.82),
    member("C", "c.py", similarity=0.85),
    holes=(hole(HoleKind.CALL, "a()", "b()", "c()"), hole(HoleKind.STATEMENTS, "x = 1", "", "")),
    rule="ESP102",
    clone_type=3,
    similarities={(1, 2): 0.9},
)


def test_all_members_speak_where_none_is_silent() -> None:
    found = judged(THREE)
    assert found["b.py"].message == (
        "forward of `B` repeats `C` (c.py:1), 90% alike but for 1 call: b(…) / c(…); and 1 more"
    )
    assert found["a.py"].message.startswith("forward of `A` repeats `C` (c.py:1), 85% alike but for 1 call and 1 stat")


def test_a_silent_first_member_is_named_by_no_other_and_measured_against_by_none() -> None:
    found = judged(THREE, "a.py")
    assert found["b.py"].message == "forward of `B` repeats `C` (c.py:1), 90% alike but for 1 call: b(…) / c(…)"
    assert found["c.py"].message == "forward of `C` repeats `B` (b.py:1), 90% alike but for 1 call: c(…) / b(…)"
    assert found["a.py"].suppressed is not None
    assert found["a.py"].message.endswith("; and 1 more")


def test_a_group_of_which_one_is_left_is_silent_and_says_what_it_was() -> None:
    found = judged(THREE, "a.py", "b.py")
    assert all(finding.suppressed for finding in found.values())
    assert found["c.py"].message.endswith("; and 1 more")


def test_the_clone_type_is_that_of_the_members_that_are_left() -> None:
    holes = (hole(HoleKind.LITERAL, "1", "2", "2"), hole(HoleKind.STATEMENTS, "", "", "y = f(x)"))
    found = group(
        member("A", "a.py"),
        member("B", "b.py", similarity=0.97),
        member("C", "c.py", similarity=0.85),
        holes=holes,
        rule="ESP102",
        clone_type=3,
    )
    assert "97% alike but for 1 literal" in judged(found)["a.py"].message
    assert "identical but for 1 literal: 1 / 2" in judged(found, "c.py")["a.py"].message


def test_members_that_are_left_with_equal_code_are_identical() -> None:
    found = group(
        member("A", "a.py"),
        member("B", "b.py"),
        member("C", "c.py", similarity=0.85),
        holes=(hole(HoleKind.CALL, "a()", "a()", "c()"),),
        rule="ESP102",
        clone_type=3,
    )
    assert judged(found, "c.py")["a.py"].message.endswith("identical but for comments and layout")
