"""An app behind all guards, in the order in which a request meets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from esper_lint.dashboard.serving.failures import NoTracebacks
from esper_lint.dashboard.serving.headers import StrictHeaders
from esper_lint.dashboard.serving.hosts import KnownHosts
from esper_lint.dashboard.serving.limits import LimitedBodies
from esper_lint.dashboard.serving.origins import Origin
from esper_lint.dashboard.serving.same_origin import FromOurPages
from esper_lint.dashboard.serving.sessions import Sessions
from esper_lint.dashboard.serving.signing_in import SignedIn


def guarded(
    app: ASGIApp,
    origins: Sequence[Origin],
    sessions: Sessions,
    *,
    spent: Callable[[Origin], None],
    tell: Callable[[str], None],
) -> ASGIApp:
    """``spent`` is told of each sign-in and ``tell`` of each internal error.

    Only what has passed host, origin and session may make the server read a body.
    """
    inner = SignedIn(LimitedBodies(app), sessions, spent)
    outer = StrictHeaders(NoTracebacks(KnownHosts(FromOurPages(inner), origins), tell))

    async def http_only(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await outer(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})

    return http_only
