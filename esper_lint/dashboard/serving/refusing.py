"""Requests that get no page get one plain line, which repeats nothing of what was sent."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response


def refusal(status: int, line: str, *, closing: bool = False) -> Response:
    """``closing`` ends the connection, so that a body that nobody will read need not be sent to its end."""
    return PlainTextResponse(f"{line}\n", status, {"Connection": "close"} if closing else None)
