"""What holds for every test: no deadline on a machine that others use too, nobody's index but the test's own, and the
interpreter's own depth; and the flag that writes golden texts anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

_DEPTH = sys.getrecursionlimit()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="write the golden texts of fixes anew")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test; processes that it starts inherit it."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def own_depth() -> Iterator[None]:
    """No test sees how deep an earlier one of its process might go: torch's compiler raises that and leaves it."""
    sys.setrecursionlimit(_DEPTH)
    yield
    sys.setrecursionlimit(_DEPTH)
