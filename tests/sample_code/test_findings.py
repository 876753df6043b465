"""The tickets of the sample: on its findings as found, and closed by the recipe of the refactored blueprints."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from esper_lint.tickets.quorum import scope_of
from esper_lint.tickets.reading import read_ticket
from esper_lint.tickets.ticket import RelationKind, Scope, Verdict
from esper_lint.tickets.writing import render
from tests.console import steps
from tests.repositories import commit, commit_on, repository
from tests.sample_code.test_refactored import PAGE

ROOT = Path(__file__).parents[2]
FINDINGS = ROOT / "sample_code" / "findings"
IDS = ["B3-CR-12", "B3-DRL-25", "B3-PT-08"]


def tickets(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    main(["tickets", "list", "--output-format", "json"])
    return {one["id"]: one for one in json.loads(capsys.readouterr().out)["tickets"]}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a repository with the sample as it was found, and its tickets, from the day of the first."""
    folder = tmp_path / "sample"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "sample_code" / "blueprints", folder / "sample_code" / "blueprints", ignore=ignored)
    shutil.copytree(FINDINGS, folder / "sample_code" / "findings")
    settings = '[tool.esper_lint]\ntickets = "sample_code/findings"\n[tool.ruff]\nline-length = 100\n'
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in FINDINGS.glob("*.md")]
    day = min(re.findall(r"\*\*Created\*\* \| (\S+) ", "".join(texts)))
    with monkeypatch.context() as then:
        commit_on(day, then)
        repository(folder, {})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_they_are_those_of_this_project_and_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    found = tickets(capsys)
    assert sorted(found) == IDS
    assert {(one["state"], one["detection"]) for one in found.values()} == {("open", "unresolved")}
    assert main(["tickets", "check"]) == 0


@pytest.mark.parametrize("name", IDS)
def test_they_are_in_the_canonical_form(name: str) -> None:
    data = (FINDINGS / f"{name}.md").read_bytes()
    assert render(read_ticket(data, f"{name}.md").ticket).encode() == data


def test_their_reviews_and_relations_are_the_seed_s() -> None:
    found = {name: read_ticket((FINDINGS / f"{name}.md").read_bytes(), f"{name}.md").ticket for name in IDS}
    attention = found["B3-PT-08"]
    assert [one.verdict for one in attention.reviews] == [Verdict.NEUTRAL, Verdict.OBJECT, Verdict.NEUTRAL]
    assert scope_of(attention.reviews[1]) is Scope.INHERIT
    assert [one.id for one in attention.related] == ["B3-CR-12", "B3-DRL-25"]
    for name, other in (("B3-CR-12", "B3-DRL-25"), ("B3-DRL-25", "B3-CR-12")):
        assert (found[name].related[0].id, found[name].related[0].kind) == (other, RelationKind.DUPLICATE)
        assert found[name].group == found[other].group != attention.group


def test_the_objection_lets_helpers_through_and_stops_the_base_class(
    sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["fix", "--diff", "--unsafe-fixes", "--output-format", "json"])
    found = json.loads(capsys.readouterr().out)
    attention = tickets(capsys)["B3-PT-08"]["group"]
    assert [one["strategy"] for one in found["fixes"] if one["group"] == attention] == ["S2"]
    (stopped,) = [one for one in found["refusals"] if one["code"] == "FX-OBJECTED"]
    assert stopped["rule"] == "ESP104" and "TransformerAttentionSeed" in stopped["message"]
    assert not [one for one in found["fixes"] if any("Attention" in new["name"] for new in one["new"])]
    main(["fix", "--diff", "--unsafe-fixes", "--override", "to see it", "--output-format", "json"])
    assert [one["ticket"] for one in json.loads(capsys.readouterr().out)["overridden"]] == ["B3-PT-08"]


def test_the_recipe_resolves_them(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert {one["detection"] for one in tickets(capsys).values()} == {"unresolved"}
    for command, _ in steps(PAGE):
        main(shlex.split(command)[1:])
    gone = commit(sample)[:10]
    found = tickets(capsys)
    assert {one["detection"] for one in found.values()} == {"resolved"}
    assert main(["tickets", "sync"]) == 0
    found = tickets(capsys)
    assert [found[name]["state"] for name in IDS] == ["fixed", "fixed", "wont-fix"]
    assert gone in found["B3-CR-12"]["fixed"] and gone in found["B3-DRL-25"]["fixed"]
    assert found["B3-PT-08"]["resolution"].startswith("wont-fix: held by contract attention at ")
    assert main(["tickets", "sync", "--dry-run"]) == 0 and main(["tickets", "check"]) == 0
