"""The guard that knows its own names: a request for any other host and port goes no further.

Not the framework's: that one drops the port and cannot read ``[::1]``.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from esper_lint.dashboard.serving.origins import Origin, by_host
from esper_lint.dashboard.serving.refusing import refusal
from esper_lint.dashboard.serving.requests import value, with_origin


class KnownHosts:
    def __init__(self, app: ASGIApp, origins: Iterable[Origin]) -> None:
        self._app = app
        self._origins = by_host(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = self._origins.get((value(scope, b"host") or "").lower())
        if known is None:
            await refusal(421, "This server does not answer under that host name and port.")(scope, receive, send)
            return
        await self._app(with_origin(scope, known), receive, send)
