"""What share of the copies in a corpus the tool reports, and what share of what it reports are copies.

    python -m tests.benchmarks.recall ROOT PACKAGE

``PACKAGE`` is a folder under ``ROOT``; declared copies name their originals by a dotted path from ``ROOT``.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from esper_lint.findings import Report, UnitKind
from tests.benchmarks.declared import declared_copies
from tests.benchmarks.forwards import Forward, Key, forwards_of
from tests.benchmarks.oracle import MIN_TOKENS, TYPES, Ratio, Typed, typed
from tests.benchmarks.reported import Corpus, Links, key_of, pairs_inside, report_on, settings


def share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({100 * part / whole:.2f}%)" if whole else "none"


def declared_recall(
    root: Path, package: str, forwards: Iterable[Forward], links: Links
) -> tuple[list[tuple[Key, Key]], list[tuple[Key, Key]]]:
    """The declared pairs with bodies of at least 40 tokens, and those of them that are not named together."""
    large = {one.key for one in forwards if len(one.raw) >= MIN_TOKENS}
    pairs = [pair for pair in declared_copies(root, package) if pair[0] in large and pair[1] in large]
    return pairs, [(original, copy) for original, copy in pairs if copy not in links.named_with(original)]


def print_typed_recall(found: Typed, links: Links, misses: int) -> None:
    partners: defaultdict[str, defaultdict[Key, set[Key]]] = defaultdict(lambda: defaultdict(set))
    for (left, right), name in found.types.items():
        a, b = found.forwards[left].key, found.forwards[right].key
        partners[name][a].add(b)
        partners[name][b].add(a)
    print(f"typed forwards: {len(found.forwards):,}")
    for name in TYPES:
        units = partners[name]
        reported = sum(bool(links.named_with(unit)) for unit in units)
        right_partner = sum(not links.named_with(unit).isdisjoint(others) for unit, others in units.items())
        print(f"type {name:2}  units reported: {share(reported, len(units))}")
        print(f"         units that name a right partner: {share(right_partner, len(units))}")
        pairs = {(a, b) for a, others in units.items() for b in others if a <= b}
        linked = sum(b in links.named_with(a) for a, b in pairs)
        print(f"         pairs named together: {share(linked, len(pairs))}")
        for unit in [unit for unit in units if not links.named_with(unit)][:misses]:
            print(f"         not reported: {unit[0]}:{unit[1]}, for instance with {':'.join(min(units[unit]))}")


def print_precision(folder: Path, report: Report, found: Typed) -> None:
    """How alike the members of a group are, and how alike each finding and the nearest unit that it names."""
    corpus = Corpus(folder)
    threshold = settings(folder).threshold / 100
    by_key: defaultdict[Key, list[Forward]] = defaultdict(list)
    for forward in found.forwards:
        by_key[forward.key].append(forward)
    ratio = Ratio()

    def typed_ratio(a: Key, b: Key) -> float | None:
        """None if either was not typed; two forwards of one qualname stand for each other."""
        if a == b or a not in by_key or b not in by_key:
            return None
        return max(ratio(one, other) for one in by_key[a] for other in by_key[b])

    by_function: Counter[tuple[UnitKind, bool]] = Counter()
    by_oracle: Counter[tuple[str, bool]] = Counter()
    unlike: set[tuple[Key, Key]] = set()
    nearest: dict[tuple[str, Key, int], tuple[float, Key]] = {}
    for group in report.groups:
        for member in group.members:
            links = [(link.similarity, (link.path, link.qualname)) for link in member.near]
            nearest[group.id, key_of(member), member.line] = max(links, default=(-1.0, key_of(member)))
    for group, left, right in pairs_inside(report.groups):
        value = corpus.similarity(corpus.unit(group.unit, left), corpus.unit(group.unit, right))
        a, b = key_of(left), key_of(right)
        by_function[group.unit, value >= threshold] += 1
        judged = typed_ratio(a, b)
        if judged is not None:
            by_oracle[group.rule, judged >= 0.8] += 1
            if group.unit is UnitKind.FORWARD and judged < 0.5:
                unlike.add((min(a, b), max(a, b)))
        for one, line, other in ((a, left.line, b), (b, right.line, a)):
            nearest[group.id, one, line] = max(nearest[group.id, one, line], (value, other))
    for kind in UnitKind:
        alike, all_pairs = by_function[kind, True], by_function[kind, True] + by_function[kind, False]
        print(f"pairs in one {kind.value} group, alike by the similarity function: {share(alike, all_pairs)}")
    for rule in sorted({rule for rule, _ in by_oracle}):
        alike, all_pairs = by_oracle[rule, True], by_oracle[rule, True] + by_oracle[rule, False]
        print(f"typed pairs in one {rule} group, forwards alike by tokens: {share(alike, all_pairs)}")
    print(f"typed pairs in one group, forwards alike by tokens: {share(_true(by_oracle), sum(by_oracle.values()))}")
    print(f"typed pairs in one forward group that tokens put under 0.5: {len(unlike):,}")
    good = sum(value >= threshold for value, _ in nearest.values())
    print(f"findings whose nearest named unit is alike by the similarity function: {share(good, len(nearest))}")
    judged_nearest = [typed_ratio(one[1], other) for one, (_, other) in nearest.items()]
    ratios = [value for value in judged_nearest if value is not None]
    print(f"findings whose nearest named unit is alike by tokens: {share(sum(r >= 0.8 for r in ratios), len(ratios))}")


def _true(counts: Counter[tuple[str, bool]]) -> int:
    return sum(count for (_, is_alike), count in counts.items() if is_alike)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path)
    parser.add_argument("package")
    parser.add_argument("--misses", type=int, default=10, help="how many missed declared pairs to print")
    given = parser.parse_args()
    folder = given.root / given.package
    report = report_on(folder)
    print(f"groups: {dict(sorted(Counter(group.rule for group in report.groups).items()))}; {report.summary}")
    links = Links(report)
    forwards = forwards_of(folder)
    pairs, missed = declared_recall(given.root, given.package, forwards, links)
    print(
        f"declared copies of at least {MIN_TOKENS} tokens named together: {share(len(pairs) - len(missed), len(pairs))}"
    )
    for original, copy in missed[: given.misses]:
        print(f"  missed: {original[0]}:{original[1]} and {copy[0]}:{copy[1]}")
    found = typed(forwards)
    print_typed_recall(found, links, given.misses)
    print_precision(folder, report, found)


if __name__ == "__main__":
    main()
