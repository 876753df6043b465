"""The scheme of the settings and the ids that are taken -> the next id that is free."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

FIELDS = ("batch", "agent", "rule", "number")

_LITERAL = re.compile(r"[\w.-]*", re.ASCII)
_WIDTH = re.compile(r"(?:0[1-9])?")
_WORD = re.compile(r"[A-Za-z0-9]+")


def problem_with(scheme: str) -> str | None:
    """Why a scheme makes no ids, in one line; None if it does."""
    try:
        parts = list(Formatter().parse(scheme)) or [("", None, None, None)]
    except ValueError as error:
        return f"{scheme!r} is no scheme: {error}"
    names = [name for _, name, _, _ in parts if name is not None]
    for literal, name, width, conversion in parts:
        if not _LITERAL.fullmatch(literal):
            return f"{scheme!r}: an id has letters, digits, '_', '.' and '-' only"
        if name is not None and name not in FIELDS:
            return f"{scheme!r}: no such field {name!r}; there are {', '.join(FIELDS)}"
        if conversion or (width and (name != "number" or not _WIDTH.fullmatch(width))):
            return f"{scheme!r}: only a number can be given a form, as in {{number:02}}"
    (head, first, _, _), (tail, last, _, _) = parts[0], parts[-1]
    if (head and not head[0].isalnum()) or not (head or first) or (last is None and not tail[-1:].isalnum()):
        # Other files are hidden, or no tickets, and other ids are options.
        return f"{scheme!r}: an id begins and ends with a letter or a digit, as the name of its file does"
    if names.count("number") != 1:
        return f"{scheme!r}: a scheme has {{number}} in it, once"
    return None


def problem_with_word(word: str) -> str | None:
    """Why something can be no batch and no agent of an id; None if it can."""
    return None if _WORD.fullmatch(word) else f"{word!r} is no part of an id: use letters and digits"


class Ids:
    """The ids that are taken.  Each id that is given away is taken from then on."""

    def __init__(self, scheme: str, taken: Iterable[str]) -> None:
        self._scheme = scheme
        self._taken = {one.upper() for one in taken}  # for people and for file systems that know no case
        self._highest: dict[str, int] = {}

    def next(self, fields: Mapping[str, str]) -> str:
        """The id after the highest one of the same fields; no number is ever given twice."""
        pattern = self._pattern(fields)
        number = self._highest.get(pattern)
        if number is None:
            found = (re.fullmatch(pattern, one) for one in self._taken)
            number = max((int(one["number"]) for one in found if one), default=0)
        self._highest[pattern] = number + 1
        made = self._scheme.format(**{**fields, "number": number + 1})
        self._taken.add(made.upper())
        return made

    def _pattern(self, fields: Mapping[str, str]) -> str:
        """What matches the ids that differ in their number alone."""
        parts = []
        for literal, name, _, _ in Formatter().parse(self._scheme):
            parts.append(re.escape(literal.upper()))
            if name == "number":
                parts.append(r"(?P<number>[0-9]{1,9})")
            elif name is not None:
                parts.append(re.escape(fields[name].upper()))
        return "".join(parts)
