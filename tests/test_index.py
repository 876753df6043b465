"""Whatever happens to the index, and however many runs share it: the same report, and no code run from it."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import pickle
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from esper_lint import index
from esper_lint.config import Config, load
from esper_lint.findings import Report
from esper_lint.index import Index, clear, location, stats
from tests.trees import project, report, seed, write


def steps(number: int) -> str:
    return (
        "".join(f"        x = self.layer_{at}(x, {at})\n" for at in range(number, number + 12)) + "        return x\n"
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project whose files are old enough for their stamps to be trusted."""
    files: dict[str, str | bytes] = {f"m{number}.py": seed(f"M{number}", body=steps(number)) for number in range(8)}
    folder = project(tmp_path / "tree", files | {"broken.py": "def forward(:\n"})
    for file in folder.iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return folder


def config(tree: Path) -> Config:
    return load(str(tree), {}).config


def warm(tree: Path) -> tuple[Path, Report]:
    """The index after a run, and what that run reported."""
    return location(config(tree)), report(tree, cached=True)


def forget_trees(place: Path) -> None:
    """Make the next run compare all anew, from the facts and forms that the index holds."""
    with sqlite3.connect(place) as connection:
        connection.execute("DELETE FROM results WHERE kind IN ('snapshot', 'workings')")
    connection.close()


# -- damage -----------------------------------------------------------------------------------------------------------


