"""What comparing a tree gives, before anything is chosen or silenced.

It depends on the tree's content and on the settings of matching alone, so it is what the index keeps of a whole tree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esper_lint.contracts.book import Contracts
from esper_lint.findings import FileError, Group, Summary

if TYPE_CHECKING:
    from esper_lint.discovery.noqa import Noqa
    from esper_lint.history.tracing import Trace


@dataclass(frozen=True, slots=True)
class Told:
    """A group and the message of each of its members, empty for those in files that nobody has asked for."""

    group: Group
    messages: tuple[str, ...]

    def answers(self, asked: Collection[str]) -> bool:
        """Whether it has a message for every member in these files."""
        members = zip(self.group.members, self.messages, strict=True)
        return all(text or member.path not in asked for member, text in members)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All groups of a tree, in the order in which they are shown; what could not be read; by file the comments
    that may silence a member or name one of our codes; and what contracts say.

    ``histories`` are those of the groups by their ids, if somebody asked for them; they come from git, not the tree.
    """

    groups: tuple[Told, ...]
    errors: tuple[FileError, ...]
    noqa: Mapping[str, tuple[Noqa, ...]]
    summary: Summary
    contracts: Contracts = field(default_factory=Contracts)
    histories: Mapping[str, Trace] = field(default_factory=dict)
