"""``fix``: what it prints, what it writes, what it refuses, and the way back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from esper_lint.cli import main
from esper_lint.fixing.refusals import REFUSALS
from tests.cli.running import Run
from tests.fixing.lockstep.copies import COPY, SOURCE, drifted

DIFF = """\
--- a/copy.py
+++ b/copy.py
@@ -6,4 +6,4 @@
     def forward(self, x):
         # scaled
         y = self.v * x
-        return y + 2
+        return y + 1
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a source and a copy that drifted."""
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    (folder / "seed.py").write_text(SOURCE, encoding="utf-8")
    (folder / "copy.py").write_text(drifted(COPY), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def test_the_diff_is_shown_and_nothing_written(broken: Path, run: Run) -> None:
    outcome = run("fix", "--diff")
    assert (outcome.status, outcome.out, outcome.err) == (1, DIFF, "would fix 1 member of contracts in 1 file\n")
    assert (broken / "copy.py").read_text(encoding="utf-8") == drifted(COPY)


def test_a_fix_is_written_and_undone(broken: Path, run: Run) -> None:
    outcome = run("fix")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "fixed 1 member of contracts in 1 file\n")
    assert (broken / "copy.py").read_text(encoding="utf-8") == COPY
    assert run("check").status == 0
    assert run("fix", "--diff").status == 0 and run("fix", "--exit-non-zero-on-fix").err == "nothing to fix\n"
    undone = run("fix", "--undo")
    assert (undone.status, undone.err) == (0, "restored 1 file\n")
    assert (broken / "copy.py").read_text(encoding="utf-8") == drifted(COPY)


def test_a_hook_can_ask_for_a_status(broken: Path, run: Run) -> None:
    assert run("fix", "--exit-non-zero-on-fix").status == 1
    assert run("fix", "--exit-non-zero-on-fix").status == 0


def test_a_refusal_is_no_failure(broken: Path, run: Run) -> None:
    (broken / "copy.py").write_text(COPY.replace("        return", "        y = 2  # why\n        return"), "utf-8")
    outcome = run("fix")
    assert outcome.status == 0 and outcome.err == (
        "refused: copy.py:9 FX-COMMENT `Copy`: the comment `# why` has no place in the new text\n"
        "nothing to fix; refused 1\n"
    )


def test_json_has_what_was_fixed_and_refused(broken: Path, run: Run) -> None:
    document = json.loads(run("fix", "--diff", "--output-format", "json").out)
    assert document == {
        "schema_version": 1,
        "is_written": False,
        "files": ["copy.py"],
        "fixed": [
            {
                "rule": "ESP201",
                "contract": "scale",
                "path": "copy.py",
                "qualname": "Copy",
                "line": 2,
                "source": {"path": "seed.py", "qualname": "Seed", "line": 2},
            }
        ],
        "fixes": [],
        "withheld": [],
        "refusals": [],
        "overridden": [],
        "suggestions": [],
        "verified": None,
    }


def test_a_write_that_fails_is_rolled_back(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.replace

    def replace(old: str, new: str) -> None:
        if str(new).endswith("copy.py"):
            raise OSError(28, "No space left on device")
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)
    assert main(["fix"]) == 3
    message = "esper-lint: cannot write copy.py: No space left on device; all files are as they were\n"
    assert capsys.readouterr().err == message
    assert (broken / "copy.py").read_text(encoding="utf-8") == drifted(COPY)


def test_line_ends_are_in_the_diff(broken: Path, run: Run) -> None:
    (broken / "copy.py").write_bytes(drifted(COPY).replace("\n", "\r\n").encode()[:-2])
    out = run("fix", "--diff").out
    assert "-        return y + 2\n\\ No newline at end of file\n+        return y + 1\n\\ No newline" in out
    assert " \r\n" not in out and "         # scaled\r\n" in out


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code.lower()]) == 0
    assert capsys.readouterr().out.strip() == REFUSALS[code].documentation().strip()


def test_the_page_of_the_verb_has_every_refusal() -> None:
    page = (Path(__file__).parents[2] / "docs" / "fixing.md").read_text(encoding="utf-8")
    assert [code for code in REFUSALS if f"`{code}`" not in page] == []
