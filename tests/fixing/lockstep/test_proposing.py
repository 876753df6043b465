"""The renames and gaps with which two definitions are members of one contract."""

from __future__ import annotations

from textwrap import dedent

import pytest

from esper_lint.fixing.lockstep.proposing import Proposal, proposal

METHODS = """\
class One:
    def down(self, x):
        return self.first(x)

    def up(self, x):
        return self.last(x)
"""
CHAIN = """\
def one(self, x):
    y = relu(self.a(x))
    z = y + 1
    return z
"""


def proposed(source: str, member: str, **own: str) -> Proposal:
    return proposal(dedent(source).splitlines(), dedent(member).splitlines(), own, "g")


@pytest.mark.parametrize("added", ["def mid", "async def mid"])
def test_methods_are_paired_by_their_names(added: str) -> None:
    more = f"    {added}(self, x):\n        return self.other(x)\n\n    def up"
    found = proposed(METHODS, METHODS.replace("One", "Two").replace("    def up", more), One="Two")
    assert found.renames == {}
    assert [line.strip() for line in found.member].count("# esper: gap(g)") == 1
    start = next(at for at, line in enumerate(found.member) if "gap(g)" in line)
    assert added in found.member[start + 1]


@pytest.mark.parametrize(
    ("line", "more", "renames"),
    [
        ("    y = relu(self.a(x))\n", "    w = relu(self.b(x))\n    w = relu(self.c(w))\n", {"a": "b", "y": "w"}),
        (
            "    y = relu(self.a(x))\n",
            "    w = relu(self.b(x))\n" + "    w = relu(self.c(w))\n" * 3,
            {"a": "b", "y": "w"},
        ),
    ],
)
def test_the_first_of_several_like_it_is_the_others_statement(line: str, more: str, renames: dict[str, str]) -> None:
    member = CHAIN.replace(line, more).replace("y + 1", "w + 1").replace("one", "two")
    assert proposed(CHAIN, member, one="two").renames == renames
    back = proposed(member, CHAIN, two="one")
    assert back.renames == {new: old for old, new in renames.items()}
