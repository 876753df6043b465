"""What makes a member and a group the same across runs: nothing that a move or a reformatting changes."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from esper_lint.findings import Group, UnitKind
from esper_lint.identity import group_id, is_same_group
from tests.rules.builders import group, member
from tests.trees import BODY, project, report, seed


def fingerprints(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """qualname@path -> fingerprint of every member."""
    found = report(project(folder, files))
    return {f"{one.qualname}@{one.path}": one.fingerprint for many in found.groups for one in many.members}


def ids(folder: Path, files: dict[str, str]) -> list[str]:
    return sorted(one.id for one in report(project(folder, files)).groups)


def test_lines_paths_and_layout_do_not_count(tmp_path: Path) -> None:
    before = fingerprints(tmp_path / "one", {"a.py": seed("A"), "b.py": seed("B")})
    moved = "# moved\n\nx = 1\n" + ast.unparse(ast.parse(seed("A"))).replace("q =", "\n        # why\n        q =")
    after = fingerprints(tmp_path / "two", {"z/deep.py": moved + "\n", "b.py": seed("B")})
    assert before == {"A@a.py": after["A@z/deep.py"], "B@b.py": after["B@b.py"]}
    assert ids(tmp_path / "one", {}) == ids(tmp_path / "two", {}) == [min(before.values())]


def test_renamed_locals_attributes_and_literals_do_not_count_and_other_code_does(tmp_path: Path) -> None:
    before = fingerprints(tmp_path / "one", {"a.py": seed("A"), "b.py": seed("B")})
    renamed = seed("A", body=BODY.replace("qkv", "project").replace("3", "4"))
    after = fingerprints(tmp_path / "two", {"a.py": renamed, "b.py": seed("B")})
    assert before == after
    edited = fingerprints(tmp_path / "three", {"a.py": seed("A"), "b.py": seed("B", body=BODY.replace("x +", "x -"))})
    assert edited["A@a.py"] == before["A@a.py"] and edited["B@b.py"] != before["B@b.py"]


def test_another_name_is_another_member(tmp_path: Path) -> None:
    before = fingerprints(tmp_path / "one", {"a.py": seed("A"), "b.py": seed("B")})
    after = fingerprints(tmp_path / "two", {"a.py": seed("A"), "b.py": seed("C")})
    assert after["A@a.py"] == before["A@a.py"] and after["C@b.py"] != before["B@b.py"]


def test_equals_are_told_apart_by_their_order(tmp_path: Path) -> None:
    files = {"a.py": seed("A"), "b.py": seed("A"), "c.py": seed("A")}
    found = fingerprints(tmp_path / "one", files)
    assert len(set(found.values())) == 3
    # What is reported of them does not change them.
    everything = report(tmp_path / "one")
    some = report(tmp_path / "one", "c.py")
    assert everything.groups == some.groups
    assert {finding.fingerprint for finding in some.findings} == {found["A@c.py"]}


def test_both_units_of_a_class_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    init = "    def __init__(self, dim):\n        super().__init__()\n"
    own = "".join(f"        self.layer_{number} = Own{number}(dim + {number})\n" for number in range(20))
    files = {"a.py": seed("A", init=init + own), "b.py": seed("B", init=init), "c.py": seed("C", init=init)}
    found = report(project(tmp_path, files))
    prints = {one.unit: {member.fingerprint for member in one.members} for one in found.groups}
    assert {unit: len(those) for unit, those in prints.items()} == {UnitKind.FORWARD: 3, UnitKind.CLASS: 2}
    assert prints[UnitKind.FORWARD].isdisjoint(prints[UnitKind.CLASS])


def test_a_groups_id_is_its_first_members() -> None:
    assert group_id(["c", "a", "b"]) == group_id(["b", "c", "a"]) == "a"


# -- the same group ---------------------------------------------------------------------------------------------------


def of(*names: str, unit: UnitKind = UnitKind.FORWARD) -> Group:
    """Members by ``path:qualname`` and, after a ``#``, their fingerprint."""
    members = []
    for name in names:
        place, _, fingerprint = name.partition("#")
        path, _, qualname = place.partition(":")
        members.append(replace(member(qualname, path), fingerprint=fingerprint or place))
    return group(*members, unit=unit)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (["a:A", "b:B"], ["a:A", "b:B"], True),
        (["a:A", "b:B"], ["b:B", "a:A"], True),
        (["a:A", "b:B"], ["a:A", "c:C"], True),
        (["a:A", "b:B"], ["c:C", "d:D"], False),
        (["a:A", "b:B"], ["a:A", "c:C", "d:D"], False),
        (["a:A", "b:B"], ["a:A", "b:B", "c:C", "d:D"], True),
        (["a:A", "b:B"], ["a:A", "b:B", "c:C", "d:D", "e:E"], False),
        (["a:A", "b:B", "c:C"], ["a:A", "d:D"], False),
        (["a:A", "b:B", "c:C", "d:D"], ["a:A", "b:B"], True),
        # Moved, so that only fingerprints match; edited, so that only places do.
        (["a:A#1", "b:B#2"], ["x:A#1", "y:B#2"], True),
        (["a:A#1", "b:B#2"], ["a:A#3", "b:B#4"], True),
        (["a:A#1", "b:B#2"], ["x:A#3", "y:B#4"], False),
        # One member matches one, be it by fingerprint or by place.
        (["a:A#1", "b:B#2"], ["x:A#1", "a:A#5", "c:C", "d:D"], False),
        (["a:A#1", "b:B#2"], ["a:A#1", "c:C", "d:D", "e:E"], False),
    ],
)  # fmt: skip
def test_at_least_half_of_the_larger_must_match(old: list[str], new: list[str], same: bool) -> None:
    assert is_same_group(of(*old), of(*new)) is same
    assert is_same_group(of(*new), of(*old)) is same


def test_a_class_group_is_never_a_forward_group() -> None:
    assert not is_same_group(of("a:A", "b:B"), of("a:A", "b:B", unit=UnitKind.CLASS))
