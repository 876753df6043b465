"""The verbs for tickets, on real repositories."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from esper_lint.cli import main
from tests.fixing.twins import twins
from tests.repositories import commit, git, repository

TABLE = "[tool.esper_lint]\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one group of two forwards; the working directory."""
    folder = repository(tmp_path / "tree", {"pyproject.toml": TABLE, "blocks.py": twins()})
    git(folder, "config", "user.name", "Ann Example")
    monkeypatch.chdir(folder)
    return folder


class Ran:
    """What a run printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.status = main(list(arguments))
        self.out, self.err = capsys.readouterr()


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *arguments: Ran(capsys, *arguments)


def ticket(tree: Path, name: str = "B1-EL-01") -> Path:
    return tree / "docs" / "findings" / f"{name}.md"


def listed(ran: Any, *arguments: str) -> Any:
    return json.loads(ran("tickets", "list", "--output-format", "json", *arguments).out)


def states(ran: Any) -> list[tuple[str, str, str]]:
    return [(one["id"], one["state"], one["detection"]) for one in listed(ran)["tickets"]]


def test_a_finding_lives_from_its_first_day_to_its_return(tree: Path, ran: Any) -> None:
    assert [one["rule"] for one in listed(ran)["new"]] == ["ESP101"]
    dry = ran("tickets", "sync", "--dry-run")
    assert (dry.status, dry.out) == (1, "B1-EL-01: created: blocks.py:12 ESP101\n") and not ticket(tree).exists()
    diff = ran("tickets", "sync", "--diff")
    assert diff.status == 1 and "+++ b/docs/findings/B1-EL-01.md" in diff.out and not ticket(tree).exists()
    assert ran("tickets", "sync").status == 0
    assert states(ran) == [("B1-EL-01", "open", "unresolved")]
    assert ran("tickets", "sync").err == "all tickets are in step with the code\n"

    git(tree, "mv", "blocks.py", "layers.py")
    assert ran("tickets", "sync").out == "B1-EL-01: moved: is at layers.py:12\n"
    assert "`layers.py`" in ticket(tree).read_text(encoding="utf-8")
    commit(tree)

    (tree / "layers.py").write_text("x = 1\n", encoding="utf-8")
    told = ran("tickets", "list")
    assert "B1-EL-01: open in the ticket, not detected\n" in told.err
    gone = commit(tree)[:10]
    assert f"B1-EL-01: open in the ticket, not detected since {gone}\n" in ran("tickets", "list").err
    commit(tree, {"layers.py": "x = 2\n"})  # has nothing to do with it
    assert ran("tickets", "sync").out == f"B1-EL-01: fixed: no longer detected since {gone}\n"
    assert f"({gone})" in ticket(tree).read_text(encoding="utf-8")
    assert states(ran) == [("B1-EL-01", "fixed", "resolved")]

    commit(tree, {"again.py": twins()})
    assert states(ran) == [("B1-EL-01", "fixed", "reopened")]
    assert ran("tickets", "sync").out == "B1-EL-01: reopened: it was fixed and is detected again\n"
    assert states(ran) == [("B1-EL-01", "open", "unresolved")]


def test_without_git_a_finding_that_is_gone_has_no_commit(tree: Path, ran: Any) -> None:
    (tree / ".git").rename(tree / "no-git")
    ran("tickets", "sync")
    (tree / "blocks.py").unlink()
    assert ran("tickets", "sync").out == "B1-EL-01: fixed: no longer detected\n"


def test_a_rule_that_is_not_selected_gets_no_ticket_and_closes_none(tree: Path, ran: Any) -> None:
    (tree / "pyproject.toml").write_text(f'{TABLE}ignore = ["ESP101"]\n', encoding="utf-8")
    ran("tickets", "sync")
    assert not ticket(tree).exists()
    (tree / "pyproject.toml").write_text(TABLE, encoding="utf-8")
    ran("tickets", "sync")
    (tree / "pyproject.toml").write_text(f'{TABLE}ignore = ["ESP101"]\n', encoding="utf-8")
    assert ran("tickets", "sync").out == ""


def test_ids_batches_and_the_folder_are_settings(tree: Path, ran: Any) -> None:
    settings = f'{TABLE}tickets = "notes"\nticket-id = "{{rule}}.{{batch}}.{{agent}}.{{number:03}}"\n'
    (tree / "pyproject.toml").write_text(settings, encoding="utf-8")
    ran("tickets", "sync", "--batch", "7", "--agent", "PT")
    assert [path.name for path in (tree / "notes").iterdir()] == ["ESP101.7.PT.001.md"]
    (tree / "other.py").write_text(twins("Other", "More", body=OTHER), encoding="utf-8")
    ran("tickets", "sync")
    assert {path.name for path in (tree / "notes").iterdir()} == {"ESP101.7.PT.001.md", "ESP101.7.EL.001.md"}


OTHER = """\
        b, n, d = x.shape
        gate = torch.sigmoid(self.out(x)).mean(dim=1, keepdim=True)
        mixed = F.gelu(self.qkv(x)[..., :d] * gate) + gate.cumsum(dim=-1)
        return mixed / mixed.norm(dim=-1, keepdim=True).clamp(min=1e-6) + x.roll(1, dims=1)
