"""What reviewers send is in the ticket file or is shown to them again, and nothing lies between."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from esper_lint.dashboard.serving.dashboard import Dashboard
from esper_lint.findings import Group, Severity
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.reading import Reading, digest_of
from esper_lint.tickets.reviewing import EVALUATION_LIMIT
from esper_lint.tickets.ticket import Scope, State, Verdict
from tests.dashboard.hostile import ALL, ESCAPE
from tests.dashboard.in_process import dashboard_of, signed_in
from tests.dashboard.page_reader import PageReader
from tests.dashboard.served import sample_project

TICKETS = "docs/findings"


class Desk:
    """A reviewer's browser before the sample's groups."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.dashboard: Dashboard = dashboard_of(project)
        self.browser = signed_in(self.dashboard)

    def group(self, name: str) -> Group:
        groups = self.dashboard.shown.board.report.groups
        return next(one for one in groups if any(name in member.qualname for member in one.members))

    def reading(self, name: str) -> Reading | None:
        filed = self.dashboard.shown.board.filed_by_group.get(self.group(name).id, ())
        return filed[0].reading if filed else None

    def form(self, name: str, **typed: str) -> dict[str, str]:
        """A form as the page of a group holds it, with what somebody typed."""
        reading = self.reading(name)
        hidden = {"expected": reading.digest if reading else "", "code": code_of(self.group(name))}
        return (
            {"reviewer": "Ada", "verdict": "SUPPORT", "qualifier": "", "evaluation": "It is one thing."}
            | hidden
            | typed
        )

    def files(self) -> dict[str, bytes]:
        folder = self.project / TICKETS
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def rescanned(self) -> None:
        self.dashboard.rescanner.start()
        thread = self.dashboard.rescanner._thread
        assert thread is not None
        thread.join(60)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(sample_project(tmp_path / "sample"))


def address(desk: Desk, name: str, action: str = "reviews") -> str:
    return f"/groups/{desk.group(name).id}/{action}"


# Verdicts.


def test_a_verdict_on_a_group_without_a_ticket_makes_one(desk: Desk) -> None:
    answer = desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/groups/{desk.group('MLP').id}")
    reading = desk.reading("MLP")
    assert reading is not None
    (review,) = reading.ticket.reviews
    assert (review.reviewer, review.verdict, review.evaluation) == ("Ada", Verdict.SUPPORT, "It is one thing.")
    assert review.code == code_of(desk.group("MLP"))
    assert reading.ticket.group == desk.group("MLP").id
    assert list(desk.files()) == [reading.name]


