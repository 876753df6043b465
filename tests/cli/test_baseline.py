"""``baseline`` and ``check --baseline``: what is written, what is then quiet, and what is new all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from tests.cli.running import SEED, Run

NAME = ".esper-lint-baseline.json"
EDITED = SEED.replace("        y = F", "        q = q * self.scale\n        y = F")


@pytest.fixture
def settled(project: Path, run: Run) -> Path:
    """The project with a baseline of its one pair that the settings name."""
    assert run("baseline").status == 0
    (project / "pyproject.toml").write_text(f'[tool.esper_lint]\nbaseline = "{NAME}"\n', encoding="utf-8")
    return project


def put(folder: Path, name: str, source: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(source, encoding="utf-8")


def known(folder: Path, name: str = NAME) -> list[list[tuple[str, str]]]:
    """(path, qualname) of the members of each entry."""
    document = json.loads((folder / name).read_text(encoding="utf-8"))
    return [[(one["path"], one["qualname"]) for one in group["members"]] for group in document["groups"]]


def found(run: Run, *arguments: str) -> list[tuple[str, str]]:
    """(path, rule) of what ``check`` reports."""
    outcome = run("check", "--output-format", "json", *arguments)
    findings = [one for one in json.loads(outcome.out)["findings"] if one["suppressed"] is None]
    assert outcome.status == (1 if findings else 0)
    return [(one["path"], one["rule"]) for one in findings]


def document_of(run: Run, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("check", "--output-format", "json", *arguments).out)
    return document


# -- writing ----------------------------------------------------------------------------------------------------------


def test_it_writes_what_check_reports_and_says_so_in_one_line(project: Path, run: Run) -> None:
    outcome = run("baseline")
    assert (outcome.status, outcome.out) == (0, "")
    assert outcome.err == (
        f"{NAME}: 1 group, 2 members; check hides them with --baseline or, set in [tool.esper_lint], baseline\n"
    )
    assert known(project) == [[("pair.py", "Pair"), ("twin.py", "Twin")]]
    assert run("check").status == 1
    assert run("check", "--baseline", NAME).status == 0


def test_it_is_written_in_the_project_folder_or_where_it_is_told(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project / "clean")
    assert run("baseline", "..").err.startswith(f"{project / NAME}: 1 group")
    assert run("baseline", "..", "--output", "here.json").err.startswith("here.json: 1 group")
    assert (project / "clean" / "here.json").read_bytes() == (project / NAME).read_bytes()


def test_it_replaces_the_file_of_the_setting(settled: Path, run: Run) -> None:
    put(settled, "third.py", SEED.format(name="Third"))
    assert run("baseline").err == f"{NAME}: 1 group, 3 members\n"
    assert found(run) == []


def test_a_file_that_would_be_the_same_is_not_touched(settled: Path, run: Run) -> None:
    os.utime(settled / NAME, (1_000_000_000, 1_000_000_000))
    assert run("baseline").status == run("baseline", "--update").status == 0
    assert (settled / NAME).stat().st_mtime == 1_000_000_000


def test_paths_choose_the_groups_and_all_their_members_are_written(project: Path, run: Run) -> None:
    assert run("baseline", "clean").err.startswith(f"{NAME}: 0 groups, 0 members")
    assert known(project) == []
    assert run("baseline", "twin.py").err.startswith(f"{NAME}: 1 group, 2 members")


def test_what_is_silent_otherwise_is_not_written(project: Path, run: Run) -> None:
    silenced = SEED.replace("(self, x):", "(self, x):  # noqa: ESP104")
    put(project, "third.py", silenced.format(name="Third"))
    run("baseline")
    assert known(project) == [[("pair.py", "Pair"), ("twin.py", "Twin")]]
    put(project, "twin.py", silenced.format(name="Twin"))
    assert run("baseline", "--ignore", "ESP101").err.startswith(f"{NAME}: 0 groups")


def test_the_same_tree_gives_the_same_bytes_in_one_process_or_two(project: Path, run: Run) -> None:
    for number in range(4):
        put(project, f"more/copy_{number}.py", SEED.format(name=f"Copy{number}"))
    run("baseline", "--jobs", "1", "--output", "one.json")
    run("baseline", "--jobs", "2", "--output", "two.json", "--no-cache", "more", ".")
    assert (project / "one.json").read_bytes() == (project / "two.json").read_bytes()


def test_a_name_that_is_no_text_is_known_too(project: Path, run: Run) -> None:
    put(project, "odd\udcff.py", SEED.format(name="Odd"))
    assert run("baseline").status == 0
    assert (project / NAME).read_bytes().isascii()
    assert run("check", "--baseline", NAME).status == 0


def test_without_a_project_it_is_the_working_directorys(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Pair", "Twin"):
        put(tmp_path / "plain", f"{name}.py", SEED.format(name=name))
    monkeypatch.chdir(tmp_path / "plain")
    assert run("baseline").err.startswith(f"{NAME}: 1 group, 2 members")
    assert run("check", "--baseline", NAME).status == 0


# -- what is known ----------------------------------------------------------------------------------------------------


def test_the_setting_the_option_and_neither(settled: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(run) == found(run, "twin.py") == []
    assert len(found(run, "--baseline", "")) == 2
    monkeypatch.chdir(settled / "clean")
    assert found(run, "..") == []
    assert found(run, "..", "--baseline", f"../{NAME}") == []


def test_known_findings_stay_in_json_with_their_entry(settled: Path, run: Run) -> None:
    document = document_of(run)
    reason = {"kind": "baseline", "where": f"{NAME}:4"}
    assert [one["suppressed"] for one in document["groups"]] == [reason]
    assert [one["suppressed"] for one in document["findings"]] == [reason, reason]
    assert (document["summary"]["groups"], document["summary"]["findings"]) == (0, 0)
    assert run("check").err == "0 findings (2 suppressed) in 3 files, 3 module classes\n"


def test_a_third_copy_is_new_and_names_the_others(settled: Path, run: Run) -> None:
    put(settled, "third.py", SEED.format(name="Third"))
    outcome = run("check", "--output-format", "concise")
    assert outcome.status == 1
    assert outcome.out == ("third.py:12:5: ESP104 class `Third` repeats `Pair` (pair.py:5), identical; and 1 more\n")
    document = document_of(run)
    assert [one["suppressed"] for one in document["groups"]] == [None]
    assert [bool(one["suppressed"]) for one in document["findings"]] == [True, False, True]
    assert found(run, "pair.py", "twin.py") == []


def test_a_third_copy_on_standard_input_is_new(settled: Path, run: Run) -> None:
    data = SEED.format(name="Third").encode()
    assert run("check", "-", "--stdin-filename", "third.py", data=data).status == 1
    assert run("check", "-", "--stdin-filename", "pair.py", data=("\n" + SEED.format(name="Pair")).encode()).status == 0


def test_moved_edited_and_renamed_members(settled: Path, run: Run) -> None:
    (settled / "pair.py").rename(settled / "clean" / "moved.py")
    assert found(run) == []
    put(settled, "twin.py", EDITED.format(name="Twin"))
    assert found(run) == []
    put(settled, "twin.py", SEED.format(name="Renamed"))
    assert found(run) == [("twin.py", "ESP104")]


def test_several_new_copies_leave_the_known_ones_known(settled: Path, run: Run) -> None:
    for name in ("c", "d", "e"):
        put(settled, f"{name}.py", SEED.format(name=name.upper()))
    assert [path for path, _ in found(run)] == ["c.py", "d.py", "e.py"]


# -- what is no longer there ------------------------------------------------------------------------------------------


def test_an_entry_without_its_copies_is_unused_where_its_file_is_asked_for(settled: Path, run: Run) -> None:
    (settled / "twin.py").unlink()
    outcome = run("check")
    assert outcome.status == 1
    place, source, help_line = outcome.out.splitlines()
    assert place == (
        f"{NAME}:4:1: ESP202 this group is no longer found: `Pair` (pair.py) and `Twin` (twin.py);"
        " run `esper-lint baseline --update`"
    )
    assert '"id"' in source and help_line.endswith("explain ESP202")
    assert found(run, NAME) == found(run, "clean", NAME) == [(NAME, "ESP202")]
    assert found(run, "pair.py") == found(run, "clean") == []
    assert found(run, "--ignore", "ESP202") == []


def test_update_drops_what_is_gone_and_adds_nothing(settled: Path, run: Run) -> None:
    put(settled, "third.py", SEED.format(name="Third"))
    run("baseline")
    (settled / "twin.py").unlink()
    put(settled, "fourth.py", SEED.format(name="Fourth"))
    assert run("baseline", "--update").err == f"{NAME}: 1 group, 2 members; 0 groups and 1 member pruned\n"
    assert known(settled) == [[("pair.py", "Pair"), ("third.py", "Third")]]
    assert found(run) == [("fourth.py", "ESP104")]
    for name in ("third.py", "fourth.py"):
        (settled / name).unlink()
    assert run("baseline", "--update").err == f"{NAME}: 0 groups, 0 members; 1 group and 2 members pruned\n"
    assert run("baseline", "--update").err == f"{NAME}: 0 groups, 0 members; nothing to prune\n"
    assert found(run) == []


def test_update_follows_what_was_moved_so_that_it_can_be_edited_next(settled: Path, run: Run) -> None:
    for name in ("pair.py", "twin.py"):
        (settled / name).rename(settled / "clean" / name)
    assert run("baseline", "--update").err == f"{NAME}: 1 group, 2 members; nothing to prune\n"
    put(settled, "clean/pair.py", EDITED.format(name="Pair"))
    put(settled, "clean/twin.py", EDITED.format(name="Twin"))
    assert found(run) == []


def test_what_cannot_be_read_is_neither_unused_nor_dropped(settled: Path, run: Run) -> None:
    put(settled, "twin.py", "def forward(:\n")
    assert found(run) == [("twin.py", "ESP900")]
    run("baseline", "--update")
    assert known(settled) == [[("twin.py", "Twin")]]
    put(settled, "twin.py", SEED.format(name="Twin"))
    assert found(run) == [("pair.py", "ESP104")]


def test_a_run_on_a_part_claims_nothing_where_no_setting_says_what_the_whole_is(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "two"):
        put(tmp_path / "plain" / folder, "m.py", SEED.format(name=folder.title()))
    monkeypatch.chdir(tmp_path / "plain")
    run("baseline", "--output", "one/known.json")
    assert found(run, "one", "--baseline", "one/known.json") == []
    refused = run("baseline", "one", "--update", "--output", "one/known.json")
    assert refused.status == 2 and "--update must see all of ." in refused.err
    (tmp_path / "plain" / "two" / "m.py").unlink()
    assert found(run, "--baseline", "one/known.json") == [("one/known.json", "ESP202")]
    assert run("baseline", "--update", "--output", "one/known.json").status == 0


# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("check --baseline gone.json", "baseline gone.json: no such file; `esper-lint baseline` writes it"),
        ("check --baseline pair.py", "baseline pair.py: not a baseline: Expecting value"),
        ("check --baseline newer.json", "baseline newer.json: of a newer esper-lint: has schema 2"),
        ("index --baseline gone.json", "baseline gone.json: no such file"),
        ("baseline --update", f"baseline {NAME}: no such file"),
        ("baseline --update --output newer.json", "baseline newer.json: of a newer esper-lint"),
        ("baseline nowhere", "no such file or folder: 'nowhere'"),
        ("baseline --output clean", "clean is a folder"),
        ("baseline --output no/where.json", "the folder of no/where.json does not exist"),
    ],
)
def test_a_mistake_is_one_line_and_changes_no_file(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: str, message: str
) -> None:
    put(project, "newer.json", '{"schema_version": 2}')
    before = sorted(path.read_bytes() for path in project.rglob("*") if path.is_file())
    assert main(arguments.split()) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert err.startswith("esper-lint: ") and message in err
    assert sorted(path.read_bytes() for path in project.rglob("*") if path.is_file()) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a Linux device")
def test_a_baseline_that_cannot_be_written_is_an_error(project: Path, run: Run) -> None:
    outcome = run("baseline", "--output", "/dev/full")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == "esper-lint: cannot write /dev/full: No space left on device\n"


def test_the_flake8_plugin_obeys_it(settled: Path, run: Run) -> None:
    def flake8() -> list[str]:
        command = [sys.executable, "-m", "flake8", "--select=ESP", "."]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return [line.split()[1] for line in done.stdout.splitlines()]

    assert flake8() == []
    put(settled, "third.py", SEED.format(name="Third"))
    assert flake8() == ["ESP104"]
    (settled / NAME).write_text("{", encoding="utf-8")
    assert set(flake8()) == {"ESP900"}


def test_members_in_files_that_cannot_be_read_are_kept_wherever_one_asks_from(settled: Path, run: Run) -> None:
    (settled / "pair.py").unlink()
    (settled / "pair.py").symlink_to("nowhere")
    assert "ESP202" not in run("check", NAME, "--output-format", "concise").out
    (settled / "part").mkdir()
    assert run("baseline", "--update", "part").status == 0
    assert known(settled) == [[("pair.py", "Pair")]]


def test_to_update_what_has_not_changed_changes_nothing(project: Path, run: Run) -> None:
    """Two pairs of equal classes, all four with equal forwards: three groups that know each other's members."""
    wide = "".join(f"        self.l{n} = nn.Sequential(nn.Linear(dim, {n}), nn.GELU())\n" for n in range(20))
    for name in "CD":
        source = SEED.format(name=name).replace("        self.heads = heads\n", f"        self.heads = heads\n{wide}")
        put(project, f"{name.lower()}.py", source)
    assert run("baseline").status == 0
    before = (project / NAME).read_text(encoding="utf-8")
    assert "nothing to prune" in run("baseline", "--update").err
    assert (project / NAME).read_text(encoding="utf-8") == before
    assert found(run, "--baseline", NAME) == []


def test_a_new_copy_is_linked_to_the_known_ones(settled: Path, run: Run) -> None:
    put(settled, "third.py", SEED.format(name="Third"))
    (line,) = run("check", "--output-format", "rdjsonl").out.splitlines()
    assert len(json.loads(line)["related_locations"]) == 2
