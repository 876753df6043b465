from __future__ import annotations

import pytest

from esper_lint import flake8_plugin


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process had waited for nothing yet, and traced what goes wrong inside."""
    monkeypatch.setattr(flake8_plugin, "_waited_in_vain", set())
    monkeypatch.delenv("ESPER_LINT_TRACEBACK", raising=False)
