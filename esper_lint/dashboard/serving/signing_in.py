"""The guard that lets in who is signed in, and signs in who brings the token."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from esper_lint.dashboard.serving.origins import Origin
from esper_lint.dashboard.serving.requests import origin, values, with_session
from esper_lint.dashboard.serving.sessions import Sessions

TOKEN = "token"

# A cookie that is strictly same-site stays away when one comes from elsewhere; the link, which is ours, brings it.
_SIGN_IN = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not signed in</title></head>
<body><main>
<h1>Not signed in</h1>
<p>Each link that <code>esper-lint dashboard</code> prints signs in one browser. Open the last one that it printed.</p>
<p>If this browser is signed in and you came here from another page, <a href="/">go on</a>.</p>
</main></body>
</html>
"""


class SignedIn:
    """Calls ``spent`` after a token was used, with the origin at which it was."""

    def __init__(self, app: ASGIApp, sessions: Sessions, spent: Callable[[Origin], None]) -> None:
        self._app = app
        self._sessions = sessions
        self._spent = spent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = [name for name in map(self._sessions.name, _secrets(scope)) if name]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [text for name, text in query if name == TOKEN]
        if scope["method"] == "GET" and tokens:
            session = self._sessions.redeemed(tokens[-1])
            if session is not None or names:
                response = RedirectResponse(_clean(scope["path"], query), 303)
                if session is not None:
                    _set_cookie(response, origin(scope), session)
                    self._spent(origin(scope))
                await response(scope, receive, send)
                return
        if names:
            await self._app(with_session(scope, names[0]), receive, send)
        else:
            await HTMLResponse(_SIGN_IN, 403)(scope, receive, send)


def _cookie(at: Origin) -> str:
    """Cookies do not know of ports, and somebody may have a dashboard for each of several projects."""
    return f"esper-lint-{at.port}"


def _set_cookie(response: Response, at: Origin, session: str) -> None:
    response.set_cookie(_cookie(at), session, path="/", httponly=True, samesite="strict", secure=at.scheme == "https")


def _secrets(scope: Scope) -> list[str]:
    name = _cookie(origin(scope))
    found = [cookie_parser(text).get(name) for text in values(scope, b"cookie")]
    return [text for text in found if text]


def _clean(path: str, query: list[tuple[str, str]]) -> str:
    """The same address without the token, and on this server: ``//name`` would be another one."""
    rest = urlencode([(name, text) for name, text in query if name != TOKEN])
    return "/" + quote(path.lstrip("/"), safe="/:@") + (f"?{rest}" if rest else "")
