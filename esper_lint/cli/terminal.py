"""What the other end of a stream can show."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

from esper_lint.output import Style

# Where nobody's window sets one: the same everywhere, so that logs can be compared, and room for code side by side.
PLAIN_WIDTH = 140


def style_of(stream: TextIO) -> Style:
    """Colour and width for ``stream``; NO_COLOR is obeyed before FORCE_COLOR (https://no-color.org), if not empty."""
    terminal = stream.isatty()
    color = terminal and os.environ.get("TERM") != "dumb"
    if os.environ.get("FORCE_COLOR"):
        color = True
    if os.environ.get("NO_COLOR"):
        color = False
    return Style(color=color, width=shutil.get_terminal_size().columns if terminal else PLAIN_WIDTH)
