"""The few colours of the text formats, as ANSI escapes: a library for this would cost more than all of ``concise``."""

from __future__ import annotations

from typing import Literal

from esper_lint.output.format import Style

Role = Literal["rule", "place", "code", "quiet", "mark", "help"]

_ESCAPES: dict[Role, str] = {"rule": "1;31", "place": "1", "code": "", "quiet": "2", "mark": "1;33", "help": "36"}


def paint(text: str, role: Role, style: Style) -> str:
    """The text in the colour of its role, or as it is where there are no colours; it must be printable already."""
    escape = _ESCAPES[role]
    return f"\x1b[{escape}m{text}\x1b[0m" if style.color and escape and text else text
