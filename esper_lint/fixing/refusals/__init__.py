"""Why a fix was not made: in goes nothing, out comes ``REFUSALS``, code -> the page that explains it.

Every code that the fixer gives has a page, and every page an example that the tests give to the fixer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from esper_lint.fixing.refusals import control_flow, effects, layout, names, project, proof, replay, review
from esper_lint.fixing.refusals.values import HEADINGS, Page, Refusal

__all__ = ["HEADINGS", "REFUSALS", "Page", "PageError", "Refusal", "registered"]

_CODE = re.compile(r"FX(-[A-Z]+)+")


class PageError(Exception):
    """A page is incomplete; the message says which one and what is wrong."""


def registered(pages: Iterable[Page]) -> Mapping[str, Page]:
    """The pages by code, in the order of their codes, each checked."""
    found: dict[str, Page] = {}
    for page in pages:
        problem = "is there twice" if page.code in found else _problem(page)
        if problem is not None:
            raise PageError(f"page {page.code}: {problem}")
        found[page.code] = page
    return MappingProxyType(dict(sorted(found.items())))


def _problem(page: Page) -> str | None:
    """What is wrong with a page, or None."""
    if not _CODE.fullmatch(page.code):
        return "is no code"
    for field in ("summary", "why", "remedy"):
        if not getattr(page, field).strip():
            return f"{field} is empty"
    return None if page.place else "its example marks no line with its code"


REFUSALS: Mapping[str, Page] = registered(
    page for theme in (names, control_flow, effects, layout, project, proof, replay, review) for page in theme.PAGES
)
