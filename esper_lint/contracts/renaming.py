"""Identifiers of one member -> those of another: all pairs at once, each on whole identifiers or on words of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Renaming:
    """``whole`` renames identifiers, ``parts`` words inside them too."""

    whole: Mapping[str, str]
    parts: Mapping[str, str]

    def identifier(self, name: str) -> str:
        """The other member's identifier; each part of a dotted name is one."""
        if "." in name:
            return ".".join(map(self.identifier, name.split(".")))
        if name in self.whole:
            return self.whole[name]
        return self._part.sub(self._replacement, name) if self.parts else name

    def text(self, text: str) -> str:
        """The text, of code or of a string, with every identifier in it renamed."""
        if not self.whole and not self.parts:
            return text
        return self._anywhere.sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        found = match[0]
        return self.whole[found] if found in self.whole else self.parts.get(found, found)

    @cached_property
    def _part(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_as_part, _longest_first(self.parts))))

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        whole = (rf"(?<!\w){re.escape(name)}(?!\w)" for name in _longest_first(self.whole))
        return re.compile("|".join([*whole, *map(_as_part, _longest_first(self.parts))]))


def _longest_first(names: Mapping[str, str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _as_part(name: str) -> str:
    """A pattern for a word of an identifier: ``bert`` in ``self.bert_layer`` and ``Bert`` in ``TFBertLayer``, but
    neither in ``albert`` nor in ``Bertha``."""
    before = "(?<![a-z0-9])" if name[0].islower() else ""
    after = "(?![a-z])" if name[-1].islower() else r"(?!\d)" if name[-1].isdigit() else ""
    return f"{before}{re.escape(name)}{after}"
