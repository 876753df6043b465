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
    symbols: array[int],
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
    occurring = set(names)
    numbers = {name: number for number, name in enumerate(name for name in parameters if name in occurring)}
    numbering = array("I", [numbers.setdefault(name, len(numbers)) for name in names])
    # Odd symbols are literal values: blanked, since type 2 clones may differ in them.
    renamed = blake2b(array("Q", [1 if symbol & 1 else symbol for symbol in symbols]).tobytes(), digest_size=12)
    renamed.update(array("I", shape).tobytes())
    renamed.update(numbering.tobytes())
    key = FormKey(exact_key(symbols, names, shape), renamed.hexdigest(), len(symbols), len(symbols) - delegated)
    return Form(key, symbols, tuple(names), signature(symbols))


def exact_key(symbols: array[int], names: Sequence[str], shape: Sequence[int]) -> str:
    """The key that only type 1 clones share."""
    exact = blake2b(symbols.tobytes(), digest_size=12)
    exact.update(array("I", shape).tobytes())
    exact.update("\0".join(names).encode("utf-8", "surrogatepass"))
    return exact.hexdigest()


def signature(symbols: array[int]) -> Signature:
    """The signature of a blind stream; a pure function of its symbols."""
    flags = bytearray(BITS)
    for symbol, count in Counter(symbols).items():
        # An odd multiplier spreads symbols over the bits, an odd stride their ordinals; any fixed choice is correct.
        bit = symbol * 0x9E3779B97F4A7C15 >> 40
        for ordinal in range(count):
            flags[(bit + ordinal * 787) % BITS] = 1
    bits = int(flags.translate(_TO_DIGITS), 2)
    return Signature(len(symbols), bits, bits.bit_count())


_TO_DIGITS = b"01" + bytes(range(2, 256))
