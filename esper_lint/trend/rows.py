"""Records as JSON values for the store, and back.

A group stands by itself, since most groups are the same from commit to commit; a record names its groups.  What is read
may be anything: whatever is not of the right form raises one of ``MALFORMED``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from esper_lint.findings import UnitKind
from esper_lint.history.log import Commit
from esper_lint.trend.records import CommitRecord, GroupRecord, MemberRecord

MALFORMED = (KeyError, TypeError, ValueError, RecursionError)

_Checked = TypeVar("_Checked")


def group_row(group: GroupRecord) -> list[Any]:
    members = [[one.path, one.qualname, one.fingerprint, one.code, one.silent, *one.forwards] for one in group.members]
    return [group.id, group.rule, group.unit.value, group.similarity, group.suppressed, members]


def group_from(row: Any) -> GroupRecord:
    identity, rule, unit, similarity, suppressed, members = row
    return GroupRecord(
        _is(str, identity),
        _is(str, rule),
        UnitKind(unit),
        float(similarity),
        tuple(map(_member, _is(list, members))),
        _is(str, suppressed),
    )


def record_row(record: CommitRecord, groups: Sequence[str]) -> list[Any]:
    """``groups`` are the names of the record's groups."""
    return [
        list(record.commit),
        record.files,
        record.module_classes,
        record.forwards,
        record.findings,
        record.duplicated_lines,
        list(groups),
    ]


def group_names(row: Any) -> list[str]:
    """The names of the groups of a record."""
    return [_is(str, name) for name in _is(list, row[6])]


def record_from(row: Any, groups: Mapping[str, GroupRecord]) -> CommitRecord:
    (identity, time, subject), *counts, names = row
    files, module_classes, forwards, findings, lines = (_is(int, count) for count in counts)
    return CommitRecord(
        Commit(_is(str, identity), _is(int, time), _is(str, subject)),
        files,
        module_classes,
        forwards,
        findings,
        lines,
        tuple(groups[name] for name in names),
    )


def _member(row: Any) -> MemberRecord:
    path, qualname, fingerprint, code, silent, *forwards = (_is(str, word) for word in row)
    return MemberRecord(path, qualname, fingerprint, code, tuple(forwards), silent)


def _is(kind: type[_Checked], value: object) -> _Checked:
    if type(value) is not kind:
        raise ValueError
    return value
