"""What the index holds, as bytes: every payload behind its checksum, and values as pickles that can build nothing else.

The loader knows our own frozen values and refuses whatever a payload names beside them, so a planted file cannot run
code.
"""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esper_lint.discovery.forms import Form

# The values that the index may hold, and nothing else, by module: what a payload names beside these is not loaded.  A
# module is imported when a payload needs it, since a run in which nothing has changed needs few.
_VALUES = {
    "esper_lint.contracts.agreement": ("Difference",),
    "esper_lint.contracts.book": ("Contracts", "Dead", "Drift", "Place"),
    "esper_lint.contracts.declaration": ("Declaration", "Target"),
    "esper_lint.contracts.definitions": ("Definition", "Definitions"),
    "esper_lint.contracts.ledger": ("Verdict",),
    "esper_lint.contracts.suites": ("Problem",),
    "esper_lint.discovery.blocks": ("Block",),
    "esper_lint.discovery.forms": ("FormKey",),
    "esper_lint.discovery.modules": ("ClassFacts", "Forward", "Piece", "SourceFacts"),
    "esper_lint.discovery.noqa": ("Noqa",),
    "esper_lint.discovery.reading": ("FileFacts",),
    "esper_lint.evidence": ("Told",),
    "esper_lint.findings": ("FileError", "Group", "Guard", "Hole", "Member", "NearLink", "Note", "Span"),
    "esper_lint.snapshot": ("Snapshot",),
}
_ENUMERATIONS = {"esper_lint.findings": ("HoleKind", "Severity", "UnitKind")}


def sealed(data: bytes) -> bytes:
    """Bytes behind their checksum."""
    return zlib.crc32(data).to_bytes(4, "little") + data


def opened(data: object) -> bytes | None:
    """The bytes, or None if they are not those that were sealed."""
    if not isinstance(data, bytes) or len(data) < 5 or zlib.crc32(data[4:]) != int.from_bytes(data[:4], "little"):
        return None
    return data[4:]


_FORM = struct.Struct("<24sIIII")


def pack_form(form: Form) -> bytes:
    from esper_lint.discovery.forms import BITS

    key = form.key
    head = _FORM.pack(key.renamed.encode(), key.size, key.own, form.signature.weight, len(form.names))
    bits = form.signature.bits.to_bytes(BITS // 8, "little")
    return sealed(head + bits + form.symbols.tobytes() + "\0".join(form.names).encode("utf-8", "surrogatepass"))


def unpack_form(exact: str, payload: object) -> Form | None:
    """The form that was packed under this key, or None if the payload is damaged."""
    from esper_lint.discovery.forms import BITS, Form, FormKey, Signature

    data = opened(payload)
    if data is None:
        return None
    renamed, size, own, weight, count = _FORM.unpack_from(data)
    middle = _FORM.size + BITS // 8
    end = middle + 8 * size
    signature = Signature(size, int.from_bytes(data[_FORM.size : middle], "little"), weight)
    symbols = array("Q")
    symbols.frombytes(data[middle:end])
    names = tuple(data[end:].decode("utf-8", "surrogatepass").split("\0")) if count else ()
    return Form(FormKey(exact, renamed.decode(), size, own), symbols, names, signature)


def _reducer(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    """Reduces a value to its constructor's arguments, in a quarter of the time that slotted dataclasses take."""
    names = [field.name for field in fields(kind)]
    values = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    return lambda value: (kind, values(value))


@cache
def _reducers() -> dict[type, Callable[[Any], tuple[type, tuple[Any, ...]]]]:
    kinds: Iterator[type] = (
        getattr(import_module(module), name) for module, names in _VALUES.items() for name in names
    )
    return {kind: _reducer(kind) for kind in kinds if not issubclass(kind, tuple)}  # which are their own arguments


def pack(value: object) -> bytes:
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = _reducers()
    pickler.dump(value)
    return sealed(buffer.getvalue())


def unpack(payload: object) -> Any:
    """The value, or None if the payload is damaged or holds anything but our own values."""
    data = opened(payload)
    try:
        return None if data is None else _Loader(io.BytesIO(data)).load()
    except Exception:
        return None


class _Loader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _value(module, name)


@cache
def _value(module: str, name: str) -> Any:
    if name not in (*_VALUES.get(module, ()), *_ENUMERATIONS.get(module, ())):
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of the index")
    return getattr(import_module(module), name)
