"""The guard of everything that writes: a request must come from a page of ours.

The cookie alone does not say so: ports do not divide cookies, so a form that another program serves on this machine is
*same-site* and carries it.  Browsers say in ``Sec-Fetch-Site`` where a request comes from, which pages cannot forge; an
older one that does not say it names the ``Origin``.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from esper_lint.dashboard.serving.refusing import refusal
from esper_lint.dashboard.serving.requests import SAFE, origin, value


class FromOurPages:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in SAFE or _is_ours(scope):
            await self._app(scope, receive, send)
            return
        await refusal(403, "Only pages of this dashboard may change something here.")(scope, receive, send)


def _is_ours(scope: Scope) -> bool:
    site = value(scope, b"sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return value(scope, b"origin") == str(origin(scope))
