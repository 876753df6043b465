"""Re-sync of one member: what drifted comes back byte for byte, and nothing that is the member's own is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.contracts.agreement import code_of, differences
from esper_lint.contracts.renaming import Renaming
from esper_lint.fixing.lockstep.resync import Resynced, Stuck, resynced
from tests.programs import BODIES, module

SOURCE = '''\
class A(nn.Module):
    """Document of A."""

    def __init__(self, dim):
        super().__init__()
        # projects
        self.w = nn.Linear(dim, dim)

    @torch.no_grad()
    def forward(self, x):
        if x is None:
            return x
        elif x > 3:
            y = self.w(
                x,  # first
                bias=True,
            )
        else:
            y = x

        for one in y:
            try:
                x += one
            except ValueError as error:
                raise error

        # the end
        return self.w(y)'''
RENAMING = Renaming({"A": "B", "w": "v"}, {})
MEMBER = RENAMING.text(SOURCE).replace("Document of B.", "Of its own.")


def run(member: str, source: str = SOURCE, renaming: Renaming = RENAMING, *, copies: bool = False) -> str | Stuck:
    found = resynced(source.split("\n"), member.split("\n"), renaming, copies=copies)
    return "\n".join(found.lines) if isinstance(found, Resynced) else found


def edited(old: str, new: str, text: str = MEMBER) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.v(y)", "self.u(y)"),
        ("x > 3", "x >= 3"),
        ("x > 3", "x is not 3"),
        ("x is None", "x is not None"),
        ("bias=True", "bias=False"),
        ("bias=True", "bias=not True"),
        ("return x\n", "raise x\n"),
        ("            return x\n", "            return x\n            print(x)\n"),
        ("        super().__init__()\n", ""),
        ("        super().__init__()\n", "        super().__init__()\n        self.z = 1\n"),
        ("        # the end\n        return self.v(y)", "        # the end\n        pass"),
        ("\n\n        # the end\n        return self.v(y)", ""),
        ("        else:\n            y = x\n", ""),
        ("def forward(self, x):", "def forward(self, x, mask):"),
        ("bias=True,", "bias=True, mask=None, other=None,"),
        ("class B(nn.Module)", "class B(Base)"),
        ("for one in y:", "for one in x:"),
        ("    @torch.no_grad()", "    *torch.no_grad()"),
        ("except ValueError as error:", "except TypeError as error:"),
        ("                raise error\n", "                pass\n"),
        ("@torch.no_grad()\n    def forward", "@torch.enable_grad()\n    def forward"),
        ("\n    @torch.no_grad()", "\n    def more(self):\n        return 1\n\n    @torch.no_grad()"),
        ("dim, dim)", "dim, 2 * dim)"),
    ],
)
def test_what_drifted_comes_back_byte_for_byte(old: str, new: str) -> None:
    assert run(edited(old, new)) == MEMBER


def test_several_changes_are_made_at_once() -> None:
    drifted = edited("x > 3", "x < 3", edited("x += one", "x -= one", edited("self.v(y)", "self.v(x)")))
    assert run(drifted) == MEMBER


def test_a_member_that_agrees_stays_as_it_is() -> None:
    assert run(MEMBER) == MEMBER


def test_a_layout_of_its_own_stays() -> None:
    own = edited(
        "self.v = nn.Linear(dim, dim)",
        "self.v = nn.Linear(\n            dim,  # in\n            dim,  # out\n        )",
    )
    assert run(own.replace("dim,  # out", "dime,  # out")) == own
    assert run(own.replace("nn.Linear", "nn.LazyLinear")) == own


def test_a_comment_beside_the_statement_stays() -> None:
    own = edited("self.v(y)", "self.v(y)  # noqa: E501")
    assert run(own.replace("self.v(y)", "self.v(y, y, y, bias=None)")) == own


def test_directives_of_the_source_are_not_imported() -> None:
    source = SOURCE.replace("self.w(y)", "self.w(y, 1, 2, 3)  # noqa: E501")
    assert run(MEMBER, source) == edited("self.v(y)", "self.v(y, 1, 2, 3)")


def test_comments_of_copied_lines_come_along_renamed() -> None:
    source = SOURCE.replace("        for one", "        # w of A\n        y = y + 1  # A\n        for one")
    assert run(MEMBER, source) == edited("        for one", "        # v of B\n        y = y + 1  # B\n        for one")


def test_a_comment_without_a_place_is_a_refusal() -> None:
    found = run(edited("        for one", "        y = 2  # important\n        for one"))
    assert found == Stuck("FX-COMMENT", 20, "the comment `# important` has no place in the new text")


def test_the_docstring_decorators_and_name_are_the_members_own() -> None:
    own = f"@register\n@other(1)\n{MEMBER}"
    assert run(own.replace("x > 3", "x > 4"), f"@first\n{SOURCE}") == own


GAPPED = """\
def f(x):
    a = x
    # esper: gap(mask)
    b = {}
    # esper: end(mask)
    return a"""


def test_a_gap_is_kept_with_its_comments() -> None:
    member = GAPPED.format("mine(x)  # mine").replace("f(", "g(")
    found = run(member.replace("return a", "return b"), GAPPED.format("theirs(x)"), Renaming({"f": "g"}, {}))
    assert found == member


def test_a_missing_gap_is_a_refusal() -> None:
    member = "def f(x):\n    a = x\n    b = 1\n    return a"
    found = run(member, GAPPED.format("1"), Renaming({}, {}))
    assert isinstance(found, Stuck) and found.code == "FX-CONTRACT"


def test_ignored_parts_and_the_end_of_a_copy_are_kept() -> None:
    source = "class A:\n    def one(self):\n        return 1\n\n    def two(self):\n        return 2"
    member = (
        "class B:\n    # Ignore copy\n    def one(self):\n        return 'own'\n\n"
        "    def two(self):\n        return 2\n\n    # End copy\n    def three(self):\n        return 3"
    )
    assert run(member.replace("return 2", "return 5"), source, copies=True) == member


def test_tabs_stay_tabs() -> None:
    tabbed = MEMBER.replace("    ", "\t")
    for old, new in (
        ("self.v(y)", "self.u(y)"),
        ("\t\tsuper().__init__()\n", ""),
        ("\t\telse:\n\t\t\ty = x\n", ""),
        ("\t\t\ttry:\n\t\t\t\tx += one\n\t\t\texcept ValueError as error:\n\t\t\t\traise error\n", "\t\t\tpass\n"),
    ):
        assert run(edited(old, new, tabbed)) == tabbed


def test_the_inside_of_a_string_is_not_indented() -> None:
    source = 'def f():\n    x = """\n  text\n"""\n    return x'
    member = "class C:\n    def f():\n        y = 1\n        return x"
    found = run(member[9:], source, Renaming({}, {}))
    assert found == '    def f():\n        x = """\n  text\n"""\n        return x'


def test_a_definition_on_one_line() -> None:
    assert run("def g(x): return x + 1", "def f(x): return x", Renaming({"f": "g"}, {})) == "def g(x): return x"


NAME = re.compile(r"\b(?:va|vb|vc|pa|pb|pc|f|F)\b")


@given(BODIES, st.data())
def test_one_token_changed_in_any_body_comes_back(body: str, data: st.DataObject) -> None:
    text = module(body).split("\n\n\n", 1)[1].rstrip("\n")
    lines = text.split("\n")
    source = code_of(lines, copies=False)
    places = [match for match in NAME.finditer(text) if match.start() > text.index("\n", text.index("def forward"))]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    drifted = (text[: place.start()] + "other" + text[place.end() :]).split("\n")
    renaming = Renaming({"Seed": "Seed"}, {})
    try:
        if not differences(source, code_of(drifted, copies=False), renaming):
            return
    except SyntaxError:  # the letter before a string, or no name where one must be
        return
    assert resynced(lines, drifted, renaming, copies=False) == Resynced(tuple(lines))
