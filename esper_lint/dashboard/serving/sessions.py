"""Who may look: a link that works once, and the cookie that it is exchanged for.

Ports of this machine are open to all its users and to every program of theirs; the link is shown only to who started
the server.  A secret in a URL ends in histories and in logs of proxies, so it is worth nothing once it was used.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from threading import Lock


class Sessions:
    """One unused token at any time, and the browsers that have used one.  Nothing outlives the process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._token = secrets.token_urlsafe(32)
        self._signed_in: set[bytes] = set()

    @property
    def token(self) -> str:
        """What the next browser needs."""
        return self._token

    def redeemed(self, token: str) -> str | None:
        """A new session's secret for the token, which then is another one; None for any other."""
        with self._lock:
            if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self._token.encode()):
                return None
            self._token = secrets.token_urlsafe(32)
            session = secrets.token_urlsafe(32)
            self._signed_in.add(_digest(session))
            return session

    def name(self, session: str) -> str | None:
        """What the session with that secret is called; None if there is none."""
        digest = _digest(session)  # what is looked up, and may take its time, is nothing that the asker could choose
        return digest.hex() if digest in self._signed_in else None


def _digest(session: str) -> bytes:
    return sha256(session.encode("utf-8", "surrogatepass")).digest()
