"""The guard against bodies that nobody types: a request's body has an end, and comes soon."""

from __future__ import annotations

import asyncio
import sys

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from esper_lint.dashboard.serving.refusing import refusal
from esper_lint.dashboard.serving.requests import value

BODY_BYTES = 256 * 1024
PATIENCE_S = 20.0

_TOO_LARGE = f"A request may bring {BODY_BYTES // 1024} KiB at most."


class LimitedBodies:
    """Answers 413 to a body over the limit, whether its length was announced or not, and 408 to one that does not come.

    The rest of such a body is not read.
    """

    def __init__(self, app: ASGIApp, limit: int = BODY_BYTES, patience_s: float = PATIENCE_S) -> None:
        self._app = app
        self._limit = limit
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _announced(scope) > self._limit:
            await refusal(413, _TOO_LARGE, closing=True)(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(self._body(receive), self._patience_s)
        except asyncio.TimeoutError:
            await refusal(408, "The request did not arrive in time.", closing=True)(scope, receive, send)
            return
        if body is None:
            await refusal(413, _TOO_LARGE, closing=True)(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replayed() -> Message:
            return pending.pop() if pending else await receive()

        await self._app(scope, replayed, send)

    async def _body(self, receive: Receive) -> bytes | None:
        """The whole body; None as soon as it is over the limit."""
        chunks, size = [], 0
        while True:
            message = await receive()
            chunk = message.get("body", b"")  # none in the message of a client that has gone
            size += len(chunk)
            if size > self._limit:
                return None
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


def _announced(scope: Scope) -> int:
    length = value(scope, b"content-length") or "0"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else sys.maxsize
