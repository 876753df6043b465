"""Two members of a group: their lines, with the stretches marked in which these two differ."""

from __future__ import annotations

from esper_lint.findings import Group
from esper_lint.output.extract import Line, extract
from esper_lint.output.format import Sources
from esper_lint.output.legend import numbered
from esper_lint.rules.comparison import RENAMES


def extracts_of(group: Group, left: int, right: int, sources: Sources) -> tuple[list[Line], list[Line]] | None:
    """The lines of the members at ``left`` and ``right``; None if a source cannot be had any more.

    What is renamed from one to the other has the left one's names in the keys of both.
    """
    differing = [
        (number, hole)
        for number, hole in zip(numbered(group), group.holes, strict=True)
        if hole.texts[left] != hole.texts[right]
    ]
    renames = {hole.texts[right]: hole.texts[left] for _, hole in differing if hole.kind in RENAMES}
    found = []
    for index, renamed in ((left, {}), (right, renames)):
        member = group.members[index]
        spans = [(number, hole.spans[index]) for number, hole in differing]
        try:
            found.append(extract(member, sources(member.path), spans, renamed))
        except OSError:
            return None
    return (found[0], found[1]) if all(found) else None
