"""Bytes of a file -> the versions of the units in it: all of their forms that comparing over time needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from esper_lint.discovery.forms import Form, FormKey
from esper_lint.discovery.reading import facts_of
from esper_lint.findings import UnitKind


class Version(NamedTuple):
    """What a unit says.  Equal ``renamed``: equal but for consistent renaming and for literals; equal ``literal``: but
    for consistent renaming; equal ``exact``: but for comments and layout.  ``own`` is the size that it is
    measured by.  ``forward`` is the version of a class's first forward."""

    exact: str
    literal: str
    renamed: str
    own: int
    forward: Version | None = None


class Written(NamedTuple):
    """A unit of a file: the qualified name of its class, its version, and the line of its ``forward``.

    Of a class with several forwards, the whole class has the line of the first.
    """

    qualname: str
    version: Version
    line: int


Units = Mapping[UnitKind, tuple[Written, ...]]
"""The units of a file by kind, in their order."""


def units_in(data: bytes) -> Units | None:
    """The units of all classes that have a forward, or None for a file that cannot be read."""
    facts, forms = facts_of(data)
    if facts.error:
        return None
    by_key = {form.key.exact: form for form in forms}
    found: dict[UnitKind, list[Written]] = {kind: [] for kind in UnitKind}
    for owner in facts.source.classes:
        forwards = [Written(owner.qualname, _version(one.form, by_key), one.line) for one in owner.forwards]
        found[UnitKind.FORWARD] += forwards
        if owner.form is not None:
            version = _version(owner.form, by_key)._replace(forward=forwards[0].version)
            found[UnitKind.CLASS].append(Written(owner.qualname, version, forwards[0].line))
    return {kind: tuple(units) for kind, units in found.items()}


def to_row(version: Version) -> tuple[Any, ...]:
    """A version as plain values, for the index."""
    return (*version[:-1], version.forward and tuple(version.forward))


def from_row(row: Sequence[Any]) -> Version:
    *own, forward = row
    return Version._make((*own, forward and Version(*forward)))


def _version(key: FormKey, forms: Mapping[str, Form]) -> Version:
    # Symbols tell literals apart and leave names open; how names are renamed is in the other key.
    literal = blake2b(key.renamed.encode(), digest_size=12)
    literal.update(forms[key.exact].symbols.tobytes())
    return Version(key.exact, literal.hexdigest(), key.renamed, key.own)
