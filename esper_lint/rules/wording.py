"""The differences between two members in words: kinds, numbers, and as many texts as there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from esper_lint.findings import HoleKind
from esper_lint.rules.comparison import RENAMES, Difference, one_to_one
from esper_lint.rules.excerpt import callee, hole_text, shortened, statement_count

_NAME_LIMIT = 20
_SMALLEST_EXCERPT = 24
_SHARED_START = 8
_BETWEEN = " / "
_KINDS = tuple(HoleKind)
_WORDS = {HoleKind.STATEMENTS: "statement"}


def told(found: Sequence[Difference], room: int, *, renamed: bool = True) -> str:
    """``renamed local hidden/x, 2 calls and 1 statement: f(…) / g(…); …``, in ``room`` characters where that can be.

    Renamings are the least of the differences: where there are others, one name of each kind is told, and where even
    that is too long, their number only.  Without ``renamed``, other names are not the same ones renamed.
    """
    others = [one for one in found if one.kind not in RENAMES]
    counts = _counts(others)
    for names in (1 if others else 2, 0):
        kinds = _listed(_renames(found, names, renamed) + counts)
        if len(kinds) <= room:
            break
    return kinds + _texts(others, room - len(kinds))


def _renames(found: Sequence[Difference], limit: int, renamed: bool) -> list[str]:
    parts = []
    for kind in RENAMES:
        pairs = [one for one in found if one.kind is kind]
        if not pairs:
            continue
        noun = (_renamed(kind, pairs) if renamed else f"differing {kind.value}") + ("s" if len(pairs) > 1 else "")
        names = [f"{_renaming(kind, one.mine)}/{_renaming(kind, one.theirs)}" for one in pairs[:limit]]
        more = f" (and {len(pairs) - limit} more)" if len(pairs) > limit else ""
        parts.append(f"{noun} {', '.join(names)}{more}" if limit else f"{len(pairs)} {noun}")
    return parts


def _renaming(kind: HoleKind, text: str) -> str:
    return shortened(hole_text(kind, text), _NAME_LIMIT)


def _renamed(kind: HoleKind, pairs: Sequence[Difference]) -> str:
    """What names of one kind are called: renamed only if they are so one to one, and no name stands on both sides.

    ``norm`` for ``reduction`` here and ``reduction`` for ``norm`` there is another order of layers, not a renaming.
    """
    if not one_to_one(pairs, [kind]):
        return f"differing {kind.value}"
    if {one.mine for one in pairs} & {one.theirs for one in pairs}:
        return f"exchanged {kind.value}"
    # A hole does not tell a local from a global; a class or a constant at least is no local.
    is_local = all(text.islower() for one in pairs for text in (one.mine, one.theirs))
    return "renamed local" if kind is HoleKind.NAME and is_local else f"renamed {kind.value}"


def _counts(found: Sequence[Difference]) -> list[str]:
    counts: Counter[HoleKind] = Counter()
    for one in found:
        # A hole may be a run of statements; what a reader counts is the statements.
        runs = one.kind is HoleKind.STATEMENTS
        counts[one.kind] += max(statement_count(one.mine), statement_count(one.theirs)) if runs else 1
    return [
        f"{number} {_WORDS.get(kind, kind.value)}{'s' if number > 1 else ''}"
        for kind in _KINDS
        if (number := counts[kind])
    ]


def _texts(found: Sequence[Difference], room: int) -> str:
    """``: mine / theirs; …`` for as many differences as there is room for."""
    distinct = sorted(dict.fromkeys(found), key=lambda one: _KINDS.index(one.kind))
    text = ""
    for number, one in enumerate(distinct):
        left = room - len(text) - len("; ") - (len("; …") if number + 1 < len(distinct) else 0)
        mine, theirs = _pair(one)
        if len(mine) + len(theirs) + len(_BETWEEN) > left and left < _SMALLEST_EXCERPT:
            return text + ("; …" if text else "")
        text += f"{'; ' if text else ': '}{_fitted(mine, theirs, left - len(_BETWEEN))}"
    return text


def _pair(difference: Difference) -> tuple[str, str]:
    """Both texts on one line; of calls to different functions only the functions, which say the most."""
    mine, theirs = callee(difference.mine), callee(difference.theirs)
    if difference.kind is HoleKind.CALL and mine and theirs and mine != theirs:
        return mine, theirs
    return hole_text(difference.kind, difference.mine), hole_text(difference.kind, difference.theirs)


def _fitted(mine: str, theirs: str, room: int) -> str:
    """Both sides in ``room`` characters, past what they begin with in common; what one leaves over the other gets."""
    if len(mine) + len(theirs) > room:
        differ = (place for place, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b)
        shared = next(differ, min(len(mine), len(theirs)))
        start = mine.rfind(" ", 0, shared) + 1
        if start > _SHARED_START:
            mine, theirs = f"…{mine[start:]}", f"…{theirs[start:]}"
    half = room // 2
    mine_limit = max(half, room - len(theirs))
    theirs_limit = max(half, room - len(mine))
    return f"{shortened(mine, mine_limit)}{_BETWEEN}{shortened(theirs, theirs_limit)}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
