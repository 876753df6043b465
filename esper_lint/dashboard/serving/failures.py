"""The last resort: a bug of ours is one line on standard error and a page that says so, and the server goes on."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from esper_lint.dashboard.serving.refusing import refusal


class NoTracebacks:
    """``tell`` gets the line."""

    def __init__(self, app: ASGIApp, tell: Callable[[str], None]) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if os.environ.get("ESPER_LINT_TRACEBACK"):
                traceback.print_exc()
            text = ascii(str(error))[1:-1]
            self._tell(f"internal error: {type(error).__name__}: {text} ({scope['method']} {scope['path']!a})")
            if not has_begun:
                await refusal(500, "Internal error; the server's terminal says which.")(scope, receive, send)
