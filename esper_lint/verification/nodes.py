"""The nodes of a graph of torch.fx, without the names that they have from the source.  Runs in the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch


def lines(nodes: Iterable[Any]) -> list[str]:
    """One line for each node, with numbers for names: equal for graphs that only name them apart."""
    numbers: dict[Any, str] = {}
    found = []
    for node in nodes:
        numbers[node] = f"%{len(numbers)}"
        arguments = ", ".join([
            *(argument(one, numbers.__getitem__) for one in node.args),
            *(f"{key}={argument(one, numbers.__getitem__)}" for key, one in node.kwargs.items()),
        ])  # fmt: skip
        found.append(f"{numbers[node]} = {target(node)}({arguments}){_value(node)}")
    return found


def target(node: Any) -> str:
    """What a node does.  Of inputs and attributes the name says nothing: it is made of the names in the source."""
    if node.op in ("placeholder", "get_attr", "output"):
        return str(node.op)
    if isinstance(node.target, str):
        return f"{node.op} {node.target}"
    module, name = getattr(node.target, "__module__", ""), getattr(node.target, "__qualname__", None)
    return f"{module}.{name}" if name else str(node.target)


def argument(value: object, name_of: Callable[[Any], str]) -> str:
    """What a node takes, however deep, with the name that each node in it is given."""
    if isinstance(value, torch.fx.Node):
        return name_of(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(argument(one, name_of) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {argument(one, name_of)}' for key, one in value.items())}}}"
    if isinstance(value, slice):
        return argument([value.start, value.stop, value.step], name_of)
    if value is None or isinstance(value, (bool, int, float, complex, str, torch.dtype, torch.device, torch.layout)):
        return repr(value)
    return type(value).__qualname__


def _value(node: Any) -> str:
    value = node.meta.get("example_value", node.meta.get("val"))
    if not isinstance(value, torch.Tensor):
        return ""
    return f" : {str(value.dtype).removeprefix('torch.')}{list(value.shape)}"
