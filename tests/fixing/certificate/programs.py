"""Small programs: one helper, and sites given by their bodies before and after."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

from esper_lint.fixing.certificate.claims import Claim, Rewritten, SiteClaim
from tests.fixing.certificate.examples import HEAD, PATH


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a forward, before and after, and the rest of its signature."""

    before: str
    after: str
    parameters: str = "x, y=None"


def program(helper: str, *sites: Body, head: str = "", names: tuple[str, ...] = ("_h",), stable: bool = False) -> Claim:
    """A claim that these sites call the helper; ``head`` stands above it, before and after."""
    before = HEAD + head + "\n\n" + "\n\n".join(_class(number, site, site.before) for number, site in enumerate(sites))
    after = HEAD + head + "\n\n" + helper.strip() + "\n\n\n"
    after += "\n\n".join(_class(number, site, site.after) for number, site in enumerate(sites))
    rows = before.split("\n")
    claims = tuple(
        SiteClaim(PATH, f"S{number}.forward", rows.index(f"class S{number}(nn.Module):") + 2)
        for number in range(len(sites))
    )
    return Claim((Rewritten(PATH, before, after, "pkg.seeds"),), tuple((PATH, name) for name in names), claims, stable)


def _class(number: int, site: Body, body: str) -> str:
    header = f"class S{number}(nn.Module):\n    def forward(self, {site.parameters}):\n"
    return header + indent(body.strip("\n"), "        ") + "\n"
