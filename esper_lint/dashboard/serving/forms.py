"""Bodies of requests -> what somebody typed, within limits, or one line that says what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import parse_qsl

TEXT_CHARACTERS = 20_000
LINE_CHARACTERS = 200

_MEDIA_TYPE = "application/x-www-form-urlencoded"
_FIELDS = 50


class BadForm(Exception):
    """What was sent is no form of ours; the message is one line."""


class Mistyped(Exception):
    """What somebody typed cannot be taken; the message is one line for them."""


def fields_of(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form, none of an empty body.  Line ends come back as LF.  Raises BadForm."""
    if not body:
        return {}
    if content_type.partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise BadForm(f"A form must be sent as {_MEDIA_TYPE}.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_FIELDS
        )
    except ValueError:
        raise BadForm("That is no form of this dashboard.") from None
    fields = {name: re.sub(r"\r\n?", "\n", text) for name, text in pairs}
    if len(fields) != len(pairs):
        raise BadForm("A field was sent twice.")
    return fields


def line_in(fields: Mapping[str, str], name: str, label: str, *, is_required: bool = True) -> str:
    """One line of text.  Raises Mistyped; ``label`` is what people call the field."""
    text = " ".join(fields.get(name, "").split())
    if is_required and not text:
        raise Mistyped(f"{label} is missing.")
    if len(text) > LINE_CHARACTERS:
        raise Mistyped(f"{label} may have {LINE_CHARACTERS} characters at most.")
    return _printable(text, label)


def text_in(fields: Mapping[str, str], name: str, label: str) -> str:
    """Text of several lines, without blank lines at its ends.  Raises Mistyped."""
    text = fields.get(name, "").strip()
    if not text:
        raise Mistyped(f"{label} is missing.")
    if len(text) > TEXT_CHARACTERS:
        raise Mistyped(f"{label} may have {TEXT_CHARACTERS:,} characters at most; it has {len(text):,}.")
    return _printable(text, label)


def _printable(text: str, label: str) -> str:
    """Escapes would do something to the terminal in which somebody reads the ticket; nobody types them."""
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in text):
        raise Mistyped(f"{label} has control characters in it.")
    return text
