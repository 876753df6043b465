"""Bodies of requests -> the fields of a form, or one line that says why it is none."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

_MEDIA_TYPE = "application/x-www-form-urlencoded"
_FIELDS = 50


class BadForm(Exception):
    """What was sent is no form of ours; the message is one line."""


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
