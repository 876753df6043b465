"""Identifiers of one member -> those of another: all pairs at once, each on whole identifiers or on words of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Renaming:
    """``whole`` renames identifiers, ``parts`` words inside them too.

    ``own`` are the names of the two definitions themselves: where one calls itself by its name, the other does so too.
    """

    whole: Mapping[str, str]
    parts: Mapping[str, str]
    own: tuple[str, str] = ("", "")

    @property
    def of_own_names(self) -> Renaming:
        """That alone."""
        return Renaming({}, {}, self.own)

    def is_own(self, theirs: str, ours: str) -> bool:
        """Whether each is the name of its own definition."""
        return (theirs, ours) == self.own

    def identifier(self, name: str) -> str:
        """The other member's identifier; each part of a dotted name is one."""
        if "." in name:
            return ".".join(map(self.identifier, name.split(".")))
        if name in self.whole:
            return self.whole[name]
        return self._part.sub(lambda match: self.parts[match[0]], name) if self.parts else name

    def text(self, text: str) -> str:
        """The text, of code or of a string, with every identifier in it renamed, the definition's own name included."""
        return self._anywhere.sub(self._replacement, text) if self._everywhere or self.parts else text

    @cached_property
    def _everywhere(self) -> Mapping[str, str]:
        own = {} if self.own[0] == self.own[1] or self.identifier(self.own[0]) != self.own[0] else dict([self.own])
        return {**own, **self.whole}

    def _replacement(self, match: re.Match[str]) -> str:
        return self._everywhere.get(match[0]) or self.parts[match[0]]

    @cached_property
    def _part(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_as_part, _longest_first(self.parts))))

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        whole = (rf"(?<!\w){re.escape(name)}(?!\w)" for name in _longest_first(self._everywhere))
        return re.compile("|".join([*whole, *map(_as_part, _longest_first(self.parts))]))


def _longest_first(names: Mapping[str, str]) -> list[str]:
    return sorted(names, key=lambda name: (-len(name), name))


def _as_part(name: str) -> str:
    """A pattern for a word of an identifier: ``bert`` in ``self.bert_layer`` and ``Bert`` in ``TFBertLayer``, but
    neither in ``albert`` nor in ``Bertha``."""
    before = "(?<![a-z0-9])" if name[0].islower() else ""
    after = "(?![a-z])" if name[-1].islower() else r"(?!\d)" if name[-1].isdigit() else ""
    return f"{before}{re.escape(name)}{after}"
