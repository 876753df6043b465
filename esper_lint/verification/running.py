"""What is asked -> what was found: reads both versions, pairs their classes, finds their cases, and verifies each."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from esper_lint.config import Config
from esper_lint.findings import Group
from esper_lint.findings import Member as GroupMember
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.fixes import GroupFix, Rewritten
from esper_lint.progress import Progress
from esper_lint.verification.enlarging import Enlarging
from esper_lint.verification.pairing import ModuleClass, Pair, inventory, paired
from esper_lint.verification.records import Certificate, ClassRecord
from esper_lint.verification.sourcing import Sourced, sourced
from esper_lint.verification.specs import Case
from esper_lint.verification.testing import Command, OwnTests, own_tests
from esper_lint.verification.transferring import with_siblings
from esper_lint.verification.verifying import Verifier, Wants
from esper_lint.verification.versions import Version, of_edits, relative, resolved

INSTALL = "to verify takes torch, which is not installed here: pip install 'esper-lint[torch]'"

_Member = tuple[str, str]  # a file, relative to the root of the tree, and a qualified name


@dataclass(frozen=True, slots=True)
class Asked:
    """Two versions to compare, below ``paths`` (absolute) if there are any.

    Of fixes, ``certificates`` are the proofs, by the members that were rewritten: nothing else is then compared,
    unless ``everything`` is asked for.  Of anything else, ``everything`` compares classes too that cannot differ.
    ``groups`` are clones, which are built and called alike.
    """

    old: Version
    new: Version
    paths: tuple[str, ...] = ()
    certificates: Mapping[_Member, Certificate] | None = None
    everything: bool = False
    groups: tuple[tuple[_Member, ...], ...] = ()

    def wants(self, pair: Pair) -> bool:
        if self.everything:
            return True
        if self.certificates is not None:
            return (pair.old.file, pair.old.qualname) in self.certificates
        return pair.may_differ


@dataclass(frozen=True, slots=True)
class Verification:
    """``unchanged`` counts the classes that were not compared, since nothing that they depend on differs; ``tests`` is
    what the project's own tests did, if they were run."""

    old: Version
    new: Version
    records: tuple[ClassRecord, ...]
    only_old: tuple[ModuleClass, ...]
    only_new: tuple[ModuleClass, ...]
    unchanged: int
    tests: OwnTests | None = None


def has_torch() -> bool:
    """Whether torch is installed, without importing it."""
    return importlib.util.find_spec("torch") is not None


def asked_of_fixes(edits: Sequence[FileEdit], made: Sequence[GroupFix], project: str, *, everything: bool) -> Asked:
    """The project as it is against what the fixes make of it."""
    old, new = of_edits(edits, project)
    by_member: dict[_Member, list[GroupFix]] = {}
    for fix in made:
        for key in _keys(old, project, fix.members):
            by_member.setdefault(key, []).append(fix)
    certificates = {member: _certificate(fixes) for member, fixes in by_member.items()}
    groups = tuple(_keys(old, project, fix.members) for fix in made)
    return Asked(old, new, (), certificates, everything, groups)


def with_groups(asked: Asked, groups: Iterable[Group], project: str) -> Asked:
    """Of classes without a case, those of the other members of their groups can be tried."""
    return replace(asked, groups=tuple(_keys(asked.old, project, group.members) for group in groups))


def _keys(version: Version, project: str, members: Iterable[Rewritten | GroupMember]) -> tuple[_Member, ...]:
    places = ((resolved(f"{project}/{one.path}"), one.qualname) for one in members)
    return tuple((relative(version.tree.root, path), qualname) for path, qualname in places)


def _certificate(fixes: Sequence[GroupFix]) -> Certificate:
    """Of all fixes that rewrite a member, one after the other."""
    obligations = (f"{one.path}:{one.line}: {one.message}" for fix in fixes for one in fix.obligations)
    return Certificate(
        tuple(dict.fromkeys(fix.group for fix in fixes)),
        tuple(dict.fromkeys(fix.strategy for fix in fixes)),
        tuple(dict.fromkeys(obligations)),
    )


def verified(
    asked: Asked,
    cases: Sequence[Case],
    wants: Wants,
    config: Config,
    progress: Progress,
    known: Iterable[ClassRecord] = (),
    tests: Command | None = None,
    told: Callable[[ClassRecord], object] = lambda record: None,
) -> Verification:
    """A record for each class that is to be compared; those without a case are UNVERIFIED, or PROVED by their fix.

    ``known`` are records that were made of the same cases: those whose sources are still the same are taken.

    ``tests`` are run in both versions before anything else is; ``told`` hears of each record as soon as it is made.

    Raises UnknownPath, and Incomparable for tests that cannot be.  Nothing of either version is run in this process.
    """
    old, new = (inventory(version, asked.paths, config, progress) for version in (asked.old, asked.new))
    ran = None if tests is None else own_tests(old, new, tests, config, progress)
    pairing = paired(old, new)
    chosen = [pair for pair in pairing.pairs if asked.wants(pair)]
    enlarging = Enlarging(old, wants.seed)
    known_cases = sourced(pairing.pairs, cases, asked.old, asked.new)
    own = with_siblings(known_cases, chosen, asked.groups, old, enlarging.signature)
    progress.stage("verifying", len(chosen))
    before = {(record.path, record.qualname): record for record in known}
    records = []
    with Verifier(old, new, wants, enlarging) as verifier:
        for pair in chosen:
            found = own.get(pair, Sourced("", ()))
            certificate = (asked.certificates or {}).get((pair.old.file, pair.old.qualname))
            same = before.get((pair.old.path, pair.old.qualname))
            if same is not None and same.certificate == certificate and same.sources == verifier.sources(pair):
                records.append(same)
            else:
                records.append(verifier.record(pair, found.module, found.cases, certificate))
            told(records[-1])
            progress.advance(1)
    return Verification(
        asked.old,
        asked.new,
        tuple(records),
        pairing.only_old,
        pairing.only_new,
        len(pairing.pairs) - len(chosen),
        ran,
    )
