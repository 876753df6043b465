"""What replay found of the members of fixes -> the fixes that may not be written, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from esper_lint.contracts.book import Place
from esper_lint.fixing.fixes import GroupFix, GroupRefusal, Rewritten
from esper_lint.fixing.refusals import Refusal
from esper_lint.verification.records import ClassRecord, Status, is_refuted

Member = tuple[str, str]  # path, as in the fix, and qualified name


def gated(made: Iterable[GroupFix], records: Mapping[Member, ClassRecord]) -> Mapping[GroupFix, GroupRefusal]:
    """The fixes of which a member is refuted (FX-VERIFY), and those of which none could be run (FX-UNVERIFIED).

    Some members without a case do not stop a fix: the same helper was run in the others, and what each member adds is
    proved.
    """
    found = {}
    for fix in made:
        causes = tuple(_refuted(fix, records)) or tuple(_not_run(fix, records))
        if causes:
            members = tuple(Place(one.path, one.qualname, one.line) for one in fix.members)
            found[fix] = GroupRefusal(fix.group, fix.rule, members, causes)
    return found


def _refuted(fix: GroupFix, records: Mapping[Member, ClassRecord]) -> Iterator[Refusal]:
    for member in fix.members:
        record = records.get((member.path, member.qualname))
        if record is not None and record.status is Status.REFUTED:
            check = next(one for one in record.checks if is_refuted(one))
            message = f"`{member.qualname}` does not do the same: {check.name}: {check.detail}"
            yield Refusal("FX-VERIFY", member.path, member.line, message)


def _not_run(fix: GroupFix, records: Mapping[Member, ClassRecord]) -> Iterator[Refusal]:
    if not any(record.cases for record in _of(fix, records)):
        first = fix.members[0]
        yield Refusal("FX-UNVERIFIED", first.path, first.line, f"`{first.qualname}`: {_why_not(first, records)}")


def _of(fix: GroupFix, records: Mapping[Member, ClassRecord]) -> Iterator[ClassRecord]:
    for member in fix.members:
        record = records.get((member.path, member.qualname))
        if record is not None:
            yield record


def _why_not(member: Rewritten, records: Mapping[Member, ClassRecord]) -> str:
    record = records.get((member.path, member.qualname))
    if record is None or not record.missing:
        return "it is no module class that could be run"
    return record.missing[0]
