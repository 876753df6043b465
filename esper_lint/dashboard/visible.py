"""Foreign text made fit to be shown: what cannot be seen, or reorders what can, is written as its escape."""

from __future__ import annotations

import re
import unicodedata


def visible(text: object) -> str:
    """The text on its lines, with tabs and newlines as they are."""
    return _escaped(str(text), "\n\t")


def one_line(text: object) -> str:
    """The text with each run of white space made one blank."""
    return _escaped(re.sub(r"\s+", " ", str(text)).strip(), "")


def _escaped(text: str, kept: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if _shows(char, kept) else char.encode("unicode_escape").decode("ascii") for char in text)


def _shows(char: str, kept: str) -> bool:
    return char.isprintable() or char in kept or unicodedata.category(char) == "Zs"
