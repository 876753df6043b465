"""What is promised of every request, whatever the app behind the guards does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from esper_lint.dashboard.serving.guarding import guarded
from esper_lint.dashboard.serving.headers import HEADERS
from esper_lint.dashboard.serving.limits import BODY_BYTES, LimitedBodies
from esper_lint.dashboard.serving.origins import Origin, origin_of, origins_at
from esper_lint.dashboard.serving.sessions import Sessions
from tests.dashboard.client import Browser, answered

PORT = 8765
ORIGINS = origins_at("127.0.0.1", PORT, [origin_of("https://review.example.org")])


class Guarded:
    """An app that says what it was asked, behind the guards."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        self.spent: list[Origin] = []
        self.told: list[str] = []
        self.bodies: list[bytes] = []
        self.app = guarded(self._answer, ORIGINS, self.sessions, spent=self.spent.append, tell=self.told.append)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == "/broken":
            raise ZeroDivisionError("one\ntwo \x1b[31m")
        self.bodies.append(await request.body())
        await PlainTextResponse(f"{request.method} {request.url.path}", headers={"Cache-Control": "public"})(
            scope, receive, send
        )

    def browser(self, base: str = f"http://127.0.0.1:{PORT}") -> Browser:
        return Browser(self.app, base)

    def signed_in(self, base: str = f"http://127.0.0.1:{PORT}") -> Browser:
        browser = self.browser(base)
        assert browser.get(f"/?token={self.sessions.token}").status_code == 303
        return browser


@pytest.fixture
def here() -> Guarded:
    return Guarded()


# Host and port.


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765", "review.example.org"])
def test_a_request_for_one_of_our_names_and_ports_is_answered(here: Guarded, host: str) -> None:
    assert here.browser().get("/", {"Host": host}).status_code == 403  # known, but nobody is signed in


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:87650",
        "localhost",
        "localhost.:8765",
        "[::1]:8765",
        "2130706433:8765",
        "127.0.0.1:8765.evil.example",
        "evil.example#127.0.0.1:8765",
        "127.0.0.1:8765, evil.example",
        "review.example.org:8765",
        "",
    ],
)
def test_a_request_for_another_name_or_port_is_refused(here: Guarded, host: str) -> None:
    browser = here.signed_in()
    here.bodies.clear()
    response = browser.get("/", {"Host": host})
    assert (response.status_code, here.bodies) == (421, [])
    assert host not in response.text or not host


def test_a_request_with_two_hosts_or_none_is_refused(here: Guarded) -> None:
    for headers in ([], [(b"host", b"127.0.0.1:8765"), (b"host", b"evil.example")]):
        assert answered(here.app, headers)[0]["status"] == 421


# Token and cookie.


def test_without_a_session_nothing_is_shown(here: Guarded) -> None:
    for path in ("/", "/groups/1", "/static/x.css", "/rescan"):
        response = here.browser().get(path)
        assert response.status_code == 403
        assert "Not signed in" in response.text
    assert here.bodies == []


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(here: Guarded) -> None:
    browser = here.browser()
    token = here.sessions.token
    response = browser.get(f"/queue?rule=ESP103&token={token}&name=a%26b")
    assert (response.status_code, response.headers["location"]) == (303, "/queue?rule=ESP103&name=a%26b")
    assert browser.get("/queue").text == "GET /queue"
    assert here.spent == [ORIGINS[1]]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here: Guarded) -> None:
    text = here.browser().get(f"/?token={here.sessions.token}").headers["set-cookie"]
    ((name, cookie),) = SimpleCookie(text).items()
    assert name == f"esper-lint-{PORT}"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "strict", "/", "")
    assert len(cookie.value) >= 43  # 32 bytes
    assert not cookie["secure"]  # there is no TLS on loopback


def test_the_cookie_stays_on_tls_where_there_is_some(here: Guarded) -> None:
    response = here.browser("https://review.example.org").get(f"/?token={here.sessions.token}")
    ((name, cookie),) = SimpleCookie(response.headers["set-cookie"]).items()
    assert (name, cookie["secure"]) == ("esper-lint-443", True)


