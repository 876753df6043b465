"""Which pages there are, and the one function that writes an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

FILTERS = ("state", "rule", "severity", "unit", "q")
"""The query parameters that choose among groups; pages of a group keep them, so that next and previous are known."""


@dataclass(frozen=True, slots=True)
class Route:
    """A page: ``pattern`` has parameters of the path in braces, ``query`` names those that may follow it.

    ``label`` is what the navigation calls it; pages without one are reached from others.
    """

    name: str
    pattern: str
    title: str
    query: tuple[str, ...] = ()
    label: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.pattern))


ROUTES: tuple[Route, ...] = (
    Route("queue", "/", "Review queue", (*FILTERS, "page"), "Queue"),
    Route("group", "/groups/{id}", "Clone group", ("left", "right", "verdict", *FILTERS)),
    Route("fix", "/groups/{id}/fix", "Fix preview", FILTERS),
    Route("scan", "/scan", "Scan against tickets", ("detection", "page"), "Scan"),
    Route("tickets", "/tickets", "Tickets", ("state", "severity", "q", "page"), "Tickets"),
    Route("ticket", "/tickets/{id}", "Ticket"),
    Route("health", "/health", "Health of the tickets", ("code", "page"), "Health"),
    Route("equivalence", "/equivalence", "Equivalence", ("status", "page"), "Equivalence"),
    Route("trend", "/trend", "Trend", (), "Trend"),
)
_BY_NAME: Mapping[str, Route] = {route.name: route for route in ROUTES}

# Where forms are sent (POST); the served dashboard takes them.
ACTIONS: Mapping[str, str] = {
    "review_group": "/groups/{id}/reviews",
    "review_ticket": "/tickets/{id}/reviews",
    "accept": "/groups/{id}/accept",
    "plan": "/groups/{id}/plan",
    "rescan": "/rescan",
}


def route(name: str) -> Route:
    """Raises KeyError."""
    return _BY_NAME[name]


def url(name: str, query: Mapping[str, object] | None = None, /, **path: str) -> str:
    """The address of a page or of an action.  Empty values and unknown parameters of the query are left out."""
    pattern, known = (ACTIONS[name], ()) if name in ACTIONS else (_BY_NAME[name].pattern, _BY_NAME[name].query)
    place = re.sub(r"{(\w+)}", lambda match: quote(path[match[1]], safe=""), pattern)
    kept = {key: value for key, value in (query or {}).items() if value != "" and key in known}
    return f"{place}?{urlencode(kept)}" if kept else place
