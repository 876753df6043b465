"""Files and lines as people write them: in back ticks or not, several, as ranges, with a file before them, as prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from esper_lint.tickets.markup import code_spans, plain
from esper_lint.tickets.ticket import Place
from esper_lint.tickets.words import says_nothing

_DASH = "[-\N{EN DASH}\N{EM DASH}\N{NON-BREAKING HYPHEN}\N{MINUS SIGN}]"
_ABOUT = r"(?P<about>(?:~|\N{ALMOST EQUAL TO}|about |around |approximately |approx\.? |ca\.? |circa )[ \t]*)?"
_TO = rf"[ \t]*(?:{_DASH}|to |through )[ \t]*~?(?:L(?=\d))?"
_RANGE = rf"{_ABOUT}(?:L(?=\d))?(?P<first>\d{{1,9}})(?:{_TO}(?P<last>\d{{1,9}}))?"
_SUFFIX = re.compile(rf"(?P<path>.+?)(?::|\#(?=L\d)){_RANGE}", re.DOTALL | re.ASCII)
_IN_LINES = re.compile(
    rf"(?<![\w.])(?:(?=\d*[^\s\d,;:`()|])(?P<path>[^\s,;:`()|]{{1,300}}):)?{_RANGE}(?![\w.]*\w)",
    re.ASCII | re.IGNORECASE,
)
_AFTER_FILE = re.compile(rf"[ \t]*(?::|\(?(?:lines?|L)\b[ \t]*:?)[ \t]*{_RANGE}", re.ASCII | re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"[,;&+]|<br */?>|[ \t](?:and|/)(?=[ \t])", re.IGNORECASE)
_WORD = re.compile(r"[^\s`()\[\]]+")
_FILE = re.compile(
    r".*(?:\.(?:py|pyi|pyx|ipynb|cpp|cu|cuh|c|h|md|toml|cfg|ini|json|ya?ml|txt|sh)|/\w+\.\w+)(?:[:#][~L\d].*)?"
)
_DRIVE = re.compile(r"[A-Za-z]:/")


class Given(NamedTuple):
    """A file or a range as it was written; ``path`` is empty for lines alone."""

    path: str
    first: int
    last: int
    is_about: bool


def items(value: str) -> tuple[str, ...]:
    """The values that a cell holds: its code spans if it has any, else what stands between commas and the like."""
    spans = code_spans(value)
    found = [content for content, _, _ in spans] if spans else [plain(part) for part in _BETWEEN.split(plain(value))]
    return tuple(item for item in found if not says_nothing(item))


def files(value: str) -> tuple[Given, ...]:
    """The files of a cell, each with its lines if they stand beside it."""
    spans = code_spans(value)
    if not spans:
        return tuple(given for part in _BETWEEN.split(plain(value)) if (given := _bare_file(plain(part))) is not None)
    found = []
    for number, (content, _, end) in enumerate(spans):
        until = spans[number + 1][1] if number + 1 < len(spans) else len(value)
        given = _with_lines(content)
        beside = _AFTER_FILE.match(value[end:until])
        if not given.first and beside is not None:
            given = _given(given.path, beside)
        if given.path and not says_nothing(content):
            found.append(given)
    return tuple(found)


def lines(value: str) -> tuple[Given, ...]:
    """The ranges of a cell.  What stands in parentheses counts only if nothing stands outside."""
    text = value.replace("`", " ").replace("**", " ")
    outside = [_given(found["path"] or "", found) for found in _IN_LINES.finditer(_IN_PARENTHESES.sub(" ", text))]
    return tuple(outside or (_given(found["path"] or "", found) for found in _IN_LINES.finditer(text)))


def joined(named: Sequence[Given], ranges: Sequence[Given], prefixes: Sequence[str]) -> tuple[tuple[Place, ...], bool]:
    """Files and the lines that were given apart from them, and whether it is clear which belong to which."""
    given = [_placed(one, prefixes) for one in named]
    if not ranges:
        return tuple(given), True
    if any(one.path for one in ranges):
        return _matched(given, [(_placed(one, prefixes) if one.path else None, one) for one in ranges])
    if len(given) == 1 and not given[0].first:
        return tuple(_with_range(given[0], one) for one in ranges), True
    bare = [place for place in given if not place.first]
    if len(bare) == len(ranges):
        rest = iter(ranges)
        return tuple(place if place.first else _with_range(place, next(rest)) for place in given), True
    if not given:
        return tuple(_with_range(Place(""), one) for one in ranges), False
    # Too few or too many to tell: they are most often of the file that is named first.
    first = [_with_range(given[0], one) for one in ranges] if not given[0].first else [given[0]]
    return (*first, *given[1:]), all(place.first for place in given)


def place_of(text: str, prefixes: Sequence[str] = ()) -> Place:
    """What ``path:first-last`` names."""
    return _placed(_with_lines(text), prefixes)


def place_text(place: Place) -> str:
    """The text that ``place_of`` reads as this place."""
    if place.first:
        return f"{place.path}:{range_text(place)}"
    return f"{place.path}:0" if _SUFFIX.fullmatch(place.path) or says_nothing(place.path) else place.path


def range_text(place: Place) -> str:
    about = "~" if place.is_about else ""
    return f"{about}{place.first}" if place.first == place.last else f"{about}{place.first}-{place.last}"


def file_words(text: str) -> tuple[tuple[str, int], ...]:
    """The words of a text that look like files, with their lines, and where each ends."""
    words = ((found[0].rstrip(".,;:"), found.start()) for found in _WORD.finditer(text))
    return tuple((word, start + len(word)) for word, start in words if _FILE.fullmatch(word))


def is_outside(path: str) -> bool:
    """Whether a path can't be one of the project's."""
    return path.startswith(("/", "~/", "../", "file:")) or _DRIVE.match(path) is not None or "/../" in path


def relative(path: str, prefixes: Iterable[str]) -> str:
    """The path with ``/``, without the longest of the prefixes that it has."""
    longest_first = sorted((prefix.replace("\\", "/").rstrip("/") + "/" for prefix in prefixes), key=len, reverse=True)
    path = path.replace("\\", "/")
    while True:
        path = path.strip(" \t")
        shorter = next(
            (path[len(one) :] for one in (*longest_first, "./") if path.startswith(one) and len(path) > len(one)), path
        )
        if shorter == path:
            return path
        path = shorter


def _bare_file(text: str) -> Given | None:
    if says_nothing(text):
        return None
    if " " not in text:
        return _with_lines(text)
    words = file_words(text)
    if not words:
        return None
    word, end = words[0]
    given = _with_lines(word)
    beside = _AFTER_FILE.match(text[end:])
    return _given(given.path, beside) if beside is not None and not given.first else given


def _with_lines(text: str) -> Given:
    found = _SUFFIX.fullmatch(text)
    return Given(text, 0, 0, False) if found is None else _given(found["path"], found)


def _given(path: str, found: re.Match[str]) -> Given:
    first = int(found["first"])
    last = int(found["last"] or first)
    if not first:
        return Given(path, 0, 0, False)
    return Given(path, min(first, last) or first, max(first, last), found["about"] is not None)


def _placed(given: Given, prefixes: Sequence[str]) -> Place:
    return Place(relative(given.path, prefixes), given.first, given.last, given.is_about)


def _with_range(place: Place, given: Given) -> Place:
    return Place(place.path, given.first, given.last, given.is_about)


def _matched(given: Sequence[Place], ranges: Sequence[tuple[Place | None, Given]]) -> tuple[tuple[Place, ...], bool]:
    """Ranges that name their file, at the file that they mean; a range without one belongs to the file before it."""
    places: list[Place] = []
    used: set[str] = set()
    current = given[0].path if given else next(named.path for named, _ in ranges if named is not None)
    for named, one in ranges:
        if named is not None:
            whole = [place.path for place in given if f"/{place.path}".endswith(f"/{named.path}")]
            current = whole[0] if whole else named.path
        used.add(current)
        places.append(Place(current, one.first, one.last, one.is_about))
    rest = [place for place in given if place.path not in used]
    return (*places, *rest), True
