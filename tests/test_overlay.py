"""A report on a tree as it would be is judged like any other, and leaves no trace."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from esper_lint.analysis import TreeChanged, analyse_overlay, gather_overlay
from esper_lint.config import load
from esper_lint.discovery.reading import facts_of
from esper_lint.index import location
from esper_lint.selection import on_disk
from esper_lint.suppression.baseline import entry_of
from esper_lint.suppression.baseline_file import lines_of
from tests.trees import groups, overlay_report, places, project, report, seed, write

LOCKSTEP = "# esper: lockstep(seeds)\nclass"


def stored(folder: Path) -> list[str]:
    """All that the index holds."""
    connection = sqlite3.connect(location(load(str(folder), {}).config))
    rows = list(connection.iterdump())
    connection.close()
    return rows


def old(folder: Path) -> None:
    """Make all files so old that the index remembers their stamps."""
    for file in folder.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))


def test_nothing_is_written_anywhere_and_what_is_unchanged_is_not_read_again(tmp_path: Path) -> None:
    project(tmp_path, {f"{name}.py": seed(name.upper()) for name in "abcd"})
    old(tmp_path)
    expected = report(tmp_path, cached=True)
    before = stored(tmp_path)
    changed = {
        "b.py": seed("B").replace("dim=-1", "dim=-2").replace("y =", "z = 1\n        y ="),
        "new.py": seed("New"),
    }
    with patch("esper_lint.discovery.reading.facts_of", wraps=facts_of) as read:
        found = overlay_report(tmp_path, changed, cached=True)
    assert sorted(call.args[0].decode() for call in read.call_args_list) == sorted(changed.values())
    assert {one.path for one in found.active} == {"a.py", "b.py", "c.py", "d.py", "new.py"}
    assert stored(tmp_path) == before
    assert sorted(file.name for file in tmp_path.glob("*.py")) == ["a.py", "b.py", "c.py", "d.py"]
    assert report(tmp_path, cached=True) == expected


def test_only_new_files_join_those_that_are_asked_for(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": "x = 1\n", "b.py": "x = 1\n"})
    changed = {"b.py": seed("B"), "deep/new.py": seed("New")}
    assert places(overlay_report(tmp_path, changed, "a.py")) == [("deep/new.py", 6, "ESP104")]
    assert [one[0] for one in places(overlay_report(tmp_path, changed, "b.py"))] == ["b.py", "deep/new.py"]


@pytest.mark.parametrize("cached", [False, True])
def test_silence_is_that_of_the_settings(tmp_path: Path, cached: bool) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": "x = 1\n"}, 'per-file-ignores = {"tests/*" = ["ESP104"]}')
    assert groups(overlay_report(tmp_path, {"b.py": seed("B")}, cached=cached)) == [("ESP104", ["A", "B"])]
    for silent in ({"b.py": seed("B", noqa="  # noqa: ESP104")}, {"tests/b.py": seed("B")}):
        assert groups(overlay_report(tmp_path, silent, cached=cached)) == []


@pytest.mark.parametrize("cached", [False, True])
def test_contracts_are_those_of_the_overlay(tmp_path: Path, cached: bool) -> None:
    project(tmp_path, {f"{name}.py": seed(name.upper()).replace("class", LOCKSTEP) for name in "ab"})
    assert places(report(tmp_path, cached=cached)) == []
    changed = {"b.py": seed("B").replace("class", LOCKSTEP).replace("dim=-1", "dim=-2")}
    assert {one[2] for one in places(overlay_report(tmp_path, changed, cached=cached))} == {"ESP201"}
    bare = {name: seed(name[0].upper()) for name in ("a.py", "b.py")}
    assert {one[2] for one in places(overlay_report(tmp_path, bare, cached=cached))} == {"ESP104"}
    assert places(report(tmp_path, cached=cached)) == []


@pytest.mark.parametrize("late", [None, b"x = 1\n"])
def test_a_file_that_changed_since_it_was_found_is_told(tmp_path: Path, late: bytes | None) -> None:
    near = seed("B").replace("dim=-1", "dim=-2").replace("y =", "z = 1\n        y =")
    project(tmp_path, {"a.py": near, "b.py": "x = 1\n"})
    old(tmp_path)
    report(tmp_path, cached=True)
    config = load(str(tmp_path), {"jobs": 1}).config
    found = on_disk([str(tmp_path)], config, str(tmp_path))
    changed = {"b.py": seed("B").encode()}
    assert gather_overlay(found, changed, config)[1].groups
    if late is None:
        (tmp_path / "a.py").unlink()
    else:
        write(tmp_path, {"a.py": late})
    with pytest.raises(TreeChanged, match=r"a\.py"):
        analyse_overlay(found, changed, config)


@pytest.mark.parametrize("cached", [False, True])
def test_the_baseline_hides_what_it_knows_and_tells_what_would_be_of_no_use(tmp_path: Path, cached: bool) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": seed("B")})
    entries = (entry_of(one.rule, one.unit, one.members) for one in report(tmp_path).groups)
    write(tmp_path, {"known.json": "\n".join(lines_of(entries))})
    judged = partial(overlay_report, tmp_path, cached=cached, baseline=str(tmp_path / "known.json"))
    assert places(judged({"a.py": "\n" + seed("A")})) == []
    assert places(judged({"c.py": seed("C")})) == [("c.py", 6, "ESP104")]
    assert [(path, rule) for path, _, rule in places(judged({"a.py": "x = 1\n"}))] == [("known.json", "ESP202")]
    assert places(judged({"a.py": "x = 1\n"}, "b.py")) == []
