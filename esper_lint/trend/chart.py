"""A trend -> a line chart as SVG, made of presentation attributes only: no script, and no style that a strict content
security policy would refuse.

Text and axes take the colour of the text around them, and lines have classes, so that a style sheet can give both their
colours for a dark screen.  The two lines differ in their dashes too, for those who see no difference in colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from html import escape
from typing import NamedTuple

from esper_lint.rules.excerpt import printable
from esper_lint.trend.records import Sample, Trend

_WIDTH, _PANEL, _LEFT, _RIGHT, _TOP, _BOTTOM = 720, 180, 64, 16, 34, 34
_TICKS = (1, 2, 5)
_POINTS = 256


class _Line(NamedTuple):
    """One panel: what it shows, its class, the colour where no style sheet has one, its dashes, and its values."""

    title: str
    name: str
    colour: str
    dashes: str
    values: Sequence[int]


def chart(trend: Trend, *, identity: str = "trend") -> str:
    """The chart of groups that are not silent, and below it of duplicated lines, over time.

    ``identity`` begins the ids of its elements, which must be unique on a page.  A trend of no commit gives ``""``.
    """
    if not trend.samples:
        return ""
    return "\n".join(_chart(trend.samples, escape(identity, quote=True)))


def _chart(samples: Sequence[Sample], identity: str) -> Iterator[str]:
    lines = (
        _Line("Clone groups", "groups", "#0b66c3", "", [len(one.record.active) for one in samples]),
        _Line("Duplicated lines", "lines", "#b3470b", "6 3", [one.record.duplicated_lines for one in samples]),
    )
    height = len(lines) * _PANEL
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="trend-chart" role="img" viewBox="0 0 {_WIDTH} {height}"'
        f' aria-labelledby="{identity}-title {identity}-desc" font-family="sans-serif" font-size="12">'
    )
    yield f'<title id="{identity}-title">Clone groups and duplicated lines over time</title>'
    yield f'<desc id="{identity}-desc">{escape(_told(samples, lines))}</desc>'
    places = _places(samples)
    for number, line in enumerate(lines):
        yield from _panel(line, samples, places, number * _PANEL)
    yield "</svg>"


def _told(samples: Sequence[Sample], lines: Sequence[_Line]) -> str:
    """What the chart shows, in a sentence a line."""
    first, last = samples[0].record.commit, samples[-1].record.commit
    between = f"{len(samples)} commits from {date_of(first.time)} to {date_of(last.time)}."
    sentences = [
        f"{line.title}: {line.values[0]:,} at first, {line.values[-1]:,} at last, {min(line.values):,} at least and"
        f" {max(line.values):,} at most."
        for line in lines
    ]
    return " ".join([between, *sentences])


def _panel(line: _Line, samples: Sequence[Sample], places: Sequence[float], top: int) -> Iterator[str]:
    low, high = top + _PANEL - _BOTTOM, top + _TOP
    step = _step(max(line.values))
    most = max(step, -(-max(line.values) // step) * step)

    def at(value: int) -> float:
        return low - (low - high) * value / most

    yield f'<g class="trend-{line.name}">'
    yield f'<text x="{_LEFT}" y="{top + 18}" fill="currentColor" font-weight="bold">{escape(line.title)}</text>'
    for value in range(0, most + 1, step):
        yield (
            f'<line x1="{_LEFT}" y1="{at(value):.1f}" x2="{_WIDTH - _RIGHT}" y2="{at(value):.1f}"'
            f' stroke="currentColor" stroke-opacity="{0.5 if value == 0 else 0.15}"/>'
        )
        yield (f'<text x="{_LEFT - 8}" y="{at(value) + 4:.1f}" text-anchor="end" fill="currentColor">{value:,}</text>')
    points = " ".join(f"{x:.1f},{at(value):.1f}" for x, value in zip(places, line.values, strict=True))
    yield (
        f'<polyline class="trend-line" points="{points}" fill="none" stroke="{line.colour}" stroke-width="2"'
        f' stroke-linejoin="round"' + (f' stroke-dasharray="{line.dashes}"' if line.dashes else "") + "/>"
    )
    # So many points that they would hide the line are left out.
    for x, value, sample in zip(places, line.values, samples, strict=True) if len(samples) <= _POINTS else ():
        commit = sample.record.commit
        label = f"{date_of(commit.time)} {commit.id[:7]}: {value:,} ({printable(commit.subject)})"
        yield (
            f'<circle class="trend-point" cx="{x:.1f}" cy="{at(value):.1f}" r="2.5" fill="{line.colour}">'
            f"<title>{escape(label)}</title></circle>"
        )
    ends = {places[0]: samples[0], places[-1]: samples[-1]}
    for x, sample in ends.items():
        anchor = "start" if x == places[0] else "end"
        yield (
            f'<text x="{x:.1f}" y="{low + 18}" text-anchor="{anchor}" fill="currentColor">'
            f"{date_of(sample.record.commit.time)}</text>"
        )
    yield "</g>"


def _places(samples: Sequence[Sample]) -> list[float]:
    """Where each commit lies from left to right, by its time; clocks that went back do not take the line back."""
    times: list[int] = []
    for sample in samples:
        times.append(max(sample.record.commit.time, times[-1] if times else sample.record.commit.time))
    width, span = _WIDTH - _LEFT - _RIGHT, times[-1] - times[0]
    return [_LEFT + (width * (time - times[0]) / span if span else 0.0) for time in times]


def _step(most: int) -> int:
    """A round number that goes into a scale about four times."""
    power = 1
    while True:
        for tick in _TICKS:
            if tick * power * 5 > most:
                return tick * power
        power *= 10


def date_of(time: int) -> str:
    """The day of a commit, in UTC; committers may claim any time."""
    try:
        return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return "?"
