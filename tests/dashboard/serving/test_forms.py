"""What is typed into forms, and what is sent that nobody typed."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.dashboard.serving.forms import (
    LINE_CHARACTERS,
    TEXT_CHARACTERS,
    BadForm,
    Mistyped,
    fields_of,
    line_in,
    text_in,
)

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


def test_a_line_is_one_line() -> None:
    assert line_in({"who": "  Ada\n Lovelace\t"}, "who", "The name") == "Ada Lovelace"
    assert line_in({}, "who", "The name", is_required=False) == ""
    with pytest.raises(Mistyped, match=r"^The name is missing\.$"):
        line_in({"who": " \n"}, "who", "The name")
    with pytest.raises(Mistyped, match=r"^The name may have 200 characters at most\.$"):
        line_in({"who": "x" * (LINE_CHARACTERS + 1)}, "who", "The name")


def test_a_text_has_an_end() -> None:
    assert text_in({"why": "\n one\n\n two \n"}, "why", "The evaluation") == "one\n\n two"
    assert text_in({"why": "x" * TEXT_CHARACTERS}, "why", "The evaluation")
    with pytest.raises(Mistyped, match=r"^The evaluation may have 20,000 characters at most; it has 20,001\.$"):
        text_in({"why": "x" * (TEXT_CHARACTERS + 1)}, "why", "The evaluation")
    with pytest.raises(Mistyped, match=r"^The evaluation is missing\.$"):
        text_in({"why": "\n"}, "why", "The evaluation")


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x00", "\x9b31m", "\x07", "\x08", "\x7f"])
def test_terminal_escapes_are_not_taken(escape: str) -> None:
    with pytest.raises(Mistyped, match=r"has control characters in it\.$"):
        text_in({"why": f"fine {escape} fine"}, "why", "The evaluation")
    with pytest.raises(Mistyped, match=r"has control characters in it\.$"):
        line_in({"who": f"fine {escape} fine"}, "who", "The name")
