"""A project's dashboard in this process, with its guards, and signed-in browsers of it."""

from __future__ import annotations

from pathlib import Path

from esper_lint.config import load
from esper_lint.dashboard.serving.dashboard import Dashboard, Subject
from esper_lint.dashboard.serving.origins import origins_at
from esper_lint.progress import Silence
from tests.dashboard.client import Browser

BASE = "http://127.0.0.1:8765"


def dashboard_of(project: Path) -> Dashboard:
    config = load(str(project), {"jobs": 1}).config
    return Dashboard(Subject((str(project),), config, str(project)), origins_at("127.0.0.1", 8765), Silence())


def signed_in(dashboard: Dashboard) -> Browser:
    browser = Browser(dashboard.app, BASE)
    assert browser.get(dashboard.link.removeprefix(BASE)).status_code == 303
    return browser
