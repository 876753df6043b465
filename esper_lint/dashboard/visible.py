"""Foreign text made fit to be shown: what cannot be seen, or reorders what can, is written as its escape."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape


def visible(text: object) -> str:
    """The text on its lines, with tabs and newlines as they are."""
    return _escaped(str(text), "\n\t")


def one_line(text: object) -> str:
    """The text with each run of white space made one blank."""
    return _escaped(re.sub(r"\s+", " ", str(text)).strip(), "")


def ticked(text: object) -> Markup:
    """A message of ours, with what stands in back ticks as code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape(visible(text))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _escaped(text: str, kept: str) -> str:
    bare = text
    for char in kept:
        bare = bare.replace(char, "")
    if bare.isprintable():
        return text
    return "".join(char if _shows(char, kept) else char.encode("unicode_escape").decode("ascii") for char in text)


def _shows(char: str, kept: str) -> bool:
    return char.isprintable() or char in kept or unicodedata.category(char) == "Zs"
