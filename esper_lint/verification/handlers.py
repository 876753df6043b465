"""What a worker can be asked to do.  Runs in the worker.

Every answer is a JSON value.  What the module under test raises is part of it; what escapes is that a case names what
it may not (``lookup.Refused``), or that it is not one (``encoding.EncodingError``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from esper_lint.verification.drawing import scramble
from esper_lint.verification.encoding import decode_case
from esper_lint.verification.exporting import exported
from esper_lint.verification.graphs import graphs
from esper_lint.verification.lookup import Names
from esper_lint.verification.observing import Mishap, built, observe, options, staged
from esper_lint.verification.outcomes import returned
from esper_lint.verification.specs import Case
from esper_lint.verification.timing import Stopwatch

Request = Mapping[str, Any]


class Handlers:
    """The handlers of one worker, and what they share: whose names are whose, and the module that is being timed."""

    def __init__(self) -> None:
        self._names = Names()
        self._stopwatch = Stopwatch()

    def table(self) -> dict[str, Callable[[Request], object]]:
        return {
            "configure": self.configure,
            "observe": self.observe,
            "state": self.state,
            "load": self.load,
            "graphs": self.graphs,
            "export": self.export,
            "time": self.time,
        }

    def configure(self, request: Request) -> object:
        """``project_modules``, ``names`` and ``threads``, before anything else.

        Deterministic algorithms only warn where there is none: to raise would make most modules with an index in their
        backward pass untestable, and an original that differs from itself is noticed anyway.
        """
        renames = tuple((str(before), str(after)) for before, after in request.get("names", ()))
        self._names = Names(tuple(request.get("project_modules", ())), renames)
        torch.set_num_threads(int(request.get("threads", 1)))
        torch.use_deterministic_algorithms(True, warn_only=True)
        return None

    def observe(self, request: Request) -> object:
        case = decode_case(request["case"])
        return observe(case, options(request.get("options", {}), case), self._names)

    def state(self, request: Request) -> object:
        """Write the scrambled module's state_dict to ``path``."""
        case = decode_case(request["case"])
        how = options(request.get("options", {}), case)
        try:
            module = built(case, how, self._names)
            staged("build", self._names, lambda: torch.save(module.state_dict(), Path(request["path"])))
        except Mishap as mishap:
            return {"outcome": mishap.outcome}
        return {"outcome": returned()}

    def load(self, request: Request) -> object:
        """Load the state_dict at ``path`` strictly into a module with other numbers, then observe it."""
        case = decode_case(request["case"])
        how = options(request.get("options", {}), case)
        return observe(case, how, self._names, prepare=lambda module: _load(module, case, Path(request["path"])))

    def graphs(self, request: Request) -> object:
        return graphs(decode_case(request["case"]), self._names)

    def export(self, request: Request) -> object:
        return exported(decode_case(request["case"]), self._names)

    def time(self, request: Request) -> object:
        count, fresh = int(request.get("rounds", 5)), bool(request.get("fresh"))
        return self._stopwatch.rounds(decode_case(request["case"]), self._names, count, fresh=fresh)


def _load(module: nn.Module, case: Case, path: Path) -> None:
    """What the checkpoint should bring is overwritten first, so that what it does not bring shows."""
    kept = {name for name, value in module.state_dict().items() if isinstance(value, Tensor)}
    scramble(module, case.seed + 1, only=kept)
    module.load_state_dict(torch.load(path, weights_only=True), strict=True)


HANDLERS: dict[str, Callable[[Request], object]] = Handlers().table()
