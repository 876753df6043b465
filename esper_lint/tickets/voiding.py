"""Why the reason for which a duplicate was accepted is none any more, as far as the tree can tell."""

from __future__ import annotations

import re
from collections.abc import Callable

from esper_lint.findings import Group
from esper_lint.tickets.acceptance import Reason

_TESTS = re.compile(r"(?:^|/)(?:tests?|testing|conftest\.py|test_[^/]*|[^/]*_test\.py)(?:/|$)")


def void_in(project: str, texts: Callable[[str], str]) -> Callable[[Group, Reason], str]:
    """What ``detection.against`` asks: version isolation is over once what the project requires has decided the guard,
    and a fixture is none outside of the tests.  Of the other reasons only people know whether they still hold.

    ``texts`` gives the text of a member's file by its path, empty if it cannot be read.
    """

    def void(group: Group, reason: Reason) -> str:
        if reason is Reason.VERSION_ISOLATION:
            from esper_lint.fixing.suggesting.dead_guards import dead_guards  # few tickets are accepted
            from esper_lint.fixing.suggesting.requirements import requirements_of

            return next((one.message for one in dead_guards(group, texts, requirements_of(project))), "")
        if reason is Reason.TEST_FIXTURE and not any(_TESTS.search(member.path) for member in group.members):
            return "none of its members is in the tests any more"
        return ""

    return void
