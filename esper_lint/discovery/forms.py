"""The normal forms of a unit: its symbol stream, the names behind it, its equality keys and its signature."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

LOCAL = 2
ATTRIBUTE = 4

BITS = 2048


@dataclass(frozen=True, slots=True)
class FormKey:
    """What suffices to tell equality and size.

    Equal ``exact`` keys mean a type 1 clone; equal ``renamed`` keys mean equality up to a consistent renaming of locals
    and attributes and any change of literals (type 2).  ``size`` counts symbols, and ``own`` those of a forward that
    are not in a statement that only calls a helper.
    """

    exact: str
    renamed: str
    size: int
    own: int


class Signature(NamedTuple):
    """A multiset of symbols in ``BITS`` bits, one for each k-th occurrence of a symbol; ``weight`` bits are set."""

    size: int
    bits: int
    weight: int


class Sketch(NamedTuple):
    """What suffices to tell whether a form may be like another."""

    renamed: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Form:
    """A unit's stream, and ``names[k]``, the name behind its k-th ``LOCAL`` or ``ATTRIBUTE`` symbol.

    Attributes begin with a dot, and a local of a class unit with its method.
    """

    key: FormKey
    symbols: array[int]
    names: tuple[str, ...]
    signature: Signature

    @property
    def sketch(self) -> Sketch:
        return Sketch(self.key.renamed, self.signature)


def normal_form(
    symbols: Sequence[int],
    names: Sequence[str],
    shape: Sequence[int],
    parameters: Sequence[str] = (),
    delegated: int = 0,
) -> Form:
    """The form of a stream; ``shape`` are the marks that make the stream determine its tree.  So many of its symbols
    are ``delegated`` to helpers.

    ``parameters`` come first in the numbering, in their order: bodies that use them exchanged are no renaming of each
    other, since callers bind them by position.
    """
    stored, marks = array("Q", symbols), array("I", shape).tobytes()
    occurring = set(names)
    numbers = {name: number for number, name in enumerate(name for name in parameters if name in occurring)}
    numbering = array("I", [numbers.setdefault(name, len(numbers)) for name in names])
    # Odd symbols are literal values: blanked, since type 2 clones may differ in them.
    renamed = blake2b(array("Q", [1 if symbol & 1 else symbol for symbol in symbols]).tobytes(), digest_size=12)
    renamed.update(marks)
    renamed.update(numbering.tobytes())
    key = FormKey(_exact(stored, names, marks), renamed.hexdigest(), len(stored), len(stored) - delegated)
    return Form(key, stored, tuple(names), signature(symbols))


def exact_key(symbols: Sequence[int], names: Sequence[str], shape: Sequence[int]) -> str:
    """The key that only type 1 clones share."""
    return _exact(array("Q", symbols), names, array("I", shape).tobytes())


def _exact(symbols: array[int], names: Sequence[str], shape: bytes) -> str:
    exact = blake2b(symbols.tobytes(), digest_size=12)
    exact.update(shape)
    exact.update("\0".join(names).encode("utf-8", "surrogatepass"))
    return exact.hexdigest()


def signature(symbols: Sequence[int]) -> Signature:
    """The signature of a blind stream; a pure function of its symbols."""
    digits = bytearray(_NO_BITS)
    for symbol, count in Counter(symbols).items():
        # An odd multiplier spreads symbols over the bits; any fixed choice is correct, also that the bits of one
        # symbol stand side by side.
        bit = (symbol * 0x9E3779B97F4A7C15 >> 40) % BITS
        if count == 1:
            digits[bit] = _ONE
        else:
            end = bit + count
            digits[bit:end] = b"1" * count
            if end > BITS:  # go on from the start
                over = min(len(digits) - BITS, BITS)
                del digits[BITS:]
                digits[:over] = b"1" * over
    bits = int(digits, 2)
    return Signature(len(symbols), bits, bits.bit_count())


_ONE = ord("1")
_NO_BITS = b"0" * BITS
