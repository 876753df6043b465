"""The text of single lines of many files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from esper_lint.output.format import Sources

Place = tuple[str, int]
"""A path of the report and a line of that file."""


def lines_at(places: Iterable[Place], sources: Sources) -> Mapping[Place, str]:
    """The text at each place, without the blanks at its end; a line that cannot be had any more is left out.

    Every file is read once, in whatever order it is named.
    """
    found: dict[Place, str] = {}
    for path, wanted in groupby(sorted(set(places)), key=lambda place: place[0]):
        try:
            lines = sources(path)
        except OSError:
            continue
        for _, number in wanted:
            if 0 < number <= len(lines):
                found[path, number] = lines[number - 1].rstrip()
    return found
