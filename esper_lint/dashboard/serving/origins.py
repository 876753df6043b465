"""Under which addresses the dashboard answers.

A site that a browser visits can make its own name point to 127.0.0.1 (DNS rebinding) and then read what is served
there as its own.  Such a request still names that site in ``Host``, so only names that are known, with their ports, are
served.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host (an IPv6 address stands in brackets) and port, as browsers compare them."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.hosts[0]}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What ``Host`` says in a request to this origin, most usual first: a default port need not be named."""
        named = f"{self.host}:{self.port}"
        return (self.host, named) if _DEFAULT_PORTS[self.scheme] == self.port else (named,)


def origin_of(text: str) -> Origin:
    """The origin that somebody typed, such as ``https://review.example.org``.  Raises ValueError, of one line."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{text!r} is not of the form https://HOST[:PORT]") from None
    host = parts.hostname or ""
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username or "", parts.password or "")
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or any(rest):
        raise ValueError(f"{text!r} is not of the form https://HOST[:PORT]")
    return Origin(parts.scheme, _in_url(host), port if port is not None else _DEFAULT_PORTS[parts.scheme])


def origins_at(address: str, port: int, trusted: Iterable[Origin] = ()) -> tuple[Origin, ...]:
    """The origins of a server that listens on an IP address; the first is the one to tell people.

    An address that stands for all of a machine's (``0.0.0.0``) is no origin itself.
    """
    ip = ipaddress.ip_address(address)
    own = () if ip.is_unspecified else (Origin("http", _in_url(address), port),)
    local = (Origin("http", "localhost", port),) if ip.is_loopback or ip.is_unspecified else ()
    return (*trusted, *own, *local)


def by_host(origins: Iterable[Origin]) -> Mapping[str, Origin]:
    """The origin that each allowed value of ``Host`` means."""
    return {host: origin for origin in reversed(tuple(origins)) for host in origin.hosts}


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
