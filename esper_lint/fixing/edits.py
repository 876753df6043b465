"""What a fix comes to: files with other bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What to write: ``path`` is where, ``name`` what people call it; None stands for no file at all."""

    path: str
    name: str
    before: bytes | None
    after: bytes | None