def test_a_token_works_once(here: Guarded) -> None:
    token = here.sessions.token
    here.browser().get(f"/?token={token}")
    second = here.browser()
    assert second.get(f"/?token={token}").status_code == 403
    assert second.get("/").status_code == 403
    assert here.sessions.token != token


@pytest.mark.parametrize("token", ["", "wrong", "%00", "é", "%ff%fe", "%ED%A0%80", "x" * 5000])
def test_another_token_opens_nothing(here: Guarded, token: str) -> None:
    browser = here.browser()
    assert browser.get(f"/?token={token}").status_code == 403
    assert not browser.cookies
    assert here.spent == []


def test_only_opening_the_link_spends_it(here: Guarded) -> None:
    token = here.sessions.token
    assert here.browser().send("HEAD", f"/?token={token}").status_code == 403
    assert here.browser().post(f"/?token={token}").status_code == 403
    assert here.sessions.token == token


def test_a_spent_link_opened_again_by_who_is_signed_in_shows_the_page(here: Guarded) -> None:
    browser = here.browser()
    token = here.sessions.token
    browser.get(f"/?token={token}")
    response = browser.get(f"/groups/1?token={token}")
    assert (response.status_code, response.headers["location"]) == (303, "/groups/1")


def test_two_browsers_are_two_sessions(here: Guarded) -> None:
    one, other = here.signed_in(), here.signed_in()
    assert set(one.cookies.values()).isdisjoint(other.cookies.values())
    assert one.get("/").status_code == other.get("/").status_code == 200


def test_a_cookie_that_was_not_given_out_opens_nothing(here: Guarded) -> None:
    here.signed_in()
    for cookie in (
        "esper-lint-8765=guess",
        "esper-lint-8765=",
        "other=x",
        'esper-lint-8765="',
        "=;=,;",
        "esper-lint-8765",
    ):
        assert here.browser().get("/", {"Cookie": cookie}).status_code == 403


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/%5C%5Cevil.example", "/\\evil.example"])
def test_the_redirect_stays_on_this_server(here: Guarded, path: str) -> None:
    location = here.browser().get(f"http://127.0.0.1:{PORT}{path}?token={here.sessions.token}").headers["location"]
    assert re.match(r"/(?![/\\])", location)


# Where a write comes from.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_a_page_of_ours_may_write(here: Guarded, method: str) -> None:
    browser = here.signed_in()
    assert browser.send(method, "/x", headers={"Sec-Fetch-Site": "same-origin"}).text == f"{method} /x"
    assert browser.send(method, "/x", headers={"Origin": f"http://127.0.0.1:{PORT}"}).text == f"{method} /x"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-site"},  # a form on another port of this machine: it carries the cookie
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "SAME-ORIGIN"},
        {"Sec-Fetch-Site": "same-site", "Origin": f"http://127.0.0.1:{PORT}"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": f"http://localhost:{PORT}"},  # one of our names, but not the one that was asked for
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Origin": "https://review.example.org"},
        {"Origin": f"http://127.0.0.1:{PORT}.evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {},
    ],
)
def test_a_write_from_anywhere_else_is_refused(here: Guarded, method: str, headers: dict[str, str | None]) -> None:
    browser = here.signed_in()
    assert browser.send(method, "/x", headers=headers).status_code == 403
    assert here.bodies == []


def test_a_write_through_the_proxy_has_its_origin(here: Guarded) -> None:
    browser = here.signed_in("https://review.example.org")
    assert browser.send("POST", "/x", headers={"Origin": "https://review.example.org"}).status_code == 200
    assert browser.send("POST", "/x", headers={"Origin": f"http://127.0.0.1:{PORT}"}).status_code == 403


