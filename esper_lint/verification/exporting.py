"""What ``torch.export`` makes of a module.  Runs in the worker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import torch

from esper_lint.verification.drawing import reseed
from esper_lint.verification.graphs import quiet
from esper_lint.verification.lookup import Names
from esper_lint.verification.materialising import Materialiser
from esper_lint.verification.nodes import argument, lines, target
from esper_lint.verification.observing import Json, Mishap, Options, built, staged
from esper_lint.verification.outcomes import normal, noted_warnings, returned
from esper_lint.verification.specs import Case


def exported(case: Case, names: Names) -> Json:
    """The graph, in evaluation mode, or the outcome: many modules cannot be exported, and then fail alike.

    ``nodes`` has a hash of each node that is made of what it does and of the hashes of what it takes, so that two
    graphs have the same hashes, in whatever order, when one is the other with its nodes renamed.  An operation that
    writes in place is moreover hashed with the one before it, since order matters between those.
    """
    try:
        how = Options(training=False, grad=False)
        module = built(case, how, names)
        make = Materialiser(names, case.seed)
        positional, keywords = staged("call", names, lambda: make.arguments(case.call.arguments, "input"))
        reseed(case.seed, "call")
        with quiet(), noted_warnings([], names), torch.no_grad():
            program = staged("export", names, lambda: torch.export.export(module, tuple(positional), keywords))
    except Mishap as mishap:
        # The rest of such a message is advice and a dump of the graph so far.
        outcome = {**mishap.outcome, "message": str(mishap.outcome.get("message")).partition("\n")[0]}
        return {"outcome": outcome}
    inputs = {spec.arg.name: f"{spec.kind.name} {spec.target or ''}".strip() for spec in _named(program)}
    return {
        "outcome": returned(),
        "inputs": list(inputs.values()),
        "outputs": [f"{spec.kind.name} {spec.target or ''}".strip() for spec in program.graph_signature.output_specs],
        "structure": normal(str(program.call_spec.out_spec), names),
        "nodes": sorted(_hashes(program.graph.nodes, inputs)),
        "lines": lines(program.graph.nodes),
    }


def _named(program: Any) -> list[Any]:
    return [spec for spec in program.graph_signature.input_specs if hasattr(spec.arg, "name")]


def _hashes(nodes: Any, inputs: Mapping[str, str]) -> list[str]:
    found: dict[Any, str] = {}
    written = ""
    places: dict[str, int] = {}
    for node in nodes:
        what = target(node)
        if node.op == "placeholder":
            what = inputs.get(node.name, "")
            places[what] = places.get(what, 0) + 1
            # Inputs of the user have no name that counts; the order of the arguments tells them apart.
            what += f" {places[what]}"
        text = f"{what} {argument((node.args, node.kwargs), found.__getitem__)}"
        if _writes(node):
            text += f" after {written}"
        found[node] = hashlib.sha256(text.encode()).hexdigest()[:16]
        if _writes(node):
            written = found[node]
    return list(found.values())


def _writes(node: Any) -> bool:
    schema = getattr(node.target, "_schema", None)
    return bool(schema is not None and schema.is_mutable)
