"""Two JSON values -> the place where they first differ, as one line for people."""

from __future__ import annotations

from collections.abc import Mapping

_SHOWN = 120
_LEAD = 20


def difference(old: object, new: object, where: str = "") -> str | None:
    """``PLACE: OLD, then NEW``; None for equal values.  ``true`` and ``1`` are not equal."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if old.keys() == new.keys():
            if "digest" in old and "sketch" in old:
                return _of_tensors(old, new, where)
            return _first(difference(old[key], new[key], _joined(where, key)) for key in old)
        missing, added = [key for key in old if key not in new], [key for key in new if key not in old]
        parts = [f"{what} {', '.join(map(str, keys[:3]))}" for what, keys in (("no", missing), ("new", added)) if keys]
        return _line(where, f"{' and '.join(parts)} in the new version")
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        found = _first(
            difference(one, other, f"{where}[{_label(one, number)}]")
            for number, (one, other) in enumerate(zip(old, new, strict=False))
        )
        if found is None and len(old) != len(new):
            more = old[len(new)] if len(old) > len(new) else new[len(old)]
            which = "only the original has" if len(old) > len(new) else "only the new version has"
            return _line(where, f"{len(old)} entries became {len(new)}; {which} {_shown(more)}")
        return found
    elif type(old) is type(new) and old == new:
        return None
    return _line(where, _changed(old, new))


def _of_tensors(old: Mapping[str, object], new: Mapping[str, object], where: str) -> str | None:
    """Shapes and dtypes say more than hashes, and the first numbers more than those."""
    rest = [key for key in old if key not in ("digest", "sketch")]
    found = _first(difference(old[key], new[key], _joined(where, key)) for key in rest)
    if found is not None or old["digest"] == new["digest"]:
        return found
    return _line(where, f"numbers {_numbers(old['sketch'])} became {_numbers(new['sketch'])}")


def _numbers(sketch: object) -> str:
    if not isinstance(sketch, (list, tuple)) or not sketch:
        return "(not shown)"
    return f"{', '.join(map(str, sketch[:-1]))}, … (sum of magnitudes {sketch[-1]})"


def _first(lines: object) -> str | None:
    return next((line for line in lines if line is not None), None)  # type: ignore[attr-defined]


def _label(entry: object, number: int) -> str:
    """Rows that begin with a name are known by it."""
    if isinstance(entry, (list, tuple)) and len(entry) > 1 and isinstance(entry[0], str):
        return entry[0]
    return str(number)


def _joined(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _line(where: str, what: str) -> str:
    return f"{where}: {what}" if where else what


def _changed(old: object, new: object) -> str:
    """Long texts from shortly before they part."""
    before, after = _text(old), _text(new)
    common = next((place for place, pair in enumerate(zip(before, after, strict=False)) if len(set(pair)) > 1), 0)
    if max(len(before), len(after)) > _SHOWN and common > _LEAD:
        before, after = "…" + before[common - _LEAD :], "…" + after[common - _LEAD :]
    return f"{_cut(before)} became {_cut(after)}"


def _shown(value: object) -> str:
    return _cut(_text(value))


def _text(value: object) -> str:
    return " ".join((value if isinstance(value, str) else repr(value)).split())


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
