"""A duplicate that stays -> the command that declares it, after which it is silent until its members drift apart."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from esper_lint.findings import Group, UnitKind
from esper_lint.fixing.suggesting.values import Suggestion


def contract(group: Group) -> Iterator[Suggestion]:
    """The ``esper-lint contract`` of all members, to be run in the project folder; none where their names do not tell
    them apart."""
    method = ".forward" if group.unit is UnitKind.FORWARD else ""
    members = [f"{one.path}:{one.qualname}{method}" for one in group.members]
    if len(set(members)) < len(members):
        return
    first = group.members[0]
    command = f'{shlex.join(["esper-lint", "contract", *members])} --reason "…"'
    message = f"if the duplicate is meant, hold it in lock-step: {command}"
    yield Suggestion("contract", first.path, first.line, message)
