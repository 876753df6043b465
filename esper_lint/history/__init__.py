"""Git's history: in go units of the work tree, out come the commits that gave each the code that it has, and which of
them changed some members of a group and not the others.

``histories`` is for groups; ``last_edit`` is for single definitions, and asks less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from esper_lint.config import ConfigError
from esper_lint.findings import Group, Member, UnitKind
from esper_lint.git import GitError
from esper_lint.history.repository import Repository, Sought, is_shallow
from esper_lint.history.tracing import Trace

if TYPE_CHECKING:
    from esper_lint.config import Config
    from esper_lint.history.contents import Memory
    from esper_lint.progress import Progress

__all__ = ["histories", "is_shallow"]


def histories(
    groups: Iterable[Group],
    config: Config,
    *,
    read: Callable[[str], bytes],
    memory: Memory,
    progress: Progress,
) -> dict[str, Trace]:
    """The versions over time of the members of each group, by its id.

    Raises ConfigError where there is no repository or no git, since a setting has asked for them, and TreeChanged for
    a file that is not what was compared.
    """
    found: dict[str, Trace] = {}
    try:
        repository = Repository(config.project, read, memory, config.jobs, progress)
        for kind in UnitKind:
            chosen = [group for group in groups if group.unit is kind]
            traces = repository.traces(kind, [[sought(member) for member in group.members] for group in chosen])
            found |= {group.id: one for group, one in zip(chosen, traces, strict=True)}
    except GitError as error:
        raise ConfigError(f"ESP203 needs the history of git: {error}") from error
    return found


def sought(member: Member) -> Sought:
    """What is looked for in the history of a member of a group."""
    return Sought(member.path, member.qualname, member.code[0], member.forward_line)
