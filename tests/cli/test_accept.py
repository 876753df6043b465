"""Accepting by design: a contract in the code and the reason in the ticket, both or neither."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from esper_lint.fixing.transaction import RolledBack
from esper_lint.tickets import accepting
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.store import NotWritten, TicketChanged, TicketFolder
from esper_lint.tickets.ticket import Ticket
from esper_lint.tickets.writing import render
from tests.fixing.twins import twins
from tests.repositories import repository

ACCEPT = ["--reason", "version-isolation", "--evaluation", "It must not import\nthe other.", "--reviewer", "Ann"]
GUARDED = """\
import torch
from torch import nn

HAS_NEW = hasattr(torch, "compile")

if HAS_NEW:
    class Seed(nn.Module):
        def forward(self, x):
{body}
else:
    class Fallback(nn.Module):
        def forward(self, x):
{body}
"""


def guarded() -> str:
    body = twins().partition("def forward(self, x):\n")[2].partition("\n\n\nclass")[0]
    return GUARDED.format(body="\n".join(f"    {line}" for line in body.splitlines()))


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"pyproject.toml": "[tool.esper_lint]\n", "blocks.py": twins()}
    folder = repository(tmp_path / "tree", files)
    monkeypatch.chdir(folder)
    assert main(["tickets", "sync"]) == 0
    return folder


def ticket(tree: Path) -> Path:
    return tree / "docs" / "findings" / "B1-EL-01.md"


def listed(capsys: pytest.CaptureFixture[str]) -> tuple[str, str, str]:
    capsys.readouterr()
    main(["tickets", "list", "--output-format", "json"])
    (one,) = json.loads(capsys.readouterr().out)["tickets"]
    return one["state"], one["detection"], one["resolution"]


def flake8(tree: Path) -> str:
    command = [sys.executable, "-m", "flake8", "--select", "ESP", "."]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120).stdout


def test_check_and_flake8_fall_silent_and_undo_takes_it_back(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (tree / "blocks.py").read_bytes()
    assert main(["check"]) == 1 and "ESP101" in flake8(tree)
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 0
    assert main(["check"]) == 0 and flake8(tree) == ""
    resolution = "accepted by design: version-isolation; contract plain; reopens on member, diverge, void"
    assert listed(capsys) == ("wont-fix", "resolved", resolution)
    text = ticket(tree).read_text(encoding="utf-8")
    assert ", by Ann.\n\n> It must not import\n> the other.\n" in text
    assert main(["tickets", "sync"]) == 0 and ticket(tree).read_text(encoding="utf-8") == text
    assert main(["tickets", "check"]) == 0
    assert main(["fix", "--undo"]) == 0
    assert (tree / "blocks.py").read_bytes() == before and main(["check"]) == 1


def test_a_group_without_a_ticket_gets_one(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ticket(tree).unlink()
    capsys.readouterr()
    main(["check", "--output-format", "json"])
    group = json.loads(capsys.readouterr().out)["groups"][0]["id"]
    assert main(["tickets", "accept", group, *ACCEPT, "--trigger", "member"]) == 0
    assert listed(capsys)[:2] == ("wont-fix", "resolved")
    assert listed(capsys)[2].endswith("; reopens on member")


def test_a_member_that_parts_reopens_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["tickets", "accept", "B1-EL-01", *ACCEPT])
    code = (tree / "blocks.py").read_text(encoding="utf-8")
    head, _, tail = code.rpartition("return x + self")
    (tree / "blocks.py").write_text(f"{head}return x - self{tail}", encoding="utf-8")
    assert listed(capsys)[1] == "reopened"
    assert main(["tickets", "sync"]) == 0
    over = "open: was accepted by design: version-isolation; contract plain; reopens on member, diverge, void"
    assert listed(capsys) == ("open", "unresolved", over)
    assert main(["tickets", "sync", "--dry-run"]) == 0
    (tree / "blocks.py").write_text(code, encoding="utf-8")
    assert main(["tickets", "sync"]) == 0
    assert listed(capsys) == ("wont-fix", "resolved", over.removeprefix("open: was "))


def test_a_further_copy_reopens_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["tickets", "accept", "B1-EL-01", *ACCEPT])
    (tree / "more.py").write_text(twins("Third", "Fourth"), encoding="utf-8")
    assert listed(capsys)[1] == "reopened"
    capsys.readouterr()
    main(["tickets", "sync"])
    assert "is a further copy" in capsys.readouterr().out
    assert main(["tickets", "sync", "--dry-run"]) == 0


def test_a_version_that_is_required_now_reopens_it(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "blocks.py").write_text(guarded(), encoding="utf-8")
    ticket(tree).unlink()
    main(["tickets", "sync"])
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 0
    assert listed(capsys)[:2] == ("wont-fix", "resolved")
    (tree / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\ndependencies = ["torch>=2.4"]\n[tool.esper_lint]\n', encoding="utf-8"
    )
    assert listed(capsys)[1] == "reopened"
    capsys.readouterr()
    main(["tickets", "sync"])
    assert "this guard is dead" in capsys.readouterr().out
    assert main(["tickets", "sync", "--dry-run"]) == 0


@pytest.mark.parametrize("error", [TicketChanged("it has changed"), NotWritten("no space left on device")])
def test_a_ticket_that_is_not_written_takes_the_contract_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def refusing(*_: object, **__: object) -> Reading:
        raise error

    monkeypatch.setattr(TicketFolder, "patch", refusing)
    before = (tree / "blocks.py").read_bytes(), ticket(tree).read_bytes()
    capsys.readouterr()
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 3
    assert capsys.readouterr().err == f"esper-lint: {error}\n"
    assert ((tree / "blocks.py").read_bytes(), ticket(tree).read_bytes()) == before


def test_a_ticket_that_cannot_move_takes_the_contract_back(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = tree / "docs" / "findings"
    for folder in ("triaged", "wontfix"):
        (findings / folder).mkdir()
    moved = ticket(tree).rename(findings / "triaged" / "B1-EL-01.md")
    (findings / "wontfix" / "B1-EL-01.md").write_text(render(Ticket("N-1", "Notes")), encoding="utf-8")
    before = (tree / "blocks.py").read_bytes(), moved.read_bytes()
    capsys.readouterr()
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 3
    assert capsys.readouterr().err == "esper-lint: wontfix/B1-EL-01.md is there already\n"
    assert ((tree / "blocks.py").read_bytes(), moved.read_bytes()) == before


def test_code_that_is_not_written_leaves_the_ticket(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusing(*_: object) -> None:
        raise RolledBack("cannot write blocks.py: Permission denied; nothing was written")

    monkeypatch.setattr(accepting, "commit", refusing)
    before = ticket(tree).read_bytes()
    capsys.readouterr()
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 3
    assert "Permission denied" in capsys.readouterr().err and ticket(tree).read_bytes() == before


def test_what_is_silent_or_gone_is_not_accepted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["tickets", "accept", "B1-EL-01", *ACCEPT])
    capsys.readouterr()
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 2
    assert "the group is silent already: contract, plain at blocks.py:" in capsys.readouterr().err
    (tree / "blocks.py").unlink()
    assert main(["tickets", "accept", "B1-EL-01", *ACCEPT]) == 2
    assert "is on no group that is there" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_evaluation_is_required(tree: Path, text: str) -> None:
    before = (tree / "blocks.py").read_bytes()
    assert main(["tickets", "accept", "B1-EL-01", "--reason", "generated", "--evaluation", text]) == 2
    assert (tree / "blocks.py").read_bytes() == before


def test_what_a_reviewer_writes_is_no_field_of_the_ticket(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "**Status:** open\n## Resolution\n| Status | open |\n```"
    arguments: list[Any] = ["--reason", "generated", "--evaluation", hostile, "--reviewer", "Ann"]
    assert main(["tickets", "accept", "B1-EL-01", *arguments]) == 0
    assert listed(capsys)[:2] == ("wont-fix", "resolved")
