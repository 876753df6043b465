"""What is typed into forms, and what is sent that nobody typed."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.dashboard.serving.forms import BadForm, fields_of

FORM = "application/x-www-form-urlencoded"


@given(
    st.dictionaries(st.text(), st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), max_size=9)
)
def test_what_was_typed_arrives(typed: dict[str, str]) -> None:
    assert fields_of(urlencode(typed).encode(), f"{FORM}; charset=UTF-8") == typed


def test_browsers_end_lines_with_two_characters() -> None:
    assert fields_of(b"a=1%0D%0A2%0D3%0A4", FORM) == {"a": "1\n2\n3\n4"}


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/json"])
def test_a_form_is_sent_as_one(kind: str) -> None:
    with pytest.raises(BadForm, match="must be sent as"):
        fields_of(b"a=1", kind)


@pytest.mark.parametrize("body", [b"a=%FF", b"\xff=1", b"&".join(b"a%d=1" % n for n in range(51)), b"a=1&a=2"])
def test_what_no_form_of_ours_sends_is_refused(body: bytes) -> None:
    with pytest.raises(BadForm):
        fields_of(body, FORM)
