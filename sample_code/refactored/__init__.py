"""Blueprints: the seed modules that a growing host network can graft into itself.

A controller, trained by reinforcement learning, watches the host and from time to time plants a
seed at one of its slots. It picks the seed here by topology and name, weighs its parameter
estimate against the budget that is left, and calls its factory with the width of the slot.

Every seed keeps the shape of its input (``[batch, sequence, dim]`` for transformer slots,
``[batch, dim, height, width]`` for convolutional ones) and is the identity when it is built: its
last layer starts at zero, so that planting a seed never disturbs the host.
"""

# Imported for their effect: importing a blueprint file registers its blueprints.
from . import cnn as cnn
from . import transformer as transformer
from .registry import Blueprint, Topology, UnknownBlueprintError, available, get, register

__all__ = ["Blueprint", "Topology", "UnknownBlueprintError", "available", "get", "register"]
