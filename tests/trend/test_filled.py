"""Filling a trend from real repositories: which commits, what is kept, and what becomes of a run that is killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from esper_lint import git as plumbing
from esper_lint.config import Config, load
from esper_lint.index import location
from esper_lint.trend import Filled, GitError, Sample, filled, known
from tests.history.stories import FIXED, Story, copy

PAIR = {"a.py": copy("A"), "b.py": copy("B")}


def config_of(story: Story, **options: object) -> Config:
    return load(
        str(story.folder), {"jobs": 1} | {key.replace("_", "-"): value for key, value in options.items()}
    ).config


def told(found: Filled) -> list[tuple[str, int, int, int, list[str]]]:
    """(subject, files, groups, lines, events) of each commit."""
    return [_told(sample) for sample in found.trend.samples]


def _told(sample: Sample) -> tuple[str, int, int, int, list[str]]:
    record = sample.record
    events = [event.kind.value for event in sample.events]
    return record.commit.subject, record.files, len(record.active), record.duplicated_lines, events


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """What may stand in a history, one thing after the other."""
    one = Story(tmp_path / "repository", {"readme.md": "No code yet.\n"})
    one.commit("pair", PAIR)
    one.commit("junk", {"c.py": "def forward(self:\n", "data.bin": "\0\1\2", "d.py": "\0\xff"})
    one.commit("noqa", {"a.py": copy("A", noqa="  # noqa"), "c.py": "", "d.py": ""})
    one.commit("third", {"a.py": copy("A"), "e.py": copy("E")})
    one.git("mv", "b.py", "moved.py")
    one.commit("renamed")
    one.git("checkout", "--quiet", "-b", "side")
    one.commit("on a branch", {"a.py": copy("A", FIXED)})
    one.git("checkout", "--quiet", "-")
    one.commit("meanwhile", {"other.txt": "x"})
    one.git("merge", "--quiet", "--no-ff", "--message=merged", "side")
    one.git("rm", "--quiet", "e.py", "moved.py")
    one.commit("deleted")
    return one


EXPECTED = [
    ("start", 0, 0, 0, []),
    ("pair", 2, 1, 14, ["birth"]),
    ("junk", 4, 1, 14, []),
    ("noqa", 4, 0, 0, ["silenced"]),
    ("third", 5, 1, 28, ["growth", "unsilenced"]),
    ("renamed", 5, 1, 28, []),
    ("meanwhile", 5, 1, 28, []),
    ("merged", 5, 1, 28, ["divergence"]),
    ("deleted", 3, 0, 0, ["death"]),
]


def test_a_history_is_told(story: Story) -> None:
    found = filled(config_of(story), every=1)
    assert told(found) == EXPECTED
    assert [sample.record.findings for sample in found.trend.samples] == [0, 2, 4, 0, 3, 3, 3, 3, 0]


def test_nothing_of_the_repository_is_touched(story: Story) -> None:
    story.write({"new.py": copy("New"), "a.py": "edited\n"})
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(story.folder.rglob("*"))]
    assert told(filled(config_of(story), every=1)) == EXPECTED  # and what is not committed is not seen
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(story.folder.rglob("*"))] == before


def test_a_commit_is_measured_once(story: Story) -> None:
    config = config_of(story)
    assert known(config) is None
    assert filled(config, every=3).measured == 4
    first = filled(config, every=1)
    assert (first.measured, filled(config, every=1)) == (5, Filled(first.trend, 1, 0))
    assert known(config) == first.trend
    story.commit("new", PAIR)
    again = filled(config, every=1)
    assert (again.measured, told(again)) == (1, [*EXPECTED, ("new", 4, 1, 14, ["birth"])])


def test_other_settings_and_other_patterns_are_other_records(story: Story) -> None:
    filled(config_of(story))
    assert known(config_of(story, threshold=90)) is None
    assert known(config_of(story, ignore=["ESP104"])) is None
    assert filled(config_of(story, exclude=["b.py"])).trend.samples[1].record.files == 1
    assert known(config_of(story)) is not None
    (story.folder / ".git" / "info" / "exclude").write_text("b.py\n")
    assert known(config_of(story)) is None
    assert filled(config_of(story)).trend.samples[1].record.files == 1


def test_the_baseline_of_today_hides_nothing(story: Story, tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text("no baseline at all")
    assert told(filled(config_of(story, baseline=str(tmp_path / "baseline.json")), every=1)) == EXPECTED


def test_what_is_on_another_branch_is_not_in_the_trend(story: Story) -> None:
    filled(config_of(story), every=1)
    story.git("checkout", "--quiet", "side")
    trend = known(config_of(story))
    assert trend is not None
    assert [_told(sample)[0] for sample in trend.samples] == [row[0] for row in EXPECTED[:6]]


SAMPLINGS = [
    ({"every": 1}, "012345678"),
    ({"every": 3}, "0368"),
    ({"every": 5}, "058"),
    ({"every": 100}, "08"),
    ({"every": 1, "most": 2}, "78"),
    ({"every": 1, "most": 100}, "012345678"),
    ({"every": 1, "since": "HEAD~3"}, "678"),
    ({"every": 4, "since": "HEAD~3"}, "8"),
    ({"every": 1, "since": "side"}, "678"),
    ({"every": 1, "since": "HEAD"}, ""),
    ({"every": 1, "since": "2000-01-01"}, "012345678"),
    ({"every": 1, "since": "2999-01-01T00:00:00+02:00"}, ""),
    ({}, "012345678"),
]


@pytest.mark.parametrize(("options", "numbers"), SAMPLINGS)
def test_which_commits_are_looked_at(story: Story, options: dict[str, object], numbers: str) -> None:
    found = filled(config_of(story, exclude=["*.py"]), **options)  # type: ignore[arg-type]
    assert [row[0] for row in told(found)] == [EXPECTED[int(number)][0] for number in numbers]


@pytest.mark.parametrize("since", ["nowhere", "yesterday", "--all", "", "2024-13-01"])
def test_a_beginning_that_means_nothing_is_refused(story: Story, since: str) -> None:
    with pytest.raises(GitError, match="neither a revision nor a date"):
        filled(config_of(story), since=since)


def test_by_default_there_are_128_commits_or_less(tmp_path: Path) -> None:
    story = Story(tmp_path / "long")
    table = "[tool.esper_lint]\n"
    stream = "".join(
        f"commit refs/heads/long\ncommitter x <x> {number} +0000\ndata 1\nx\n"
        f"M 100644 inline pyproject.toml\ndata {len(table) + 5}\n{table}#{number:04}\n"
        for number in range(1, 301)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=story.folder, input=stream.encode(), check=True)
    story.git("checkout", "--quiet", "long")
    found = filled(config_of(story))
    assert (found.every, len(found.trend.samples)) == (4, 76)


def test_no_repository_no_commit_no_work_tree_and_half_a_history_are_refused(tmp_path: Path, story: Story) -> None:
    plain, empty, bare, shallow = (tmp_path / name for name in ("plain", "empty", "bare.git", "shallow"))
    for folder in (plain, empty, bare):
        folder.mkdir()
    Story.git(_at(empty), "init", "--quiet")
    Story.git(_at(bare), "init", "--quiet", "--bare")
    story.git("clone", "--quiet", "--depth=2", story.folder.as_uri(), str(shallow))
    for folder, message in (
        (plain, "is not in a git repository"),
        (empty, "nothing is committed yet"),
        (bare, "is in a repository without a work tree"),
        (shallow, "the clone is shallow"),
    ):
        (folder / "pyproject.toml").write_text("[tool.esper_lint]\n")
        with pytest.raises(GitError, match=message):
            filled(config_of(_at(folder)))
        assert known(config_of(_at(folder))) is None


def _at(folder: Path) -> Story:
    story = Story.__new__(Story)
    story.folder = folder
    return story


def test_roots_that_lie_elsewhere_have_no_history(story: Story, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "c.py").write_text(copy("C"))
    assert told(filled(config_of(story, roots=[str(tmp_path / "elsewhere"), str(story.folder)]), every=1)) == EXPECTED
    with pytest.raises(GitError, match="no root lies in the repository"):
        filled(config_of(story, roots=[str(tmp_path / "elsewhere")]))


def test_a_project_in_a_folder_has_a_history_of_its_own(tmp_path: Path) -> None:
    story = Story(tmp_path / "repository")  # A and B at the top
    story.commit("project", {f"sub/{name}": text for name, text in PAIR.items()} | {"sub/pyproject.toml": ""})
    config = load(str(story.folder / "sub"), {"roots": [str(story.folder / "sub")], "jobs": 1}).config
    here = load(str(story.folder / "sub"), {"jobs": 1}).config
    assert (here.project, config.roots) == (str(story.folder), ("sub",))
    assert told(filled(config)) == [("start", 0, 0, 0, []), ("project", 2, 1, 14, ["birth"])]
    assert [row[1] for row in told(filled(here))] == [2, 4]


def test_submodules_are_as_far_as_they_are_there(tmp_path: Path) -> None:
    library = Story(tmp_path / "library")
    story = Story(tmp_path / "repository", {"c.py": copy("C")})
    story.git("submodule", "--quiet", "add", str(library.folder), "lib")
    story.commit("with a submodule")
    library.commit("third", {"z.py": copy("Z")})
    story.git("-C", "lib", "pull", "--quiet")
    story.commit("with a newer one")
    story.git("rm", "--quiet", "lib")
    story.commit("without")
    # `git rm` keeps the repository, but not its work tree.
    assert [row[1] for row in told(filled(config_of(story), every=1))] == [1, 1, 1, 1]
    story.git("revert", "--no-edit", "HEAD")
    story.git("submodule", "--quiet", "update", "--init")
    counts = [row[1] for row in told(filled(config_of(story, cache_dir=str(tmp_path / "other")), every=1))]
    assert counts == [1, 3, 4, 1, 4]


# -- the store --------------------------------------------------------------------------------------------------------


def stored(config: Config) -> Path:
    (found,) = location(config).parent.glob("history-*.sqlite")
    return found


def test_a_file_that_is_no_store_costs_only_time(story: Story) -> None:
    config = config_of(story)
    filled(config, every=1)
    stored(config).write_bytes(b"SQLite format 3\0 and then nothing of the kind" * 100)
    assert known(config) is None
    found = filled(config, every=1)
    assert (found.measured, told(found)) == (9, EXPECTED)
    assert filled(config, every=1).measured == 0


@pytest.mark.parametrize("table", ["records", "groups"])
@pytest.mark.parametrize(
    "payload", [b"", b"\0\0\0\0null", "text", 7, None, "sealed []", "sealed {}", "sealed [[1,2,3],{},[],4,5,6,7]"]
)
def test_a_damaged_row_is_measured_again(story: Story, table: str, payload: object) -> None:
    from esper_lint.index_values import sealed

    if isinstance(payload, str) and payload.startswith("sealed "):
        payload = sealed(payload.removeprefix("sealed ").encode())
    config = config_of(story)
    filled(config, every=1)
    with sqlite3.connect(stored(config)) as connection:
        connection.execute(f"UPDATE {table} SET payload = ?", (payload,))
    connection.close()
    found = filled(config, every=1)
    assert told(found) == EXPECTED
    assert found.measured == (9 if table == "records" else 7)


@pytest.mark.parametrize("lost", ["forms", "facts"])
def test_an_index_that_lost_something_costs_only_time(story: Story, lost: str) -> None:
    config = config_of(story)
    filled(config, every=4)
    with sqlite3.connect(location(config)) as connection:
        connection.execute(f"DELETE FROM {lost}")
    connection.close()
    assert told(filled(config, every=1)) == EXPECTED


def test_a_cache_that_cannot_be_written_costs_only_time(story: Story, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = config_of(story, cache_dir=str(tmp_path / "file" / "cache"))
    assert told(filled(config, every=1)) == EXPECTED


def test_a_run_without_the_cache_keeps_nothing(story: Story) -> None:
    config = config_of(story)
    assert told(filled(config, every=1, use_cache=False)) == EXPECTED
    assert list(location(config).parent.glob("*")) == []
    assert known(config) is None


def test_series_that_nobody_adds_to_are_forgotten(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esper_lint.trend.store._KEPT", 2)
    for threshold in (80, 81, 82):
        filled(config_of(story, threshold=threshold), every=100)
    assert [known(config_of(story, threshold=threshold)) is None for threshold in (80, 81, 82)] == [True, False, False]


def test_a_content_that_git_lacks_is_said_in_one_line(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plumbing, "contents", lambda folder, identities: {})
    with pytest.raises(GitError, match="git has not all files of this history"):
        filled(config_of(story), every=1)


def test_a_run_that_is_interrupted_goes_on_where_it_was(story: Story) -> None:
    class Enough:
        def __init__(self) -> None:
            self.done = 0

        def stage(self, name: str, total: int) -> None:
            assert (name, total) == ("history", 9)

        def advance(self, n: int = 1) -> None:
            self.done += n
            if self.done == 4:
                raise KeyboardInterrupt

    config = config_of(story)
    with pytest.raises(KeyboardInterrupt):
        filled(config, every=1, progress=Enough())
    found = filled(config, every=1)
    assert (found.measured, told(found)) == (5, EXPECTED)


def test_a_run_that_is_killed_goes_on_where_it_was(story: Story) -> None:
    """By another process, which never comes to tidy up."""
    script = (
        "import sys, time; from esper_lint.config import load; from esper_lint.trend import filled\n"
        "class Slow:\n"
        "    def stage(self, name, total): pass\n"
        "    def advance(self, n=1):\n"
        "        if n: print('.', flush=True); time.sleep(0.3)\n"
        "filled(load(sys.argv[1], {'jobs': 1}).config, every=1, progress=Slow())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(story.folder)], stdout=subprocess.PIPE, env=os.environ
    ) as child:
        assert child.stdout is not None
        for _ in range(3):
            assert child.stdout.readline() == b".\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
    found = filled(config_of(story), every=1)
    assert (found.measured < 7, told(found)) == (True, EXPECTED)
