"""A run that starts from an earlier state says what one that starts from nothing says."""

from __future__ import annotations

import os
import tempfile
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.analysis import Buffer
from esper_lint.matching.explaining import explain_all
from esper_lint.rules.relations import relation
from tests.trees import overlay_report, project, report, seed, write

STEPS = [f"        x = self.layer(x, {step})\n" for step in "abcdefghijklmnop"]
BODIES = [
    "".join(STEPS[at] for at in steps) + "        return x\n"
    for steps in (range(0, 10), range(1, 11), range(2, 12), range(4, 14), (0, 1, 2, 3, 4, 4, 6, 7, 8, 9))
]
LAID_OUT = BODIES[1].replace("x, c", "x,  c").replace(STEPS[4], f"        # so\n{STEPS[4]}")
RENAMED = BODIES[0].replace("x", "y").replace("forward(self, y)", "forward(self, x)")
NAMES = ["a.py", "b.py", "deep/c.py", "d.py", "e.py", "f.py"]
SEEDS = st.builds(
    seed,
    st.sampled_from(["A", "B"]),
    body=st.sampled_from([*BODIES, LAID_OUT, RENAMED]),
    noqa=st.sampled_from(["", "  # noqa: ESP104", "  # noqa"]),
)
CONTENTS = st.one_of(
    SEEDS,
    SEEDS,
    # Whether the first is a module class depends on whether the second is there.
    SEEDS.map(lambda text: text.replace("(nn.Module)", "(Base)").replace("from torch", "from base")),
    st.just("from torch import nn\n\n\nclass Base(nn.Module):\n    pass\n"),
    st.lists(SEEDS, min_size=2, max_size=2).map("\n\n".join),
    SEEDS.map(lambda text: f"# @generated\n{text}"),
    st.sampled_from(["", "def forward(:\n", "x = 1\n"]),
)
EDITS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.one_of(CONTENTS, CONTENTS, st.none()), min_size=1, max_size=3),
    min_size=2,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(EDITS, st.sampled_from(NAMES), CONTENTS)
