"""Where two definitions agree, and where exactly they do not."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.contracts.agreement import Difference, code_of, differences
from esper_lint.contracts.renaming import Renaming
from tests.programs import EXPRESSIONS

SOURCE = '''\
def forward(self, x, scale=1.0):
    """What it does."""
    y = self.norm(x)
    if self.training:
        y = self.drop(y)
    for layer in self.layers:
        y = layer(
            y,
            scale=scale,
        )
    return x + y * scale
'''


def found(member: str, source: str = SOURCE, *, copies: bool = False, **whole: str) -> list[Difference]:
    ours, theirs = code_of(member.split("\n"), copies=copies), code_of(source.split("\n"), copies=False)
    return list(differences(theirs, ours, Renaming(whole, {})))


def told(member: str, source: str = SOURCE, *, copies: bool = False, **whole: str) -> list[tuple[int, str, str]]:
    """(line from 1, here, there) of each difference."""
    return [(one.line + 1, one.here, one.there) for one in found(member, source, copies=copies, **whole)]


@pytest.mark.parametrize(
    "member",
    [
        SOURCE,
        SOURCE.replace('    """What it does."""\n', ""),
        SOURCE.replace("What it does", "Something else"),
        SOURCE.replace("layer(\n            y,\n            scale=scale,\n        )", "layer(y, scale=scale)"),
        SOURCE.replace("x + y * scale", "(x + (y * scale))  # the residual"),
        SOURCE.replace("    if self", "\n    # only then\n\n    if self"),
        "@torch.no_grad()\n" + SOURCE,
        SOURCE.replace("forward", "other"),
        "    " + SOURCE.replace("\n", "\n    ").rstrip(" "),
    ],
)
def test_what_does_not_count(member: str) -> None:
    assert told(member) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("self.norm(x)", "self.norm(y)", (3, "y = self.norm(y)", "y = self.norm(x)")),
        ("scale=scale,", "scale=x,", (9, "scale=x", "scale=scale")),
        ("x + y * scale", "x - y * scale", (11, "return x - y * scale", "return x + y * scale")),
        ("if self.training", "if not self.training", (4, "not self.training", "self.training")),
        ("scale=1.0", "scale=2.0", (1, "2.0", "1.0")),
        ("self, x, scale", "self, x, *, scale", (1, None, None)),
        ("        y = self.drop(y)\n", "        pass\n", (5, "pass", "y = self.drop(y)")),
        ("    return x + y * scale", "    return x + y * scale * 1", (11, None, None)),
        ("in self.layers", "in self.blocks", (6, "self.blocks", "self.layers")),
        ("    y = self.norm(x)\n", "", (3, "", "y = self.norm(x)")),
        ("    return", "    y = y.float()\n    return", (11, "y = y.float()", "")),
        ("def forward", "async def forward", (1, None, None)),
    ],
)
def test_one_difference_and_its_line(old: str, new: str, expected: tuple[int, str | None, str | None]) -> None:
    assert old in SOURCE
    (one,) = told(SOURCE.replace(old, new))
    line, here, there = expected
    assert one[0] == line
    if here is not None:
        assert one[1:] == (here, there)


OVER_LINES = """\
def f(a, b):
    return g(
        a
        + b,
        a.real,
        k=(
            1
        ),
    )
"""


@pytest.mark.parametrize(
    ("old", "new", "line"), [("+ b", "- b", 4), ("a.real", "a.imag", 5), ("1\n", "2\n", 7), ("k=", "j=", 6)]
)
def test_the_line_is_that_of_the_token_in_a_statement_of_several(old: str, new: str, line: int) -> None:
    assert [one[0] for one in told(OVER_LINES.replace(old, new), OVER_LINES)] == [line]


def test_differences_in_several_statements_come_by_line() -> None:
    member = SOURCE.replace("norm(x)", "norm(y)").replace("x + y", "x * y").replace("drop(y)", "drop(x)")
    assert [one[0] for one in told(member)] == [3, 5, 11]


def test_renames_are_made_at_once_and_on_whole_identifiers() -> None:
    source = "def f(self, a, b, ab):\n    return self.a(b, a=ab)\n"
    assert told("def f(self, b, a, ab):\n    return self.b(a, b=ab)\n", source, a="b", b="a") == []
    assert told("def f(self, z, b, ab):\n    return self.z(b, z=ab)\n", source, a="z") == []
    assert told("def f(self, z, b, zb):\n    return self.z(b, z=zb)\n", source, a="z") != []


def test_a_string_may_name_what_is_renamed_and_need_not() -> None:
    source = "def f(self):\n    raise ValueError('Seed: bad Seeds')\n"
    assert told(source.replace("Seed:", "Fallback:"), source, Seed="Fallback") == []
    assert told(source, source, Seed="Fallback") == []
    assert told(source.replace("bad", "good"), source, Seed="Fallback") != []


def test_numbers_are_told_apart_by_type_and_sign() -> None:
    source = "def f():\n    return 1, 0.0, 'a'\n"
    for old, new in (("1", "1.0"), ("1", "True"), ("0.0", "-0.0"), ("'a'", "b'a'")):
        assert told(source.replace(old, new), source), new


GAPPED = """\
def f(self, x):
    # esper: gap(mask)
    m = self.mask(x)
    # esper: end(mask)
    if x:
        pass
    return x
