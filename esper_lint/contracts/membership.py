"""Declarations -> contracts: who is in which, who is held against whom, and which declarations are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from esper_lint.contracts.book import Dead
from esper_lint.contracts.declaration import Declaration
from esper_lint.contracts.definitions import Definition
from esper_lint.contracts.targets import Unresolved


class Located(NamedTuple):
    """A definition and the name of its file."""

    path: str
    definition: Definition


class Following(NamedTuple):
    """A member and the source that it is held against, once ``declaration.renames`` are applied to that."""

    contract: str
    member: Located
    source: Located
    declaration: Declaration


Declared = tuple[Located, Declaration]
Resolve = Callable[[Declaration, Located], Located]

_Node = tuple[str, str]


@dataclass
class Memberships:
    """``members`` and ``names`` as in ``Contracts``, who is held against whom, and which declarations are dead."""

    followings: list[Following] = field(default_factory=list)
    members: dict[str, dict[tuple[int, int], tuple[str, ...]]] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    dead: list[Dead] = field(default_factory=list)

    def add(self, one: Located, key: str) -> None:
        """Put a definition into a contract."""
        extents = self.members.setdefault(one.path, {})
        extent = one.definition.line, one.definition.end
        if key not in extents.get(extent, ()):
            extents[extent] = (*extents.get(extent, ()), key)


def memberships(declared: Iterable[Declared], resolve: Resolve) -> Memberships:
    """``resolve`` gives the definition that a declaration at a member follows, or raises Unresolved."""
    found = Memberships()
    groups: dict[str, list[Declared]] = {}
    sources: dict[Declared, Located] = {}
    copies: list[Declared] = []
    for one in sorted(declared, key=lambda one: (one[0].path, one[1].line)):
        member, declaration = one
        if declaration.group:
            groups.setdefault(declaration.group, []).append(one)
        if declaration.target is None:
            continue
        try:
            sources[one] = _checked(member, resolve(declaration, member))
        except Unresolved as error:
            found.dead.append(_dead(one, str(error)))
        else:
            if not declaration.group:
                copies.append(one)
    for group, members in groups.items():
        _add_group(found, group, members, sources)
    _add_copies(found, copies, sources)
    return found


def _checked(member: Located, source: Located) -> Located:
    if member == source:
        raise Unresolved(f"`{source.definition.qualname}` is this definition itself")
    if member.definition.is_class != source.definition.is_class:
        kind = "class" if source.definition.is_class else "function"
        raise Unresolved(f"`{source.definition.qualname}` is a {kind}, which this is not")
    return source


def _add_group(found: Memberships, group: str, members: list[Declared], sources: Mapping[Declared, Located]) -> None:
    """A contract by name.  Who names no source follows the one that others name, else the first without renames."""
    named = [sources[one] for one in members if one in sources]
    everyone = list(dict.fromkeys([*named, *(member for member, _ in members)]))
    if len(everyone) < 2:
        if members[0][1].target is None:
            found.dead.append(_dead(members[0], f"no other class or def declares `lockstep({group})`"))
        return
    plain = [member for member, declaration in members if not declaration.renames]
    reference = [*named, *plain, *everyone][0]
    key = f"lockstep {group}"
    found.names[key] = group, f"{members[0][0].path}:{members[0][1].line}"
    for located in everyone:
        found.add(located, key)
    for one in members:
        member, declaration = one
        source = sources.get(one, reference)
        if declaration.target is not None and one not in sources:
            continue  # dead
        if source == member:
            continue
        if source.definition.is_class != member.definition.is_class:
            kind = "class" if source.definition.is_class else "function"
            found.dead.append(_dead(one, f"`{source.definition.qualname}` of `{group}` is a {kind}, which this is not"))
            continue
        found.followings.append(Following(group, member, source, declaration))


def _add_copies(found: Memberships, copies: list[Declared], sources: Mapping[Declared, Located]) -> None:
    """Copies have no name in common, so whatever hangs together is one contract.

    A forward that is a copy by itself hangs together with those that are because their classes are.
    """
    parents: dict[_Node, _Node] = {}

    def root(node: _Node) -> _Node:
        while (parent := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[parent]
        return node

    ends: list[tuple[_Node, Located, str]] = []
    for one in copies:
        member, source = one[0], sources[one]
        found.followings.append(Following("", member, source, one[1]))
        for suffix in ("", ".forward") if member.definition.is_class else ("",):
            node = member.path, member.definition.qualname + suffix
            other = source.path, source.definition.qualname + suffix
            parents[root(node)] = root(other)
            place = f"{member.path}:{one[1].line}"
            ends += [(node, member, place), (other, source, place)]
    places: dict[_Node, str] = {}
    for node, _, place in ends:
        places.setdefault(root(node), place)
    for node, end, _ in ends:
        key = "copy {}:{}".format(*root(node))
        found.names[key] = "Copied from", places[root(node)]
        found.add(end, key)


def _dead(one: Declared, message: str) -> Dead:
    member, declaration = one
    return Dead(member.path, declaration.line, declaration.column, message, is_certain=False)
