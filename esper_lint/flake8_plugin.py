"""The flake8 plugin: one file that flake8 could parse in, the findings of ``esper-lint check`` on it out.

A thin shell over ``analyse``.  flake8 makes a new instance for every file, in whichever process took it, and loads this
module whenever it starts: so nothing that findings depend on is kept between files, and all that takes time to import
is imported by ``run``.
"""

from __future__ import annotations

import ast
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing import current_process
from typing import TYPE_CHECKING

from esper_lint.flake8_settings import OptionManager, Task, add_options, is_standard_input, name_of, task
from esper_lint.pyproject import ConfigError

if TYPE_CHECKING:
    from esper_lint.findings import Finding, Report
    from esper_lint.flake8_text import Source

Row = tuple[int, int, str, type]
"""What flake8 asks for: a line from 1, a column from 0, code and message, and the plugin."""

INCOMPLETE = "ESP901"

# The comparisons that this process has waited for in vain, by the command that makes them.  Its later files do not wait
# again, or ten seconds would become hours.
_waited_in_vain: set[str] = set()


class Plugin:
    """The findings of one file.

    flake8's ``options`` of this run are asked for like the text.  ``parse_options`` would have to keep them on the
    class, where two style guides in one process share them.
    """

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str], options: Namespace) -> None:
        # Asking for a tree makes flake8 run this once a file; what is compared is read from the text.
        self._filename = filename
        self._lines = lines
        self._options = options

    @staticmethod
    def add_options(manager: OptionManager) -> None:
        """Register an option for every setting, and the codes that flake8 prints only on request."""
        from esper_lint.rules import RULES

        add_options(manager)
        manager.extend_default_ignore([code for code, rule in RULES.items() if not rule.default_on])

    def run(self) -> Iterator[Row]:
        """The rows of this file.  Whatever goes wrong is one of them: an exception would end the run for all files."""
        text = "".join(self._lines)
        from esper_lint.contracts.book import HEARD

        if not any(mark in text for mark in HEARD):  # the command line has nothing to say of such a file either
            return
        try:
            rows = _rows(self._filename, text, self._options)
        except Exception as error:
            rows = [(1, 1, f"ESP900 {_reason(error)}")]
        for line, column, message in rows:
            yield line, column - 1, message, Plugin


def _rows(filename: str, text: str, options: Namespace) -> list[tuple[int, int, str]]:
    """Line and column from 1, code and message of all that flake8 is to hear of one file."""
    from esper_lint.discovery.gitignore import SUFFIX
    from esper_lint.flake8_text import source
    from esper_lint.rules.excerpt import printable

    cwd = os.getcwd()
    name = name_of(filename, options)
    if not name.endswith(SUFFIX) and not is_standard_input(filename, options):
        return []  # a script or a stub: flake8 was asked to check it, and esper-lint reads none
    asked = task(filename, options, cwd)
    if any("ESP".startswith(code) for code in asked.config.ignore):
        return []  # all of ours is ignored; unlike flake8's own setting, this one spares the work
    report, is_complete = _report(asked, name, source(os.path.join(cwd, name), text), cwd)
    rows = [
        (one.line, one.column, f"{one.rule} {printable(one.message)}")
        for one in report.findings
        if _is_shown(one, options)
    ]
    if not is_complete and _asks_for(INCOMPLETE, options):
        late = f"the whole tree was not compared within {asked.config.cold_start_limit} s"
        command = printable(asked.index_command)
        rows.append((1, 1, f"{INCOMPLETE} only copies within this file are reported: {late}; run `{command}` once"))
    return rows


def _report(asked: Task, name: str, found: Source, cwd: str) -> tuple[Report, bool]:
    """The report, and whether it comes from the whole tree."""
    from esper_lint.analysis import Buffer, OutOfPatience, analyse, analyse_alone

    config, buffer = asked.config, Buffer(name, found.data)
    if current_process().daemon:  # a worker of flake8's, which may not have any of its own
        config = replace(config, jobs=1)
    limit = config.cold_start_limit or None
    patience = 0 if limit and asked.index_command in _waited_in_vain else limit
    unsaved = None if found.is_on_disk else buffer
    try:
        return analyse(asked.paths, config, cwd=cwd, buffer=unsaved, only=name, patience_s=patience), True
    except OutOfPatience:
        _waited_in_vain.add(asked.index_command)
        return analyse_alone(buffer, config, cwd=cwd), False


def _is_shown(finding: Finding, options: Namespace) -> bool:
    """Whether flake8 is to hear of a finding; noqa comments are its own to apply."""
    reason = finding.suppressed
    if reason is None:
        return True
    here = f"{finding.path}:{finding.line}"
    return reason.kind == "noqa" and (reason.where == here or options.disable_noqa)


def _asks_for(code: str, options: Namespace) -> bool:
    """Whether flake8's user names a code that is off by default, or others of its kind.

    flake8 prints such a code too where a list of ``ignore`` replaces the default one, and where ``select = E,F,W`` is
    meant for pycodestyle.
    """
    chosen = (*(options.select or ()), *(options.extend_select or ()))
    return any(code.startswith(one) and len(one) > len("ESP") for one in chosen)


def _reason(error: Exception) -> str:
    """What went wrong, on one line.  Raises a bug of ours again if its traceback is wanted."""
    from esper_lint.analysis import TreeChanged
    from esper_lint.discovery.files import UnknownPath
    from esper_lint.rules.excerpt import one_line

    if isinstance(error, (ConfigError, TreeChanged, UnknownPath, OSError)):
        return one_line(str(error))
    if os.environ.get("ESPER_LINT_TRACEBACK"):
        raise error
    told = f"internal error: {type(error).__name__}: {error} (ESPER_LINT_TRACEBACK=1 shows where; please report it)"
    return one_line(told)
