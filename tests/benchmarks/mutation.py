"""Whether mutants of real forwards are found to be copies of their originals, and unlike forwards are not.

    python -m tests.benchmarks.mutation FOLDER...

Each mutant is compared with its original as a run over the two would do; a sample of them also end to end, as two files
in a tree with all others of the same kind.  Forwards below the minimum sizes are left out and counted.  Then all
originals together in one tree: how many pairs are reported that the token measure puts under 0.5.  Exit status 1 below
100% of type 1 and 2, 98% of one-statement edits of bodies of at least 6 statements, or above 0 unlike pairs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from esper_lint.analysis import analyse
from esper_lint.discovery.forms import Form
from esper_lint.discovery.reading import facts_of
from esper_lint.findings import Report, UnitKind
from esper_lint.matching.founding import founding
from esper_lint.matching.pairs import alike, ordered
from esper_lint.matching.similarity import Alphabet, Comparable, common, similarity
from esper_lint.matching.units import Unit
from tests.benchmarks.forwards import Forward, forwards_of
from tests.benchmarks.mutants import KINDS, Kind, mutant_source, original_source
from tests.benchmarks.oracle import Ratio
from tests.benchmarks.recall import share
from tests.benchmarks.reported import key_of, measure, pairs_inside, settings

LARGE = 6  # statements from which one edit of one statement must not matter
_NO_CLASSES = 1 << 30  # a minimum size that keeps whole classes from speaking for their forwards


@dataclass(frozen=True, slots=True)
class Original:
    forward: Forward
    source: str
    form: Form


@dataclass(frozen=True, slots=True)
class Mutant:
    original: Original
    source: str
    is_found: bool
    similarity: float


def form_of(source: str) -> Form:
    """The form of the one forward in a file."""
    facts, forms = facts_of(source.encode("utf-8", "surrogatepass"))
    wanted = facts.source.classes[0].forwards[0].form.exact
    return next(form for form in forms if form.key.exact == wanted)


def originals(folders: Sequence[Path]) -> Iterator[Original]:
    """The forwards of the corpora, each distinct form once; names and literals do not make a form distinct."""
    seen = set()
    for folder in folders:
        for forward in forwards_of(folder):
            source = original_source(forward)
            form = form_of(source)
            if form.key.renamed not in seen:
                seen.add(form.key.renamed)
                yield Original(forward, source, form)


def mutants(sample: Sequence[Original], kind: Kind, seed: str) -> Iterator[Mutant]:
    """The mutants of one kind, of all originals that are large enough for it and have something to change."""
    bounds = measure(UnitKind.FORWARD, settings(Path()))
    least = bounds.min_size_renamed if kind.renames_attributes else bounds.min_size
    for original in sample:
        if original.form.key.own < least:
            continue
        source = mutant_source(original.forward, kind, Random(f"{seed} {kind.name} {original.forward.key}"))
        if source is None:
            continue
        form = form_of(source)
        if form.key.own < least:
            continue
        alphabet = Alphabet()
        a, b = Comparable(original.form, alphabet), Comparable(form, alphabet)
        is_found = a.form.key.exact == b.form.key.exact or _is_grouped(original.source, source, alike(a, b, bounds))
        yield Mutant(original, source, is_found, similarity(common(a, b), a.size, b.size))


def _is_grouped(original: str, mutant: str, common_length: int) -> bool:
    """Whether two files with one forward each, of that common length if they are alike, make a group."""
    units, forms = [], dict[str, Form]()
    for path, source in (("original", original), ("mutant", mutant)):
        facts, found = facts_of(source.encode("utf-8", "surrogatepass"))
        forms.update((form.key.exact, form) for form in found)
        owner = facts.source.classes[0]
        units.append(Unit(UnitKind.FORWARD, path, owner, owner.forwards[0]))
    pair = ordered(units[0].key.exact, units[1].key.exact)
    alike_pairs = {pair: common_length} if common_length else {}
    threshold = settings(Path()).group_threshold
    return bool(founding(units, alike_pairs, threshold, lambda keys: {key: forms[key] for key in keys}))


def found_end_to_end(sample: Sequence[Mutant]) -> int:
    """How many mutants a run over a tree of two files each puts into one group with their originals, or links."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        for number, one in enumerate(sample):
            (tree / f"original_{number}.py").write_text(one.original.source, encoding="utf-8")
            (tree / f"mutant_{number}.py").write_text(one.source, encoding="utf-8")
        named = _named_together(_report(tree))
    return sum((f"mutant_{number}.py", f"original_{number}.py") in named for number in range(len(sample)))


