"""The elements of a JSON array, one a line, so that two documents can be compared line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator


def elements(objects: Iterable[object]) -> Iterator[str]:
    """Each object in ASCII by the encoder in C, which indentation by the library would switch off."""
    written: str | None = None
    for item in objects:
        if written is not None:
            yield f"{written},"
        written = json.dumps(item)
    if written is not None:
        yield written
