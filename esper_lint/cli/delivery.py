"""Where results go: lines in, standard output or a file changed whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress

import click


class DeliveryError(click.ClickException):
    """A result could not be written; the message says where and why."""


def to_standard_output(lines: Iterable[str]) -> None:
    """Write ``lines``.  Raises BrokenPipeError if nobody reads on, DeliveryError for anything else (a full disk)."""
    try:
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        abandon_standard_output()
        raise
    except OSError as error:
        abandon_standard_output()
        raise DeliveryError(f"cannot write standard output: {error.strerror}") from error


def abandon_standard_output() -> None:
    """Let what a standard output that takes no more still holds go nowhere, or the interpreter's own last flush of it
    would fail again, with noise and a status that are not ours."""
    with suppress(OSError, ValueError):  # a stream without a descriptor has nothing to flush either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def to_file(path: str, lines: Iterable[str]) -> None:
    """Make ``lines`` the content of the file ``path``, in UTF-8: readers see the old content or all of the new.

    Raises DeliveryError; the old content then stands.
    """
    if os.path.abspath(path) == "/dev/stdout":  # opened anew, a redirected file would be written over from its start
        to_standard_output(lines)
        return
    target = os.path.realpath(path)  # a link stays a link
    beside = f"{target}.{os.getpid()}.tmp"
    try:
        if os.path.exists(target) and not os.path.isfile(target):  # /dev/stderr, a named pipe: nothing to replace
            _write(target, "w", lines)
            return
        try:
            _write(beside, "x", lines)
            if os.path.exists(target):
                shutil.copymode(target, beside)
            os.replace(beside, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside)
            raise
    except OSError as error:
        raise DeliveryError(f"cannot write {path}: {error.strerror}") from error


def _write(path: str, mode: str, lines: Iterable[str]) -> None:
    with open(path, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
        stream.writelines(line + "\n" for line in lines)
