"""A seed and its input -> the graphs that torch.compile makes of it and the program that torch.export does, as plain
values that are equal for isomorphic ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from torch import Tensor, nn

torch = pytest.importorskip("torch")

Node = tuple[str, str, str, str]


def compiled_graphs(seed: nn.Module, x: Tensor, *, backend: str = "") -> list[list[Node]]:
    """One a graph, so one more than there are breaks in what is compiled; ``backend`` is what runs them, else nothing
    special does."""
    found = []

    def record(graph: Any, inputs: Any) -> Any:
        found.append(_nodes(graph.graph))
        return torch._dynamo.lookup_backend(backend)(graph, inputs) if backend else graph.forward

    torch._dynamo.reset()
    torch.compile(seed, backend=record)(x)
    torch._dynamo.reset()
    return found


def breaks(seed: nn.Module, x: Tensor) -> tuple[int, int, list[int]]:
    """Graphs, breaks, and how many operations each graph has, as Dynamo counts them."""
    torch._dynamo.reset()
    found = torch._dynamo.explain(seed)(x)
    torch._dynamo.reset()
    return found.graph_count, found.graph_break_count, [len(one) for one in found.ops_per_graph]


def exported(seed: nn.Module, x: Tensor) -> tuple[list[Node], list[str], list[str]]:
    torch._dynamo.reset()
    program = torch.export.export(seed, (x,))
    torch._dynamo.reset()
    signature = program.graph_signature
    return _nodes(program.graph), [str(one) for one in signature.input_specs], [str(one) for one in signature.output_specs]


def _nodes(graph: Any) -> list[Node]:
    """Nodes by their number, with what stands in for names that a trace makes up."""
    numbers = {node: f"%{number}" for number, node in enumerate(graph.nodes)}

    def named(value: Any) -> str:
        return numbers[value] if isinstance(value, torch.fx.Node) else repr(value)

    return [
        (
            node.op,
            getattr(node.target, "__qualname__", None) or str(node.target),
            str(torch.fx.map_arg((node.args, node.kwargs), named)) if node.op != "placeholder" else "",
            _shape(node.meta.get("val", node.meta.get("example_value"))),
        )
        for node in graph.nodes
    ]


def _shape(value: Any) -> str:
    return f"{tuple(value.shape)} {value.dtype} {value.stride()}" if isinstance(value, torch.Tensor) else ""
