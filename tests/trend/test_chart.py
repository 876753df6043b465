"""The chart of a trend: well-formed, accessible, and without anything that a strict content security policy refuses."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.trend import Trend
from esper_lint.trend.chart import chart
from esper_lint.trend.events import trend_of
from tests.trend.values import group, record

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('1')</script> & \" \x1b[31m \u202e \0"
PAIR, OTHER = group("a", "b"), group("c", "d")


def drawn(trend: Trend, **options: str) -> ElementTree.Element:
    return ElementTree.fromstring(chart(trend, **options))


def trend(*groups: int, lines: int = 7, subject: str = "x") -> Trend:
    both = (PAIR, OTHER)
    return trend_of(
        record(number, *both[:count], lines=lines * count, subject=subject) for number, count in enumerate(groups)
    )


def test_it_tells_what_it_shows_to_those_who_do_not_see_it() -> None:
    root = drawn(trend(0, 2, 1), identity="here")
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "here-title here-desc")
    title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None and described is not None
    assert (title.get("id"), described.get("id")) == ("here-title", "here-desc")
    assert described.text == (
        "3 commits from 2023-11-14 to 2023-11-16. Clone groups: 0 at first, 1 at last, 0 at least and 2 at most."
        " Duplicated lines: 0 at first, 7 at last, 0 at least and 14 at most."
    )


def test_lines_are_told_apart_without_colour_and_take_theirs_from_classes() -> None:
    groups, lines = drawn(trend(0, 2, 1)).iter(f"{SVG}polyline")
    assert (groups.get("stroke-dasharray"), lines.get("stroke-dasharray")) == (None, "6 3")
    assert [one.get("class") for one in drawn(trend(1)).findall(f"{SVG}g")] == ["trend-groups", "trend-lines"]
    assert {text.get("fill") for text in drawn(trend(1)).iter(f"{SVG}text")} == {"currentColor"}


def test_a_point_names_its_commit() -> None:
    circles = list(drawn(trend(0, 2, subject="a <b>")).iter(f"{SVG}circle"))
    titles = [circle.findtext(f"{SVG}title") for circle in circles]
    assert titles[1] == "2023-11-15 0000000: 2 (a <b>)" and titles[3] == "2023-11-15 0000000: 14 (a <b>)"


def test_points_lie_where_their_time_and_value_are() -> None:
    line, _ = drawn(trend(0, 2, 1)).iter(f"{SVG}polyline")
    places = [tuple(map(float, point.split(","))) for point in (line.get("points") or "").split()]
    (x0, y0), (x1, y1), (x2, y2) = places
    assert x0 < x1 < x2 and x1 - x0 == pytest.approx(x2 - x1)
    assert y1 < y2 < y0 and y0 - y2 == pytest.approx(y2 - y1)


def test_whatever_a_subject_says_is_text() -> None:
    text = chart(trend(1, 2, subject=HOSTILE), identity='"><script>')
    assert "<script" not in text and "\x1b" not in text and "\0" not in text and "\u202e" not in text
    ElementTree.fromstring(text)


def test_of_no_commit_there_is_no_chart() -> None:
    assert chart(Trend(())) == ""


def test_many_points_are_left_to_the_line() -> None:
    assert list(drawn(trend(*[1] * 300)).iter(f"{SVG}circle")) == []


@given(
    st.lists(
        st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 10**7), st.text(max_size=20)), min_size=1, max_size=6
    )
)
def test_any_trend_is_drawn_within_its_frame_and_without_style(rows: list[tuple[int, int, str]]) -> None:
    records = []
    for number, (time, lines, subject) in enumerate(rows):
        one = record(number, PAIR, lines=lines, subject=subject)
        records.append(one.__class__(one.commit._replace(time=time), 1, 1, 1, 1, lines, one.groups))
    text = chart(trend_of(records))
    root = ElementTree.fromstring(text)
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=|href|url\(", text)
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.get("cx") or -1) <= width and 0 <= float(circle.get("cy") or -1) <= height
    steps = list(root.iter(f"{SVG}line"))
    assert 4 <= len(steps) <= 14
