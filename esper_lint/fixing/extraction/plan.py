"""What an extraction comes to, before anything proves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esper_lint.fixing.extraction.hazard import Hazard


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A forward that is rewritten: its file, its class and the line of its ``def`` in the text before."""

    path: str
    qualname: str
    line: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Files with other texts, by path.  ``helpers`` are (path, name), in the order of the text.

    ``statements`` counts those that moved at each site.  ``notes`` say what is neither proved nor an obligation,
    ``kept`` what kept more statements in place, what keeps most first.
    """

    strategy: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    helpers: tuple[tuple[str, str], ...]
    sites: tuple[SitePlace, ...]
    statements: int
    notes: tuple[str, ...]
    kept: tuple[Hazard, ...]


@dataclass(frozen=True, slots=True)
class Unextractable:
    """Why there is no plan: what stands in the way, what keeps most apart first."""

    hazards: tuple[Hazard, ...]
