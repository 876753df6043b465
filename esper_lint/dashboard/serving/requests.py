"""What the guards ask of a request."""

from __future__ import annotations

from starlette.types import Scope

from esper_lint.dashboard.serving.origins import Origin

SAFE = frozenset({"GET", "HEAD"})

_ORIGIN = "esper_lint.origin"
_SESSION = "esper_lint.session"


def values(scope: Scope, name: bytes) -> list[str]:
    """All values of a header, whose name is in small letters."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def value(scope: Scope, name: bytes) -> str | None:
    """The value of a header that came once; one that came twice is as if it had a value that nobody sends."""
    found = values(scope, name)
    return ", ".join(found) if found else None


def with_origin(scope: Scope, origin: Origin) -> Scope:
    """The request, known to be for ``origin``."""
    return {**scope, _ORIGIN: origin}


def origin(scope: Scope) -> Origin:
    found = scope[_ORIGIN]
    assert isinstance(found, Origin)
    return found


def with_session(scope: Scope, name: str) -> Scope:
    """The request, known to come from a browser that is signed in."""
    return {**scope, _SESSION: name}


def session(scope: Scope) -> str:
    """What the browser's session is called, which is not its secret."""
    return str(scope[_SESSION])
