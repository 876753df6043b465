"""``esper-lint verify``: what it is asked with, what it says, and with which status it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from esper_lint.cli.verify_output import lines, summary, verify_document
from esper_lint.output import Style
from esper_lint.verification import running
from esper_lint.verification.checks import Check
from esper_lint.verification.pairing import ModuleClass
from esper_lint.verification.records import Certificate, ClassRecord, Mode, Refutation, Status, WorldRecord
from esper_lint.verification.running import Verification
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec
from esper_lint.verification.testing import OwnTests, Ran
from esper_lint.verification.trees import SourceTree
from esper_lint.verification.verifying import NO_CASE
from esper_lint.verification.versions import Version
from tests.cli.running import SEED
from tests.cli.test_json_schemas import require_valid
from tests.repositories import commit, repository
from tests.trees import write

NET = "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
EDITED = NET.replace("return x", "return x + 1")
CASE = Case(Build("pkg.net:Net", Arguments((8,))), Call(Arguments((TensorSpec((3, 8)),))), seed=5)


def record(status: Status, **others: Any) -> ClassRecord:
    values: dict[str, Any] = {
        "path": "net.py",
        "qualname": "Net",
        "line": 4,
        "status": status,
        "cases": 0,
        "runs": 0,
        "checks": (),
        "worlds": (),
        "certificate": None,
        "refutation": None,
        "missing": (),
        "sources": ({"pkg/net.py": "12"}, {"pkg/net.py": "34"}),
    }
    return ClassRecord(**(values | others))


REFUTED = Check("outputs", "differs", "output: 1.0 became 2.0")
FOUND = Verification(
    Version("pkg", SourceTree("/a"), "pkg"),
    Version("new", SourceTree("/a"), "new"),
    (
        record(
            Status.TESTED,
            cases=3,
            runs=30,
            checks=(Check("outcome", "equal"), Check("outputs", "equal"), Check("timing", "not run", "too noisy")),
            worlds=(WorldRecord("as installed", (), 3), WorldRecord("without flash", ("flash",), 0, "no flash")),
            missing=("flash cannot be imported here",),
        ),
        record(
            Status.REFUTED,
            checks=(Check("outcome", "equal"), REFUTED, Check("timing", "differs", "ratio 1.5")),
            refutation=Refutation(REFUTED, CASE, Mode("bfloat16", True, False), "as installed"),
        ),
        record(Status.PROVED, certificate=Certificate(("ab",), ("S2", "S6"), ("a.py:1: it is stable",))),
        record(Status.UNVERIFIED, missing=(NO_CASE,)),
    ),
    (ModuleClass("gone.py", "Gone", "pkg/gone.py", 7),),
    (ModuleClass("base.py", "Base", "new/base.py", 9),),
    5,
    OwnTests("pytest -q", Ran(0, "exit status 0", "9 passed"), Ran(1, "exit status 1", "a\x1b\n1 failed")),
)
TEXT = """\
net.py:4: Net: TESTED (3 cases)
  equal             outcome, outputs
  timing   not run  too noisy
  worlds            as installed: 3 cases; without flash: 0 cases
  missing           flash cannot be imported here
net.py:4: Net: REFUTED (0 cases)
  outputs        differs  output: 1.0 became 2.0
  timing         slower   ratio 1.5
  smallest case           Net(8) called with (float32[3x8]), train, no grad, bfloat16, as installed, seed 5: 24 numbers
  equal                   outcome
net.py:4: Net: PROVED (0 cases)
  proof    S2, S6: certified, given that a.py:1: it is stable
net.py:4: Net: UNVERIFIED: no case
gone.py:7: Gone: only in the old version
base.py:9: Base: only in the new version
tests: failed: pytest -q
  old  exit status 0
  new  exit status 1
       a\\x1b
       1 failed
