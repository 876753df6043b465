"""A client of an ASGI app, without a network: a browser that sends what browsers send, unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

import httpx
from starlette.types import ASGIApp, Message, Receive


class Browser:
    """Keeps cookies.  A header that is given as None is not sent."""

    def __init__(self, app: ASGIApp, base: str = "http://127.0.0.1:8765") -> None:
        self.app = app
        self.base = base
        self.cookies = httpx.Cookies()

    def get(self, path: str, headers: Mapping[str, str | None] | None = None) -> httpx.Response:
        return self.send("GET", path, headers=headers)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """As a form of the dashboard's own page does."""
        given = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        if content is not None:
            given = {"Content-Type": "application/x-www-form-urlencoded", **given}
        return self.send("POST", path, headers=given, fields=fields, content=content)

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str | None] | None = None,
        fields: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base, cookies=self.cookies) as client:
                request = client.build_request(
                    method, path, data=dict(fields) if fields is not None else None, content=content
                )
                for name, value in (headers or {}).items():
                    request.headers.pop(name, None)
                    if value is not None:
                        request.headers[name] = value
                response = await client.send(request)
                self.cookies = client.cookies
                return response

        return asyncio.run(sent())


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def answered(
    app: ASGIApp,
    headers: Sequence[tuple[bytes, bytes]],
    *,
    method: str = "GET",
    path: str = "/",
    kind: str = "http",
    receive: Receive = _no_body,
) -> list[Message]:
    """What the app sends for a request that no client would make."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": headers,
    }

    async def asked() -> None:
        await app(scope, receive, send)

    asyncio.run(asked())
    return sent
