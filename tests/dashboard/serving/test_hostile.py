"""A hostile repository, read by every page there is: what it holds is shown, and does nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from esper_lint.dashboard import routes
from esper_lint.dashboard.serving.dashboard import Dashboard
from esper_lint.tickets.detection import code_of
from tests.dashboard.client import Browser
from tests.dashboard.hostile import ALL, ESCAPE, SCRIPT, hostile_project
from tests.dashboard.in_process import dashboard_of, signed_in
from tests.dashboard.page_reader import PageReader

MOST_PAGES = 150


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    return dashboard_of(hostile_project(tmp_path_factory.mktemp("hostile") / "project"))


@pytest.fixture
def browser(dashboard: Dashboard) -> Browser:
    return signed_in(dashboard)


@pytest.fixture(scope="module")
def crawled(dashboard: Dashboard) -> dict[str, str]:
    """Every page that links lead to, by its address."""
    browser = signed_in(dashboard)
    pages: dict[str, str] = {}
    waiting = [route.pattern for route in routes.ROUTES if "{" not in route.pattern]
    while waiting and len(pages) < MOST_PAGES:
        address = waiting.pop(0).partition("#")[0]
        if not address or address in pages or address in routes.ACTIONS.values() or address.startswith("/static/"):
            continue
        answer = browser.get(address)
        if answer.status_code == 405:
            continue  # where a form is sent
        assert answer.status_code == 200, address
        pages[address] = answer.text
        waiting += PageReader(answer.text).links
    return pages


def test_every_kind_of_page_is_among_those_that_were_read(crawled: dict[str, str]) -> None:
    patterns = [re.compile(re.sub(r"{\w+}", "[^/]+", route.pattern)) for route in routes.ROUTES]
    paths = {address.partition("?")[0] for address in crawled}
    assert [one.pattern for one in patterns if not any(one.fullmatch(path) for path in paths)] == []


def test_no_page_holds_anything_that_acts(crawled: dict[str, str]) -> None:
    assert {address: found for address, html in crawled.items() if (found := PageReader(html).dangers)} == {}


def test_what_is_hostile_is_shown_all_the_same(crawled: dict[str, str]) -> None:
    everything = "\n".join(crawled.values())
    for shown in (
        "&lt;script&gt;pwned()",
        "&lt;img src=x onerror=pwned()",
        r"\x1b]0;pwned\x07",
        r"\u202e",
        "{{ pwned }}",
    ):
        assert shown in everything


def test_a_template_is_never_made_of_what_was_found(crawled: dict[str, str]) -> None:
    assert not any("pwned is undefined" in html for html in crawled.values())


@pytest.mark.parametrize("text", [*ALL, ESCAPE, "%", "\x00", "é", "x" * 3000])
@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: route.name)
def test_what_is_asked_for_does_nothing_either(browser: Browser, route: routes.Route, text: str) -> None:
    query = routes.url(route.name, dict.fromkeys(route.query, text), **dict.fromkeys(route.parameters, "nothing"))
    for address in (query, routes.url(route.name, None, **dict.fromkeys(route.parameters, text))):
        answer = browser.get(address)
        assert answer.status_code in (200, 404)
        if answer.headers["content-type"].startswith("text/html"):
            assert PageReader(answer.text).dangers == []
        else:
            assert answer.text.startswith(("There is no", "Not Found"))


@pytest.mark.parametrize(
    "address",
    [
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/rendering.py",
        "/static//etc/passwd",
        "/static/esper.css%00.py",
        "/groups/..%2f..%2fplain.py",
        "/groups/plain.py",
        "/tickets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/tickets/linked",
        "/tickets/linked.md",
        "/plain.py",
        "/docs/findings/linked.md",
        "/.git/config",
    ],
)
def test_no_address_is_a_path(browser: Browser, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 404
    assert "root:" not in answer.text and "nn.Module" not in answer.text


def test_sources_are_chosen_by_member_and_never_by_path(browser: Browser, dashboard: Dashboard) -> None:
    group = dashboard.shown.board.report.groups[0].id
    plain = browser.get(f"/groups/{group}?left=0&right=1").text
    for left in ("/etc/passwd", "..%2f..%2fetc%2fpasswd", "plain.py", "-1", "99", "1e9", "٣", ""):
        answer = browser.get(f"/groups/{group}?left={left}&right=1")
        assert answer.status_code == 200
        assert "root:" not in answer.text
        assert answer.text.count("<table") == plain.count("<table")


def test_what_a_link_leads_out_of_the_ticket_folder_is_not_read(crawled: dict[str, str]) -> None:
    assert not any("root:x:" in html for html in crawled.values())


def test_no_page_starts_a_process(browser: Browser, crawled: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*arguments: object, **_: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(subprocess, "Popen", started)
    assert [address for address in crawled if browser.get(address).status_code != 200] == []


def test_git_is_given_a_list_of_arguments_and_names_after_two_dashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[str]] = []
    start = subprocess.Popen.__init__

    def noted(self: subprocess.Popen[bytes], arguments: list[str], *rest: Any, **options: Any) -> None:
        assert isinstance(arguments, list) and not options.get("shell")
        begun.append(arguments)
        start(self, arguments, *rest, **options)

    project = hostile_project(tmp_path / "project")
    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    dashboard = dashboard_of(project)
    browser = signed_in(dashboard)
    group = dashboard.shown.board.report.groups[0]
    typed = {"reviewer": "Ada", "verdict": "SUPPORT", "evaluation": "Yes.", "code": code_of(group), "expected": ""}
    assert browser.post(f"/groups/{group.id}/reviews", typed).status_code == 303
    browser.post("/rescan")
    dashboard.rescanner._thread.join(60)  # type: ignore[union-attr]
    names = [path.name for path in project.iterdir()]
    for arguments in begun:
        assert arguments[0] == "git"
        bare = arguments[: arguments.index("--")] if "--" in arguments else arguments
        assert not [part for part in bare for name in names if name in part and part != str(project)]


def test_the_analysed_code_is_never_imported(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    seed = (
        "import pathlib, torch\npathlib.Path({witness!r}).touch()\n\n\nclass {name}(torch.nn.Module):\n"
        "    def forward(self, x):\n        y = self.a(x).reshape(1, 2, 3)\n        z = self.b(y, mode='same')\n"
        "        return self.c(z + y, alpha=0.5, beta=0.25).permute(0, 2, 1)\n"
    )
    witness = tmp_path / "imported"
    for name in ("One", "Two", "sitecustomize", "conftest", "esper_lint_plugin"):
        code = seed.format(witness=str(witness), name=name.title().replace("_", ""))
        (project / f"{name.lower()}.py").write_text(code, encoding="utf-8")
    dashboard = dashboard_of(project)
    browser = signed_in(dashboard)
    (group,) = dashboard.shown.board.report.groups
    for address in ("/", f"/groups/{group.id}", f"/groups/{group.id}/fix", "/scan", "/equivalence", "/trend"):
        assert browser.get(address).status_code == 200
    browser.post("/rescan")
    dashboard.rescanner._thread.join(60)  # type: ignore[union-attr]
    assert not witness.exists()


def test_an_unknown_page_repeats_nothing(browser: Browser) -> None:
    answer = browser.get(f"/{SCRIPT}")
    assert (answer.status_code, "script" in answer.text) == (404, False)
