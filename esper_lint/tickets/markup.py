"""Values within a line: what is left of one without its bold and its back ticks, and the way back."""

from __future__ import annotations

import re
from functools import lru_cache

_BOLD = re.compile(r"(\*\*|__|\*)(?![\s*_])((?:(?!\1).)+?)(?<![\s*_])\1")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", re.DOTALL)
_TICKS = re.compile("`+")
_NO_KEY = re.compile(r"[^a-z0-9]+")


def one_line(value: str) -> str:
    """The value as it can stand within a line."""
    return value.replace("\r\n", " ").replace("\r", " ").replace("\n", " ").strip(" \t")


def plain(text: str) -> str:
    """What is meant by ``**x**`` or `` `x` ``, or by both; the rest of the text stays as it is."""
    text = text.strip(" \t")
    if not text or text[0] not in "*_`":
        return text
    while (bold := _BOLD.fullmatch(text)) is not None:
        text = bold[2]
    code = _CODE.match(text)
    return _content(code) if code is not None and code.end() == len(text) else text


def code_spans(text: str) -> list[tuple[str, int, int]]:
    """The contents of all code spans, each with where it starts and ends."""
    return [(_content(code), code.start(), code.end()) for code in _CODE.finditer(text)]


def inline(value: str) -> str:
    """The value bare if ``plain`` then gives it back, else as code."""
    value = one_line(value)
    return value if plain(value) == value else code_span(value)


def code_span(value: str) -> str:
    """The value in back ticks, as many as it needs; nothing for nothing."""
    value = one_line(value)
    if not value:
        return ""
    runs = {len(run) for run in _TICKS.findall(value)}
    ticks = "`" * next(number for number in range(1, len(runs) + 2) if number not in runs)
    pad = " " if value[0] == "`" or value[-1] == "`" else ""
    return f"{ticks}{pad}{value}{pad}{ticks}"


def key(label: str) -> str:
    """What a label or a heading is looked up by: ``**File(s):**`` and ``files`` are one."""
    return _short_key(label) if len(label) < 64 else _key(label)


def _key(label: str) -> str:
    return _NO_KEY.sub("", label.casefold())


_short_key = lru_cache(4096)(_key)  # all tickets have the same few labels


def _content(code: re.Match[str]) -> str:
    content = code[2]
    is_padded = len(content) > 2 and content[0] == content[-1] == " " and content.strip(" ") != ""
    return content[1:-1] if is_padded else content
