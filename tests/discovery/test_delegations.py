"""Which statements of a forward count for its size, and which only call a helper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.forms import Form
from esper_lint.discovery.modules import read_source
from esper_lint.findings import UnitKind
from esper_lint.history.versions import units_in
from esper_lint.index_values import pack_form, unpack_form
from tests.programs import BODIES, module


def body_form(body: str, parameters: str = "self, x, y") -> Form:
    """The form of a forward with this body."""
    facts, forms = read_source(module(body).replace("self, va, vb, vc", parameters))
    return forms[facts.classes[0].forwards[0].form.exact]


DELEGATIONS = [
    "_helper(x)",
    "return _helper(x)",
    "return _helper()",
    "x = _helper(x, y)",
    "x: Tensor = _helper(x, y)",
    "x, y = _helper(x, self.heads, 0.5, None, -1, training=self.training, mode='fan')",
    "x = helper(self, x)",
    "return helper(self)",
    "helper(self, self.weight, y)",
    "__helper(x)",
    "_2d(x)",
]


@pytest.mark.parametrize("statement", DELEGATIONS)
def test_a_statement_that_only_calls_a_helper_does_not_count(statement: str) -> None:
    alone = body_form(statement)
    assert alone.key.own == 0 and alone.key.size == len(alone.symbols) >= 3
    for inside in (f"z = x @ y\n{statement}", f"{statement}\nz = x @ y"):
        assert body_form(inside).key.own == body_form("z = x @ y").key.size
    nested = f"if x:\n    {statement}\nelse:\n    for y in x:\n        {statement}\n        z = x @ y"
    assert body_form(nested).key.own == body_form(nested.replace(statement, "''")).key.size
    inner = f"def inner(x):\n    {statement}\n    pass"
    assert body_form(inner).key.own == body_form(inner.replace(statement, "''")).key.size


@pytest.mark.parametrize(
    "statement",
    [
        "x = helper(x)",  # nothing says that it is one
        "x = helper(x, self)",
        "x = super(self, x)",
        "getattr(self, 'weight')",
        "x = _Output(x, y)",
        "x = Wrapper(self, x)",
        "x = _(x)",
        "x = F._helper(x)",
        "x = self._helper(x)",
        "x = _helper(x)(y)",
        "x = _helper(x)[0]",
        "x = _helper(x) + y",
        "x = x if y else _helper(x)",
        "x += _helper(x)",
        "x = y = _helper(x)",
        "self.cache = _helper(x)",
        "x, self.cache = _helper(x)",
        "x, *y = _helper(x)",
        "x[0] = _helper(y)",
        "(x, (y, z)) = _helper(x)",
        "x = _helper(x + 1)",
        "x = _helper(x.shape)",
        "x = _helper(self.norm(x))",
        "x = _helper(self.norm.weight)",
        "x = _helper(-y)",
        "x = _helper(*x)",
        "x = _helper(x, **y)",
        "x = _helper(x, k=y[0])",
        "yield _helper(x)",
        "return",
        "return x",
    ],
)
def test_what_does_more_than_that_counts_in_full(statement: str) -> None:
    key = body_form(statement).key
    assert key.own == key.size


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ("return _helper(x)", "self, x, _helper"),
        ("_helper = self.choose(x)\nreturn _helper(x)", "self, x"),
        ("def _helper(x):\n    return x\nreturn _helper(x)", "self, x"),
        ("from f import g as _helper\nreturn _helper(x)", "self, x"),
    ],
)
def test_what_the_forward_binds_itself_is_no_helper(body: str, parameters: str) -> None:
    key = body_form(body, parameters).key
    assert key.own == key.size


def test_a_local_of_another_method_is_none_of_the_forward() -> None:
    source = module("return _helper(va)") + "    def other(self, _helper):\n        return _helper(self)\n"
    facts, _ = read_source(source)
    assert facts.classes[0].forwards[0].form.own == 0


def test_a_class_counts_in_full() -> None:
    facts, forms = read_source(module("return _helper(va)"))
    whole = facts.classes[0].form
    assert whole is not None and whole.own == whole.size == len(forms[whole.exact].symbols)


@given(BODIES, st.lists(st.sampled_from(["va = _h(va, vb)", "_h(self, vc)", "vb, vc = _h(self, self.pa, k=1)"])))
def test_law_statements_that_only_call_a_helper_add_nothing(body: str, added: list[str]) -> None:
    without = body_form(body, "self, va, vb, vc").key
    assert without.own == without.size
    key = body_form("\n".join([*added, body, *added]), "self, va, vb, vc").key
    assert key.own == without.own
    assert (key.size > without.size) == bool(added)


def test_the_index_keeps_both_sizes() -> None:
    form = body_form("x = _helper(x)\nreturn x @ y")
    assert 0 < form.key.own < form.key.size
    assert unpack_form(form.key.exact, pack_form(form)) == form


def test_history_measures_by_what_counts() -> None:
    units = units_in(module("va = _helper(va)\nreturn va @ vb").encode())
    assert units is not None
    (forward,) = units[UnitKind.FORWARD]
    assert forward.version.own == body_form("return x @ y").key.size
