"""The one function that decides what is silent, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from esper_lint.discovery.noqa import Noqa
from esper_lint.findings import Member, Suppressed, UnitKind
from esper_lint.suppression.baseline import Baseline, entry_of
from esper_lint.suppression.settings import per_file_silencers
from esper_lint.suppression.status import Silencers, Status, covers, status, status_at
from tests.rules.builders import group, member

THREE = group(member("A", "a.py", 5), member("B", "b.py", 7), member("C", "c.py", 9))
NOTHING = (None, None, None)


def decided(
    noqa: Mapping[str, Sequence[str]] | None = None,
    per_file: Mapping[str, Sequence[str]] | None = None,
    known: Sequence[Member] = (),
) -> Status:
    """``noqa`` by ``path:line``, ``per_file`` by path, each with codes; ``known`` are the members of an entry."""
    comments: dict[str, list[Noqa]] = {}
    for place, codes in (noqa or {}).items():
        path, _, line = place.partition(":")
        comments.setdefault(path, []).append(Noqa(int(line), 20, tuple(codes), int(line), int(line)))
    ignores = {path: [("*.py", tuple(codes))] for path, codes in (per_file or {}).items()}
    entries = [replace(entry_of("ESP101", UnitKind.FORWARD, known), line=4)] if known else []
    return status(THREE, Silencers(comments, ignores, Baseline("known.json", tuple(entries))))


def test_nothing_is_silent_by_itself() -> None:
    assert decided() == Status(None, NOTHING, NOTHING)
    assert decided().silent == (None, None, None)


@pytest.mark.parametrize("codes", [[], ["ESP101"], ["ESP"], ["ESP1"], ["E501", "ESP101"]])
def test_a_noqa_takes_its_member_out(codes: list[str]) -> None:
    reason = Suppressed("noqa", "a.py:5")
    assert decided({"a.py:5": codes}) == Status(None, (reason, None, None), NOTHING)


@pytest.mark.parametrize(
    ("place", "codes"), [("a.py:5", ["ESP102"]), ("a.py:4", []), ("d.py:5", []), ("a.py:5", ["E5"])]
)
def test_a_noqa_of_another_rule_line_or_file_does_not(place: str, codes: list[str]) -> None:
    assert decided({place: codes}).silent == (None, None, None)


def test_a_group_with_fewer_than_two_active_members_is_silent() -> None:
    found = decided({"b.py:7": [], "c.py:9": ["ESP101"]})
    first, second = Suppressed("noqa", "b.py:7"), Suppressed("noqa", "c.py:9")
    assert found == Status(first, (None, first, second), NOTHING)
    assert found.silent == (first, first, second)


def test_settings_silence_too_and_the_comment_is_named_first() -> None:
    setting = Suppressed("per-file", "per-file-ignores *.py")
    assert decided(per_file={"a.py": ["ESP101"], "b.py": []}) == Status(setting, (setting, setting, None), NOTHING)
    found = decided({"a.py:5": []}, {"a.py": []})
    assert found.members == (Suppressed("noqa", "a.py:5"), None, None)
    assert decided(per_file={"a.py": ["ESP9"]}).silent == (None, None, None)


A, B, C = THREE.members
KNOWN = Suppressed("baseline", "known.json:4")


def test_a_group_of_known_members_is_silent() -> None:
    assert decided(known=[A, B, C]) == Status(KNOWN, NOTHING, (KNOWN, KNOWN, KNOWN))


def test_known_members_stay_in_their_group_beside_a_new_one() -> None:
    found = decided(known=[A, B])
    assert found == Status(None, NOTHING, (KNOWN, KNOWN, None))
    assert found.silent == (KNOWN, KNOWN, None)


def test_a_new_member_that_a_comment_takes_out_leaves_a_known_group() -> None:
    comment = Suppressed("noqa", "c.py:9")
    found = decided({"c.py:9": []}, known=[A, B])
    assert found.group == KNOWN
    assert found.silent == (KNOWN, KNOWN, comment)


def test_a_comment_is_named_before_the_baseline() -> None:
    found = decided({"a.py:5": [], "b.py:7": []}, known=[A, B, C])
    assert found.group == Suppressed("noqa", "a.py:5")
    assert found.silent == (Suppressed("noqa", "a.py:5"), Suppressed("noqa", "b.py:7"), KNOWN)


def test_a_comment_acts_on_all_lines_that_it_speaks_for() -> None:
    comments = {"a.py": [Noqa(8, 1, (), 4, 8)]}
    assert status_at("a.py", 4, "ESP900", Silencers(comments, {})) == Suppressed("noqa", "a.py:8")
    assert status_at("a.py", 9, "ESP900", Silencers(comments, {})) is None


@pytest.mark.parametrize(
    ("codes", "rule", "covered"),
    [((), "ESP101", True), (("ESP10",), "ESP101", True), (("ESP1012",), "ESP101", False), (("E", "F"), "ESP101", True)],
)
def test_codes_cover_by_prefix(codes: tuple[str, ...], rule: str, covered: bool) -> None:
    assert covers(codes, rule) is covered


@pytest.mark.parametrize(
    ("pattern", "silenced"),
    [
        ("*.py", {"a.py", "src/a.py", "src/deep/a.py"}),
        ("a.py", {"a.py", "src/a.py", "src/deep/a.py"}),
        ("/a.py", {"a.py"}),
        ("src/", {"src/a.py", "src/deep/a.py"}),
        ("src/*", {"src/a.py", "src/deep/a.py"}),
        ("**/deep/*.py", {"src/deep/a.py"}),
        ("b.py", set()),
    ],
)
def test_patterns_are_those_of_git(pattern: str, silenced: set[str]) -> None:
    names = ["a.py", "src/a.py", "src/deep/a.py"]
    found = per_file_silencers([(pattern, ("ESP101",))], names)
    assert found == {name: [(pattern, ("ESP101",))] for name in silenced}


def test_every_pattern_that_matches_adds_its_codes() -> None:
    found = per_file_silencers([("*.py", ("ESP101",)), ("a.*", ())], ["a.py"])
    assert found == {"a.py": [("*.py", ("ESP101",)), ("a.*", ())]}
    assert per_file_silencers([], ["a.py"]) == {}
