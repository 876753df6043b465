"""An objection in a ticket blocks what it objects to and nothing else, unless somebody overrides it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from esper_lint.findings import Group
from esper_lint.tickets.objections import Objections, blocking
from esper_lint.tickets.reading import read_ticket
from esper_lint.tickets.ticket import Place, Review, Scope, State, Ticket, Verdict
from esper_lint.tickets.writing import render
from tests.fixing.twins import twins
from tests.tickets.made import group, member, reading
from tests.trees import project

ROOT = Path(__file__).parents[2]
CLASS = """

class {name}(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        y = F.scaled_dot_product_attention(q, k, v) + self.heads
        return x + self.out(y) * y.mean(dim=-1, keepdim=True)
"""
COPIES = "import torch.nn.functional as F\nfrom torch import nn\n" + CLASS.format(name="A") + CLASS.format(name="B")
TICKET = Ticket("B3-PT-08", "Two", places=(Place("blocks.py"),), names=("Plain",))


def objecting(ticket: Ticket = TICKET, qualifier: str = "", **changes: object) -> dict[str, str]:
    review = Review("PyTorch Specialist", Verdict.OBJECT, "No.", qualifier)
    text = render(replace(ticket, reviews=(review,), **changes))  # type: ignore[arg-type]
    return {"docs/findings/B3-PT-08.md": text}


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(files: dict[str, str]) -> Path:
        folder = project(tmp_path / "tree", files)
        monkeypatch.chdir(folder)
        return folder

    return made


def fixed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    main(["fix", "--output-format", "json", *arguments])
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("qualifier", "is_blocked"), [("", True), ("all", True), ("see below", True), ("inherit", False), ("merge", False)]
)
def test_helpers_are_extracted_unless_all_is_objected_to(
    at: Any, capsys: pytest.CaptureFixture[str], qualifier: str, is_blocked: bool
) -> None:
    at({"blocks.py": twins()} | objecting(qualifier=qualifier))
    found = fixed(capsys, "--diff")
    assert [one["code"] for one in found["refusals"]] == ["FX-OBJECTED"] * is_blocked
    assert len(found["fixes"]) == (not is_blocked)


@pytest.mark.parametrize("qualifier", ["", "all", "inherit", "merge"])
def test_no_base_class_is_made_whatever_is_objected_to(
    at: Any, capsys: pytest.CaptureFixture[str], qualifier: str
) -> None:
    at({"blocks.py": COPIES})
    assert [one["strategy"] for one in fixed(capsys, "--diff", "--unsafe-fixes")["fixes"]] == ["S6"]
    at({"blocks.py": COPIES} | objecting(replace(TICKET, names=("A", "B")), qualifier))
    found = fixed(capsys, "--diff", "--unsafe-fixes")
    assert not found["fixes"] and [one["code"] for one in found["refusals"]] == ["FX-OBJECTED"]
    assert not [one for one in found["suggestions"] if one["kind"] == "merge"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": State.NOT_A_BUG},
        {"status": State.FIXED},
        {"reviews": (Review("Ann", Verdict.OBJECT, "No.", code="of another day"),)},
    ],
)
def test_closed_tickets_and_stale_verdicts_block_too(
    at: Any, capsys: pytest.CaptureFixture[str], changes: dict[str, object]
) -> None:
    reviews = (Review("PyTorch Specialist", Verdict.OBJECT, "No."),)
    text = render(replace(TICKET, **{"reviews": reviews, **changes}))  # type: ignore[arg-type]
    at({"blocks.py": twins(), "docs/findings/B3-PT-08.md": text})
    assert [one["code"] for one in fixed(capsys, "--diff")["refusals"]] == ["FX-OBJECTED"]


def test_a_reviewer_who_has_changed_their_mind_blocks_nothing(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at({"blocks.py": twins()} | objecting())
    main(["review", "B3-PT-08", "--verdict", "SUPPORT", "--evaluation", "Go.", "--reviewer", "PyTorch Specialist"])
    assert len(fixed(capsys, "--diff")["fixes"]) == 1


def test_an_override_is_printed_and_noted_in_the_ticket(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = at({"blocks.py": twins()} | objecting())
    place = folder / "docs" / "findings" / "B3-PT-08.md"
    before = place.read_bytes()
    document = fixed(capsys, "--diff", "--override", "settled in\nthe meeting")
    (told,) = document["overridden"]
    assert place.read_bytes() == before
    assert told == {
        "group": document["fixes"][0]["group"],
        "ticket": "B3-PT-08",
        "reviewer": "PyTorch Specialist",
        "scope": "all",
        "reason": "settled in the meeting",
    }
    assert main(["fix", "--override", "settled in the meeting"]) == 0
    line = "overridden: PyTorch Specialist objects to any fix in B3-PT-08: settled in the meeting"
    assert line in capsys.readouterr().err.splitlines()
    found = read_ticket(place.read_bytes(), "B3-PT-08.md")
    assert found.ticket.resolved.startswith("Overridden on 2")
    assert found.ticket.resolved.endswith("the objection of PyTorch Specialist: settled in the meeting")
    assert found.state is State.OPEN


def test_a_ticket_that_cannot_be_written_is_told_and_the_fix_stays(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    folder = at({"blocks.py": twins()} | objecting())
    place = folder / "docs" / "findings" / "B3-PT-08.md"
    place.write_bytes(place.read_text(encoding="utf-8").encode("utf-16"))
    if fixed(capsys, "--diff")["refusals"]:
        before = (folder / "blocks.py").read_bytes()
        assert main(["fix", "--override", "so it is"]) == 2
        assert "the override is not noted in docs/findings/B3-PT-08.md" in capsys.readouterr().err
        assert (folder / "blocks.py").read_bytes() != before


def test_show_fixes_tells_of_the_objection(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    at({"blocks.py": twins()} | objecting())
    main(["check", "--show-fixes", "--output-format", "json"])
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert group["fix"] is None or group["fix"]["strategy"] == "S7"
    assert [one["code"] for one in group["refusals"]] == ["FX-OBJECTED"]


def test_check_and_flake8_read_no_ticket(at: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def printed() -> str:
        capsys.readouterr()
        main(["check", "--output-format", "json"])
        return capsys.readouterr().out

    at({"blocks.py": twins()})
    before = printed()
    at({"blocks.py": twins()} | objecting(status=State.NOT_A_BUG))
    assert printed() == before


def pair(*names: str) -> Group:
    return group(*(member(name) for name in names))


def test_an_objection_is_to_groups_with_two_of_the_members_or_with_the_only_one() -> None:
    review = (Review("Ann", Verdict.OBJECT, "No.", "merge"),)
    whole = Objections([reading(pair("A", "B", "C"), reviews=review)])
    assert [one.scope for one in whole.to(pair("A", "C", "X", "Y", "Z"))] == [Scope.MERGE]
    assert whole.to(pair("A", "X")) == () == whole.to(pair("X", "Y"))
    own = replace(TICKET, places=(Place("a.py"),), names=("A",), reviews=review)
    single = Objections([read_ticket(render(own).encode(), "x.md")])
    assert len(single.to(pair("A", "X"))) == 1
    assert blocking(single.to(pair("A", "X")), merges=False) == () != blocking(single.to(pair("A", "X")), merges=True)


def test_nothing_is_fixed_while_a_ticket_cannot_be_read(
    at: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = at({"blocks.py": COPIES} | objecting())
    before = (folder / "blocks.py").read_bytes()
    real = open

    def guarded(file: Any, *arguments: Any, **options: Any) -> Any:
        if str(file).endswith(".md"):
            raise PermissionError(13, "Permission denied", str(file))
        return real(file, *arguments, **options)

    monkeypatch.setattr("builtins.open", guarded)
    status = main(["fix", "blocks.py"])
    assert status == 2
    assert "cannot be read: Permission denied; it may object to a fix" in capsys.readouterr().err
    assert (folder / "blocks.py").read_bytes() == before
