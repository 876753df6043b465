"""The cases of a class -> further ones, generated from them by what the sources say of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from esper_lint.verification.generating import generated
from esper_lint.verification.pairing import Inventory
from esper_lint.verification.placing import fits
from esper_lint.verification.signatures import Signature, signature_in
from esper_lint.verification.specs import Case

_BASES = 8  # cases that others are made from


class Enlarging:
    """Makes cases like those that there are; the same ones wherever it is asked."""

    def __init__(self, held: Inventory, seed: int) -> None:
        self._held = held
        self._seed = seed
        self._known: dict[str, Signature | None] = {}

    def __call__(self, cases: Sequence[Case], count: int) -> Sequence[Case]:
        """Up to ``count`` cases that are not among ``cases``, from each of the first ones in turn."""
        if count < 1:
            return ()
        # All could be asked of each: those that find few leave room to the others.
        found = (generated(case, count, seed=self._seed, signature_of=self.signature) for case in cases[:_BASES])
        taken = chain.from_iterable(zip_longest(*found))
        known = set(cases)
        unique = dict.fromkeys(case for case in taken if case is not None and case not in known)
        return list(unique)[:count]

    def signature(self, name: str) -> Signature | None:
        """That of a ``MODULE:QUALNAME``, as the sources have it; None if they do not tell."""
        if name not in self._known:
            module, _, qualname = name.partition(":")
            found = (signature_in(text, qualname) for text in self._texts(module))
            self._known[name] = next((one for one in found if one is not None), None)
        return self._known[name]

    def _texts(self, module: str) -> Iterator[str]:
        for file, data in self._held.texts.items():
            if fits(self._held.version, file, module):
                yield data.decode("utf-8", "replace")
