"""Folders of generated Markdown: what their files should hold, against what they do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def outdated(expected: Mapping[str, str], folder: Path) -> list[str]:
    """The names of the pages that are missing, differ, or should not be there."""
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in expected.keys() | present.keys() if expected.get(name) != present.get(name))


def write(expected: Mapping[str, str], folder: Path) -> list[str]:
    """Bring the folder up to date and return the names of the pages that changed."""
    changed = outdated(expected, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in expected:
            (folder / name).write_text(expected[name], encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink()
    return changed
