"""Members that no longer agree -> findings (ESP201): one at the member, and one at the source of all that left it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import ndiff
from hashlib import blake2b
from textwrap import dedent

from esper_lint.contracts.book import Drift, Place
from esper_lint.findings import Finding, Severity
from esper_lint.rules.excerpt import expression, one_line, short_path, shortened

RULE = "ESP201"
_TEXT_LIMIT = 60
_PATH_LIMIT = 40
_SUBJECT_LIMIT = 50
_ID_LENGTH = 7  # as git shortens it where that is unique
_LINES = 12


def broken(drifts: Iterable[Drift]) -> Iterator[Finding]:
    """Whoever changes one side must hear of it, whichever it is: flake8 and hooks ask for the changed file alone."""
    at_source: dict[tuple[Place, str], list[Drift]] = {}
    for one in drifts:
        yield at_member(one)
        if one.is_heard:
            at_source.setdefault((one.source, one.contract), []).append(one)
    for found in at_source.values():
        yield _at_source(found)


def at_member(one: Drift) -> Finding:
    """The finding at the member, on a line that differs."""
    here, there = _code(one.difference.here), _code(one.difference.there)
    more = f"; and {one.untold} more below" if one.untold else ""
    message = (
        f"`{one.member.qualname}` no longer agrees with {_named(one.source)}{_under(one)}:"
        f" {here} here, {there} there{more}{_edited(one)}"
    )
    sides = one.difference.theirs, one.difference.ours
    shown = _aligned(*sides, _short(one.source, one.source_line), _short(one.member, one.line))
    return _finding(one.member, one.line, one.column, message, (one.contract, here, there), shown)


def _at_source(found: Sequence[Drift]) -> Finding:
    """One finding for all that left the source; what it is known by changes with whatever changes in any of them."""
    first = min(found, key=lambda one: (one.source_line, one.member))
    here, there = _code(first.difference.there), _code(first.difference.here)
    members = len({one.member for one in found})
    others = f" and {members - 1} more no longer agree" if members > 1 else " no longer agrees"
    message = (
        f"{_named(first.member, first.line)}{others} with `{first.source.qualname}`{_under(first)}:"
        f" {here} here, {there} there{_edited(first)}"
    )
    places = _short(first.member, first.line), _short(first.source, first.source_line)
    shown = _aligned(first.difference.ours, first.difference.theirs, *places)
    all_said = sorted((one.member.qualname, one.difference.here, one.difference.there) for one in found)
    said = (first.contract, *(text for one in all_said for text in one))
    return _finding(first.source, first.source_line, 1, message, said, shown)


def _finding(
    place: Place, line: int, column: int, message: str, said: tuple[str, ...], detail: Sequence[str]
) -> Finding:
    text = "\0".join((place.qualname, *said))
    fingerprint = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Finding(RULE, None, place.path, line, column, line, message, fingerprint, Severity.P1, None, tuple(detail))


def _aligned(there: Sequence[str], here: Sequence[str], theirs: str, ours: str) -> list[str]:
    """A small difference, the source's names replaced by the member's."""
    old, new = (dedent("\n".join(lines)).split("\n") if lines else [] for lines in (there, here))
    found = [line.rstrip() for line in ndiff(old, new) if not line.startswith("?")]
    if len(found) > _LINES:
        found[_LINES:] = ["  …"]
    return [f"- {theirs}", f"+ {ours}", *(f"  {line}" for line in found)]


def _edited(one: Drift) -> str:
    """Which side was edited last: most often that is the one that is meant."""
    if one.edited is None:
        return ""
    who = f"; `{one.edited.place.qualname}` was edited last, "
    if not one.edited.commit:
        return f"{who}and that is not committed"
    return f"{who}by {one.edited.commit[:_ID_LENGTH]} '{shortened(one_line(one.edited.subject), _SUBJECT_LIMIT)}'"


def _short(place: Place, line: int) -> str:
    return f"{place.qualname.rpartition('.')[2]} ({place.path.rpartition('/')[2]}:{line})"


def _named(place: Place, line: int = 0) -> str:
    return f"`{place.qualname}` ({short_path(place.path, _PATH_LIMIT)}:{line or place.line})"


def _under(one: Drift) -> str:
    return f" under contract `{one.contract}`" if one.contract else ", of which it says that it is a copy"


def _code(text: str) -> str:
    if not text:
        return "nothing"
    told = one_line(text) if text.startswith("gap ") else f"`{shortened(expression(text), _TEXT_LIMIT)}`"
    return told
