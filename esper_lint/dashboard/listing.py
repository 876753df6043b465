"""Lists that are long: a page of a sequence, by the number in a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE = 200

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """The items of page ``page`` of ``pages``, both from 1, out of ``total`` that were chosen among ``of``."""

    items: tuple[Item, ...]
    page: int
    pages: int
    total: int
    of: int


def listed(chosen: Sequence[Item], of: int, query: Mapping[str, str], *, whole: bool = False) -> Listed[Item]:
    """A page that is not there is the nearest that is; ``whole`` puts all on one."""
    size = max(len(chosen), 1) if whole else PAGE
    pages = max(1, -(-len(chosen) // size))
    asked = query.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    page = min(max(number, 1), pages)
    return Listed(tuple(chosen[(page - 1) * size : page * size]), page, pages, len(chosen), of)
