"""Bad input: one clear line for each, no traceback, and the run goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esper_lint.cli import main
from esper_lint.discovery.reading import facts_of
from tests.programs import BODIES
from tests.trees import project, report, seed, write

GOOD = {"good_a.py": seed("A"), "good_b.py": seed("B")}
FORWARD = "class Bad(nn.Module):\n    def forward(self, x):\n"


def deep(expression: str) -> str:
    return f"from torch import nn\n{FORWARD}        return {expression}\n"


def nested(header: str, depth: int) -> str:
    lines = [" " * level + header.format(level) for level in range(depth)]
    return "def forward(self): pass\n" + "\n".join([*lines, " " * depth + "pass"]) + "\n"


BAD: dict[str, tuple[str | bytes, int, str]] = {
    "header": ("import torch\ndef forward(self:\n    pass\n", 2, "syntax error"),
    "dedent": (FORWARD + "    return x\n  return y\n", 3, "syntax error"),
    "mixed tabs": ("class A:\n    def forward(self):\n\tif x:\n        pass\n", 3, "syntax error"),
    "unclosed string": ("def forward(self):\n    '''\n", 2, "syntax error"),
    "merge conflict": ("<<<<<<< HEAD\ndef forward(self): pass\n=======\n", 1, "syntax error"),
    "python 2 print": ("def forward(self):\n    print 'x'\n", 2, "syntax error"),
    "python 2 except": ("def forward(self):\n    try: pass\n    except E, e: pass\n", 3, "syntax error"),
    "null byte": (b"def forward(self):\n    pass\n\0\n", 3, "null byte"),
    "null bytes only": (b"\0" * 1_000, 1, "null byte"),
    "UTF-16": (seed().encode("utf-16"), 1, "UTF-16"),
    "UTF-32": (seed().encode("utf-32"), 1, "UTF-32"),
    "latin-1 without a declaration": (b"# caf\xe9\ndef forward(self): pass\n", 1, "not valid utf-8"),
    "late invalid byte": (b"def forward(self): pass\n\n# \xff\n", 3, "not valid utf-8"),
    "unknown encoding": (b"# coding: klingon\ndef forward(self): pass\n", 1, "klingon"),
    "encoding that is none of text": (b"# coding: hex\ndef forward(self): pass\n", 1, "hex"),
    "wrong encoding": (b"# coding: ascii\n\ndef forward(self): '\xc3\xa9'\n", 3, "not valid ascii"),
    "mark against declaration": (b"\xef\xbb\xbf# coding: latin-1\ndef forward(self): pass\n", 1, "byte order mark"),
    "brackets": (deep("[" * 5_000 + "]" * 5_000), 3, ""),
    "parentheses": (deep("(" * 5_000 + "x" + ")" * 5_000), 3, ""),
    "calls": (deep("f(" * 5_000 + "x" + ")" * 5_000), 3, ""),
    "sum": (deep(" + ".join(["x"] * 5_000)), 1, "nested too deeply"),
    "attributes": (deep("x" + ".y" * 5_000), 1, "nested too deeply"),
    "call chain": (deep("x" + ".y()" * 5_000), 1, "nested too deeply"),
    "subscripts": (deep("x" + "[0]" * 5_000), 1, "nested too deeply"),
    "signs": (deep("-" * 5_000 + "x"), 1, "nested too deeply"),
    "functions": (nested("def f{}():", 2_000), 1, ""),
    "conditions": (nested("if x:", 2_000), 1, ""),
    "else ifs": ("def forward(self): pass\nif x: pass\n" + "elif x: pass\n" * 3_000, 1, "nested too deeply"),
}


def errors(folder: Path, *paths: str, **options: Any) -> list[tuple[str, int, str]]:
    """(path, line, message) of each ESP900, after a look at what every run must still do."""
    found = report(folder, *paths, **options)
    active = [(one.path, one.line, one.message) for one in found.active if one.rule == "ESP900"]
    assert [(one.path, one.line, one.message) for one in found.errors] == active
    assert all(message and "\n" not in message and "Traceback" not in message for _, _, message in active)
    if not paths:
        assert {one.path for one in found.active if one.rule != "ESP900"} == set(GOOD), "the run goes on"
    return active


@pytest.mark.parametrize(("content", "line", "message"), BAD.values(), ids=BAD)
def test_bad_content_is_one_finding_at_its_line(tmp_path: Path, content: str | bytes, line: int, message: str) -> None:
    ((path, found_line, found),) = errors(project(tmp_path, GOOD | {"bad.py": content}))
    assert path == "bad.py" and message in found
    # How far a parser gets into what nests too deeply differs between versions of Python.
    assert found_line == line or not message


FINE: dict[str, str | bytes] = {
    "empty": b"",
    "a mark only": b"\xef\xbb\xbf",
    "white space": b" \t\n\x0c\n",
    "comments": "# def forward(self): é\n",
    "no newline at its end": "class A:\n    def forward(self): pass",
    "latin-1": b"# coding: latin-1\nclass A:\n    def forward(self): '\xe9'\n",
    "line ends of old Macs": b"class A:\r    def forward(self):\r        pass\r",
    "a lone surrogate": "class A:\n    def forward(self): return '\\ud800'\n",
    "no forward, so never parsed": "def f(:\n",
    "a long line": f"class A:\n    def forward(self): return {[*range(20_000)]}\n",
    "long chains of and": f"class A:\n    def forward(self): return {' and '.join(['x'] * 5_000)}\n",
    "long comparisons": f"class A:\n    def forward(self): return {' < '.join(['x'] * 5_000)}\n",
    "many statements": "class A:\n    def forward(self):\n" + "        x = f(x)\n" * 3_000,
}


@pytest.mark.parametrize("content", FINE.values(), ids=FINE)
def test_odd_content_is_no_error(tmp_path: Path, content: str | bytes) -> None:
    assert errors(project(tmp_path, GOOD | {"odd.py": content})) == []


def test_a_large_file_is_read(tmp_path: Path) -> None:
    filler = b"VALUE = 'a line of no interest to anybody, repeated to make a file of twenty million bytes'\n"
    project(tmp_path, GOOD | {"large.py": filler * (20_000_000 // len(filler))})
    assert errors(tmp_path) == []


def test_two_bodies_too_long_to_align_are_reported_all_the_same(tmp_path: Path) -> None:
    lines = [f"        x = self.layer_{number}(x, {number})\n" for number in range(1_500)]
    other = [line.replace("(x,", "(x, 1,") if number % 7 == 0 else line for number, line in enumerate(lines)]
    files = {name: seed(name, body="".join(body) + "        return x\n") for name, body in (("C", lines), ("D", other))}
    project(tmp_path, GOOD | {f"{name}.py": text for name, text in files.items()})
    assert {one.path for one in report(tmp_path).active} == {*GOOD, "C.py", "D.py"}


def test_deep_bodies_that_differ_are_reported_all_the_same(tmp_path: Path) -> None:
    for depth in (60, 90, 150, 300):
        bodies = {name: f"        return f({'g(' * depth}x{')' * depth}, {name})\n" for name in "CD"}
        chains = {name: f"        return f(x{'.y(0)' * depth}, {name})\n" for name in "EF"}
        files = {f"{name}.py": seed(name, body=body) for name, body in (bodies | chains).items()}
        project(tmp_path, GOOD | files)
        assert {one.path for one in report(tmp_path).active} >= {*GOOD}


# -- what is no file ------------------------------------------------------------------------------------------------


def test_what_is_no_readable_file_says_so(tmp_path: Path) -> None:
    project(tmp_path, GOOD)
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "back").symlink_to(".")
    os.mkfifo(tmp_path / "pipe.py")
    assert [(path, message.split(":")[0]) for path, _, message in sorted(errors(tmp_path))] == [
        ("dangling.py", "the symbolic link leads nowhere"),
        ("loop.py", "the symbolic link leads back to itself"),
        ("pipe.py", "not a regular file"),
    ]
    write(tmp_path, {"folder.py/c.py": "def forward(:\n"})
    assert [path for path, _, _ in errors(tmp_path, "folder.py")] == ["folder.py/c.py"]


def test_an_unreadable_file_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """chmod does not bind root, so that the refusal comes from a stand-in for ``open``."""
    project(tmp_path, GOOD | {"secret.py": seed("C")})
    real = open

    def guarded(path: object, *arguments: object, **keywords: object) -> object:
        if str(path).endswith("secret.py"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *arguments, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", guarded)
    assert errors(tmp_path) == [("secret.py", 1, "cannot be read: permission denied")]
    assert errors(tmp_path, cached=True) == [("secret.py", 1, "cannot be read: permission denied")]
    monkeypatch.undo()
    assert len(report(tmp_path, cached=True).active) == 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads what it likes")
def test_a_file_without_permissions_is_one_finding(tmp_path: Path) -> None:
    project(tmp_path, GOOD | {"secret.py": seed("C")})
    (tmp_path / "secret.py").chmod(0)
    assert [path for path, _, _ in errors(tmp_path)] == ["secret.py"]


# -- usage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "settings_text", "message"),
    [
        (["nowhere"], "", "no such file or folder: 'nowhere'"),
        (["good_bb.py"], "", "did you mean 'good_b.py'"),
        ([""], "", "path"),
        (["a\0b"], "", "no such file or folder"),
        (["good_a.py/deeper"], "", "no such file or folder"),
        (["."], "treshold = 80", "pyproject.toml:2: unknown setting 'treshold'; did you mean 'threshold'?"),
        (["."], "threshold = 'high'", "threshold: must be an integer"),
        (["."], "threshold = 101", "threshold: must be from 50 to 100"),
        (["."], "roots = ['nowhere']", "nowhere"),
        (["."], "exclude = ['[']", "exclude"),
        (["."], "select = ['ESP1O1']", "did you mean 'ESP101'?"),
        (["."], "threshold = ", "pyproject.toml"),
    ],
)
def test_a_usage_error_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    settings_text: str,
    message: str,
) -> None:
    monkeypatch.chdir(project(tmp_path, GOOD, settings_text))
    if "exclude" in settings_text:
        pytest.importorskip("pathspec")
    assert main(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), "Traceback" in err, "internal error" in err) == ("", 1, False, False)
    assert message.lower() in err.lower()


def test_everything_at_once_from_the_outside(tmp_path: Path) -> None:
    files = {f"bad_{number}.py": content for number, (content, _, _) in enumerate(BAD.values())}
    project(tmp_path, GOOD | files | {f"odd_{number}.py": content for number, content in enumerate(FINE.values())})
    run = [sys.executable, "-m", "esper_lint", "check", "--output-format", "concise", "--jobs"]
    cold, warm = (
        subprocess.run([*run, jobs], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        for jobs in ("2", "1")
    )
    assert (cold.returncode, cold.stdout) == (warm.returncode, warm.stdout) and cold.returncode == 1
    assert "Traceback" not in cold.stderr + warm.stderr
    lines = cold.stdout.splitlines()
    assert sum("ESP900" in line for line in lines) == len(BAD)
    assert {line.split(":")[0] for line in lines} >= set(GOOD) | set(files)


# -- any input ------------------------------------------------------------------------------------------------------


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(hypothesmith.from_grammar("single_input"))
def test_law_generated_source_with_a_forward_is_read(statement: str) -> None:
    indented = "".join(f"        {line}" for line in statement.splitlines(keepends=True))
    for text in (f"{FORWARD}{indented}", f"{statement}\n{FORWARD}        pass\n"):
        facts, forms = facts_of(text.encode("utf-8", "surrogatepass"))
        assert facts.error or facts.source.classes
        assert all(form.key.size == len(form.symbols) for form in forms)


@given(st.binary(max_size=200), st.sampled_from([b"", b"def forward(self): pass\n", b"# coding: utf-7\n"]))
def test_law_any_bytes_are_read_or_refused_in_one_line(data: bytes, head: bytes) -> None:
    facts, _ = facts_of(head + data)
    assert "\n" not in facts.error and (facts.error == "") == (facts.error_line == 0)


@settings(max_examples=30)
@given(st.lists(BODIES, min_size=2, max_size=3))
def test_law_any_bodies_are_compared_and_explained(bodies: list[str]) -> None:
    files: dict[str, str | bytes] = {}
    for number, body in enumerate(bodies):
        indented = "".join(f"        {line}\n" for line in body.splitlines())
        files[f"m{number}.py"] = seed(f"M{number}", body=indented)
        files[f"n{number}.py"] = seed(f"N{number}", body=indented + "        va = vb\n")
    with TemporaryDirectory() as folder:
        found = report(project(Path(folder), files), min_size=4, min_size_renamed=4, min_class_size=4, threshold=50)
    assert found.errors == () and found.summary.forwards == len(files)
