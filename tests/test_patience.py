"""A run whose caller has little time: whole findings from the index, or none, and the next run gets further."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from unittest.mock import patch

import pytest

from esper_lint.analysis import Buffer, OutOfPatience, analyse, analyse_alone
from esper_lint.config import Config, load
from esper_lint.findings import Report
from esper_lint.index import Index, turn
from tests.trees import project, report, seed, write


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Of a project whose files are old enough for their stamps to be trusted."""
    project(tmp_path, {f"{name}.py": seed(name.upper()) for name in "abcd"})
    for file in tmp_path.iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return load(str(tmp_path), {"jobs": 1}).config


def hasty(config: Config, patience_s: float = 0.0, buffer: Buffer | None = None) -> Report:
    return analyse([], config, cwd=config.project, patience_s=patience_s, buffer=buffer)


def test_a_first_run_without_patience_ends_early_and_a_later_one_has_all(config: Config, tmp_path: Path) -> None:
    with pytest.raises(OutOfPatience):
        hasty(config)
    expected = report(tmp_path, cached=True)
    assert hasty(config) == expected == report(tmp_path)


def test_what_was_read_before_patience_ran_out_is_kept(config: Config) -> None:
    with patch("esper_lint.progress.time.monotonic", side_effect=range(1000)), pytest.raises(OutOfPatience):
        hasty(config, patience_s=5)
    index = Index(config)
    assert 0 < index.count("facts") < 4
    index.close()
    with patch("esper_lint.discovery.reading.read_source", side_effect=AssertionError) as read:
        with pytest.raises(AssertionError):
            hasty(config, patience_s=1000)
        assert read.call_count == 1  # of the first file that had not been read


def test_a_changed_file_is_waited_for_as_long_as_patience_lasts(config: Config, tmp_path: Path) -> None:
    report(tmp_path, cached=True)
    write(tmp_path, {"a.py": seed("Another")})
    with pytest.raises(OutOfPatience):
        hasty(config)
    assert hasty(config, patience_s=60) == report(tmp_path)


def test_a_run_waits_for_another_that_builds_the_index(config: Config, tmp_path: Path) -> None:
    found: list[Report] = []
    with turn(config, 0) as mine:
        assert mine
        with turn(config, 0.05) as theirs:
            assert not theirs
        with pytest.raises(OutOfPatience):
            hasty(config, patience_s=0.05)
        waiting = threading.Thread(target=lambda: found.append(report(tmp_path, cached=True)))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join(30)
    assert found == [report(tmp_path)]


def test_a_first_run_on_a_buffer_leaves_the_tree_on_disk_in_the_index(config: Config, tmp_path: Path) -> None:
    buffer = Buffer("a.py", b"x = 1\n")
    expected = report(tmp_path)
    first = report(tmp_path, buffer=buffer, cached=True)
    assert first == report(tmp_path, buffer=buffer)
    with patch("esper_lint.comparing.compare", side_effect=AssertionError):
        assert hasty(config, 60) == expected
        # Of the buffer nothing was kept: it is read again, and holds nothing to compare.
        assert hasty(config, 60, buffer) == first


def test_a_file_alone_is_compared_with_itself_only(config: Config, tmp_path: Path) -> None:
    two = seed("A") + "\n\n" + seed("Other")
    found = analyse_alone(Buffer("a.py", two.encode()), config, cwd=str(tmp_path))
    assert [[member.qualname for member in group.members] for group in found.groups] == [["A", "Other"]]
    assert analyse_alone(Buffer("a.py", seed("A").encode()), config, cwd=str(tmp_path)).groups == ()