"""


# -- list and show ----------------------------------------------------------------------------------------------------


def test_what_is_listed_can_be_chosen(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    ran("review", "B1-EL-01", "--verdict", "support", "--evaluation", "So it is.")
    (tree / "other.py").write_text(twins("Other", "More", body=OTHER), encoding="utf-8")

    def found(*arguments: str) -> tuple[int, int]:
        document = listed(ran, *arguments)
        return len(document["tickets"]), len(document["new"])

    assert found() == (1, 1)
    assert found("--state", "open") == (1, 0) and found("--state", "fixed") == (0, 0)
    assert found("--detection", "new") == (0, 1) and found("--detection", "unresolved") == (1, 0)
    assert found("--rule", "esp10") == (1, 1) and found("--rule", "ESP104") == (0, 0)
    assert found("--reviewer", "ann example") == (1, 0) and found("--reviewer", "Bob") == (0, 0)
    ran("review", "B1-EL-01", "--verdict", "support", "--evaluation", "Yes.", "--reviewer", "Bob Specialist")
    assert found("--reviewer", "bob") == (1, 0)
    lines = ran("tickets", "list").out.splitlines()
    assert lines[0].split() == ["ticket", "state", "detection", "severity", "rule", "reviews", "title"]
    assert lines[1].split()[:7] == ["B1-EL-01", "open", "unresolved", "P3", "ESP101", "PENDING", "2/3"]


def test_a_ticket_and_a_group_are_shown_by_their_ids(tree: Path, ran: Any) -> None:
    group = listed(ran)["new"][0]["group"]
    assert f"group {group}" in ran("tickets", "show", group[:8]).out
    ran("review", group, "--verdict", "OBJECT", "--qualifier", "inherit", "--evaluation", "They part\nsoon.")
    shown = ran("tickets", "show", "b1-el-01").out
    assert shown == ran("tickets", "show", group[:8]).out
    assert "PENDING 0/3" not in shown and "objection to inherit blocks fix" in shown
    assert "  Ann Example: OBJECT (inherit), " in shown and "    They part\n    soon.\n" in shown
    document = json.loads(ran("tickets", "show", "B1-EL-01", "--output-format", "json").out)
    assert document["ticket"]["group"] == group and document["ticket"]["decision"]["objection"] == "inherit"


def test_hostile_text_is_shown_as_its_escapes(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    text = ticket(tree).read_text(encoding="utf-8")
    text = text.replace("Finding Ticket: Forward", "Finding Ticket: \x1b[31m\u202eForward")
    ticket(tree).write_text(text, encoding="utf-8")
    for arguments in (("tickets", "list"), ("tickets", "show", "B1-EL-01"), ("tickets", "check")):
        told = ran(*arguments)
        assert "\x1b" not in told.out + told.err and "\u202e" not in told.out + told.err


# -- reviews ----------------------------------------------------------------------------------------------------------


def test_a_verdict_updates_the_ticket(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    text = ticket(tree).read_text(encoding="utf-8")
    old = re.sub(r"(Updated\W+)\d{4}-\d\d-\d\d", r"\g<1>2020-01-01", text)
    assert old != text
    ticket(tree).write_text(old, encoding="utf-8")
    ran("review", "B1-EL-01", "--verdict", "SUPPORT", "--evaluation", "Yes.")
    assert "2020-01-01" not in ticket(tree).read_text(encoding="utf-8")


def test_a_verdict_is_stale_once_the_code_says_something_else(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    for name in ("Ann", "Bob", "Cid"):
        ran("review", "B1-EL-01", "--verdict", "SUPPORT", "--evaluation", "Yes.", "--reviewer", name)
    assert listed(ran)["tickets"][0]["decision"]["words"] == "UNANIMOUS SUPPORT"
    code = (tree / "blocks.py").read_text(encoding="utf-8")
    (tree / "blocks.py").write_text(f"# A comment.\n{code}", encoding="utf-8")
    assert listed(ran)["tickets"][0]["decision"]["stale"] == []
    (tree / "blocks.py").write_text(code.replace("return x + self", "return x - self"), encoding="utf-8")
    assert listed(ran)["tickets"][0]["decision"] == {
        "words": "PENDING 0/3",
        "suggests": None,
        "objection": None,
        "severity": None,
        "stale": ["Ann", "Bob", "Cid"],
    }
    assert "3 STALE" in ran("tickets", "list").out


def test_a_second_review_takes_the_place_of_the_first(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    ran("review", "B1-EL-01", "--verdict", "OBJECT", "--evaluation", "No.")
    told = ran("review", "B1-EL-01", "--verdict", "REFINE", "--qualifier", "p1", "--evaluation", "Yes, and soon.")
    assert told.err == "B1-EL-01: PENDING 1/3; wrote docs/findings/B1-EL-01.md\n"
    (review,) = listed(ran)["tickets"][0]["reviews"]
    assert (review["verdict"], review["qualifier"], review["evaluation"]) == ("REFINE", "P1", "Yes, and soon.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--verdict", "SUPPORT", "--evaluation", " \n"], "--evaluation: say why"),
        (["--verdict", "SUPPORT", "--evaluation", "x" * 4001], "--evaluation: it has at most 4,000 characters"),
        (["--verdict", "SUPPORT", "--qualifier", "P1", "--evaluation", "x"], "--qualifier: SUPPORT takes no qualifier"),
        (["--verdict", "OBJECT", "--qualifier", "it", "--evaluation", "x"], "to inherit, merge, all, not to 'it'"),
        (["--verdict", "REFINE", "--qualifier", "P9", "--evaluation", "x"], "proposes a severity, P0 to P4, not 'p9'"),
        (["--verdict", "SUPPORT", "--evaluation", "x", "--reviewer", "y" * 81], "--reviewer: the name of a reviewer"),
    ],
)
def test_what_is_no_review_is_not_written(tree: Path, ran: Any, arguments: list[str], message: str) -> None:
    ran("tickets", "sync")
    before = ticket(tree).read_bytes()
    told = ran("review", "B1-EL-01", *arguments)
    assert told.status == 2 and message in told.err and told.err.count("\n") == 1
    assert ticket(tree).read_bytes() == before


def test_the_word_for_support_is_a_setting(tree: Path, ran: Any) -> None:
    (tree / "pyproject.toml").write_text(f'{TABLE}support-word = "ENDORSE"\n', encoding="utf-8")
    ran("tickets", "sync")
    ran("review", "B1-EL-01", "--verdict", "SUPPORT", "--evaluation", "Yes.")
    assert "**ENDORSE**" in ticket(tree).read_text(encoding="utf-8")
    assert listed(ran)["tickets"][0]["reviews"][0]["verdict"] == "SUPPORT"


def test_several_tickets_on_a_group_are_told_apart(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    text = ticket(tree).read_text(encoding="utf-8").replace("B1-EL-01", "B1-EL-02")
    ticket(tree, "B1-EL-02").write_text(text, encoding="utf-8")
    group = listed(ran)["tickets"][0]["group"]
    told = ran("review", group, "--verdict", "SUPPORT", "--evaluation", "x")
    assert told.status == 2 and f"2 tickets are on group {group}: say which of B1-EL-01, B1-EL-02" in told.err


def test_an_id_that_two_tickets_have_is_refused(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    (tree / "docs/findings/copy.md").write_bytes(ticket(tree).read_bytes())
    told = ran("review", "B1-EL-01", "--verdict", "SUPPORT", "--evaluation", "x")
    assert told.status == 2
    assert "2 tickets have the ID 'B1-EL-01': docs/findings/B1-EL-01.md, docs/findings/copy.md" in told.err


def test_an_override_needs_a_reason(tree: Path, ran: Any) -> None:
    told = ran("fix", "--diff", "--override", " ")
    assert (told.status, told.out) == (2, "") and "--override: say why" in told.err


# -- health and boxes -------------------------------------------------------------------------------------------------


def test_oddities_are_listed_with_their_lines(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    text = ticket(tree).read_text(encoding="utf-8").replace("| **Created** | 20", "| **Created** | 19")
    ticket(tree).write_text(text, encoding="utf-8")
    (tree / "blocks.py").unlink()
    told = ran("tickets", "check")
    assert told.status == 1
    assert "docs/findings/B1-EL-01.md:28: stale-location blocks.py is not there\n" in told.out
    assert "B1-EL-01.md:16: early-date" in told.out
    document = json.loads(ran("tickets", "check", "--output-format", "json").out)
    assert {one["code"] for one in document["diagnostics"]} == {"stale-location", "early-date"}


def test_a_file_that_was_renamed_is_as_old_as_it_was(tree: Path, ran: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ran("tickets", "sync")
    git(tree, "mv", "blocks.py", "layers.py")
    ran("tickets", "sync")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2099-01-01T00:00:00")
    commit(tree)
    assert ran("tickets", "check").out == ""
    (tree / "layers.py").unlink()
    commit(tree)
    commit(tree, {"new.py": twins() + "# another file\n" * 99})
    ran("tickets", "sync")
    assert "early-date" in ran("tickets", "check").out


def records(tree: Path, **boxes: str) -> str:
    from esper_lint.discovery.reading import digest_of

    digest = digest_of((tree / "blocks.py").read_bytes())
    sources = {"old": {"blocks.py": digest}, "new": {"blocks.py": "another"}}
    one = {"path": "blocks.py", "qualname": "Plain", "boxes": boxes, "sources": sources}
    (tree / "verify.json").write_text(json.dumps({"classes": [one]}), encoding="utf-8")
    return str(tree / "verify.json")


def test_what_was_verified_ticks_boxes_and_what_failed_clears_them(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    passed = {"output_equivalence": "passed", "state_dict": "passed", "torch_compile": "not run"}
    told = ran("tickets", "check", "--from", records(tree, **passed))
    assert told.status == 0
    assert told.out.splitlines() == [
        "B1-EL-01: ticked: Verify output equivalence after the refactor",
        "B1-EL-01: ticked: Compare the keys of state_dict",
    ]
    assert ticket(tree).read_text(encoding="utf-8").count("- [x]") == 3  # and its category
    told = ran("tickets", "check", "--from", records(tree, output_equivalence="failed"))
    assert told.out == "B1-EL-01: cleared: Verify output equivalence after the refactor\n"


def test_a_stale_record_ticks_nothing_and_says_so(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    found = records(tree, output_equivalence="passed")
    with (tree / "blocks.py").open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    before = ticket(tree).read_bytes()
    told = ran("tickets", "check", "--from", found)
    assert (told.status, told.out, ticket(tree).read_bytes()) == (0, "", before)
    assert "B1-EL-01: STALE: the code of Plain has changed since it was verified\n" in told.err


@pytest.mark.parametrize("sources", [{}, {"blocks.py": "another"}, {"\0": "x"}])
def test_a_record_of_no_file_of_now_ticks_nothing(tree: Path, ran: Any, sources: dict[str, str]) -> None:
    ran("tickets", "sync")
    boxes = {"output_equivalence": "passed"}
    one = {"path": "blocks.py", "qualname": "Plain", "boxes": boxes, "sources": {"old": sources, "new": sources}}
    (tree / "verify.json").write_text(json.dumps({"classes": [one]}), encoding="utf-8")
    told = ran("tickets", "check", "--from", "verify.json")
    assert (told.status, told.out) == (0, "") and "B1-EL-01: STALE: the code of Plain has changed" in told.err


# -- verdicts of a report ---------------------------------------------------------------------------------------------


def verdicts(tree: Path, *given: dict[str, str]) -> str:
    place = tree / "verdicts.json"
    place.write_text(json.dumps({"schema_version": 1, "verdicts": list(given)}), encoding="utf-8")
    return str(place)


def as_seen(tree: Path, ran: Any, reviewer: str, **more: str) -> dict[str, str]:
    """A verdict that was given on the ticket as it is now."""
    from esper_lint.tickets.importing import core_of
    from esper_lint.tickets.reading import read_ticket

    one = listed(ran)["tickets"][0]
    core = core_of(read_ticket(ticket(tree).read_bytes(), "B1-EL-01.md").ticket)
    seen = {"ticket": one["id"], "group": one["group"], "digest": one["digest"], "core": core, "code": ""}
    return seen | {"reviewer": reviewer, "verdict": "SUPPORT", "qualifier": "", "evaluation": "Yes."} | more


def test_verdicts_of_a_report_are_written_merged_or_refused(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    ann, bob = as_seen(tree, ran, "Ann"), as_seen(tree, ran, "Bob")
    told = ran("tickets", "import", verdicts(tree, ann, bob))
    assert (told.status, told.out.splitlines()) == (
        0,
        ["docs/findings/B1-EL-01.md: written: Ann", "docs/findings/B1-EL-01.md: merged: Bob"],
    )
    assert ran("tickets", "import", verdicts(tree, ann)).out == "docs/findings/B1-EL-01.md: kept: Ann\n"
    other = ran("tickets", "import", verdicts(tree, ann | {"evaluation": "On second thoughts."}))
    assert other.status == 1 and "may not be the one that the report showed" in other.err
    cid = as_seen(tree, ran, "Cid")
    ticket(tree).write_text(
        ticket(tree).read_text(encoding="utf-8").replace("`P3`", "`P1`"), encoding="utf-8", newline="\n"
    )
    told = ran("tickets", "import", verdicts(tree, cid))
    assert told.status == 1 and "Cid: the ticket has changed since the report was made" in told.err
    assert [one["reviewer"] for one in listed(ran)["tickets"][0]["reviews"]] == ["Ann", "Bob"]


def test_a_verdict_on_a_group_without_a_ticket_makes_one(tree: Path, ran: Any) -> None:
    group = listed(ran)["new"][0]["group"]
    one = {"group": group, "reviewer": "Ann", "verdict": "OBJECT", "evaluation": "No."}
    told = ran("tickets", "import", verdicts(tree, one, one | {"reviewer": "Bob"}, one | {"group": "x"}))
    assert told.status == 1 and "x: Ann: there is no such group without a ticket" in told.err
    assert [review["reviewer"] for review in listed(ran)["tickets"][0]["reviews"]] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema_version": 2, "verdicts": []}',
        '{"schema_version": 1}',
        '{"schema_version": 1, "verdicts": {}}',
        '{"schema_version": 1, "verdicts": "ab"}',
        '{"schema_version": 1, "verdicts": [1]}',
        '{"schema_version": 1, "verdicts": [null]}',
        '{"schema_version": 1, "verdicts": [{"ticket": 1}]}',
        "[" * 9999,
    ],
)
def test_what_is_no_file_of_verdicts_is_refused(tree: Path, ran: Any, text: str) -> None:
    (tree / "verdicts.json").write_text(text, encoding="utf-8")
    told = ran("tickets", "import", "verdicts.json")
    assert told.status == 2 and told.err.count("\n") == 1 and "internal error" not in told.err


def test_a_ticket_that_cannot_be_written_is_told_and_ends_with_2(tree: Path, ran: Any) -> None:
    (tree / "docs").write_text("a file", encoding="utf-8")
    told = ran("tickets", "sync")
    assert told.status == 2 and "esper-lint: B1-EL-01: " in told.err
    assert told.out == "" and "created" not in told.err


def test_a_new_ticket_takes_the_name_of_no_file(tree: Path, ran: Any) -> None:
    ran("tickets", "sync")
    old = ticket(tree).read_text(encoding="utf-8")
    ticket(tree).write_text(old.replace("`B1-EL-01`", "`FOO-1`"), encoding="utf-8")
    (tree / "docs" / "findings" / "B1-EL-02.md").symlink_to(tree / "pyproject.toml")
    body = "".join(f"        x = self.qkv(x) * {number} + torch.tanh(x - {number})\n" for number in range(6))
    commit(tree, {"more.py": twins("Third", "Fourth", body=f"{body}        return self.out(x)\n")})
    told = ran("tickets", "sync")
    assert (told.status, told.out) == (0, "B1-EL-03: created: more.py:12 ESP101\n")
    assert ran("tickets", "sync").err == "all tickets are in step with the code\n"
