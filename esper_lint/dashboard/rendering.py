"""Values -> HTML: every page, and where it will be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from esper_lint import __version__
from esper_lint.dashboard import routes
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.group_page import group_page
from esper_lint.dashboard.review_queue import STATES, queue_of
from esper_lint.dashboard.visible import visible

STATIC = {"esper.css": "text/css; charset=utf-8", "esper.js": "text/javascript; charset=utf-8"}
"""The static files that served pages ask for, under ``/static/``, and their types."""


class NoSuchPage(Exception):
    """There is no such group or ticket; the message is one line."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that was refused: ``form`` is the name of its action, ``typed`` all that was in it."""

    form: str
    message: str
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where pages are read.

    Served, forms are posted and files come from ``/static/``; in one file there is no server, addresses are fragments,
    and a script does what the server would.  ``reviewer`` is whom the forms name at first, ``notice`` a line that the
    page tells once.
    """

    is_served: bool
    reviewer: str = ""
    notice: str = ""

    def url(self, name: str, query: Mapping[str, object] | None = None, /, **path: str) -> str:
        return ("" if self.is_served else "#") + routes.url(name, query, **path)


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one board."""

    board: Board
    surroundings: Surroundings

    def html(
        self,
        name: str,
        query: Mapping[str, str] | None = None,
        refused: Refused | None = None,
        /,
        **path: str,
    ) -> str:
        """A whole page by the name of its route.  Raises NoSuchPage."""
        content = self.content(name, query, refused, **path)
        return template_text(self, "served.html", content=content, here=name, title=routes.route(name).title)

    def content(
        self,
        name: str,
        query: Mapping[str, str] | None = None,
        refused: Refused | None = None,
        /,
        **path: str,
    ) -> Markup:
        """What stands in the main part of a page.  Raises NoSuchPage."""
        known = routes.route(name).query
        asked = {key: value for key, value in (query or {}).items() if key in known}
        values = _VIEWS[name](self, asked, **path)
        place = routes.url(name, **path)
        return Markup(template_text(self, f"{name}.html", **values, refused=refused, query=asked, place=place))

    def surroundings_in_templates(self) -> dict[str, Any]:
        return {
            "board": self.board,
            "here_is": self.surroundings,
            "url": self.surroundings.url,
            "action": routes.url,
            "routes": routes.ROUTES,
            "version": __version__,
            "filters": routes.FILTERS,
        }

    def _queue(self, query: Mapping[str, str]) -> dict[str, Any]:
        shown = {**query, "state": "all"} if not self.surroundings.is_served else query
        return {"queue": queue_of(self.board, shown), "states": STATES}

    def _group(self, query: Mapping[str, str], id: str) -> dict[str, Any]:
        group = self.board.groups.get(id)
        if group is None:
            raise NoSuchPage("there is no such group in the last scan")
        filters = {key: value for key, value in query.items() if key in routes.FILTERS}
        before, after, at, total = None, None, 0, 0
        if self.surroundings.is_served:
            queue = queue_of(self.board, filters)
            before, after, at = queue.neighbours(id)
            total = len(queue.cards)
        page = group_page(self.board, group, query, with_pair=self.surroundings.is_served)
        return {"page": page, "filtered": filters, "before": before, "after": after, "at": at, "of": total}


_VIEWS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "queue": Pages._queue,
    "group": Pages._group,
}


def template_text(pages: Pages, name: str, **values: object) -> str:
    """A template, filled in."""
    return _environment().get_template(name).render(pages.surroundings_in_templates(), **values)


def static_text(name: str) -> str:
    """A file of ``STATIC``, or the script that only the one-file report has."""
    return (files("esper_lint.dashboard") / "static" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("esper_lint.dashboard"),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["last"] = lambda qualname: qualname.rpartition(".")[2]
    environment.filters["counted"] = _counted
    return environment


def _finalized(value: object) -> object:
    """Nothing foreign reaches a page without it; escaping comes after."""
    return value if isinstance(value, Markup) else visible(value)


def _counted(number: int, noun: str, plural: str = "s") -> str:
    return f"{number:,} {noun}{'' if number == 1 else plural}"