"""


def test_people_get_a_table_a_class() -> None:
    assert "\n".join(lines(FOUND, Style(color=False, width=120))) + "\n" == TEXT
    assert summary(FOUND) == (
        "1 PROVED, 1 TESTED, 1 REFUTED, 1 UNVERIFIED of 4 classes between pkg and new; 5 classes not compared"
    )


def test_colour_is_only_added() -> None:
    import re

    coloured = "\n".join(lines(FOUND, Style(color=True, width=120))) + "\n"
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert coloured != plain and [line.rstrip() for line in plain.splitlines()] == TEXT.splitlines()


def test_programs_get_what_the_schema_says() -> None:
    document = json.loads(json.dumps(verify_document(FOUND)))
    require_valid("verify", document)
    assert document["summary"] == {"proved": 1, "tested": 1, "refuted": 1, "unverified": 1, "unchanged": 5}
    assert {one["boxes"]["existing_tests"] for one in document["classes"]} == {"failed"}
    assert document["tests"]["outcome"] == "failed" and document["tests"]["old"]["status"] == 0
    assert [one["boxes"]["output_equivalence"] for one in document["classes"]] == [
        "passed",
        "failed",
        "not run",
        "not run",
    ]


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a case nothing is run, so that torch need not be there."""
    monkeypatch.setattr("esper_lint.cli.verify.has_torch", lambda: True)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"old/__init__.py": "", "old/net.py": NET, "old/same.py": NET.replace("Net", "Same")})
    write(tmp_path, {"new/__init__.py": "", "new/net.py": EDITED, "new/same.py": NET.replace("Net", "Same")})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("pretended", "pair")
