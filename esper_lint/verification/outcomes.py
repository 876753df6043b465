"""What a module raised -> a value that is equal for both versions when it is the same mishap.  Runs in the worker."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from esper_lint.verification.lookup import Names

# A module under test may raise these without ending the worker; an interrupt is the user's.
FOREIGN = (Exception, SystemExit)

_LENGTH = 1000
# Each of these differs between two versions, or two runs, that do the same: a helper has another name and another line.
_VOLATILE = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x"),
    (re.compile(r"\b\w:\\[^\s'\":,]+|(?<![\w.])(?:/[\w.+@<>-]+){2,}|\b[\w./-]+\.py\b"), "PATH"),
    (re.compile(r"PATH:\d+"), "PATH"),
    (re.compile(r"\bline \d+"), "line"),
    # The function that takes the arguments is named with its class, which may now be a shared base.
    (re.compile(r"[\w.<>]+\.(\w+\(\))"), r"\1"),
)
# Which local name was read too early follows from the names that a refactor chose.
_NAMELESS = (NameError,)


def returned() -> dict[str, object]:
    return {"kind": "returned"}


def raised(stage: str, error: BaseException, names: Names) -> dict[str, object]:
    """``stage`` is "import", "build", "load", "call", "backward", "compile" or "export"."""
    message = "" if isinstance(error, _NAMELESS) else normal(str(error), names)
    return {"kind": "raised", "stage": stage, "type": type(error).__qualname__, "message": message}


def normal(message: str, names: Names) -> str:
    """The message without addresses, paths, line numbers, and with the module names of the first version."""
    for before, after in names.renames:
        message = re.sub(rf"(?<![\w.]){re.escape(after)}(?!\w)", before, message)
    for pattern, plain in _VOLATILE:
        message = pattern.sub(plain, message)
    return message.strip()[:_LENGTH]


@contextmanager
def noted_warnings(into: list[list[str]], names: Names) -> Iterator[None]:
    """Collect the warnings of Python code, each time they are given: the default would keep all but the first back."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            into += _told(caught, names)


def _told(caught: Sequence[warnings.WarningMessage], names: Names) -> list[list[str]]:
    return [[one.category.__qualname__, normal(str(one.message), names)] for one in caught]
