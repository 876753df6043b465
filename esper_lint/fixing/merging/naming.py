"""Names of classes -> the name of their base."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence
from functools import reduce

from esper_lint.fixing.stems import common_subsequence

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z][0-9]+[a-z]*|[A-Z]+|[0-9]+[a-z]*")
_IDENTIFIER = re.compile(r"\w+")


def stem(names: Sequence[str]) -> str:
    """The words that all names have, in their order: ``ConvLightSeed`` and ``ConvHeavySeed`` give ``ConvSeed``.

    Empty where they have nothing in common but numbers.
    """
    words = reduce(common_subsequence, [_WORD.findall(name) for name in names])
    if not any(word.isalpha() for word in words):
        return ""
    return "".join(word[:1].upper() + word[1:] for word in words)


def base_name(names: Sequence[str], parent: str, text: str) -> str:
    """A name for the base class that stands nowhere in the text; ``parent``, its own base, gives it if no word is
    common."""
    found = stem(names) or stem([parent]) or "Module"
    candidate = f"_{found}" if found.endswith("Base") else f"_{found}Base"
    taken, number, free = taken_names(text), 2, candidate
    while free in taken:
        free, number = f"{candidate}{number}", number + 1
    return free


def is_usable(name: str, text: str) -> bool:
    """Whether a base class can have that name: new to the text, and not one that a class would mangle."""
    is_name = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    return is_name and name not in taken_names(text)


def taken_names(text: str) -> frozenset[str]:
    """All that could be a name in the text, inside of strings too, since ``__all__`` and ``getattr`` speak in them."""
    return frozenset(_IDENTIFIER.findall(text)).union(dir(builtins))
