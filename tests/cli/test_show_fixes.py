"""``check --show-fixes``: what is marked, what is said, and that nothing is written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.fixing.lockstep.copies import COPY, SOURCE, drifted
from tests.fixing.twins import twins
from tests.repositories import repository
from tests.trees import project as project_of
from tests.trees import write

FIX = "  fix: SAFE S0: extract the whole forward of 2 classes into `_plain_forward`"


@pytest.fixture
def twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one file that can be fixed."""
    folder = project_of(tmp_path / "twin", {"twins.py": twins()})
    monkeypatch.chdir(folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_findings_are_marked_and_nothing_is_written(twin: Path, run: Run) -> None:
    before = contents(twin)
    outcome = run("check", "--show-fixes", "--output-format", "concise")
    assert outcome.status == 1
    assert [line.split(" forward")[0] for line in outcome.out.splitlines()] == [
        "twins.py:12:5: ESP101 [*]",
        "twins.py:33:5: ESP101 [*]",
    ]
    assert outcome.err == ("2 findings in 1 file, 2 module classes\n[*] 1 group fixable with esper-lint fix\n")
    assert contents(twin) == before


def test_full_says_what_would_be_done(twin: Path, run: Run) -> None:
    assert FIX in run("check", "--show-fixes").out.splitlines()


def test_without_the_flag_all_is_as_it_was(twin: Path, run: Run) -> None:
    text, document = run("check"), json.loads(run("check", "--output-format", "json").out)
    assert "[*]" not in text.out + text.err and "fix:" not in text.out
    assert [(one["fix"], one["refusals"]) for one in document["groups"]] == [(None, [])]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_programs_read_what_was_planned(twin: Path, run: Run, form: str) -> None:
    out = run("check", "--show-fixes", "--output-format", form).out
    found = json.loads(out)["groups"] if form == "json" else [json.loads(line) for line in out.splitlines()]
    (group,) = [one for one in found if one.get("type", "group") == "group"]
    assert list(group["fix"]) == ["tier", "strategy", "summary", "notes"] and group["refusals"] == []
    assert (group["fix"]["tier"], group["fix"]["strategy"]) == ("SAFE", "S0") and all(group["fix"]["notes"])


def test_what_is_offered_is_what_fix_does(twin: Path, run: Run) -> None:
    shown = json.loads(run("check", "--show-fixes", "--output-format", "json").out)["groups"]
    made = json.loads(run("fix", "--output-format", "json").out)["fixes"]
    keys = ("strategy", "tier", "summary", "notes")
    assert [[group["id"], *(group["fix"][key] for key in keys)] for group in shown] == [
        [fix["group"], *(fix[key] for key in keys)] for fix in made
    ]
    assert run("check", "--show-fixes").err.endswith("nothing fixable with esper-lint fix\n")


def test_refusals_have_a_line(twin: Path, run: Run) -> None:
    (twin / "twins.py").write_text("# @generated\n" + twins(), encoding="utf-8")
    refused = run("check", "--show-fixes", "--include-generated").out
    assert "  fix: refused, FX-GENERATED: twins.py:13: `Plain`: the file is generated (1 more)" in refused.splitlines()


def test_members_of_contracts_that_fix_would_mend_are_marked(twin: Path, run: Run) -> None:
    write(twin, {"twins.py": "", "seed.py": SOURCE, "copy.py": drifted(COPY)})
    outcome = run("check", "--show-fixes", "--output-format", "concise")
    marks = {line.split(":")[0]: "ESP201 [*]" in line for line in outcome.out.splitlines()}
    assert marks == {"copy.py": True, "seed.py": False}
    assert outcome.err.endswith("[*] 1 member of contracts fixable with esper-lint fix\n")


def test_paths_choose_what_is_planned(twin: Path, run: Run) -> None:
    write(twin, {"more/twins.py": twins("Third", "Fourth")})
    shown = run("check", "more", "--show-fixes", "--output-format", "concise").out
    marks = [line.split(" forward")[0] for line in shown.splitlines() if "ESP101" in line]
    assert marks == ["more/twins.py:12:5: ESP101 [*]", "more/twins.py:33:5: ESP101 [*]"]


def test_standard_input_is_planned_for_as_it_stands(twin: Path, run: Run) -> None:
    text = twins("Unsaved", "Buffer").encode()
    (twin / "twins.py").write_text("", encoding="utf-8")
    outcome = run("check", "-", "--stdin-filename", "twins.py", "--show-fixes", data=text)
    assert FIX.replace("plain", "unsaved") in outcome.out.splitlines()
    assert sorted(os.listdir(twin)) == ["pyproject.toml", "twins.py"]


def test_contracts_of_standard_input_are_read_as_they_stand(twin: Path, run: Run) -> None:
    write(twin, {"twins.py": "", "seed.py": SOURCE, "copy.py": COPY})
    arguments = ("check", "-", "--stdin-filename", "copy.py", "--show-fixes", "--output-format", "concise")
    assert "ESP201 [*]" in run(*arguments, data=drifted(COPY).encode()).out
    assert run(*arguments, data=COPY.encode()).status == 0


def test_no_cache_is_kept_to(twin: Path, run: Run, tmp_path: Path) -> None:
    cache = tmp_path / "unused"
    run("check", "--show-fixes", "--no-cache", env={"XDG_CACHE_HOME": str(cache)})
    assert not cache.exists()


def test_of_new_groups_alone_it_is_told(twin: Path, run: Run) -> None:
    repository(twin, {})
    assert run("check", "--show-fixes").err.endswith("[*] 1 group fixable with esper-lint fix\n")
    narrowed = run("check", "--show-fixes", "--new-from", "HEAD").err
    assert narrowed.splitlines()[0].endswith("left out 1 group that is not new since HEAD")
    assert narrowed.splitlines()[1] == "nothing fixable with esper-lint fix"
