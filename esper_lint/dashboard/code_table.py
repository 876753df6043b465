"""The code of all members of a report as one table, from which the one-file report makes any pair."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from esper_lint.dashboard.highlighting import characters
from esper_lint.dashboard.visible import one_line
from esper_lint.findings import Group
from esper_lint.output.extract import Line, extract
from esper_lint.output.format import Sources
from esper_lint.output.legend import numbered
from esper_lint.rules.comparison import RENAMES


def code_table(groups: Iterable[Group], sources: Sources) -> dict[str, Any]:
    """``lines``: every distinct line once; ``bodies``: what members say, as indices of lines; ``groups``, by their ids.

    A group has ``members``: [name, path, first line, body, marks], where marks are five numbers each: row, start, end,
    number of the hole, and whether it begins there.  ``texts`` has for each member which text it has in each hole;
    ``names`` the texts of the holes that are renames.  The 12 MB of transformers take 5 MB so, packed 1.5.
    """
    lines: dict[str, int] = {}
    bodies: dict[tuple[int, ...], int] = {}
    found = {group.id: _group(group, sources, lines, bodies) for group in groups}
    return {"lines": list(lines), "bodies": list(bodies), "groups": found}


def _group(group: Group, sources: Sources, lines: dict[str, int], bodies: dict[tuple[int, ...], int]) -> dict[str, Any]:
    numbers = numbered(group)
    distinct = dict(zip(reversed(numbers), reversed(group.holes), strict=True))
    ranks = {number: _ranks(distinct[number].texts) for number in sorted(distinct)}
    members = []
    for index, member in enumerate(group.members):
        spans = [(number, hole.spans[index]) for number, hole in zip(numbers, group.holes, strict=True)]
        try:
            extracted = extract(member, sources(member.path), spans, {})
        except OSError:
            extracted = []
        body = tuple(lines.setdefault(line.text, len(lines)) for line in extracted)
        name = one_line(member.qualname.rpartition(".")[2])
        marks = list(chain.from_iterable(_marks(extracted)))
        members.append([name, one_line(member.path), member.line, bodies.setdefault(body, len(bodies)), marks])
    return {
        "members": members,
        "texts": [
            [rank[distinct[number].texts[index]] for number, rank in ranks.items()] for index in range(len(members))
        ],
        "names": {number: list(ranks[number]) for number in ranks if distinct[number].kind in RENAMES},
    }


def _ranks(texts: Iterable[str]) -> dict[str, int]:
    """Each distinct text and its place among them."""
    found: dict[str, int] = {}
    for text in texts:
        found.setdefault(text, len(found))
    return found


def _marks(lines: Iterable[Line]) -> Iterator[tuple[int, ...]]:
    for row, line in enumerate(lines):
        for mark in line.marks:
            start, end = characters(line.text, mark.start), characters(line.text, mark.end)
            yield row, start, end, mark.number, int(mark.first)


def packed(table: Mapping[str, Any]) -> str:
    """The table as base64 of gzip of JSON: a third of its size, and nothing in it that could end an element."""
    text = json.dumps(table, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)).decode("ascii")
