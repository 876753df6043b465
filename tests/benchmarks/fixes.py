"""What becomes of every group of some libraries when everything is fixed that can be: the strategies, the refusals, and
whether what was written holds.

    python -m tests.benchmarks.fixes corpora/timm corpora/diffusers [--safe] [--refusals N] [--keep FOLDER]

A copy of each folder is fixed by the planner, as the command does it, and checked without what made it: every file
parses and compiles, what it imports from an added file is there, no line outside of the members' classes was taken
away, and fixing the result again does nothing.
``--refusals N`` prints N refusals drawn at random, to be judged.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from difflib import SequenceMatcher
from pathlib import Path

from esper_lint.analysis import gather
from esper_lint.config import load
from esper_lint.contracts.book import Place
from esper_lint.findings import Group, Tier, UnitKind
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.extraction.alignment import Stretch, align
from esper_lint.fixing.extraction.interface import Interface, interface
from esper_lint.fixing.extraction.sites import Site, source_of
from esper_lint.fixing.fixes import FIXED_BY_EXTRACTION, Fixes, GroupFix, GroupRefusal, Rewritten
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence

_LEAST_RUN = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--safe", action="store_true", help="without the fixes that are UNSAFE")
    parser.add_argument("--refusals", type=int, default=0, metavar="N")
    parser.add_argument("--keep", type=Path, help="where the fixed copies stay")
    options = parser.parse_args()
    broken = 0
    refusals: list[str] = []
    for folder in options.folders:
        with ExitStack() as stack:
            place = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            copy = place / folder.name
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
            (copy / "pyproject.toml").write_text("[tool.esper_lint]\ncopied-from = false\n", encoding="utf-8")
            found, troubles = _measured(copy, is_unsafe=not options.safe)
            refusals += found
            broken += len(troubles)
            for trouble in troubles:
                print(f"  BROKEN {trouble}")
    for line in random.Random(5).sample(refusals, min(options.refusals, len(refusals))):
        print(line)
    return 1 if broken else 0


def _measured(folder: Path, *, is_unsafe: bool) -> tuple[list[str], list[str]]:
    """Print the table of one library; its refusals, and what is wrong with what was written."""
    config = load(str(folder), {}).config
    files, evidence = gather([str(folder)], config, cwd=str(folder))
    groups = [told.group for told in evidence.groups]
    started = time.perf_counter()
    fixes = planned(files, config, Wishes(is_unsafe=is_unsafe), Silence())
    took = time.perf_counter() - started
    print(f"{folder.name}: {len(groups)} groups, planned in {took:.1f} s")
    _tables(groups, fixes)
    _share(folder, groups, fixes)
    troubles = [trouble for edit in fixes.edits for trouble in _troubles(edit, fixes.made)]
    troubles += _unresolved(fixes.edits)
    for edit in fixes.edits:
        Path(edit.path).write_bytes(edit.after or b"")
    again, _ = gather([str(folder)], config, cwd=str(folder))
    second = planned(again, config, Wishes(is_unsafe=is_unsafe), Silence())
    troubles += [f"{edit.name}: a second run would change it" for edit in second.edits]
    return [_refusal(one, fixes.made) for one in fixes.refused], troubles


def _refusal(one: GroupRefusal, made: Sequence[GroupFix]) -> str:
    """In a line: the causes, the members that they speak of, and those of the same group that were fixed."""
    causes = " | ".join(f"{cause.code} {cause.path}:{cause.line} {cause.message}" for cause in one.causes)
    fixed = [member for fix in made if fix.group == one.group for member in fix.members]
    return f"{one.rule} {causes} | of {_places(one.members)}" + (f" | fixed {_places(fixed)}" if fixed else "")


def _places(members: Sequence[Place] | Sequence[Rewritten]) -> str:
    return ", ".join(f"{one.path}:{one.line} {one.qualname}" for one in members)


def _tables(groups: Sequence[Group], fixes: Fixes) -> None:
    rules = Counter(group.rule for group in groups)
    made = Counter((fix.strategy, fix.tier.value) for fix in (*fixes.made, *fixes.withheld))
    refused = Counter((one.rule, one.causes[0].code) for one in fixes.refused)
    print("  groups:", ", ".join(f"{rule} {number}" for rule, number in sorted(rules.items())))
    print("  fixes:", ", ".join(f"{strategy} {tier} {number}" for (strategy, tier), number in sorted(made.items())))
    for rule in sorted(rules):
        codes = [(code, number) for (of, code), number in refused.most_common() if of == rule]
        if codes:
            print(f"  refusals of {rule}:", ", ".join(f"{code} {number}" for code, number in codes))


def _share(folder: Path, groups: Sequence[Group], fixes: Fixes) -> None:
    """Of the groups in one file with a common run and no hazard in it, how many are fixed SAFE."""
    fixed = {one for fix in fixes.made if fix.tier is Tier.SAFE for one in _members(fix)}
    easy = [group for group in groups if _is_easy(folder, group)]
    done = [group for group in easy if any((one.path, one.qualname) in fixed for one in group.members)]
    refused = {one.group for one in fixes.refused if {cause.code for cause in one.causes} - {"FX-NO-BENEFIT"}}
    stopped = [group for group in easy if group not in done and group.id in refused]
    print(
        f"  same file, a common run of {_LEAST_RUN} statements with no hazard in it: {len(done)} of {len(easy)} fixed"
        f" SAFE; {len(stopped)} others stopped by a hazard in the rest"
    )
    for group in easy:
        if group not in done:
            print("    not fixed:", ", ".join(f"{one.path}:{one.line} {one.qualname}" for one in group.members))
            causes = next((one.causes for one in fixes.refused if one.group == group.id), ())
            for cause in causes:
                print(f"      {cause.code} {cause.path}:{cause.line} {cause.message}")


def _is_easy(folder: Path, group: Group) -> bool:
    if group.rule not in FIXED_BY_EXTRACTION or group.unit is not UnitKind.FORWARD:
        return False
    if len({one.path for one in group.members}) > 1 or group.suppressed:
        return False
    path = group.members[0].path
    source = source_of(path, (folder / path).read_text(encoding="utf-8"))
    wanted = {(one.qualname, one.line) for one in group.members}
    sites: list[Site] = [one for one in source.sites if (one.qualname, one.function.lineno) in wanted]
    return any(_has_run(stretch, sites) for stretch in align(sites, lambda column: None).stretches)


def _has_run(stretch: Stretch, sites: Sequence[Site]) -> bool:
    """Whether so many statements in a row have no hazard, neither in themselves nor from what is around them."""
    sizes = [column.shapes[0].statements for column in stretch.columns]
    return any(
        sum(sizes[start:end]) >= _LEAST_RUN and isinstance(interface(stretch, start, end, sites), Interface)
        for start in range(len(sizes))
        for end in range(start + 1, len(sizes) + 1)
    )


def _members(fix: GroupFix) -> Iterator[tuple[str, str]]:
    for one in fix.members:
        yield one.path, one.qualname


def _troubles(edit: FileEdit, made: Sequence[GroupFix]) -> Iterator[str]:
    after = (edit.after or b"").decode("utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(after, edit.name, "exec", dont_inherit=True)
    except SyntaxError as error:
        yield f"{edit.name}: {error}"
        return
    if edit.before is None:
        return
    before = edit.before.decode("utf-8")
    names = {qualname for fix in made for path, qualname in _members(fix) if path == edit.name}
    allowed = set(_lines_of(ast.parse(before), names))
    old, new = before.splitlines(), after.splitlines()
    for kind, start, end, *_ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind in ("delete", "replace"):
            for number in range(start, end):
                if number + 1 not in allowed and old[number].strip():
                    yield f"{edit.name}:{number + 1}: a line outside of the members was changed: {old[number]}"


def _unresolved(edits: Sequence[FileEdit]) -> Iterator[str]:
    """Names that a changed file imports from one that was added, and that are not defined there."""
    added = {edit.name: ast.parse(edit.after or b"") for edit in edits if edit.before is None}
    defined = {
        name: {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} for name, tree in added.items()
    }
    for edit in edits:
        for node in ast.walk(ast.parse(edit.after or b"")):
            if isinstance(node, ast.ImportFrom) and node.level:
                folder = Path(edit.name).parents[node.level - 1]
                source = (folder / (node.module or "").replace(".", "/")).as_posix() + ".py"
                missing = {one.name for one in node.names} - defined[source] if source in defined else set()
                yield from (f"{edit.name}:{node.lineno}: {source} has no {name}" for name in sorted(missing))


def _lines_of(tree: ast.Module, names: set[str], prefix: str = "") -> Iterator[int]:
    """The lines of classes, and of imports, which may be widened."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (
            isinstance(node, ast.ClassDef) and any(name.rpartition(".")[2] == node.name for name in names)
        ):
            yield from range(node.lineno, (node.end_lineno or 0) + 1)


if __name__ == "__main__":
    os.environ.setdefault("XDG_CACHE_HOME", tempfile.mkdtemp())
    sys.exit(main())
