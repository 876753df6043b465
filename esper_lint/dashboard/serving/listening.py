"""The server as a process: an address of its own to listen on, and an end without noise."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp


class CannotListen(Exception):
    """The address cannot be had; the message is one line."""


def listener(address: str, port: int) -> socket.socket:
    """A socket that already takes connections, so that a link that is printed works.  ``port`` 0 takes a free one."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just given up is free
        bound.bind((address, port))
        bound.listen()
    except OSError as error:
        bound.close()
        raise CannotListen(f"cannot listen on {address} port {port}: {error.strerror}") from error
    return bound


def serve(app: ASGIApp, at: socket.socket) -> None:
    """Answer until Ctrl-C, which ends it and is no error; a second one does not wait for answers under way.

    Forwarding headers of proxies are not believed: nothing here depends on who asks, but for the session.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve(sockets=[at]))
