"""Right extractions are certified."""

from __future__ import annotations

import pytest

from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate
from tests.fixing.certificate.examples import EXAMPLES, Example


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_certified(example: Example) -> None:
    found = certify(example.claim())
    assert isinstance(found, Certificate), found
    assert len(found.sites) >= 2