def test_two_folders(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "old", "new"]) == 0
    told = capsys.readouterr()
    assert told.out == "net.py:4: Net: UNVERIFIED: no case\n"
    assert "1 class without a case: record your tests with" in told.err
    assert told.err.endswith("1 UNVERIFIED of 1 class between old and new; 1 class not compared\n")
    assert main(["verify", "old", "new", "--all", "--output-format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    require_valid("verify", document)
    assert [one["qualname"] for one in document["classes"]] == ["Net", "Same"]


@pytest.mark.usefixtures("pretended", "pair")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["old", "nowhere"], "no such file or folder: 'nowhere'"),
        (["old", "new/net.py"], "one is a folder and the other is not"),
        (["--after", "HEAD"], "--after goes with --before"),
        (["--before", "HEAD", "--group", "12"], "--group and --unsafe-fixes speak of pending fixes"),
        (["--before", "HEAD"], "is not in a git repository"),
        (["old", "new", "--recording", "nowhere.json"], "recording nowhere.json: no such file"),
        (["old", "new", "--cases", "0"], "--cases"),
        (["old", "new", "--tests", "pytest 'tests"], '--tests: No closing quotation in "pytest \'tests"'),
        (["old", "new", "--tests", "pytest"], "'old' and 'new' lie in one project, whose tests are the same for both"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", *arguments]) == 2
    told = capsys.readouterr()
    assert message in told.err and told.err.count("\n") == 1 and not told.out


@pytest.mark.usefixtures("pretended")
def test_two_revisions_and_the_working_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    top = repository(tmp_path / "top", {"pkg/__init__.py": "", "pkg/net.py": NET, "other.py": NET})
    commit(top, {"pkg/net.py": EDITED})
    monkeypatch.chdir(top)
    assert main(["verify", "--before", "HEAD~1", "--after", "HEAD"]) == 0
    assert capsys.readouterr().out == "pkg/net.py:4: Net: UNVERIFIED: no case\n"
    assert main(["verify", "--before", "HEAD"]) == 0
    assert "nothing to compare; 2 classes not compared" in capsys.readouterr().err
    write(top, {"other.py": EDITED})
    assert main(["verify", "--before", "HEAD~1", "pkg"]) == 0
    assert "1 UNVERIFIED of 1 class between HEAD~1 and the working tree" in capsys.readouterr().err
    assert main(["verify", "--before", "HEAD", "nowhere"]) == 2


TEST = "import sys; from pkg.net import VALUE; sys.exit(VALUE)"


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize(("value", "status", "outcome"), [(0, 0, "passed"), (1, 3, "failed")])
def test_the_projects_own_tests_in_both_versions(
    value: int,
    status: int,
    outcome: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    top = repository(tmp_path / "top", {"pkg/__init__.py": "", "pkg/net.py": "VALUE = 0"})
    write(top, {"pkg/net.py": f"VALUE = {value}\n"})
    monkeypatch.chdir(top)
    asked = ["verify", "--before", "HEAD", "--tests", f'{sys.executable} -c "{TEST}"']
    assert main(asked) == status
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"tests: {outcome}: ") and told[1:3] == [
        "  old  exit status 0",
        f"  new  exit status {value}",
    ]
    assert main([*asked, "--output-format", "json"]) == status
    document = json.loads(capsys.readouterr().out)
    require_valid("verify", document)
    assert document["tests"]["new"]["status"] == value


@pytest.mark.usefixtures("pretended")
def test_pending_fixes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"both.py": SEED.format(name="One") + "\n\n" + SEED.format(name="Two").partition("\n\n\n")[2]})
    assert main(["verify", "both.py"]) == 0
    assert "nothing to compare" in capsys.readouterr().err
    assert main(["verify", "--unsafe-fixes", "both.py"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == "both.py:5: One: UNVERIFIED: no case"
    assert "S6: certified, given that both.py:5: " in told.out
    assert "between the working tree and with the fix" in told.err
    assert main(["verify", "clean"]) == 0
    assert "nothing to compare" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [["verify"], ["fix", "--verify"]])
def test_without_torch_one_line_says_what_to_install(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("esper_lint.cli.verify", "esper_lint.cli.fix_verify"):
        monkeypatch.setattr(f"{module}.has_torch", lambda: False)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.err == f"esper-lint: {running.INSTALL}\n" and "pip install 'esper-lint[torch]'" in told.err


@pytest.mark.usefixtures("project")
def test_recordings_are_for_verifying(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--recording", "cases.json"]) == 2
    assert "--recording goes with --verify" in capsys.readouterr().err


COUNTING = """\
import inspect

from torch import nn


class Encoder(nn.Module):
    def forward(self, x):
        y = x * x.mean(dim=1, keepdim=True)
        y = y.relu() / {0}
        return x * y.tanh() / (1 + y.abs())


class Decoder(nn.Module):
    def forward(self, x):
        y = x * x.mean(dim=1, keepdim=True)
        y = y.relu() / {0}
        return x * y.tanh() / (1 + y.abs())


{1}"""
LINES = "LINES = len(inspect.getsource(Encoder.forward).splitlines())\n"
RECORDED = """\
{"schema_version": 1, "cases": [{"build": {"class": "blocks:Encoder"},
 "call": {"arguments": {"positional": [{"tensor": {"shape": [3, 5, 8]}}]}}}]}
"""


@pytest.mark.parametrize("counts", [True, False])
def test_a_fix_is_run_before_it_is_written(
    counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    text = COUNTING.format("LINES", LINES if counts else "LINES = 6\n")
    write(tmp_path, {"pyproject.toml": "[tool.esper_lint]\n", "blocks.py": text, "cases.json": RECORDED})
    monkeypatch.chdir(tmp_path)
    status = main(["fix", "--verify", "--recording", "cases.json", "--output-format", "json"])
    told = capsys.readouterr()
    document = json.loads(told.out)
    require_valid("fix", document)
    written = (tmp_path / "blocks.py").read_text(encoding="utf-8")
    if counts:
        assert status == 3 and written == text and not document["is_written"] and document["verified"] == []
        assert [one["code"] for one in document["refusals"]] == ["FX-VERIFY"]
        assert "a fix was refuted, so nothing was written" in told.err
    else:
        assert status == 0 and written != text and document["is_written"]
        assert [one["status"] for one in document["verified"]] == ["PROVED", "PROVED"]
        assert document["verified"][0]["cases"] > 10
