"""A board -> one HTML file with all of its pages, which needs neither a server nor a network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from esper_lint.dashboard import routes
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.code_table import code_table, packed
from esper_lint.dashboard.fix_preview import Planning
from esper_lint.dashboard.rendering import Pages, Surroundings, static_text, template_text

_LISTS = ("queue", "scan", "tickets", "health", "equivalence")


@dataclass(frozen=True, slots=True)
class Article:
    """A page within the file; ``place`` is its address and the id of its element."""

    place: str
    html: Markup
    group: str = ""
    is_list: bool = False


def one_file(board: Board) -> str:
    """The file.  Its policy lets nothing in but its own style and script, by their hashes."""
    pages = Pages(board, Surroundings(is_served=False))
    style, script = static_text("esper.css"), static_text("esper.js") + static_text("one_file.js")
    return template_text(
        pages,
        "one_file.html",
        policy=policy(style, script),
        style=Markup(style),
        script=Markup(script),
        code=packed(code_table(board.report.groups, board.sources)),
        contents=list(_articles(board, pages)),
        here="",
    )


def policy(style: str, script: str) -> str:
    """The content security policy of a file with these."""
    rules = {
        "default-src": "'none'",
        "style-src": f"'sha256-{_digest(style)}'",
        "script-src": f"'sha256-{_digest(script)}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _articles(board: Board, pages: Pages) -> Iterator[Article]:
    for route in routes.ROUTES:
        if not route.parameters:
            html = pages.content(route.name)
            yield Article(routes.url(route.name), html, is_list=route.name in _LISTS)
    for card in board.cards.values():
        yield Article(routes.url("group", id=card.id), pages.content("group", id=card.id), group=card.id)
        if board.plans.of(card.id) is not Planning.NOT_ASKED:
            yield Article(routes.url("fix", id=card.id), pages.content("fix", id=card.id))
    for key in board.filed:
        yield Article(routes.url("ticket", id=key), pages.content("ticket", id=key))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