def unlike_pairs(sample: Sequence[Original]) -> tuple[int, list[tuple[Original, Original]]]:
    """The number of pairs that a run over all originals reports, and those of them that tokens put under 0.5."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        for number, one in enumerate(sample):
            (tree / f"{number}.py").write_text(one.source, encoding="utf-8")
        named = _named_together(_report(tree))
    ratio = Ratio()
    pairs = [(sample[int(left[:-3])], sample[int(right[:-3])]) for left, right in named]
    return len(pairs), [(a, b) for a, b in pairs if ratio(a.forward, b.forward) < 0.5]


def _report(tree: Path) -> Report:
    config = settings(tree, min_class_size=_NO_CLASSES)
    return analyse([str(tree)], config, cwd=str(tree), use_cache=False)


def _named_together(report: Report) -> set[tuple[str, str]]:
    """Pairs of files, the smaller name first."""
    named = {(left.path, right.path) for _, left, right in pairs_inside(report.groups)}
    named |= {(key_of(one)[0], link.path) for group in report.groups for one in group.members for link in one.near}
    return {(min(pair), max(pair)) for pair in named}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument(
        "--originals", type=int, default=1000, help="how many forwards to mutate (default 1000, 0 for all)"
    )
    parser.add_argument(
        "--end-to-end", type=int, default=150, help="how many mutants of a kind to run through (default 150)"
    )
    parser.add_argument("--seed", default="esper")
    parser.add_argument("--misses", type=int, default=3, help="how many missed mutants of a kind to print")
    given = parser.parse_args()
    everything = list(originals(given.folders))
    bounds = measure(UnitKind.FORWARD, settings(Path()))
    large = [one for one in everything if one.form.key.own >= bounds.min_size]
    few = sum(one.form.key.own < bounds.min_size_renamed for one in large)
    print(f"{len(everything):,} distinct forwards; {len(everything) - len(large):,} under min-size, out")
    print(f"{few:,} more under min-size-renamed, out of the kinds that rename attributes")
    random = Random(given.seed)
    sample = random.sample(large, min(given.originals or len(large), len(large)))
    good = True
    for kind in KINDS:
        made = list(mutants(sample, kind, given.seed))
        missed = [one for one in made if not one.is_found]
        print(f"type {kind.clone_type}, {kind.name}: found {share(len(made) - len(missed), len(made))}")
        if kind.clone_type == 3:
            six = [one for one in made if one.original.forward.statements >= LARGE]
            hit = sum(one.is_found for one in six)
            print(f"    of bodies of at least {LARGE} statements: {share(hit, len(six))}")
            good = good and (not kind.one_statement or hit >= 0.98 * len(six))
        else:
            good = good and not missed
        tried = random.sample(made, min(given.end_to_end, len(made)))
        expected = sum(one.is_found for one in tried)
        hit = found_end_to_end(tried)
        print(f"    end to end: {share(hit, len(tried))}; {expected:,} were to be expected")
        good = good and hit >= expected
        for one in sorted(missed, key=lambda one: one.original.form.key.size)[: given.misses]:
            size, key = one.original.form.key.size, one.original.forward.key
            print(f"    missed at {one.similarity:.3f}: {key[0]}:{key[1]} of {size} symbols")
    named, unlike = unlike_pairs(large)
    print(f"all {len(large):,} originals together: {named:,} pairs named together, {len(unlike):,} under 0.5 by tokens")
    for a, b in unlike[: given.misses]:
        print(f"    {a.forward.key} and {b.forward.key}")
    sys.exit(not good or bool(unlike))


if __name__ == "__main__":
    main()
