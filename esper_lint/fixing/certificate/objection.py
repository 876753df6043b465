"""How a step of the proof says that it fails."""

from __future__ import annotations

from collections.abc import Callable

from esper_lint.fixing.certificate.claims import Certificate, Rejected


class Objection(Exception):
    """Raised inside this package only; the entries turn it into a ``Rejected``.

    A proof fails as a whole, from any depth of two trees that are walked side by side. ``path`` is filled in by whoever
    knows the file.
    """

    def __init__(self, kind: str, reason: str, line: int, path: str = "") -> None:
        super().__init__(reason)
        self.kind, self.reason, self.line, self.path = kind, reason, line, path

    def within(self, path: str) -> Objection:
        """The same, in this file unless it knows better."""
        self.path = self.path or path
        return self


class In:
    """Objections raised inside are about this file, unless they say otherwise."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Objection):
            error.within(self._path)


def verdict(proof: Callable[[], Certificate], path: str) -> Certificate | Rejected:
    """The certificate, or why there is none; ``path`` is the file where nothing else is known."""
    try:
        return proof()
    except Objection as objection:
        reason = " ".join(objection.reason.split())
        return Rejected(reason, objection.path or path, max(objection.line, 1), objection.kind)
    except RecursionError:
        return Rejected("nested too deeply to be read", path, 1, "syntax")
