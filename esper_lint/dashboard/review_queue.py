"""The review queue: a card a group, chosen and ordered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from esper_lint.findings import Group
from esper_lint.rules import RULES

STATES: Mapping[str, str] = {
    "": "unreviewed",
    "pending": "pending",
    "decided": "decided",
    "split": "split",
    "stale": "stale",
    "silent": "silent",
    "all": "all groups",
}
"""What ``state`` may be, and the words for it; the queue opens on what nobody has reviewed."""


@dataclass(frozen=True, slots=True)
class Card:
    """A group in brief.  ``repeated`` is the number of lines that all members but the longest have."""

    id: str
    rule: str
    rule_name: str
    severity: str
    unit: str
    clone_type: int
    similarity: int
    members: int
    variants: int
    is_loose: bool
    repeated: int
    holes: int
    names: tuple[str, ...]
    folder: str
    files: int
    states: tuple[str, ...]
    words: str
    suppressed: str
    text: str


@dataclass(frozen=True, slots=True)
class Queue:
    """``cards`` are those that ``query`` chooses, of ``total``; ``choices`` are what its parameters can be."""

    cards: tuple[Card, ...]
    total: int
    query: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]

    def neighbours(self, group: str) -> tuple[Card | None, Card | None, int]:
        """The cards before and after a group, and its place from 1; 0 if it is not among the cards, or no longer."""
        ids = [card.id for card in self.cards]
        if group not in ids:
            return None, self.cards[0] if self.cards else None, 0
        at = ids.index(group)
        return self.cards[at - 1] if at else None, self.cards[at + 1] if at + 1 < len(ids) else None, at + 1


def queue_of(cards: Sequence[Card], query: Mapping[str, str]) -> Queue:
    """The groups that a query chooses, the gravest first, the loose ones last of these, and then the largest.

    Unknown values choose nothing.
    """
    chosen = tuple(card for card in cards if _is_chosen(card, query))
    choices = {
        "rule": tuple(sorted({card.rule for card in cards})),
        "severity": tuple(sorted({card.severity for card in cards})),
        "unit": tuple(sorted({card.unit for card in cards})),
    }
    return Queue(chosen, len(cards), query, choices)


def ordered(cards: Iterable[Card]) -> list[Card]:
    return sorted(cards, key=lambda card: (card.severity, card.is_loose, -card.repeated, card.id))


def card_of(group: Group, states: Sequence[str], words: str) -> Card:
    spans = [member.end_line - member.line + 1 for member in group.members]
    paths = list(dict.fromkeys(member.path for member in group.members))
    names = tuple(dict.fromkeys(member.qualname for member in group.members))
    rule = RULES.get(group.rule)
    return Card(
        group.id,
        group.rule,
        rule.name if rule else "",
        group.severity.value,
        group.unit.value,
        group.clone_type,
        int(group.similarity * 100),
        len(group.members),
        len({member.variant for member in group.members}),
        group.is_loose,
        sum(spans) - max(spans),
        len(group.holes),
        names,
        paths[0] if len(paths) == 1 else _folder_of(paths),
        len(paths),
        tuple(states),
        words,
        f"{group.suppressed.kind} {group.suppressed.where}" if group.suppressed else "",
        " ".join((*names, *paths)).casefold(),
    )


def _folder_of(paths: Iterable[str]) -> str:
    """The folder that all of them are in; nothing if there is none but the project's."""
    levels = zip(*(path.split("/") for path in paths), strict=False)
    return "/".join(level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels))


def _is_chosen(card: Card, query: Mapping[str, str]) -> bool:
    state = query.get("state", "")
    if state != "all" and (state or "unreviewed") not in card.states:
        return False
    if any(query.get(key) and query[key] != getattr(card, key) for key in ("rule", "severity", "unit")):
        return False
    return all(word in card.text for word in query.get("q", "").casefold().split())
