"""Version constraints, in the notations of PEP 440 and of poetry -> the lowest version that they allow.

Poetry's are described at https://python-poetry.org/docs/dependency-specification/.
"""

from __future__ import annotations

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_OPERATED = re.compile(r"\s*(\^|~=|~|===?|!=|<=|>=|<|>|=)?\s*([^\s,|]+)\s*,?")
_WILDCARD = re.compile(r"(?:\.\*)+$")


def lowest(constraint: SpecifierSet) -> Version | None:
    """The lowest version that a constraint names as its lower bound; None if it has none.

    For ``>2.0`` that is 2.0, which is not allowed itself: nothing below it is.
    """
    found = []
    for one in constraint:
        if one.operator in (">=", ">", "==", "===", "~="):
            try:
                found.append(Version(_WILDCARD.sub("", one.version)))
            except InvalidVersion:  # of ``===``, which compares texts
                continue
    return max(found, default=None)


def of_poetry(text: str) -> tuple[SpecifierSet, ...]:
    """The alternatives of a constraint as poetry writes it; none if it cannot be read."""
    try:
        return tuple(SpecifierSet(",".join(_translated(part))) for part in re.split(r"\|\|?", text))
    except (InvalidSpecifier, InvalidVersion):
        return ()


def _translated(text: str) -> list[str]:
    found = []
    for match in _OPERATED.finditer(text):
        operator, version = match[1] or "", match[2]
        if operator in ("", "=") and version != "*":
            found.append(f"=={version}")
        elif operator == "^":
            found += [f">={version}", f"<{_next_breaking(Version(version))}"]
        elif operator == "~":
            release = Version(version).release
            found += [f">={version}", f"<{_raised(release, min(len(release), 2))}"]
        elif version != "*":
            found.append(f"{operator}{version}")
    return found


def _next_breaking(version: Version) -> str:
    """The first version that a caret excludes: one with another leftmost number that is not zero."""
    release = version.release
    first = next((place for place, number in enumerate(release) if number), len(release) - 1)
    return _raised(release, first + 1)


def _raised(release: tuple[int, ...], places: int) -> str:
    return ".".join(str(number) for number in (*release[: places - 1], release[places - 1] + 1))
