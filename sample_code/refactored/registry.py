"""The registry that blueprint files fill on import and the controller chooses from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from torch import nn

Topology = Literal["cnn", "transformer"]
Factory = TypeVar("Factory", bound=Callable[..., nn.Module])


class UnknownBlueprintError(LookupError):
    """No blueprint of that topology and name has been registered."""


@dataclass(frozen=True)
class Blueprint:
    """A named recipe for a seed; `param_estimate` maps a slot's width to a parameter count."""

    name: str
    topology: Topology
    factory: Callable[..., nn.Module]
    param_estimate: Callable[[int], int]
    description: str

    def build(self, dim: int, **options: Any) -> nn.Module:
        """Make a fresh seed for a slot `dim` channels wide; `options` go to the factory."""
        return self.factory(dim, **options)


_blueprints: dict[tuple[Topology, str], Blueprint] = {}


def register(
    name: str, topology: Topology, *, params: Callable[[int], int], description: str
) -> Callable[[Factory], Factory]:
    """Register the decorated factory, unchanged, as a blueprint.

    `params` has to hold for the factory's default options: budgets are spent on it before
    anything is built. Raises ValueError if the topology already has a blueprint of that name.
    """

    def enter(factory: Factory) -> Factory:
        if (topology, name) in _blueprints:
            raise ValueError(f"{topology} blueprint {name!r} is already registered")
        _blueprints[topology, name] = Blueprint(name, topology, factory, params, description)
        return factory

    return enter


def get(topology: Topology, name: str) -> Blueprint:
    """Return one blueprint; UnknownBlueprintError names those that exist if it doesn't."""
    try:
        return _blueprints[topology, name]
    except KeyError:
        known = ", ".join(blueprint.name for blueprint in available(topology)) or "none"
        message = f"no {topology} blueprint {name!r}; registered: {known}"
        raise UnknownBlueprintError(message) from None


def available(topology: Topology | None = None) -> list[Blueprint]:
    """Return the blueprints, of one topology or of all, sorted by topology, then by name."""
    return [
        blueprint
        for key, blueprint in sorted(_blueprints.items(), key=lambda item: item[0])
        if topology is None or key[0] == topology
    ]
