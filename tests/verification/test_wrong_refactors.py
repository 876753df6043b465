"""Which oracle catches which wrong refactor; none cries at a right one."""

from __future__ import annotations

import pytest

from esper_lint.verification.checks import ROWS
from tests.verification.replaying import checks, seen_of_text
from tests.verification.wrong_refactors import RIGHT, WRONG
from tests.verification.wrong_refactors.variant import MODULE, Variant

pytest.importorskip("torch")

pytestmark = pytest.mark.slow


def caught(variant: Variant) -> dict[str, str]:
    old = seen_of_text(variant.case, variant.old, MODULE, "seeds_before")
    new = seen_of_text(variant.case, variant.new, MODULE, "seeds_after")
    return {check.name: check.detail for check in checks(old, new) if check.outcome == "differs"}


@pytest.mark.parametrize("variant", WRONG, ids=lambda variant: variant.name)
def test_a_wrong_refactor_is_caught_by_the_oracles_that_are_made_for_it(variant: Variant) -> None:
    found = caught(variant)
    assert set(found) == variant.caught, found
    assert all(detail and "\n" not in detail for detail in found.values())


@pytest.mark.parametrize("variant", RIGHT, ids=lambda variant: variant.name)
def test_a_right_refactor_is_caught_by_none(variant: Variant) -> None:
    assert variant.old != variant.new
    assert caught(variant) == {}


def test_every_oracle_is_needed_and_every_change_is_caught() -> None:
    assert len(WRONG) >= 26
    assert len({variant.name for variant in WRONG}) == len(WRONG)
    assert all(variant.caught for variant in WRONG)
    assert {row for variant in WRONG for row in variant.caught} == set(ROWS) - {"checkpoints", "timing"}
    # Outputs alone, which is what people compare, do not see half of them.
    assert sum("outputs" in variant.caught or "outcome" in variant.caught for variant in WRONG) < len(WRONG) * 0.7
