"""What is said and what is silent, and what is left of a group when some of its members are silenced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esper_lint.config import load
from esper_lint.discovery.noqa import Noqa
from esper_lint.evidence import Evidence, Told
from esper_lint.findings import (
    FileError,
    Finding,
    Group,
    HoleKind,
    Member,
    Report,
    Summary,
    Suppressed,
    UnitKind,
)
from esper_lint.judging import is_settled, judge, needs_all_groups
from esper_lint.rules.messages import messages
from esper_lint.suppression.baseline import Baseline, entry_of
from tests.rules.builders import group, hole, member

NOTHING = Summary(0, 0, 0, 0, 0)


def judged(found: Group, *silent: str) -> dict[str, Finding]:
    """path -> finding, where the members in the files ``silent`` have a noqa."""
    noqa = {path: (Noqa(1, 1, (), 1, 1),) for path in silent}
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


# -- what is known, and what is silent beside groups ----------------------------------------------------------------


def known(*members: Member) -> Baseline:
    return Baseline("known.json", (replace(entry_of("ESP102", UnitKind.FORWARD, members), line=3),))


def with_baseline(baseline: Baseline, **options: Any) -> Report:
    evidence = Evidence((Told(THREE, tuple(messages(THREE))),), (), {}, NOTHING)
    return judge(evidence, load(".", {}).config, baseline, **options)


def test_a_new_copy_of_known_ones_is_reported_and_names_them() -> None:
    report = with_baseline(known(*THREE.members[:2]))
    assert [(one.path, one.suppressed) for one in report.findings] == [
        ("a.py", Suppressed("baseline", "known.json:3")),
        ("b.py", Suppressed("baseline", "known.json:3")),
        ("c.py", None),
    ]
    assert report.active[0].message.startswith("forward of `C` repeats `B` (b.py:1), 90% alike")
    assert report.groups[0].suppressed is None
    assert (report.summary.groups, report.summary.findings) == (1, 1)


def test_a_known_group_is_silent_and_still_there() -> None:
    report = with_baseline(known(*THREE.members))
    assert report.groups[0].suppressed == Suppressed("baseline", "known.json:3")
    assert len(report.findings) == 3 and not report.active
    assert (report.summary.groups, report.summary.findings) == (0, 0)


def test_what_is_unused_in_the_baseline_is_said_only_by_whom_all_groups_are_known_to() -> None:
    baseline = known(member("X", "x.py"), member("Y", "y.py"))
    assert with_baseline(baseline).findings == with_baseline(baseline, whole=True, settled=False).findings
    (unused,) = (one for one in with_baseline(baseline, whole=True).findings if one.rule == "ESP202")
    assert (unused.path, unused.line, unused.suppressed) == ("known.json", 3, None)


ERROR = FileError("ESP900", "src/bad.py", 4, "syntax error")
COMMENT = Noqa(6, 9, ("ESP101",), 6, 6)


def lone(noqa: Mapping[str, tuple[Noqa, ...]], errors: Sequence[FileError] = (), **settings: Any) -> dict[str, object]:
    """rule -> why it is silent, of the findings that belong to no group."""
    config = load(".", {key.replace("_", "-"): value for key, value in settings.items()}).config
    report = judge(Evidence((), (), noqa, NOTHING), config, errors=errors)
    return {one.rule: one.suppressed for one in report.findings}


def test_errors_and_unused_comments_are_silenced_like_all_others() -> None:
    assert lone({"src/a.py": (COMMENT,)}, [ERROR]) == {"ESP202": None, "ESP900": None}
    ignores = {"src/": ["ESP2", "ESP900"]}
    per_file = Suppressed("per-file", "per-file-ignores src/")
    assert lone({"src/a.py": (COMMENT,)}, [ERROR], per_file_ignores=ignores) == {"ESP202": per_file, "ESP900": per_file}
    whole_file = Noqa(1, 1, (), 1, 9)
    assert lone({"src/bad.py": (whole_file,)}, [ERROR]) == {"ESP900": Suppressed("noqa", "src/bad.py:1")}
    both = Noqa(6, 9, ("ESP101", "ESP202"), 6, 6)
    assert lone({"src/a.py": (both,)}) == {"ESP202": Suppressed("noqa", "src/a.py:6")}


def test_rules_that_are_not_selected_say_nothing() -> None:
    assert lone({"src/a.py": (COMMENT,)}, [ERROR], select=["ESP1"]) == {}
    assert lone({"src/a.py": (COMMENT,)}, [ERROR], ignore=["ESP9"]) == {"ESP202": None}


def test_where_paths_decide_what_is_compared_a_comment_may_be_of_use_elsewhere() -> None:
    evidence = Evidence((), (), {"src/a.py": (COMMENT,)}, NOTHING)
    assert judge(evidence, load(".", {}).config, settled=False).findings == ()


@pytest.mark.parametrize(
    ("roots", "has_table", "searched", "settled"),
    [
        ((), False, "/p/src", False),
        ((), False, "/p", True),
        ((), False, "/", True),
        ((), True, "/p/src", True),
        (("src",), False, "/p/src", True),
    ],
)
def test_what_is_compared_is_settled_by_settings_or_by_comparing_all(
    roots: tuple[str, ...], has_table: bool, searched: str, settled: bool
) -> None:
    config = replace(load(".", {}).config, project="/p", roots=roots, has_table=has_table)
    assert is_settled(config, [searched]) is settled


@pytest.mark.parametrize(
    ("paths", "needed"),
    [
        (["."], True),
        (["known.json"], True),
        (["src", ".."], True),
        (["src"], False),
        (["src/a.py", "other.json"], False),
        ([], False),
    ],
)
def test_all_groups_are_needed_where_the_baseline_is_asked_for(tmp_path: Path, paths: list[str], needed: bool) -> None:
    (tmp_path / "src").mkdir()
    config = load(str(tmp_path), {"baseline": str(tmp_path / "known.json")}).config
    assert needs_all_groups(config, paths, str(tmp_path)) is needed
    assert not needs_all_groups(replace(config, baseline=""), paths, str(tmp_path))
    assert not needs_all_groups(replace(config, ignore=("ESP2",)), paths, str(tmp_path))