def truncated(place: Path) -> None:
    place.write_bytes(place.read_bytes()[: place.stat().st_size // 2])


def scrambled(place: Path) -> None:
    data = bytearray(place.read_bytes())
    for at in range(100, len(data), 97):
        data[at] ^= 0xFF
    place.write_bytes(data)


def of_other_tables(place: Path) -> None:
    place.unlink()
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE stamps(x)")
        connection.execute("CREATE TABLE facts(y)")
    connection.close()


def replaced_by_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def replaced_by_link(place: Path) -> None:
    place.unlink()
    place.symlink_to("nowhere/at/all")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda place: place.write_bytes(b""),
    "random bytes": lambda place: place.write_bytes(random.Random(1).randbytes(50_000)),
    "text": lambda place: place.write_bytes(b"not a database\n" * 500),
    "truncated": truncated,
    "scrambled": scrambled,
    "other tables": of_other_tables,
    "a folder": replaced_by_folder,
    "a link to nowhere": replaced_by_link,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_index_changes_nothing(tree: Path, damage: Callable[[Path], object]) -> None:
    place, expected = warm(tree)
    damage(place)
    assert report(tree, cached=True) == expected
    assert report(tree, cached=True) == expected


@pytest.mark.parametrize("damage", ["random bytes", "truncated", "other tables"])
def test_a_damaged_index_is_replaced_by_a_sound_one(tree: Path, damage: str) -> None:
    place, expected = warm(tree)
    DAMAGE[damage](place)
    assert [report(tree, cached=True) for _ in range(3)] == [expected] * 3
    index = Index(config(tree))
    assert index.count("facts") > 0
    index.close()


@pytest.mark.parametrize("table", ["stamps", "facts", "forms", "results"])
@pytest.mark.parametrize("share", ["1", "random() % 2 = 0"])
def test_lost_rows_change_nothing(tree: Path, table: str, share: str) -> None:
    place, expected = warm(tree)
    forget_trees(place)
    with sqlite3.connect(place) as connection:
        connection.execute(f"DELETE FROM {table} WHERE {share}")
    connection.close()
    assert report(tree, cached=True) == expected
    write(tree, {"new.py": seed("New", body=steps(3))})
    assert report(tree, cached=True) == report(tree)


@pytest.mark.parametrize("table", ["facts", "results", "forms"])
@pytest.mark.parametrize("value", [b"", b"\0" * 40, None, "text", 7, 1.5])
def test_values_of_another_kind_change_nothing(tree: Path, table: str, value: object) -> None:
    place, expected = warm(tree)
    forget_trees(place)
    with sqlite3.connect(place) as connection:
        connection.execute(f"UPDATE {table} SET payload = ?", (value,))
    connection.close()
    assert report(tree, cached=True) == expected


@pytest.mark.parametrize("table", ["facts", "results", "forms"])
def test_values_with_flipped_bits_change_nothing(tree: Path, table: str) -> None:
    place, expected = warm(tree)
    forget_trees(place)
    with sqlite3.connect(place) as connection:
        connection.execute(f"UPDATE {table} SET payload = zeroblob(length(payload))")
    connection.close()
    assert report(tree, cached=True) == expected


def test_a_planted_pickle_runs_no_code(tree: Path, tmp_path: Path) -> None:
    place, expected = warm(tree)
    mark = tmp_path / "executed"

    class Planted:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(mark),)

    for data in (pickle.dumps(Planted()), b"cos\nmkdir\n(V" + os.fsencode(mark) + b"\ntR."):
        payload = zlib.crc32(data).to_bytes(4, "little") + data
        with sqlite3.connect(place) as connection:
            connection.execute("UPDATE facts SET payload = ?", (payload,))
            connection.execute("UPDATE results SET payload = ?", (payload,))
        connection.close()
        assert report(tree, cached=True) == expected
        assert not mark.exists()


# -- places that cannot be written ------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/dev/null/cache", "/proc/nowhere/cache", "file/cache"])
def test_a_cache_that_cannot_be_made_changes_nothing(tree: Path, place: str) -> None:
    write(tree, {"file": "not a folder"})
    expected = report(tree)
    for _ in range(2):
        assert report(tree, cached=True, cache_dir=str(tree / place)) == expected


def test_a_cache_that_cannot_be_made_is_kept_among_temporary_files(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    expected = report(tree, cached=True, cache_dir="/dev/null/cache")
    (folder,) = tmp_path.glob("esper-lint-*")
    assert folder.stat().st_mode & 0o777 == 0o700 and folder.stat().st_uid == os.getuid()
    with patch("esper_lint.discovery.reading.read_source") as parsed:
        assert report(tree, cached=True, cache_dir="/dev/null/cache") == expected
    assert not parsed.called


@pytest.mark.parametrize("planted", ["link", "file"])
def test_what_another_has_put_among_temporary_files_is_not_read(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    place = tmp_path / f"esper-lint-{os.getuid()}"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if planted == "link":
        place.symlink_to(elsewhere)
    else:
        place.write_bytes(b"")
    assert report(tree, cached=True, cache_dir="/dev/null/cache") == report(tree)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a device of Linux")
def test_a_full_disk_changes_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite is told that the database may not grow, which it reports as a full disk."""
    expected = report(tree)
    connect = sqlite3.connect

    def small(*arguments: object, **keywords: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **keywords)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 10")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    for _ in range(2):
        assert report(tree, cached=True) == expected
    monkeypatch.undo()
    for _ in range(2):
        assert report(tree, cached=True) == expected


def test_a_read_only_index_is_read_and_stays_as_it_is(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, expected = warm(tree)
    before = place.read_bytes()
    connect = sqlite3.connect

    def read_only(path: object, *arguments: object, **keywords: object) -> sqlite3.Connection:
        # chmod does not bind root, so that the connection is made what a read-only file would make it.
        name = str(path) if str(path).startswith("file:") else f"{Path(str(path)).as_uri()}?mode=ro"
        return connect(name, *arguments, **{**keywords, "uri": True})  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", read_only)
    assert report(tree, cached=True) == expected
    write(tree, {"new.py": seed("New", body=steps(3))})
    assert report(tree, cached=True) == report(tree) != expected
    assert place.read_bytes() == before


# -- several runs at once ---------------------------------------------------------------------------------------------

RUN = [sys.executable, "-m", "esper_lint", "check", "--output-format", "json"]


def test_two_cold_runs_at_once_agree(tree: Path) -> None:
    runs = [subprocess.Popen(RUN, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    results = [(run.communicate(timeout=120), run.returncode) for run in runs]
    assert {status for _, status in results} == {1}
    assert len({out for (out, _), _ in results}) == 1 and b'"rule"' in results[0][0][0]
    assert all(b"Traceback" not in err for (_, err), _ in results)
    assert report(tree, cached=True) == report(tree)


def _run_forever(folder: str) -> None:
    """First runs, runs with a changed file, and runs without, one after the other."""
    tree = Path(folder)
    for number in itertools.count():
        if number % 4 == 0:
            clear(config(tree))
        elif number % 4 < 3:
            write(tree, {"m0.py": seed("M0", body=steps(number % 7))})
        report(tree, cached=True)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_run_that_is_killed_leaves_a_sound_index(tree: Path) -> None:
    delays = random.Random(3)
    for _ in range(int(os.environ.get("ESPER_KILLS", "8"))):
        child = multiprocessing.Process(target=_run_forever, args=(str(tree),))
        child.start()
        time.sleep(delays.uniform(0.01, 0.4))
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        expected = report(tree)
        assert report(tree, cached=True) == expected
        assert report(tree, cached=True) == expected


def test_an_index_that_another_holds_locked_is_done_without(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, _ = warm(tree)
    monkeypatch.setattr("esper_lint.soft_database._WAIT_S", 0.05)
    write(tree, {"new.py": seed("New", body=steps(3))})
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert report(tree, cached=True) == report(tree)
    finally:
        other.close()
    assert report(tree, cached=True) == report(tree)


# -- trust ------------------------------------------------------------------------------------------------------------


def test_a_file_written_twice_within_a_tick_is_read_again(tree: Path) -> None:
    """Same size, same times: only a stamp that was old when it was taken can be trusted."""
    write(tree, {"m0.py": seed("M0", body=steps(0))})
    report(tree, cached=True)
    stamp = (tree / "m0.py").stat()
    write(tree, {"m0.py": seed("M0", body=steps(0).replace("layer_5", "layer_4"))})
    os.utime(tree / "m0.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert report(tree, cached=True) == report(tree)


def test_two_projects_share_an_index_and_neither_wipes_the_other(tree: Path, tmp_path: Path) -> None:
    other = project(tmp_path / "other", {"a.py": seed("A"), "b.py": seed("B")})
    expected = report(tree), report(other)
    for _ in range(3):
        assert (report(tree, cached=True), report(other, cached=True)) == expected
    assert stats(config(tree))["facts"] == stats(config(other))["facts"]
    clear(config(tree))
    assert not location(config(tree)).exists()
    assert report(tree, cached=True) == expected[0]


def test_trees_that_nobody_has_looked_at_for_long_are_forgotten(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esper_lint.index._FORGET_TREES", _keeping(2))
    place, expected = warm(tree)
    for threshold in (81, 82, 83):
        report(tree, cached=True, threshold=threshold)
    with sqlite3.connect(place) as connection:
        kinds = {row[0] for row in connection.execute("SELECT kind FROM results")}
        trees = {row[0] for row in connection.execute("SELECT key FROM results WHERE kind = 'snapshot'")}
    connection.close()
    assert len(trees) == 2
    assert {kind.split()[1] for kind in kinds if " " in kind} == trees
    assert report(tree, cached=True) == expected


def _keeping(count: int) -> object:
    (query, _), other = index._FORGET_TREES
    return ((query, [(count,)]), other)


def test_groups_that_were_replaced_long_ago_are_forgotten(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esper_lint.index._GRACE_S", -1.0)
    place, _ = warm(tree)
    for number in range(3):
        write(tree, {"m0.py": seed("M0", body=steps(0) + "\n" * number)})
        assert report(tree, cached=True) == report(tree)
    with sqlite3.connect(place) as connection:
        rows = connection.execute("SELECT count(*) FROM results WHERE kind LIKE 'groups %'").fetchone()[0]
    connection.close()
    assert rows == 1
