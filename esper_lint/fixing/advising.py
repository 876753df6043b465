"""What people could do about groups, looked for once: a plan meets the same group in every pass and round."""

from __future__ import annotations

from collections.abc import Callable

from esper_lint.findings import Group
from esper_lint.fixing.fixes import Advice, Spots, spots_of
from esper_lint.fixing.suggesting.suggest import suggestions


class Advisor:
    """``project`` is the folder of the requirement files."""

    def __init__(self, project: str) -> None:
        self._project = project
        self._known: dict[tuple[str, Spots, bool], tuple[Advice, ...]] = {}

    def advice(self, group: Group, texts: Callable[[str], str], *, is_refused: bool) -> tuple[Advice, ...]:
        """``group`` must be as it is on disk, and so ``texts``, which gives those of its files by path."""
        key = (group.id, spots_of(group.members), is_refused)
        if key not in self._known:
            found = suggestions(group, texts, self._project, is_refused)
            self._known[key] = tuple(dict.fromkeys(Advice(group.id, group.rule, one) for one in found))
        return self._known[key]
