"""Whatever the texts are, there is an answer, of one line and with a place."""

from __future__ import annotations

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate, Claim, MergeClaim, Rejected, Rewritten, SiteClaim
from esper_lint.fixing.certificate.merging import certify_merge
from tests.fixing.certificate.examples import EXAMPLES, Example, definitions
from tests.programs import BODIES, module

_TEXTS = [text for example in EXAMPLES for text in (example.before, example.after)]


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """A text in which some characters or lines are not what they were."""
    text = draw(st.sampled_from(_TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        text = (
            text[:start]
            + draw(
                st.one_of(st.text(max_size=3), st.sampled_from(["\n", "\t", "(", '"""', "\\", "\x0c", "\r", "_attend"]))
            )
            + text[end:]
        )
    return text


_ANY = st.one_of(st.text(), _damaged(), BODIES.map(module), st.sampled_from(_TEXTS))
_NAMES = st.sampled_from(["_attend", "f", "Seed.forward", "", "a..b", "0", "if", "\ud800"])


def _check(found: Certificate | Rejected) -> None:
    if isinstance(found, Rejected):
        assert found.kind and found.reason and "\n" not in found.reason
        assert found.line >= 1


def _check_any(before: str, after: str, helper: str, site: str, line: int, *, new: bool) -> None:
    file = Rewritten("m.py", None if new else before, after, helper)
    sites = (SiteClaim("m.py", site, line), SiteClaim("m.py", site, line + 1))
    _check(certify(Claim((file,), (("m.py", helper),), sites, stable_attributes=new)))
    _check(certify_merge(MergeClaim(file, helper, sites)))


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(_ANY, _ANY, _NAMES, _NAMES, st.integers(-1, 30), st.booleans())
def test_any_texts(before: str, after: str, helper: str, site: str, line: int, new: bool) -> None:
    _check_any(before, after, helper, site, line, new=new)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(hypothesmith.from_grammar("file_input"), _NAMES, st.integers(1, 3), st.booleans())
def test_any_programs(text: str, name: str, line: int, new: bool) -> None:
    _check_any(text, f"import typing\n\n{text}", name, name, line, new=new)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(EXAMPLES), _damaged())
def test_a_damaged_text_after(example: Example, after: str) -> None:
    _check(certify(example.claim(after=after)))


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(BODIES, BODIES)
def test_any_functions(before: str, after: str) -> None:
    """Sites that are there, and call a helper that is there too."""
    texts = (
        module(before),
        module(f"_h(self, va)\n{after}").replace("class", f"def _h(self, va):\n    {'pass'}\n\nclass", 1),
    )
    try:
        lines = [line for line, _ in definitions(texts[0]).values()]
    except (SyntaxError, ValueError):
        lines = []
    sites = tuple(SiteClaim("m.py", "Seed.forward", line) for line in lines[:1])
    _check(certify(Claim((Rewritten("m.py", *texts),), (("m.py", "_h"),), sites)))


@pytest.mark.parametrize(
    "text", ["(" * 5000, "x = " + "(" * 90 + ")" * 90, "-" * 20000 + "1", "x" + ".y" * 5000, "a\0b", "\ud800"]
)
def test_texts_that_are_nested_too_deeply(text: str) -> None:
    site = SiteClaim("m.py", "f", 1)
    source = f"def f():\n    return {text}\n"
    for before, after in ((source, source), ("def f(): pass\n", source), (source, "def f(): pass\n")):
        _check(certify(Claim((Rewritten("m.py", before, after),), (), (site,))))
