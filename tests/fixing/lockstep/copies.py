"""A module and copies of it, under contracts."""

from __future__ import annotations

BODY = """\
class {name}:
    def __init__(self, dim):
        self.{layer} = dim

    def forward(self, x):
        # scaled
        y = self.{layer} * x
        return y + 1
"""

SOURCE = "# esper: lockstep(scale)\n" + BODY.format(name="Seed", layer="w")
COPY = "# esper: lockstep(scale) of=seed:Seed map=w->v\n" + BODY.format(name="Copy", layer="v")
COPY_OF_COPY = "# esper: lockstep(scale) of=copy:Copy map=v->u\n" + BODY.format(name="Third", layer="u")


def drifted(text: str) -> str:
    assert text.count("y + 1") == 1
    return text.replace("y + 1", "y + 2")
