"""Colour and width for what stands at the other end."""

from __future__ import annotations

import io

import pytest

from esper_lint.cli.terminal import PLAIN_WIDTH, style_of


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "color"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour(monkeypatch: pytest.MonkeyPatch, terminal: bool, environment: dict[str, str], color: bool) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert style_of(Stream(terminal)).color is color


def test_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert style_of(Stream(True)).width == 77
    assert style_of(Stream(False)).width == PLAIN_WIDTH
