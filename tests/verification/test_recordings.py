"""The file of a recording: equal for equal recordings, whole or as before, and harmless whoever wrote it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.verification import recordings
from esper_lint.verification.recordings import (
    LeftOut,
    Recording,
    RecordingError,
    lines_of,
    merged,
    read_recording,
    write_recording,
)
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec
from tests.verification.strategies import cases, json_values, names

CASE = Case(Build("pkg.blocks:Block", Arguments((24,))), Call(Arguments((TensorSpec((3, 24)),)), training=True))
EMPTY: dict[str, Any] = {"schema_version": 1, "cases": []}

recorded = st.builds(
    Recording,
    st.lists(cases, max_size=5).map(tuple),
    st.lists(st.builds(LeftOut, names, st.sampled_from(["a lambda", "größer"])), max_size=3).map(tuple),
)


@settings(max_examples=25)
@given(recorded)
def test_a_recording_comes_back(tmp_path_factory: pytest.TempPathFactory, recording: Recording) -> None:
    path = tmp_path_factory.getbasetemp() / "r.json"
    write_recording(path, recording)
    assert read_recording(path) == recording


@settings(max_examples=25)
@given(st.lists(recorded, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_what_is_merged_does_not_matter(parts: list[Recording], chance: Any) -> None:
    whole = merged(parts)
    shuffled = list(parts)
    chance.shuffle(shuffled)
    assert list(lines_of(merged(shuffled))) == list(lines_of(whole))
    assert merged([whole, whole]) == whole


def test_the_file_is_one_case_a_line(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    write_recording(path, Recording((CASE, CASE), (LeftOut("pkg.blocks:Other", "a lambda"),)))
    line = (
        '{"build": {"class": "pkg.blocks:Block", "arguments": {"positional": [24]}}, "call": {"arguments":'
        ' {"positional": [{"tensor": {"shape": [3, 24]}}]}, "training": true}}'
    )
    assert path.read_text(encoding="ascii").splitlines() == [
        "{",
        ' "schema_version": 1,',
        ' "tool": {"name": "esper-lint", "version": "0.1.0"},',
        ' "cases": [',
        f"  {line},",
        f"  {line}",
        " ],",
        ' "left_out": [',
        '  {"class": "pkg.blocks:Other", "reason": "a lambda"}',
        " ]",
        "}",
    ]


def test_an_empty_recording_is_one_too(tmp_path: Path) -> None:
    write_recording(tmp_path / "r.json", Recording())
    assert read_recording(tmp_path / "r.json") == Recording()


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    write_recording(path, Recording((CASE,)))
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(RecordingError, match=r"recording .*r\.json: cannot be written: No space left on device$"):
        write_recording(path, Recording())
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["r.json"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written: No such file or directory"):
        write_recording(tmp_path / "none" / "r.json", Recording())


def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text("{}", encoding="utf-8")
    target.chmod(0o640)
    (tmp_path / "link.json").symlink_to(target)
    write_recording(tmp_path / "link.json", Recording((CASE,)))
    assert (tmp_path / "link.json").is_symlink()
    assert read_recording(target).cases == (CASE,)
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a recording: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff\xfe", "not a recording: 'utf-8' codec can't decode byte 0xff"),
        (b"[" * 100_000, "not a recording: maximum recursion depth exceeded"),
        (b"\x80\x04\x95cos\nsystem\n(S'echo'\ntR.", "not a recording: 'utf-8' codec can't decode"),
        (b"[]", "not a recording: wants an object with schema_version 1 and cases"),
        (b'{"cases": []}', "not a recording: wants an object with schema_version 1 and cases"),
        (b'{"schema_version": true}', "not a recording: wants an object with schema_version 1 and cases"),
        (b'{"schema_version": 2}', "not a recording: of a newer esper-lint: has a schema beyond 1"),
        (b'{"schema_version": 1, "cases": {}}', "not a recording: cases: must be a list"),
        (b'{"schema_version": 1, "cases": [7]}', "not a recording: cases[0]: must be an object, not 7"),
        (b'{"schema_version": 1, "code": "x"}', "not a recording: has the unknown key 'code'"),
        (b'{"schema_version": 1, "cases": [], "cases": []}', "not a recording: a key stands twice in one object"),
        (b'{"schema_version": 1, "cases": [NaN]}', "not a recording: NaN is no JSON"),
        (b'{"schema_version": ' + b"1" * 5000 + b"}", "not a recording: "),
        (b'{"schema_version": 1, "left_out": [{"class": "a:B"}]}', "left_out[0]: must be an object with a class"),
        (
            b'{"schema_version": 1, "left_out": [{"class": "a:B", "reason": "\\u001b[2J"}]}',
            "left_out[0]: must be an object with a class",
        ),
    ],
)
def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as refused:
        read_recording(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_file_that_is_not_there_is_said_with_the_way_to_it(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"r\.json: no such file; `pytest --esper-record .*r\.json` writes it$"):
        read_recording(tmp_path / "r.json")
    with pytest.raises(RecordingError, match=r"cannot be read: Is a directory$"):
        read_recording(tmp_path)


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    write_recording(path, Recording((CASE, CASE)))
    monkeypatch.setattr(recordings, "MOST_CASES", 1)
    with pytest.raises(RecordingError, match=r"cases: has 2 entries, more than 1$"):
        read_recording(path)
    monkeypatch.setattr(recordings, "MOST_BYTES", 20)
    with pytest.raises(RecordingError, match=r"holds more than 20 bytes$"):
        read_recording(path)


@given(json_values)
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "r.json"
    for document in (value, {**EMPTY, "cases": [value]}, {**EMPTY, "left_out": value}):
        path.write_text(json.dumps(document), encoding="utf-8")
        try:
            read_recording(path)
        except RecordingError as error:
            assert "\n" not in str(error)


HOSTILE = {
    "schema_version": 1,
    "cases": [
        {
            "build": {
                "class": "planted.module:Payload",
                "arguments": {"positional": [{"named": "os:system"}, {"named": "planted.module:run"}]},
                "factory": {"function": "planted.module:run", "arguments": {"positional": ["touch owned"]}},
            },
            "call": {
                "arguments": {
                    "positional": [
                        {"partial": {"function": "builtins:eval", "arguments": {"positional": ["__import__('os')"]}}},
                        {"namespace": [["__class__", {"named": "builtins:type"}], ["__reduce__", "x"]]},
                        {"tensor": {"shape": [2147483648], "dtype": "int64"}},
                    ]
                }
            },
        }
    ],
}

READ = """
import encodings.utf_8_sig
import sys
from pathlib import Path
def watch(event, arguments):
    if event in ("exec", "compile", "pickle.find_class", "os.system", "subprocess.Popen", "socket.connect"):
        sys.exit(f"ran something: {event} {arguments}")
    if event == "import" and not arguments[0].startswith(("esper_lint", "json", "encodings")):
        sys.exit(f"imported {arguments[0]}")
from esper_lint.verification.recordings import read_recording
sys.addaudithook(watch)
recording = read_recording(Path(sys.argv[1]))
print(len(recording.cases), "torch" in sys.modules)
"""


def test_a_strangers_file_runs_and_imports_nothing(tmp_path: Path) -> None:
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "module.py").write_text("open('owned', 'w')\n", encoding="utf-8")
    (tmp_path / "r.json").write_text(json.dumps(HOSTILE), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), str(tmp_path)])}
    done = subprocess.run(
        [sys.executable, "-c", READ, "r.json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("1 False\n", "", 0)
    assert not (tmp_path / "owned").exists()
