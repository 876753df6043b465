"""The pictures of the documentation can be made anew, and are those that its pages show."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.dashboard.screenshots import IMAGES, NAMES, make

PAGE = IMAGES.parent / "dashboard.md"
MOST_BYTES = 150_000


def size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG."""
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return width, height


def test_the_pages_show_the_pictures_that_there_are() -> None:
    shown = re.findall(r"\]\(images/([\w.-]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(NAMES) == sorted(path.name for path in IMAGES.glob("dashboard-*"))
    assert [name for name in NAMES if (IMAGES / name).stat().st_size > MOST_BYTES] == []


@pytest.mark.slow
def test_the_pictures_can_be_made_anew(chromium: Browser, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    make(made, tmp_path, chromium)
    assert {name: size(made / name) for name in NAMES} == {name: size(IMAGES / name) for name in NAMES}