def test_law_after_any_edits_a_report_is_that_of_a_first_run(
    edits: list[dict[str, str | None]], buffered: str, text: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = project(Path(folder).resolve(), {"deep/keep.py": ""}, "threshold = 85")
        again = partial(report, tree, cached=True, cache_dir=f"{folder}/.cache")
        for number, edit in enumerate(edits):
            for name, content in edit.items():
                if content is None:
                    (tree / name).unlink(missing_ok=True)
                else:
                    write(tree, {name: content})
                    os.utime(tree / name, (1_000_000_000 + number, 1_000_000_000))
            expected = report(tree)
            assert again() == expected
            assert again() == expected
        # A buffer is compared with the state on disk, and leaves it alone.
        buffer = Buffer(buffered, text.encode())
        assert again(buffer=buffer) == report(tree, buffer=buffer)
        assert again() == expected


FILES = st.dictionaries(st.sampled_from(NAMES), CONTENTS, min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(FILES, FILES, FILES, st.sampled_from([(), ("a.py",), ("deep", "b.py")]))
def test_law_the_report_of_an_overlay_is_that_of_the_tree_with_its_files_written(
    files: dict[str, str], edits: dict[str, str], changed: dict[str, str], paths: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before = {"deep/keep.py": "", "a.py": "", "b.py": "", **files, **edits}
        tree = project(Path(folder).resolve(), {"deep/keep.py": "", **files}, "threshold = 85")
        again = partial(report, tree, cached=True, cache_dir=f"{folder}/.cache")
        overlaid = partial(overlay_report, tree, changed, *paths)
        again()
        write(tree, before)
        found = [overlaid(), overlaid(cached=True, cache_dir=f"{folder}/.cache")]  # which knows an earlier state
        assert again() == report(tree)
        found += [overlaid(cached=True, cache_dir=f"{folder}/{name}") for name in (".cache", ".empty")]
        assert again() == report(tree)
        write(tree, changed)
        expected = report(tree, *paths, *(changed.keys() - before.keys() if paths else ()))
        assert found == [expected] * 4
        assert again() == report(tree)


def test_only_the_neighbourhoods_of_what_has_changed_are_decided_anew(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{name}.py": seed(name.upper()) for name in "ab"}
    files |= {f"{name}.py": seed(name.upper(), body=BODIES[0]) for name in "xy"}
    project(tmp_path, files)
    report(tmp_path, cached=True)
    write(tmp_path, {"a.py": "\n" + seed("A")})
    with patch("esper_lint.deciding.relation", wraps=relation) as decided:
        found = report(tmp_path, cached=True)
    assert [{unit.path for unit in call.args[0]} for call in decided.call_args_list] == [{"a.py", "b.py"}] * 2
    assert len(found.groups) == 2 and found == report(tmp_path)


@pytest.mark.parametrize("edit", ["touched", "moved"])
def test_a_content_that_was_read_before_is_not_parsed_again(tmp_path: Path, edit: str) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": seed("B")})
    report(tmp_path, cached=True)
    if edit == "touched":
        os.utime(tmp_path / "a.py", (1_000_000_000, 1_000_000_000))
    else:
        (tmp_path / "a.py").rename(tmp_path / "c.py")
    with patch("esper_lint.discovery.reading.read_source") as parsed:
        found = report(tmp_path, cached=True)
    assert not parsed.called
    assert found == report(tmp_path)


def test_messages_are_made_of_what_is_asked_for_and_kept(tmp_path: Path) -> None:
    project(tmp_path, {f"{name}.py": seed(name.upper()) for name in "abc"})
    whole = report(tmp_path)
    for name in "ab":
        part = report(tmp_path, f"{name}.py", cached=True)
        assert part.findings == tuple(one for one in whole.findings if one.path == f"{name}.py")
    with patch("esper_lint.deciding.messages", side_effect=AssertionError):
        assert report(tmp_path, "a.py", cached=True).findings == whole.findings[:1]
    assert report(tmp_path, cached=True) == whole
    with patch("esper_lint.deciding.messages", side_effect=AssertionError):
        assert report(tmp_path, cached=True) == whole
        assert report(tmp_path, "c.py", cached=True).findings == whole.findings[2:]


def test_a_group_that_comes_out_as_it_was_is_told_as_it_was(tmp_path: Path) -> None:
    project(tmp_path, {f"{name}.py": seed(name.upper()) for name in "abc"})
    whole = report(tmp_path, cached=True)
    write(tmp_path, {"a.py": f"{seed('A')}\n\nSIZE = 1\n"})
    with patch("esper_lint.deciding.messages", side_effect=AssertionError):
        assert report(tmp_path, cached=True) == whole
    write(tmp_path, {"a.py": f"\n{seed('A')}"})
    found = report(tmp_path, cached=True)
    assert found == report(tmp_path) and found.findings[0].line == whole.findings[0].line + 1


def test_how_the_members_of_a_group_differ_is_not_asked_again_if_none_has_changed(tmp_path: Path) -> None:
    bodies = dict(zip("abcde", (BODIES[0], RENAMED, BODIES[1], BODIES[2], BODIES[3]), strict=True))
    project(tmp_path, {f"{name}.py": seed(name.upper(), body=body) for name, body in bodies.items()}, "threshold = 85")
    report(tmp_path, cached=True)
    write(tmp_path, {"a.py": seed("A", body=BODIES[0].replace("x, c", "x,  c"))})
    with patch("esper_lint.deciding.explain_all", wraps=explain_all) as explained:
        found = report(tmp_path, cached=True)
    assert [[unit.path for unit in units] for units in explained.call_args.args[0]] == [["a.py", "b.py"]]
    # The other group is of the same neighbourhood: near links lead there, so it was decided anew.
    assert [[one.path for one in group.members] for group in found.groups] == [
        ["a.py", "b.py"],
        ["c.py", "d.py", "e.py"],
    ]
    assert any(one.near for one in found.groups[0].members)
    assert found == report(tmp_path)
