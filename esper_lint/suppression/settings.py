"""Per-file ignores: the setting's patterns -> for each file the patterns and codes that apply to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_Ignores = Sequence[tuple[str, tuple[str, ...]]]


def per_file_silencers(settings: _Ignores, names: Iterable[str]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """name -> (pattern, codes) of every git-ignore style pattern that matches it."""
    if not settings:
        return {}
    from pathspec import GitIgnoreSpec

    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    listed = list(names)
    for pattern, codes in settings:
        for name in GitIgnoreSpec.from_lines([pattern]).match_files(listed):
            found.setdefault(name, []).append((pattern, codes))
    return found
