"""One file, or one text of no file -> its new text, as ``fix`` would write it: for front ends that write themselves."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from esper_lint.analysis import Buffer, gather
from esper_lint.config import Config
from esper_lint.discovery.files import FileSet
from esper_lint.discovery.gitignore import lies_in
from esper_lint.fixing.fixes import Fixes, GroupFix, GroupRefusal
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from esper_lint.selection import with_overlay
from esper_lint.tree import TreeChanged

_ATTEMPTS = 5  # other files may be written meanwhile, by whoever asks for one file after the other in many processes
_TEXT = "module.py"


@dataclass(frozen=True, slots=True)
class FixedFile:
    """``data`` is what the file should hold, which is what it held where there is nothing to fix."""

    name: str
    data: bytes
    made: tuple[GroupFix, ...] = ()
    refused: tuple[GroupRefusal, ...] = ()


def fixed_file(path: str, data: bytes, config: Config, wishes: Wishes) -> FixedFile:
    """The file at ``path`` as if it held ``data``, compared with all that the settings compare it with.

    A file that the settings leave out stays as it is.  Raises UnknownPath, ConfigError, and TreeChanged if other files
    keep changing.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _fixed_file(path, data, config, wishes)
        except TreeChanged:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def fixed_text(data: bytes, config: Config, wishes: Wishes) -> FixedFile:
    """A text that is compared with nothing but itself.  Raises ConfigError."""
    files = with_overlay(FileSet((), frozenset(), ()), {_TEXT: data}, config)
    return _outcome(_TEXT, data, planned(files, config, wishes, Silence(), use_cache=False))


def _fixed_file(path: str, data: bytes, config: Config, wishes: Wishes) -> FixedFile:
    with open(path, "rb") as stream:
        buffer = None if stream.read() == data else Buffer(path, data)
    files, _ = gather(_compared(path, config), config, cwd=os.getcwd(), buffer=buffer, only=path)
    if not files.selected:
        return FixedFile(path, data)
    (name,) = files.selected
    return _outcome(name, data, planned(files, config, wishes, Silence()))


def _compared(path: str, config: Config) -> Sequence[str]:
    """PATHS that compare what ``esper-lint fix PATH`` does, but do not ask for a file that the settings leave out."""
    roots = [os.path.join(config.project, root) for root in config.roots]
    if not roots and config.has_table:
        roots = [config.project]
    place = os.path.realpath(path)
    return roots if any(lies_in(place, os.path.realpath(root)) for root in roots) else [path]


def _outcome(name: str, data: bytes, fixes: Fixes) -> FixedFile:
    found = FixedFile(name, data, fixes.made, fixes.refused)
    for edit in fixes.edits:
        assert edit.name == name and edit.after is not None, "a fix of one file was planned to write another one"
        found = replace(found, data=edit.after)
    return found
