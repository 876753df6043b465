"""Addresses -> pages of the board that is shown now, and forms -> writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from esper_lint.dashboard import routes
from esper_lint.dashboard.rendering import STATIC, NoSuchPage, Pages, Refused, Surroundings, static_text
from esper_lint.dashboard.serving.addresses import ours, query_of
from esper_lint.dashboard.serving.forms import BadForm, fields_of
from esper_lint.dashboard.serving.outcomes import Write, Written
from esper_lint.dashboard.serving.refusing import refusal
from esper_lint.dashboard.serving.requests import session
from esper_lint.dashboard.serving.rescanning import Rescanner
from esper_lint.dashboard.serving.showing import Shown

_PAGE_OF = {"review_group": "group", "review_ticket": "ticket", "accept": "group", "plan": "fix"}


def app_of(shown: Shown, writes: Mapping[str, Write], rescanner: Rescanner) -> ASGIApp:
    """The dashboard without its guards.  ``writes`` are by the names of ``routes.ACTIONS``."""
    return _App(shown, writes, rescanner).starlette()


class _App:
    def __init__(self, shown: Shown, writes: Mapping[str, Write], rescanner: Rescanner) -> None:
        self._shown = shown
        self._writes = writes
        self._rescanner = rescanner
        self._reviewers: dict[str, str] = {}
        self._notices: dict[str, str] = {}

    def starlette(self) -> Starlette:
        pages = [Route(route.pattern, self._page(route.name), methods=["GET"]) for route in routes.ROUTES]
        actions = [Route(routes.ACTIONS[name], self._action(name), methods=["POST"]) for name in self._writes]
        app = Starlette(
            routes=[
                *pages,
                *actions,
                Route(routes.ACTIONS["rescan"], self._progress, methods=["GET"]),
                Route(routes.ACTIONS["rescan"], self._rescan, methods=["POST"]),
                Route("/favicon.ico", _nothing, methods=["GET"]),
                *(Route(f"/static/{name}", _static(name, kind), methods=["GET"]) for name, kind in STATIC.items()),
            ]
        )
        app.router.redirect_slashes = False  # it redirects to what the request calls this server
        return app

    def _page(self, name: str) -> Callable[[Request], Response]:
        def page(request: Request) -> Response:
            query = dict(request.query_params)
            notice = self._notices.pop(session(request.scope), "")
            return self._html(request, name, query, request.path_params, notice=notice)

        return page

    def _action(self, name: str) -> Callable[[Request], Any]:
        async def action(request: Request) -> Response:
            try:
                fields = fields_of(await request.body(), request.headers.get("content-type", ""))
            except BadForm as error:
                return refusal(400, str(error))
            return await run_in_threadpool(self._written, name, request, fields)

        return action

    def _written(self, name: str, request: Request, fields: Mapping[str, str]) -> Response:
        path = request.path_params
        back = ours(fields.get("back", ""), routes.url(_PAGE_OF[name], **path))
        who = session(request.scope)
        outcome = self._writes[name](path["id"], fields)
        if isinstance(outcome, Written):
            self._reviewers[who] = fields.get("reviewer", self._reviewers.get(who, ""))
            self._notices[who] = outcome.notice
            return RedirectResponse(back, 303)
        refused = Refused(name, outcome.message, fields, outcome.changes)
        return self._html(request, _PAGE_OF[name], query_of(back), path, status=outcome.status, refused=refused)

    def _html(
        self,
        request: Request,
        name: str,
        query: Mapping[str, str],
        path: Mapping[str, str],
        *,
        status: int = 200,
        notice: str = "",
        refused: Refused | None = None,
    ) -> Response:
        reviewer = self._reviewers.get(session(request.scope), "")
        board, number = self._shown.now
        pages = Pages(board, Surroundings(is_served=True, reviewer=reviewer, notice=notice, number=number))
        try:
            return HTMLResponse(pages.html(name, query, refused, **path), status)
        except NoSuchPage as error:
            return refusal(404, f"{str(error)[:1].upper()}{str(error)[1:]}.")

    def _progress(self, request: Request) -> Response:
        return JSONResponse(self._rescanner.now.as_json(self._shown.number))

    async def _rescan(self, request: Request) -> Response:
        try:
            fields = fields_of(await request.body(), request.headers.get("content-type", ""))
        except BadForm as error:
            return refusal(400, str(error))
        now = self._rescanner.start()
        if request.headers.get("accept", "") == "application/json":
            return JSONResponse(now.as_json(self._shown.number), 202)
        return RedirectResponse(ours(fields.get("back", ""), "/"), 303)


def _nothing(request: Request) -> Response:
    """For what browsers ask for unasked."""
    return Response(status_code=204)


def _static(name: str, kind: str) -> Callable[[Request], Response]:
    text = static_text(name)

    def static(request: Request) -> Response:
        return Response(text, media_type=kind)

    return static
