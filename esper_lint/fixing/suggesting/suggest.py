"""A clone group -> all that is suggested for it."""

from __future__ import annotations

from collections.abc import Callable

from esper_lint.findings import Group
from esper_lint.fixing.suggesting.dead_guards import dead_guards
from esper_lint.fixing.suggesting.declaring import contract
from esper_lint.fixing.suggesting.one_class import one_class
from esper_lint.fixing.suggesting.requirements import requirements_of
from esper_lint.fixing.suggesting.values import Suggestion


def suggestions(group: Group, texts: Callable[[str], str], project: str, refused: bool) -> tuple[Suggestion, ...]:
    """What to do by hand, what removes the most first.

    ``texts`` gives the text of a member's file by its path, ``project`` is the folder of the project's own requirement
    files, and ``refused`` says that no fix was found.  Nothing is raised for a file that cannot be read or parsed: then
    there is nothing to suggest.
    """
    found = [*dead_guards(group, texts, requirements_of(project)), *one_class(group, texts)]
    return (*found, *contract(group)) if refused else tuple(found)