def test_what_was_written_is_told_once(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    reading = desk.reading("MLP")
    assert reading is not None
    told = f"The verdict of Ada is in {TICKETS}/{reading.name}."
    assert told in desk.browser.get("/").text
    assert told not in desk.browser.get("/").text


def test_a_second_reviewer_goes_into_the_same_ticket_and_all_else_stays(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    ((name, before),) = desk.files().items()
    typed = desk.form("MLP", reviewer="Bob", verdict="OBJECT", qualifier="inherit", evaluation="Not by a base class.")
    assert signed_in(desk.dashboard).post(address(desk, "MLP"), typed).status_code == 303
    reading = desk.reading("MLP")
    assert reading is not None and list(desk.files()) == [name]
    assert [(one.reviewer, one.verdict) for one in reading.ticket.reviews] == [
        ("Ada", Verdict.SUPPORT),
        ("Bob", Verdict.OBJECT),
    ]
    assert Scope(reading.ticket.reviews[1].qualifier) is Scope.INHERIT
    after = desk.files()[name].decode().splitlines()
    assert [line for line in before.decode().splitlines() if line not in after and "Updated" not in line] == []


def test_a_reviewer_who_writes_again_replaces_their_verdict(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    desk.browser.post(address(desk, "MLP"), desk.form("MLP", verdict="REFINE", qualifier="P4", evaluation="Less."))
    reading = desk.reading("MLP")
    assert reading is not None
    (review,) = reading.ticket.reviews
    assert (review.verdict, Severity(review.qualifier)) == (Verdict.REFINE, Severity.P4)


def test_a_ticket_is_reviewed_on_its_own_page_too(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    ((key, filed),) = desk.dashboard.shown.board.filed.items()
    typed = desk.form("MLP", reviewer="Cy", verdict="NEUTRAL", expected=filed.reading.digest)
    answer = desk.browser.post(f"/tickets/{key}/reviews", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{key}")
    reading = desk.reading("MLP")
    assert reading is not None and [one.reviewer for one in reading.ticket.reviews] == ["Ada", "Cy"]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"evaluation": ""}, "Evaluation: "),
        ({"evaluation": " \n\t"}, "Evaluation: "),
        ({"evaluation": "x" * (EVALUATION_LIMIT + 1)}, f"{EVALUATION_LIMIT:,} characters"),
        ({"reviewer": ""}, "Reviewer: "),
        ({"reviewer": "x" * 81}, "at most 80 characters"),
        ({"verdict": ""}, "Verdict: "),
        ({"verdict": "<b>MAYBE</b>"}, "Verdict: "),
        ({"verdict": "OBJECT", "qualifier": "colour"}, "Qualifier: an objection is to"),
    ],
)
def test_what_cannot_be_taken_is_shown_again_with_the_reason(desk: Desk, typed: dict[str, str], line: str) -> None:
    given = desk.form("MLP", **{"evaluation": "Words that took long to find."} | typed)
    answer = desk.browser.post(address(desk, "MLP"), given)
    assert answer.status_code == 422
    assert desk.files() == {}
    assert line in answer.text
    assert given["evaluation"] in answer.text
    assert PageReader(answer.text).dangers == []


@pytest.mark.parametrize("word", [*ALL, ESCAPE])
def test_a_hostile_verdict_is_words_in_the_ticket_and_on_the_page(desk: Desk, word: str) -> None:
    typed = desk.form(
        "MLP", reviewer=" ".join(word.split())[:70], evaluation=f"first\n\n{word}\n\n## Heading\n\n| a | b |"
    )
    answer = desk.browser.post(address(desk, "MLP"), typed)
    assert answer.status_code == 303
    ((name, data),) = desk.files().items()
    assert "/" not in name and b"\x1b" not in data and "\u202e" not in data.decode()
    reading = desk.reading("MLP")
    assert reading is not None and len(reading.ticket.reviews) == 1 and reading.ticket.unknown == ()
    for page in (
        desk.browser.get(f"/groups/{desk.group('MLP').id}"),
        desk.browser.get(f"/tickets/{reading.ticket.id}"),
    ):
        assert page.status_code == 200
        assert PageReader(page.text).dangers == []


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:pwned()", "/a\r\nb", "/é"]
)
def test_nobody_is_sent_elsewhere_after_a_write(desk: Desk, back: str) -> None:
    answer = desk.browser.post(address(desk, "MLP"), desk.form("MLP", back=back))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/groups/{desk.group('MLP').id}")


def test_the_way_back_keeps_the_filters(desk: Desk) -> None:
    back = f"/groups/{desk.group('MLP').id}?rule=ESP104&state=all"
    assert desk.browser.post(address(desk, "MLP"), desk.form("MLP", back=back)).headers["location"] == back


@pytest.mark.parametrize("path", ["/groups/nothing/reviews", "/groups/nothing/accept", "/tickets/nothing/reviews"])
def test_what_is_not_there_takes_nothing(desk: Desk, path: str) -> None:
    assert desk.browser.post(path, desk.form("MLP")).status_code == 404
    assert desk.files() == {}


