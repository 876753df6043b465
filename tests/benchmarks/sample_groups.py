"""Draws groups for people to judge, blind: what is reported, mixed with pairs that fall just short of it.

    python -m tests.benchmarks.sample_groups OUT FOLDER...

Writes ``items.md``, code alone in random order, and ``key.json``, which says what each item is.  Of a group the member
is shown that the tool shows it by, and the one that its finding names; loose groups, which come last there, are not
drawn.  The pairs are of similarity .65 to .78, of forwards and of classes in the proportion of the groups drawn.  By
default the seed is a hash over the ``RECORD`` files of the wheels that the folders come from: a number that nobody
chose.
"""

from __future__ import annotations

import argparse
import ast
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random

from esper_lint.findings import Group, Member, UnitKind
from esper_lint.matching.pairs import compare
from esper_lint.matching.similarity import similarity
from esper_lint.rules.comparison import Comparison
from tests.benchmarks.reported import Corpus, Links, Sized, measure, report_on, settings

LOW, HIGH = 65, 78
_FORMS = 700  # of a kind and a corpus that pairs are drawn from: comparing all at so low a threshold would take long


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge: the two passages, and for the key alone, what it is."""

    passages: tuple[str, str]
    key: Mapping[str, object]


def seed_of(folders: Sequence[Path]) -> str:
    """A hash over the RECORD files beside or above the folders, or over the code if there are none."""
    state = sha256()
    for folder in folders:
        records = [
            record for place in (folder, *folder.parents[:2]) for record in sorted(place.glob("*.dist-info/RECORD"))
        ]
        for path in records or sorted(folder.rglob("*.py")):
            state.update(path.read_bytes())
    return state.hexdigest()


def grouped_items(folder: Path, groups: Sequence[Group]) -> Iterator[tuple[UnitKind, Item]]:
    for group in groups:
        if group.is_loose:
            continue
        nearest = Comparison(group).nearest(group.shown)
        first, other = group.members[group.shown], group.members[nearest.index]
        key = {
            "sort": "group",
            "id": group.id,
            "rule": group.rule,
            "similarity": round(nearest.similarity, 4),
            "members": [_place(folder, first), _place(folder, other)],
        }
        yield group.unit, Item((_code(folder, first), _code(folder, other)), key)


def unreported_items(folder: Path, kind: UnitKind, links: Links, random: Random) -> list[Item]:
    """Pairs of one kind that fall short of the threshold and are in no way named together."""
    corpus, bounds = Corpus(folder), measure(kind, settings(folder))
    forms = sorted(corpus.distinct(kind, bounds.min_size))
    chosen = random.sample(forms, min(_FORMS, len(forms)))
    units: dict[str, Sized] = {}
    for one in corpus.units:
        if one.kind is kind:
            units.setdefault(one.form.exact, one)
    low = replace(bounds, threshold=LOW)
    sketches = {key: corpus.forms[key].sketch for key in chosen}
    found = compare(sketches, lambda keys: {key: corpus.forms[key] for key in keys}, low)
    items = []
    for (left, right), length in sorted(found.items()):
        a, b = units[left], units[right]
        value = similarity(length, a.form.size, b.form.size)
        if value <= HIGH / 100 and b.key not in links.named_with(a.key):
            places = [f"{folder.name}/{one.key[0]}:{one.line} {one.key[1]}" for one in (a, b)]
            key = {"sort": "pair", "unit": kind.value, "similarity": round(value, 4), "members": places}
            items.append(Item((_code_at(folder, a), _code_at(folder, b)), key))
    return items


def _place(folder: Path, member: Member) -> str:
    return f"{folder.name}/{member.path}:{member.line} {member.qualname}"


def _code(folder: Path, member: Member) -> str:
    lines = (folder / member.path).read_text(encoding="utf-8").splitlines()
    return textwrap.dedent("\n".join(lines[member.line - 1 : member.end_line]))


def _code_at(folder: Path, unit: Sized) -> str:
    """The source of a unit, without decorators."""
    text = (folder / unit.key[0]).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno == unit.line:
            return textwrap.dedent("\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]))
    raise LookupError(unit.key)


def markdown(items: Sequence[Item]) -> Iterator[str]:
    yield "# Copies worth a maintainer's time?\n"
    for number, item in enumerate(items, start=1):
        yield f"## Item {number}\n"
        for passage in item.passages:
            yield f"````python\n{passage}\n````\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--seed")
    given = parser.parse_args()
    seed = given.seed or seed_of(given.folders)
    random = Random(seed)
    grouped: list[tuple[UnitKind, Item]] = []
    unreported: dict[UnitKind, list[Item]] = {kind: [] for kind in UnitKind}
    for folder in given.folders:
        report = report_on(folder)
        grouped.extend(grouped_items(folder, report.groups))
        for kind in UnitKind:
            unreported[kind].extend(unreported_items(folder, kind, Links(report), random))
    drawn = random.sample(grouped, given.groups)
    items = [item for _, item in drawn]
    of_classes = round(given.pairs * sum(kind is UnitKind.CLASS for kind, _ in drawn) / len(drawn))
    for kind, count in ((UnitKind.CLASS, of_classes), (UnitKind.FORWARD, given.pairs - of_classes)):
        items.extend(random.sample(unreported[kind], count))
    random.shuffle(items)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "items.md").write_text("\n".join(markdown(items)), encoding="utf-8")
    key = {"seed": seed, "items": {number: item.key for number, item in enumerate(items, start=1)}}
    (given.out / "key.json").write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")
    print(f"{len(items)} items in {given.out}; seed {seed}")


if __name__ == "__main__":
    main()
