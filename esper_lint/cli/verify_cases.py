"""The cases that ``verify`` and ``fix --verify`` are given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from esper_lint.config import Config
from esper_lint.verification.entries import entered
from esper_lint.verification.recordings import RecordingError, read_recording
from esper_lint.verification.specs import Case


def given(paths: Sequence[str], config: Config) -> Sequence[Case]:
    """The entries of the settings, then the cases of these recordings.

    A recording that cannot be read is a usage error; raises ConfigError for an entry that says nothing.
    """
    try:
        return [*entered(config)] + [case for path in paths for case in read_recording(Path(path)).cases]
    except RecordingError as error:
        raise click.UsageError(str(error)) from error
