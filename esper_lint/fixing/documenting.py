"""Names of classes -> the line that documents what was made for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

QUOTES = '""""""'
_SHARED = "Shared by"
_MOST = 4


def document(names: Sequence[str], room: int, what: str = _SHARED, shorter: str = _SHARED) -> str:
    """``what`` with as many of the names as ``room`` letters hold, but never all of many, and the number of the others.

    Names are one a class, so a name may come several times.  Where few names are too long, ``shorter`` is said and not
    ``what`` before one is left out.  Where a single one is too long, only the number of classes is said.
    """
    found = [f"{what} {listed}." for listed in _listed(names)]
    found[1:1] = [f"{shorter} {next(_listed(names))}."]
    return next((text for text in found if len(text) <= room), f"{what} {len(names)} classes.")


def _listed(names: Sequence[str]) -> Iterator[str]:
    """From the longest to the shortest."""
    distinct = list(dict.fromkeys(names))
    if len(distinct) == 1:
        yield f"the {len(names)} classes {distinct[0]}" if len(names) > 1 else distinct[0]
        return
    if len(distinct) <= _MOST:
        yield f"{', '.join(distinct[:-1])} and {distinct[-1]}"
    for some in range(min(_MOST, len(distinct)) - 1, 0, -1):
        yield f"{', '.join(distinct[:some])} and {len(distinct) - some} more"
