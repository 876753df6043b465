"""Fix previews that were asked for, made one after the other beside the pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock, Thread

from esper_lint.dashboard.fix_preview import FixPreview, NotPlanned, Planned, Planning


class Planner:
    """``preview`` plans one group, and may take its time.  A planner belongs to one scan, like what it has planned."""

    def __init__(self, preview: Callable[[str], FixPreview]) -> None:
        self._preview = preview
        self._lock = Lock()
        self._plans: dict[str, Planned] = {}
        self._waiting: deque[str] = deque()
        self._thread: Thread | None = None

    def of(self, group: str) -> Planned:
        return self._plans.get(group, Planning.NOT_ASKED)

    def ask(self, group: str) -> None:
        """Have a group planned, unless it is or will be.  What failed is tried again."""
        with self._lock:
            if not isinstance(self.of(group), NotPlanned) and self.of(group) is not Planning.NOT_ASKED:
                return
            self._plans[group] = Planning.UNDER_WAY
            self._waiting.append(group)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="plans", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                group = self._waiting.popleft()
            try:
                self._plans[group] = self._preview(group)
            except Exception as error:
                self._plans[group] = NotPlanned(" ".join(str(error).split()) or type(error).__name__)
