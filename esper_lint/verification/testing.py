"""The project's own tests in both versions: a command, run where each of them is laid out.

Of the project's Python files each version has copies there, not links, so that tests which look for the code from
their own resolved path find the version that they are run in.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from esper_lint.config import Config
from esper_lint.discovery.files import find_files
from esper_lint.progress import Progress
from esper_lint.verification.commands import HANDLERS_OF_COMMANDS
from esper_lint.verification.pairing import Inventory
from esper_lint.verification.process import Configuration, Failed, Raised, Worker
from esper_lint.verification.trees import SourceTree, import_root, laid_out
from esper_lint.verification.versions import Incomparable, relative, resolved

TIME_LIMIT_S = 600.0

_SHOWN = 2_000  # characters of output


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was given, and the words of it, which are run without a shell."""

    text: str
    words: tuple[str, ...]
    time_limit_s: float = TIME_LIMIT_S
    memory_mb: int = 8_192


@dataclass(frozen=True, slots=True)
class Ran:
    """How the command ended: its exit status, negative for a signal, or None where it was stopped; and the end of what
    it printed."""

    status: int | None
    detail: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class OwnTests:
    command: str
    old: Ran
    new: Ran

    @property
    def outcome(self) -> Literal["passed", "failed"]:
        """Passed only if the new version's run succeeded; tests that never did say nothing good of it."""
        return "passed" if self.new.status == 0 else "failed"

    @property
    def is_refuted(self) -> bool:
        """The tests hold for the old version, and for the new one they do not."""
        return self.old.status == 0 and self.new.status != 0


def own_tests(old: Inventory, new: Inventory, command: Command, config: Config, progress: Progress) -> OwnTests | None:
    """Run the command in both versions; None where they are one and the same.

    Raises Incomparable for a command that cannot be started, and for versions that lie side by side: it would find both
    of them, wherever it is run.
    """
    if old.version.tree == new.version.tree:
        if old.version.place == new.version.place:
            return None
        raise Incomparable(
            f"--tests: {old.version.label!r} and {new.version.label!r} lie in one project, whose tests are the same for"
            " both: give two projects, git revisions, or a fix"
        )
    progress.stage("testing", 2)
    runs = []
    for held in (old, new):
        runs.append(_ran(held, command, config))
        progress.advance(1)
    return OwnTests(command.text, runs[0], runs[1])


def _ran(held: Inventory, command: Command, config: Config) -> Ran:
    tree = held.version.tree
    with laid_out(SourceTree(tree.root, {**_python_files(tree.root, config), **tree.edits})) as folder:
        within = relative(tree.root, config.project)
        configuration = Configuration(
            folder=folder if within.startswith(os.pardir) else os.path.join(folder, within),
            threads=os.cpu_count() or 1,
            memory_mb=command.memory_mb,
            handlers=HANDLERS_OF_COMMANDS,
        )
        path = [os.path.normpath(os.path.join(folder, root)) for root in _import_roots(held)]
        with Worker(configuration) as worker:
            answer = worker.ask("run", {"command": list(command.words), "path": path}, command.time_limit_s)
    if isinstance(answer, Raised):
        raise Incomparable(f"--tests: {answer.message}")
    if isinstance(answer, Failed):
        detail = f"not done within {command.time_limit_s:g} s" if answer.kind == "hung" else answer.detail
        return Ran(None, detail, answer.output)
    status = answer.value["status"]
    return Ran(status, _ending(status), answer.value["output"].strip()[-_SHOWN:])


def _python_files(root: str, config: Config) -> dict[str, bytes]:
    """Those of a folder by their path in it, whether or not they are compared; what git ignores is not among them."""
    found = find_files(
        [root],
        roots=[root],
        project=config.project,
        cwd=root,
        exclude=(),
        respect_gitignore=config.respect_gitignore,
        include_vendored=True,
    )
    contents = {}
    for file in found.files:
        path = relative(root, resolved(file.path))
        if not path.startswith(os.pardir):
            with open(file.path, "rb") as stream:
                contents[path] = stream.read()
    return contents


def _import_roots(held: Inventory) -> Sequence[str]:
    """The folders that the classes are imported from, relative to the root; first the one that most are."""
    root = held.version.tree.root
    places = (import_root(os.path.join(root, one.file)) for one in held.classes.values())
    return [relative(root, place) for place, _ in Counter(places).most_common()]


def _ending(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
