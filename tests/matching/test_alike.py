"""When two forms are alike that have statements in common which only call a helper."""

from __future__ import annotations

import pytest

from esper_lint.discovery.forms import Form
from esper_lint.discovery.modules import read_source
from esper_lint.matching.pairs import Measure, alike
from esper_lint.matching.similarity import Alphabet, Comparable
from tests.programs import module

MEASURE = Measure(threshold=80, min_size=24, min_size_renamed=48)
HELPED = "x, y = _start(self, x, y, self.heads, self.depth, training=self.training)"
END = "return _end(self, x, y, self.heads, self.depth, training=self.training)"
ONE = "x = self.norm(x.transpose(1, 2).reshape(x.shape[0], -1)) + y.mean(dim=-1)"
OTHER = "x = torch.where(y > 0, x, 2 * self.norm(x)).softmax(dim=-1).sum(0, keepdim=True)"


def form(*statements: str) -> Form:
    facts, forms = read_source(module("\n".join(statements)).replace("self, va, vb, vc", "self, x, y"))
    return forms[facts.classes[0].forwards[0].form.exact]


def common(one: Form, other: Form) -> int:
    alphabet = Alphabet()
    return alike(Comparable(one, alphabet), Comparable(other, alphabet), MEASURE)


@pytest.mark.parametrize("helped", [[HELPED], [HELPED] * 4])
def test_what_calls_of_helpers_have_in_common_makes_nothing_alike(helped: list[str]) -> None:
    assert not common(form(*helped, ONE, END), form(*helped, OTHER, END))


def test_what_is_alike_without_calls_of_helpers_is_alike_with_them() -> None:
    one, other = form(ONE, ONE, ONE, "return x"), form(ONE, ONE, ONE, "return y + 1")
    assert common(one, other)
    assert common(form(HELPED, ONE, ONE, ONE, "return x"), form(HELPED, ONE, ONE, ONE, "return y + 1"))


def test_equal_bodies_are_alike_whatever_they_are_made_of() -> None:
    one = form(HELPED, ONE, END)
    assert common(one, one) == one.key.size


def test_the_calls_count_where_only_one_has_them() -> None:
    """A body that had its start moved still repeats one that has not, if enough of it does."""
    ends = [ONE] * 12
    assert common(form(HELPED, *ends), form("x = x + 1", *ends))
