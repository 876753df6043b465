"""What ``esper-lint fix`` says: the JSON document of what was made and refused, and the lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esper_lint.contracts.book import Place
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.fixes import Advice, Fixes, GroupFix, GroupRefusal, Overridden
from esper_lint.fixing.lockstep.planning import Plan
from esper_lint.fixing.refusals import Refusal
from esper_lint.rules.excerpt import printable
from esper_lint.wording import counted

if TYPE_CHECKING:
    from esper_lint.verification.records import ClassRecord

_SHOWN = 20
_Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run plans; the edits of ``fixes`` hold those of ``resync`` too.

    ``verified`` is what replay found of the members of ``fixes``, if it was asked for.
    """

    resync: Plan
    fixes: Fixes
    verified: tuple[ClassRecord, ...] | None = None

    @property
    def edits(self) -> tuple[FileEdit, ...]:
        return self.fixes.edits


def fix_document(outcome: Outcome, *, is_written: bool) -> _Object:
    fixes = outcome.fixes
    return {
        "schema_version": 1,
        "is_written": is_written,
        "files": [edit.name for edit in outcome.edits],
        "fixed": [
            {"rule": "ESP201", "contract": one.contract, **_place(one.member), "source": _place(one.source)}
            for one in outcome.resync.fixed
        ],
        "fixes": [_fix(one) for one in fixes.made],
        "withheld": [_fix(one) for one in fixes.withheld],
        "refusals": [
            *({"group": None, "rule": "ESP201", **_refusal(one)} for one in outcome.resync.refusals),
            *map(_group_refusal, fixes.refused),
        ],
        "overridden": [_override(one) for one in fixes.overridden],
        "suggestions": [_advice(one) for one in fixes.advice],
        "verified": None if outcome.verified is None else _verified(outcome.verified),
    }


def told(outcome: Outcome, *, is_written: bool) -> Iterator[str]:
    """One line for each fix and each refusal, and a summary."""
    fixes = outcome.fixes
    done = "fixed" if is_written else "would fix"
    for fix in fixes.made:
        yield f"{done}: {_at(fix)} {fix.rule} {fix.strategy}: {printable(fix.summary)}"
    for override in fixes.overridden:
        yield f"overridden: {printable(str(override.objection))}: {printable(override.reason)}"
    for fix in fixes.withheld[:_SHOWN]:
        yield f"unsafe: {_at(fix)} {fix.rule} {fix.strategy}: {printable(fix.summary)}"
    refusals = [*outcome.resync.refusals, *(one.causes[0] for one in fixes.refused)]
    for refusal in refusals[:_SHOWN]:
        yield f"refused: {printable(refusal.path)}:{refusal.line} {refusal.code} {printable(refusal.message)}"
    if len(refusals) > _SHOWN:
        yield f"{len(refusals) - _SHOWN} more refusals; --output-format json has them all"
    # A contract can be suggested for whatever is refused: the page of the refusal says so, once is enough.
    advice = [one.suggestion for one in fixes.advice if one.suggestion.kind != "contract"]
    for one in advice[:_SHOWN]:
        yield f"suggested: {printable(one.path)}:{one.line} {printable(one.message)}"
    for record in outcome.verified or ():
        place = f"{printable(record.path)}:{record.line} {printable(record.qualname)}"
        yield f"verified: {place} {record.status.value} ({counted(record.cases, 'case')})"
    yield _summary(outcome, done)


def _summary(outcome: Outcome, done: str) -> str:
    fixes, members = outcome.fixes, len(outcome.resync.fixed)
    made = [counted(len(fixes.made), "group")] if fixes.made else []
    made += [f"{counted(members, 'member')} of contracts"] if members else []
    refused = len(outcome.resync.refusals) + len(fixes.refused)
    parts = [f"{done} {' and '.join(made)} in {counted(len(outcome.edits), 'file')}" if made else "nothing to fix"]
    if fixes.withheld:
        parts.append(f"{len(fixes.withheld)} more with --unsafe-fixes")
    if refused:
        parts.append(f"refused {refused}")
    return "; ".join(parts)


def _verified(records: Sequence[ClassRecord]) -> list[_Object]:
    from esper_lint.verification.records import record_object

    return [record_object(record) for record in records]


def _at(fix: GroupFix) -> str:
    return f"{printable(fix.members[0].path)}:{fix.members[0].line}"


def _fix(fix: GroupFix) -> _Object:
    return {
        "group": fix.group,
        "rule": fix.rule,
        "strategy": fix.strategy,
        "tier": fix.tier.value,
        "summary": fix.summary,
        "members": [{"path": one.path, "qualname": one.qualname, "line": one.line} for one in fix.members],
        "new": [{"path": path, "name": name} for path, name in fix.new],
        "certificate": {
            "obligations": [
                {"kind": one.kind, "path": one.path, "line": one.line, "message": one.message}
                for one in fix.obligations
            ]
        },
        "notes": list(fix.notes),
    }


def _group_refusal(one: GroupRefusal) -> _Object:
    causes = [_refusal(cause) for cause in one.causes]
    members = [_place(member) for member in one.members]
    return {"group": one.group, "rule": one.rule, **causes[0], "members": members, "causes": causes}


def _override(one: Overridden) -> _Object:
    told = one.objection
    return {
        "group": one.group,
        "ticket": told.ticket,
        "reviewer": told.reviewer,
        "scope": told.scope.value,
        "reason": one.reason,
    }


def _advice(one: Advice) -> _Object:
    told = one.suggestion
    place = {"path": told.path, "line": told.line}
    return {"group": one.group, "rule": one.rule, "kind": told.kind, **place, "message": told.message}


def _refusal(one: Refusal) -> _Object:
    return {"code": one.code, "path": one.path, "line": one.line, "message": one.message}


def _place(place: Place) -> _Object:
    return {"path": place.path, "qualname": place.qualname, "line": place.line}
