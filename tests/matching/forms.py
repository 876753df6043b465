"""Forms made of letters: a capital is a global symbol, ``x`` and the like a local, ``.p`` an attribute of self."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from hypothesis import strategies as st

from esper_lint.discovery.forms import ATTRIBUTE, LOCAL, Form, normal_form


def form(elements: Sequence[str] | str) -> Form:
    """The form of a stream, given as a list or as words."""
    words = elements.split() if isinstance(elements, str) else elements
    symbols = array("Q")
    names = []
    for word in words:
        if word[0].isupper():
            symbols.append(1 << 63 | sum(ord(letter) << 8 * at for at, letter in enumerate(word)) << 1)
        else:
            symbols.append(ATTRIBUTE if word.startswith(".") else LOCAL)
            names.append(word)
    return normal_form(symbols, names, [])


ELEMENTS = st.sampled_from(["A", "B", "C", "x", "y", "z", ".p", ".q", ".r"])
STREAMS = st.lists(ELEMENTS, max_size=24)


@st.composite
def related_streams(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two streams, the second an edit of the first."""
    one = draw(st.lists(ELEMENTS, min_size=1, max_size=40))
    other = list(one)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(other)))
        other[at : at + draw(st.integers(0, 3))] = draw(st.lists(ELEMENTS, max_size=3))
    return one, other
