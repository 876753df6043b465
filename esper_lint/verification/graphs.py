"""What Dynamo makes of a module: its graphs, the operations in each, and where and why they break.  Runs in the worker.

Equal outputs say nothing about this.  A helper that takes the differing part as a callable adds a break, since Dynamo
cannot resume inside an inlined frame; and a break that moves into a shared helper makes all callers share one cache,
which from the ninth class on compiles nothing and says nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from esper_lint.verification.drawing import reseed
from esper_lint.verification.lookup import Names
from esper_lint.verification.materialising import Materialiser
from esper_lint.verification.nodes import lines
from esper_lint.verification.observing import Json, Mishap, Options, built, staged
from esper_lint.verification.outcomes import normal, noted_warnings, returned
from esper_lint.verification.specs import Case
from esper_lint.verification.structures import structure


def graphs(case: Case, names: Names) -> Json:
    """In evaluation without gradients, and in training with them.  Raises Refused only."""
    return {
        "eval": _compiled(case, Options(training=False, grad=False), names),
        "train": _compiled(case, Options(training=True, grad=True), names),
    }


def _compiled(case: Case, how: Options, names: Names) -> Json:
    import torch._dynamo
    from torch._dynamo.utils import counters

    captured: list[list[str]] = []

    def keep(graph: Any, _: object) -> Callable[..., object]:
        captured.append(lines(graph.graph.nodes))
        return graph.forward  # type: ignore[no-any-return]

    torch._dynamo.reset()
    counters.clear()
    outcome: Json = returned()
    out: object = None
    try:
        module = built(case, how, names)
        make = Materialiser(names, case.seed, track=how.grad)
        positional, keywords = staged("call", names, lambda: make.arguments(case.call.arguments, "input"))
        compiled = torch.compile(module, backend=keep)
        reseed(case.seed, "call")
        with quiet(), noted_warnings([], names), torch.set_grad_enabled(how.grad):
            result = staged("compile", names, lambda: compiled(*positional, **keywords))
        out = structure(result, lambda tensor, _: list(tensor.shape))
    except Mishap as mishap:
        outcome = mishap.outcome
    breaks = [_reason(reason, names) for reason, count in counters["graph_break"].items() for _ in range(count)]
    torch._dynamo.reset()
    return {"outcome": outcome, "graphs": captured, "breaks": breaks, "outputs": out}


@contextmanager
def quiet() -> Iterator[None]:
    """torch tells of every break through logging; what is said there is in the result, and would fill the log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _reason(reason: str, names: Names) -> str:
    """The reason without hints, addresses of pages, and places."""
    return normal(reason.strip().partition("\n")[0], names)
