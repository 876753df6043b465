"""Where it is safe to send a browser."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

# Two slashes, or one and a backslash, begin the name of another host.
_OURS = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def ours(address: str, default: str) -> str:
    """``address`` if it is one of this server, without a host, else ``default``."""
    return address if _OURS.fullmatch(address) else default


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))
