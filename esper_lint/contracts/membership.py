"""Declarations -> contracts: who is in which, who is held against whom, and which declarations are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from esper_lint.contracts.book import Dead
from esper_lint.contracts.declaration import Declaration
from esper_lint.contracts.definitions import Definition
from esper_lint.contracts.renaming import Renaming
from esper_lint.contracts.targets import Unresolved


class Located(NamedTuple):
    """A definition and the name of its file."""

    path: str
    definition: Definition

    @property
    def name(self) -> str:
        return self.definition.qualname.rpartition(".")[2]


class Following(NamedTuple):
    """A member and the source that it is held against, once ``declaration.renames`` are applied to that."""

    contract: str
    member: Located
    source: Located
    declaration: Declaration

    @property
    def renaming(self) -> Renaming:
        """What makes the member's identifiers of the source's."""
        renames = dict(self.declaration.renames)
        own = self.source.name, self.member.name
        return Renaming({}, renames, own) if self.declaration.parts else Renaming(renames, {}, own)

    @property
    def is_copy(self) -> bool:
        """Whether it is a ``Copied from``, whose member may have ignored parts."""
        return not self.declaration.group


Declared = tuple[Located, Declaration]
Resolve = Callable[[Declaration, Located], Located]
ForwardOf = Callable[[Located], "Located | None"]

_Node = tuple[str, int]


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


def memberships(declared: Iterable[Declared], resolve: Resolve, forward_of: ForwardOf) -> Memberships:
    """``resolve`` gives the definition that a declaration at a member follows, or raises Unresolved, and
    ``forward_of`` the one forward of a class."""
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
    _add_copies(found, copies, sources, forward_of)
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
    followers = {one[0] for one in members if one in sources}
    ends = [source for source in named if source not in followers]  # not those in the middle of a chain
    plain = [member for member, declaration in members if not declaration.renames]
    reference = [*ends, *named, *plain, *everyone][0]
    seen: set[Located] = set()
    hanging = _Hanging()
    for one in members:
        member, declaration = one
        source = sources.get(one, reference)
        if member in seen:
            found.dead.append(_dead(one, f"`lockstep({group})` is declared here already"))
        elif source != member and (declaration.target is None or one in sources):
            if source.definition.is_class != member.definition.is_class:
                kind = "class" if source.definition.is_class else "function"
                message = f"`{source.definition.qualname}` of `{group}` is a {kind}, which this is not"
                found.dead.append(_dead(one, message))
            else:
                found.followings.append(Following(group, member, source, declaration))
                hanging.join(_node(member), _node(source))
        seen.add(member)
    place = f"{members[0][0].path}:{members[0][1].line}"
    for located in everyone:
        if hanging.holds(_node(located)):
            key = "lockstep {} {}:{}".format(group, *hanging.root(_node(located)))
            found.names[key] = group, place
            found.add(located, key)


def _add_copies(
    found: Memberships, copies: list[Declared], sources: Mapping[Declared, Located], forward_of: ForwardOf
) -> None:
    """Copies have no name in common, so whatever hangs together is one contract.

    A forward that is a copy by itself hangs together with those that are because their classes are.
    """
    hanging = _Hanging()
    ends: list[tuple[_Node, Located, str]] = []
    for one in copies:
        member, source = one[0], sources[one]
        found.followings.append(Following("", member, source, one[1]))
        place = f"{member.path}:{one[1].line}"
        pairs = [(member, source)]
        inner = forward_of(member), forward_of(source)
        if inner[0] is not None and inner[1] is not None:
            pairs.append((inner[0], inner[1]))
        for mine, theirs in pairs:
            hanging.join(_node(mine), _node(theirs))
            ends += [(_node(mine), member, place), (_node(theirs), source, place)]
    places: dict[_Node, str] = {}
    for node, _, place in ends:
        places.setdefault(hanging.root(node), place)
    for node, end, _ in ends:
        key = "copy {}:{}".format(*hanging.root(node))
        found.names[key] = "Copied from", places[hanging.root(node)]
        found.add(end, key)


class _Hanging:
    """Which definitions hang together, directly or through others."""

    def __init__(self) -> None:
        self._parents: dict[_Node, _Node] = {}

    def holds(self, node: _Node) -> bool:
        return node in self._parents

    def join(self, one: _Node, other: _Node) -> None:
        self._parents[self.root(one)] = self.root(other)

    def root(self, node: _Node) -> _Node:
        while (parent := self._parents.setdefault(node, node)) != node:
            self._parents[node] = node = self._parents[parent]
        return node


def _node(one: Located) -> _Node:
    return one.path, one.definition.line


def _dead(one: Declared, message: str) -> Dead:
    member, declaration = one
    return Dead(member.path, declaration.line, declaration.column, message, is_certain=False)