def test_reading_needs_no_origin(here: Guarded) -> None:
    browser = here.signed_in()
    assert browser.get("/x", {"Sec-Fetch-Site": "none"}).text == "GET /x"
    assert browser.send("HEAD", "/x").status_code == 200


# What every answer says.


def test_every_answer_has_the_strict_headers(here: Guarded) -> None:
    browser = here.signed_in()
    answers = [
        browser.get("/"),
        browser.get("/", {"Host": "evil.example"}),
        browser.send("POST", "/"),
        browser.post("/", content=b"x" * (BODY_BYTES + 1)),
        browser.get("/broken"),
        here.browser().get("/"),
        here.browser().get(f"/?token={here.sessions.token}"),
    ]
    assert [one.status_code for one in answers] == [200, 421, 403, 413, 500, 403, 303]
    for answer in answers:
        assert {name: answer.headers.get_list(name) for name in HEADERS} == {n: [v] for n, v in HEADERS.items()}


def test_the_policy_allows_our_own_files_and_nothing_else() -> None:
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("base-uri") == policy.pop("frame-ancestors") == "'none'"
    assert set(policy) == {"script-src", "style-src", "img-src", "font-src", "connect-src", "form-action"}
    assert set(policy.values()) == {"'self'"}
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["Cache-Control"] == "no-store"


def test_no_answer_lets_another_origin_read(here: Guarded) -> None:
    browser = here.signed_in()
    for answer in (
        browser.get("/", {"Origin": "http://evil.example"}),
        browser.send("OPTIONS", "/", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


# Bodies.


def test_a_body_up_to_the_limit_arrives_whole(here: Guarded) -> None:
    here.signed_in().post("/", content=b"x" * BODY_BYTES)
    assert here.bodies == [b"x" * BODY_BYTES]


def test_a_body_over_the_limit_is_refused_with_one_line(here: Guarded) -> None:
    response = here.signed_in().post("/", content=b"x" * (BODY_BYTES + 1))
    assert (response.status_code, response.text) == (413, "A request may bring 256 KiB at most.\n")
    assert here.bodies == []


def test_a_body_that_does_not_say_how_long_it_is_is_not_read_to_its_end(here: Guarded) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while given < 100 * BODY_BYTES:
            given += 4096
            yield b"x" * 4096

    assert here.signed_in().post("/", content=endless()).status_code == 413
    assert here.bodies == []


@pytest.mark.parametrize("length", ["-1", "9" * 30, "٣", "1e3", "", "5, 5"])
def test_a_length_that_is_none_does_no_harm(here: Guarded, length: str) -> None:
    try:
        response = here.signed_in().post("/", content=b"hello", headers={"Content-Length": length})
    except UnicodeEncodeError:
        return  # not even sent
    assert response.status_code in (200, 413)


def test_who_is_not_signed_in_makes_nobody_read_a_body(here: Guarded) -> None:
    async def unread() -> Message:
        raise AssertionError("a body was read")

    headers = [(b"host", b"127.0.0.1:8765"), (b"sec-fetch-site", b"same-origin"), (b"content-length", b"5")]
    assert answered(here.app, headers, method="POST", receive=unread)[0]["status"] == 403


def test_a_body_that_does_not_come_is_not_waited_for_for_ever() -> None:
    async def nothing() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    async def unreached(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    assert answered(LimitedBodies(unreached, patience_s=0.05), [], receive=nothing)[0]["status"] == 408


# Faults of ours.


def test_an_internal_error_is_one_printable_line_and_no_traceback(
    here: Guarded, capsys: pytest.CaptureFixture[str]
) -> None:
    response = here.signed_in().get("/broken")
    assert (response.status_code, response.text) == (500, "Internal error; the server's terminal says which.\n")
    assert here.told == ["internal error: ZeroDivisionError: one\\ntwo \\x1b[31m (GET '/broken')"]
    assert capsys.readouterr() == ("", "")


def test_web_sockets_are_closed(here: Guarded) -> None:
    assert answered(here.app, [], kind="websocket") == [{"type": "websocket.close", "code": 1000}]
