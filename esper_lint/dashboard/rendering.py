"""Values -> HTML: every page, and where it will be read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from esper_lint import __version__
from esper_lint.dashboard import routes
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.equivalence import STATUSES
from esper_lint.dashboard.filed import first_of
from esper_lint.dashboard.fix_preview import NotPlanned, Planning
from esper_lint.dashboard.group_page import group_page
from esper_lint.dashboard.listing import listed
from esper_lint.dashboard.markdown import markdown_html
from esper_lint.dashboard.review_queue import STATES, queue_of
from esper_lint.dashboard.ticket_lists import DETECTIONS, chosen, oddities, scanned, states, states_of, text_of
from esper_lint.dashboard.trend_page import chart_of, rows_of
from esper_lint.dashboard.visible import ticked, visible
from esper_lint.findings import Group
from esper_lint.fixing.refusals import REFUSALS
from esper_lint.tickets.acceptance import Reason, Trigger
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.importing import core_of
from esper_lint.tickets.ticket import Scope, Verdict
from esper_lint.wording import counted

STATIC = {
    "esper.css": "text/css; charset=utf-8",
    "esper.js": "text/javascript; charset=utf-8",
    "rescan.js": "text/javascript; charset=utf-8",
}
"""The static files that served pages ask for, under ``/static/``, and their types."""

VERDICTS: Mapping[Verdict, str] = {
    Verdict.SUPPORT: "it is a problem, and worth mending",
    Verdict.NEUTRAL: "no opinion, or not for me to say",
    Verdict.REFINE: "right problem, wrong severity or fix",
    Verdict.OBJECT: "it should stay as it is; blocks fix",
}
TRIGGERS: Mapping[Trigger, str] = {
    Trigger.MEMBER: "a further copy appears",
    Trigger.DIVERGE: "the members no longer agree",
    Trigger.VOID: "the reason is none any more",
}


class NoSuchPage(Exception):
    """There is no such group or ticket; the message is one line."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that was refused: ``form`` is the name of its action, ``typed`` all that was in it.

    ``changes`` says, a line each, what became of the ticket since the page was shown.
    """

    form: str
    message: str
    typed: Mapping[str, str]
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where pages are read.

    Served, forms are posted and files come from ``/static/``; in one file there is no server, addresses are fragments,
    and a script does what the server would.  ``reviewer`` is whom the forms name at first, ``notice`` a line that the
    page tells once, ``number`` that of the board among those that were served.
    """

    is_served: bool
    reviewer: str = ""
    notice: str = ""
    number: int = 0

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
            "verdicts": VERDICTS,
            "scopes": Scope,
            "reasons": Reason,
            "triggers": TRIGGERS,
        }

    @property
    def is_whole(self) -> bool:
        """Whether a page has all that there is, since nobody can be asked for the rest."""
        return not self.surroundings.is_served

    def _queue(self, query: Mapping[str, str]) -> dict[str, Any]:
        asked = {**query, "state": "all"} if self.is_whole else query
        queue = queue_of(tuple(self.board.cards.values()), asked)
        return {"queue": queue, "states": STATES, "list": listed(queue.cards, queue.total, query, whole=self.is_whole)}

    def _group(self, query: Mapping[str, str], id: str) -> dict[str, Any]:
        group = self.group(id)
        filters = {key: value for key, value in query.items() if key in routes.FILTERS}
        before, after, at, total = None, None, 0, 0
        if not self.is_whole:
            queue = queue_of(tuple(self.board.cards.values()), filters)
            before, after, at = queue.neighbours(id)
            total = len(queue.cards)
        page = group_page(self.board, group, query, with_pair=not self.is_whole)
        tickets = self.board.filed_by_group.get(id, ())
        return {
            "page": page,
            "filtered": filters,
            "before": before,
            "after": after,
            "at": at,
            "of": total,
            "has_fix_page": not self.is_whole or self.board.plans.of(id) is not Planning.NOT_ASKED,
            "tickets": tickets,
            "primary": first_of(tickets),
            "group_code": code_of(group),
            "records": self.board.verification.of(group),
        }

    def _fix(self, query: Mapping[str, str], id: str) -> dict[str, Any]:
        group, plan = self.group(id), self.board.plans.of(id)
        kind = "failed" if isinstance(plan, NotPlanned) else plan.value if isinstance(plan, Planning) else "planned"
        return {"card": self.board.cards[group.id], "plan": plan, "kind": kind, "refusals": REFUSALS, "filtered": query}

    def _scan(self, query: Mapping[str, str]) -> dict[str, Any]:
        found = scanned(self.board, "" if self.is_whole else query.get("detection", ""))
        rows = listed(found.rows, len(self.board.filed), query, whole=self.is_whole)
        return {"found": found, "list": rows, "detections": DETECTIONS}

    def _tickets(self, query: Mapping[str, str]) -> dict[str, Any]:
        rows = chosen(self.board, {"state": "all"} if self.is_whole else query)
        shown = listed(rows, len(self.board.filed), query, whole=self.is_whole)
        return {"list": shown, "states": states(), "states_of": states_of, "text_of": text_of}

    def _ticket(self, query: Mapping[str, str], id: str) -> dict[str, Any]:
        one = self.board.filed.get(id)
        if one is None:
            raise NoSuchPage("there is no such ticket")
        keys: dict[str, str] = {}
        for key, other in self.board.filed.items():
            keys.setdefault(other.reading.ticket.id.casefold(), key)
        return {"one": one, "ticket": one.reading.ticket, "keys": keys}

    def _health(self, query: Mapping[str, str]) -> dict[str, Any]:
        rows = oddities(self.board, "" if self.is_whole else query.get("code", ""))
        counts = Counter(one.diagnostic.code for one in oddities(self.board, ""))
        shown = listed(rows, sum(counts.values()), query, whole=self.is_whole)
        return {"list": shown, "counts": counts, "codes": _codes()}

    def _equivalence(self, query: Mapping[str, str]) -> dict[str, Any]:
        status = "" if self.is_whole else query.get("status", "")
        known = self.board.verification
        rows = [one for one in known.classes if status in ("", one.status)]
        shown = listed(rows, len(known.classes), query, whole=self.is_whole)
        return {"known": known, "list": shown, "statuses": STATUSES, "counts": known.counts()}

    def _trend(self, query: Mapping[str, str]) -> dict[str, Any]:
        trend = self.board.trend
        return {"chart": chart_of(trend), "rows": rows_of(trend)}

    def group(self, id: str) -> Group:
        """Raises NoSuchPage."""
        found = self.board.groups.get(id)
        if found is None:
            raise NoSuchPage("there is no such group in the last scan")
        return found


_VIEWS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "queue": Pages._queue,
    "group": Pages._group,
    "fix": Pages._fix,
    "scan": Pages._scan,
    "tickets": Pages._tickets,
    "ticket": Pages._ticket,
    "health": Pages._health,
    "equivalence": Pages._equivalence,
    "trend": Pages._trend,
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
    environment.filters["counted"] = counted
    environment.filters["markdown"] = markdown_html
    environment.filters["day"] = _day
    environment.filters["ticked"] = ticked
    environment.globals["typed_of"] = _typed
    environment.globals["core_of"] = core_of
    return environment


def _codes() -> Mapping[str, str]:
    from esper_lint.tickets.health import CODES

    return CODES


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).date().isoformat()


def _typed(fields: Mapping[str, str], is_new: bool = False) -> Mapping[str, object]:
    """What a form is filled with: what was typed, and nothing where nothing was."""
    return defaultdict(str, fields) | {"is_new": is_new}


def _finalized(value: object) -> object:
    """Nothing foreign reaches a page without it; escaping comes after."""
    return value if isinstance(value, Markup) else visible(value)