def test_a_body_that_is_no_form_is_one_line(desk: Desk) -> None:
    for content in (b"a=%ff", b"a=1&a=2"):
        answer = desk.browser.post(address(desk, "MLP"), content=content)
        assert (answer.status_code, answer.text.count("\n")) == (400, 1)
    answer = desk.browser.post(address(desk, "MLP"), content=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert desk.files() == {}


# The hash precondition.


def test_a_ticket_that_somebody_edited_is_not_written_over(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    typed = desk.form("MLP", reviewer="Bob", verdict="OBJECT", evaluation="What I have thought about for an hour.")
    ((name, data),) = desk.files().items()
    edited = data.replace(b"It is one thing.", b"It is two things.").replace(b"P3", b"P1", 1)
    assert edited != data
    (desk.project / TICKETS / name).write_bytes(edited)
    answer = desk.browser.post(address(desk, "MLP"), typed)
    assert answer.status_code == 409
    assert desk.files() == {name: edited}
    assert "The ticket has changed since you read it" in answer.text
    assert "Ada says SUPPORT in other words" in answer.text
    assert "P3 is now P1" in answer.text
    assert "What I have thought about for an hour." in answer.text
    assert digest_of(edited) in answer.text  # so that it can be sent again
    assert desk.browser.post(address(desk, "MLP"), typed | {"expected": digest_of(edited)}).status_code == 303
    reading = desk.reading("MLP")
    assert reading is not None and [one.reviewer for one in reading.ticket.reviews] == ["Ada", "Bob"]


def test_a_ticket_that_was_made_meanwhile_is_not_made_twice(desk: Desk) -> None:
    late = desk.form("MLP", reviewer="Bob", evaluation="Late.")
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    answer = desk.browser.post(address(desk, "MLP"), late)
    assert answer.status_code == 409
    assert "Ada wrote SUPPORT" in answer.text
    assert len(desk.files()) == 1


def test_a_ticket_that_is_gone_is_not_made_again_unasked(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    late = desk.form("MLP", reviewer="Bob", evaluation="Late.")
    ((name, _),) = desk.files().items()
    (desk.project / TICKETS / name).unlink()
    answer = desk.browser.post(address(desk, "MLP"), late)
    assert (answer.status_code, desk.files()) == (409, {})
    assert "the ticket is gone" in answer.text and "Late." in answer.text


def test_a_verdict_on_code_that_has_changed_is_shown_again(desk: Desk) -> None:
    typed = desk.form("MLP", code="0123456789abcdef")
    answer = desk.browser.post(address(desk, "MLP"), typed)
    assert (answer.status_code, desk.files()) == (409, {})
    assert "The code has changed since you read it" in answer.text


def test_of_two_who_send_at_once_one_is_asked_again_and_no_verdict_is_lost(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP", reviewer="Eve", evaluation="First."))
    names = [f"Reviewer {number}" for number in range(6)]
    path = address(desk, "MLP")
    forms = {name: desk.form("MLP", reviewer=name, evaluation=f"By {name}.") for name in names}
    browsers = {name: signed_in(desk.dashboard) for name in names}
    statuses: dict[str, int] = {}

    def send(name: str) -> None:
        statuses[name] = browsers[name].post(path, forms[name]).status_code

    threads = [Thread(target=send, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses.values()) == [303, *[409] * 5]
    for name in names:
        if statuses[name] == 409:
            assert (
                browsers[name].post(path, desk.form("MLP", reviewer=name, evaluation=f"By {name}.")).status_code == 303
            )
    reading = desk.reading("MLP")
    assert reading is not None and reading.diagnostics == ()
    assert sorted(one.reviewer for one in reading.ticket.reviews) == ["Eve", *names]
    assert {one.evaluation for one in reading.ticket.reviews} == {"First.", *(f"By {name}." for name in names)}


# What the disk does.


def break_disk(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, failing)


@pytest.mark.parametrize(
    ("call", "number"),
    [("fsync", errno.ENOSPC), ("write", errno.ENOSPC), ("replace", errno.ENOSPC), ("replace", errno.EROFS)],
)
def test_a_full_disk_and_a_read_only_one_are_one_line_and_keep_what_was_typed(
    desk: Desk, call: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    before = desk.files()
    typed = desk.form("MLP", reviewer="Bob", evaluation="Words that took long to find.")
    with monkeypatch.context() as broken:
        break_disk(broken, call, number)
        answer = desk.browser.post(address(desk, "MLP"), typed)
    if answer.status_code != 303:  # the store makes do without some of these calls
        assert answer.status_code == 503
        assert os.strerror(number) in answer.text and "Words that took long to find." in answer.text
        assert desk.files() == before
        assert desk.browser.post(address(desk, "MLP"), typed).status_code == 303
    reading = desk.reading("MLP")
    assert reading is not None and [one.reviewer for one in reading.ticket.reviews] == ["Ada", "Bob"]


def test_a_folder_that_cannot_be_written_is_one_line_and_keeps_what_was_typed(desk: Desk) -> None:
    (desk.project / "docs").write_text("a file, where a folder is needed", encoding="utf-8")
    answer = desk.browser.post(address(desk, "MLP"), desk.form("MLP", evaluation="Words that took long to find."))
    assert answer.status_code == 503
    assert "Words that took long to find." in answer.text


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_one_line_and_keeps_what_was_typed(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    typed = desk.form("MLP", reviewer="Bob", evaluation="Words that took long to find.")
    (desk.project / TICKETS).chmod(0o555)
    try:
        answer = desk.browser.post(address(desk, "MLP"), typed)
    finally:
        (desk.project / TICKETS).chmod(0o755)
    assert answer.status_code == 503
    assert "Permission denied" in answer.text and "Words that took long to find." in answer.text


def test_a_ticket_folder_that_leads_elsewhere_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    ((name, data),) = desk.files().items()
    elsewhere = tmp_path / "elsewhere.md"
    elsewhere.write_bytes(data)
    path = desk.project / TICKETS / name
    path.unlink()
    path.symlink_to(elsewhere)
    typed = desk.form("MLP", reviewer="Bob")
    assert desk.browser.post(address(desk, "MLP"), typed).status_code in (409, 503)
    assert elsewhere.read_bytes() == data


# Accepting by design.


def accepting(desk: Desk, name: str, **typed: str) -> dict[str, str]:
    form = desk.form(name, reason="performance-specialisation", text="They will differ once the kernel lands.")
    return {**form, "trigger_member": "on", "trigger_diverge": "on", **typed}


def flake8(project: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "flake8", "--select", "ESP", "blueprints"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if "MLP" in line]


def test_accepting_by_design_writes_a_contract_and_silences_flake8(desk: Desk) -> None:
    assert len(flake8(desk.project)) == 2
    answer = desk.browser.post(address(desk, "MLP", "accept"), accepting(desk, "MLP"))
    assert answer.status_code == 303, answer.text
    desk.rescanned()
    source = (desk.project / "blueprints" / "transformer.py").read_text(encoding="utf-8")
    assert source.count("# esper: lockstep(") >= 2
    assert flake8(desk.project) == []
    group = desk.group("MLP")
    assert group.suppressed is not None and group.suppressed.kind == "contract"
    reading = desk.reading("MLP")
    assert reading is not None and reading.state is State.WONT_FIX
    assert "performance-specialisation" in reading.ticket.resolution
    assert "They will differ once the kernel lands." in desk.files()[reading.name].decode()


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"reason": ""}, "Choose a reason: version-isolation, "),
        ({"reason": "because"}, "Choose a reason: version-isolation, "),
        ({"text": ""}, "Why it is meant: "),
        ({"text": "x" * (EVALUATION_LIMIT + 1)}, "Why it is meant: "),
        ({"reviewer": ""}, "An acceptance needs a name"),
    ],
)
def test_an_acceptance_without_its_words_writes_nothing(desk: Desk, typed: dict[str, str], line: str) -> None:
    before = (desk.project / "blueprints" / "transformer.py").read_bytes()
    answer = desk.browser.post(address(desk, "MLP", "accept"), accepting(desk, "MLP", **typed))
    assert (answer.status_code, line in answer.text) == (422, True)
    assert (desk.files(), (desk.project / "blueprints" / "transformer.py").read_bytes()) == ({}, before)


def test_an_acceptance_of_a_ticket_that_changed_writes_no_contract(desk: Desk) -> None:
    late = accepting(desk, "MLP")
    desk.browser.post(address(desk, "MLP"), desk.form("MLP", reviewer="Bob"))
    before = (desk.project / "blueprints" / "transformer.py").read_bytes()
    answer = desk.browser.post(address(desk, "MLP", "accept"), late)
    assert (answer.status_code, "Bob wrote SUPPORT" in answer.text) == (409, True)
    assert (desk.project / "blueprints" / "transformer.py").read_bytes() == before


def test_code_that_cannot_be_written_takes_the_acceptance_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (desk.project / "blueprints" / "transformer.py").read_bytes()
    with monkeypatch.context() as broken:
        break_disk(broken, "replace", errno.ENOSPC)
        answer = desk.browser.post(address(desk, "MLP", "accept"), accepting(desk, "MLP"))
    assert answer.status_code in (422, 503)
    assert "They will differ once the kernel lands." in answer.text
    assert (desk.files(), (desk.project / "blueprints" / "transformer.py").read_bytes()) == ({}, before)


# Plans and scans.


def test_a_fix_is_planned_when_somebody_asks_for_it(desk: Desk) -> None:
    page = f"/groups/{desk.group('LoRA').id}/fix"
    answer = desk.browser.post(address(desk, "LoRA", "plan"), {})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    planner = desk.dashboard.shown.board.plans
    thread = getattr(planner, "_thread", None)
    if thread is not None:
        thread.join(60)
    assert "esper-lint fix --group" in desk.browser.get(page).text


def test_a_scan_shows_what_has_changed_in_the_code_and_in_the_tickets(desk: Desk) -> None:
    desk.browser.post(address(desk, "MLP"), desk.form("MLP"))
    path = desk.project / "blueprints" / "extra.py"
    path.write_text("from torch import nn\n" + _copy_of_mlp(desk.project), encoding="utf-8")
    before = desk.browser.get("/rescan").json()
    answer = desk.browser.post("/rescan", {}, headers={"Accept": "application/json"})
    assert answer.status_code == 202
    thread = desk.dashboard.rescanner._thread
    assert thread is not None
    thread.join(60)
    after = desk.browser.get("/rescan").json()
    assert (after["state"], after["error"]) == ("idle", "")
    assert after["board"] > before["board"]
    assert any(member.path == "blueprints/extra.py" for member in desk.group("ExtraMLP").members)


def _copy_of_mlp(project: Path) -> str:
    source = (project / "blueprints" / "transformer.py").read_text(encoding="utf-8")
    start = source.index("    class TransformerMLPSeed(")
    lines = source[start:].splitlines()
    end = next(number for number, line in enumerate(lines[1:], 1) if line.strip() and not line.startswith("        "))
    return "\n".join(line.removeprefix("    ") for line in lines[:end]).replace("TransformerMLPSeed", "ExtraMLP") + "\n"


def test_settings_that_have_become_wrong_leave_the_pages_as_they_were(desk: Desk) -> None:
    before = desk.browser.get("/").text
    broken = desk.project / "blueprints" / "transformer.py"
    broken.write_text("def forward(self:\n", encoding="utf-8")
    desk.rescanned()
    assert desk.browser.get("/rescan").json()["state"] == "idle"  # a file that cannot be parsed is a finding
    assert desk.browser.get("/").text != before
