"""The formats of a report: a report goes in, with its sources and a style, and lines of text come out.

Adding a format means adding one module and one line to ``_PLACES``.  None of them filters or computes findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from esper_lint.output.format import Formatter, Sources, Style
from esper_lint.output.statistics import statistics

__all__ = ["FORMATS", "Formatter", "Sources", "Style", "statistics"]

# The module of each format; its function has the same name.
_PLACES = {
    "full": "full",
    "concise": "concise",
    "json": "json_",
    "jsonl": "jsonl",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "rdjsonl": "rdjsonl",
}


class _Formats(Mapping[str, Formatter]):
    """The formats by name, each imported when it is first asked for: to import all takes as long as a quick run."""

    def __getitem__(self, name: str) -> Formatter:
        place = _PLACES[name]
        formatter: Formatter = getattr(import_module(f"{__name__}.{place}"), place)
        return formatter

    def __iter__(self) -> Iterator[str]:
        return iter(_PLACES)

    def __len__(self) -> int:
        return len(_PLACES)


FORMATS: Mapping[str, Formatter] = _Formats()