"""


@pytest.mark.parametrize(
    "member",
    [
        GAPPED.replace("    m = self.mask(x)\n", ""),
        GAPPED.replace("    m = self.mask(x)\n", "    m = None\n    n = None\n"),
        GAPPED.replace("    m = self.mask(x)\n", "    if x:\n        m = 1\n"),
    ],
)
def test_a_gap_may_differ(member: str) -> None:
    assert told(member, GAPPED) == []


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (re.sub(r"    # esper.*\n", "", GAPPED), 2),
        (GAPPED.replace("(mask)", "(other)"), 2),
        (GAPPED.replace("return x", "return m"), 7),
    ],
)
def test_a_gap_must_be_there_and_what_is_around_it_counts(member: str, expected: int) -> None:
    assert expected in [one[0] for one in told(member, GAPPED)]


def test_an_empty_gap_stands_where_its_indentation_says() -> None:
    source = GAPPED.replace("    m = self.mask(x)\n", "")
    gap = "{0}# esper: gap(mask)\n{0}# esper: end(mask)\n"
    inner, outer = gap.format(" " * 8), gap.format(" " * 4)
    moved = f"def f(self, x):\n    if x:\n        pass\n{inner}    return x\n"
    last = f"def f(self, x):\n    if x:\n        pass\n    return x\n{outer}"
    assert told(source, source) == []
    assert told(moved, moved) == []
    assert told(last, last) == []
    assert told(moved, source) != []
    assert told(last, source) != []


COPY = """\
class C(nn.Module):
    kind = 1

    def f(self):
        a = 1
        b = 2
        return a

    def g(self):
        return 2
"""


@pytest.mark.parametrize(
    "member",
    [
        COPY.replace("    def f", "    # Ignore copy\n    def f").replace("a = 1", "a = 3"),
        COPY.replace("    kind = 1", "    # Ignore copy\n    kind = 2\n    sort = 3"),
        COPY.replace("a = 1", "a = 3  # Ignore copy"),
        COPY.replace("        a = 1", "        # Ignore copy\n        c = 5"),
        COPY.replace("    def f", "    @torch.no_grad()\n    # Ignore copy\n    def f"),
        COPY.replace("    def g", "    # Ignore copy\n    def extra(self):\n        return 3\n\n    def g"),
        COPY + "    # End copy\n\n    def h(self):\n        return 4\n",
    ],
)
def test_what_a_copy_leaves_out(member: str) -> None:
    assert told(member, COPY, copies=True) == []
    assert told(member, COPY) != []


def test_what_is_beside_an_ignored_statement_counts() -> None:
    member = COPY.replace("a = 1", "a = 3  # Ignore copy").replace("return a", "return b")
    assert told(member, COPY, copies=True) == [(7, "return b", "return a")]


def test_an_inner_copy_ends_for_itself() -> None:
    member = COPY.replace("    def f", "    # Copied from p.D.f\n    def f").replace(
        "        return a\n", "        return a\n        # End copy\n"
    )
    assert told(member.replace("return 2", "return 3"), COPY, copies=True) == [(12, "return 3", "return 2")]


@given(EXPRESSIONS, EXPRESSIONS)
def test_statements_agree_exactly_if_their_trees_are_equal(mine: str, theirs: str) -> None:
    one, other = (f"def f(self, va, vb, vc):\n    va = {text}\n    return va\n" for text in (mine, theirs))
    assert bool(told(one, other)) == (ast.dump(ast.parse(one)) != ast.dump(ast.parse(other)))


@given(st.lists(EXPRESSIONS, max_size=4), st.lists(EXPRESSIONS, max_size=4))
def test_every_difference_has_a_place_and_none_is_lost(mine: list[str], theirs: list[str]) -> None:
    one, other = ("def f(self):\n" + "".join(f"    {text}\n" for text in [*texts, "0"]) for texts in (mine, theirs))
    all_told = found(one, other)
    assert bool(all_told) == (_without_docstring(one) != _without_docstring(other))
    assert all(0 <= place.line < one.count("\n") and place.column >= 1 for place in all_told)


def _without_docstring(text: str) -> str:
    tree = ast.parse(text)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None:
        del function.body[0]
    return ast.dump(tree)


def test_words_of_identifiers() -> None:
    renaming = Renaming({}, {"Bert": "Roberta", "bert": "roberta", "BERT": "ROBERTA", "T5": "MT5"})
    assert [
        renaming.identifier(name)
        for name in ("BertLayer", "TFBertModel", "bert_layer", "albert", "Bertha", "BERT_START", "T5Stack", "T51")
    ] == ["RobertaLayer", "TFRobertaModel", "roberta_layer", "albert", "Bertha", "ROBERTA_START", "MT5Stack", "T51"]
    swapped = Renaming({}, {"A": "B", "B": "A"})
    assert swapped.text("A_B + B") == "B_A + A"
