"""``pytest --esper-record FILE``: a recording of the module classes that the tests construct and call.

pytest imports this file in every run, so it imports nothing else until a recording is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from esper_lint.verification.sessions import Session

_SESSION: pytest.StashKey[Session] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("esper-lint", "recording of module classes (esper-lint)")
    group.addoption(
        "--esper-record",
        metavar="FILE",
        help="write a recording of the nn.Module classes that the tests construct and call, for `esper-lint verify`",
    )
    group.addoption(
        "--esper-record-package",
        metavar="NAME",
        action="append",
        default=[],
        help="record the classes of this installed package too; can be given more than once",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--esper-record") is None:
        return
    from esper_lint.verification.sessions import Session

    config.stash[_SESSION] = session = Session.of(config)
    session.start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A process of pytest-xdist is about to start; it writes its part to a folder of this one."""
    if (session := node.config.stash.get(_SESSION, None)) is not None:
        session.prepare_worker(node.workerinput)


@pytest.hookimpl(tryfirst=True)
def pytest_collectstart(collector: pytest.Collector) -> None:
    """What test files define for themselves is left out."""
    session = collector.config.stash.get(_SESSION, None)
    if session is not None and isinstance(collector, pytest.Module):
        session.leave_out(collector.path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if (session := item.config.stash.get(_SESSION, None)) is not None:
        session.next_test()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Late, when the processes of pytest-xdist have ended."""
    if (recorded := session.config.stash.get(_SESSION, None)) is not None:
        recorded.finish()


def pytest_unconfigure(config: pytest.Config) -> None:
    if (session := config.stash.get(_SESSION, None)) is not None:
        session.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session = config.stash.get(_SESSION, None)
    if session is not None and not session.is_worker:
        terminalreporter.section("esper-lint recording")
        for line in session.summary(Path.cwd()):
            terminalreporter.write_line(line)
