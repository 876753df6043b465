"""Names of definitions that are much alike -> what to write so that one contract holds them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from esper_lint.config import Config
from esper_lint.contracts.definitions import Definition, read_definitions
from esper_lint.contracts.ledger import Ledger
from esper_lint.contracts.membership import Located
from esper_lint.contracts.targets import Targets
from esper_lint.discovery.decoding import Undecodable
from esper_lint.discovery.files import FileSet
from esper_lint.fixing.edits import FileEdit
from esper_lint.fixing.line_length import line_length
from esper_lint.fixing.lockstep.proposing import Inexpressible, proposal
from esper_lint.fixing.stems import words_in_common
from esper_lint.fixing.texts import Unwritable, with_lines
from esper_lint.fixing.working_copy import WorkingCopy
from esper_lint.progress import Progress

_UNREADABLE = (Undecodable, SyntaxError, ValueError, RecursionError, MemoryError)
_ROUNDS = 5


class CannotDeclare(Exception):
    """Why no contract was written; the message is one line."""


@dataclass(frozen=True, slots=True)
class Declared:
    name: str
    edits: tuple[FileEdit, ...]


def declared(
    files: FileSet, config: Config, names: Sequence[str], name: str, reason: str, progress: Progress, cwd: str
) -> Declared:
    """A contract of the definitions ``names``, each PATH:QUALNAME or the end of a qualname; the first is followed.

    Raises CannotDeclare, and TreeChanged.
    """
    tree = WorkingCopy(files)
    book = _ledger(tree, config, progress).book(tree.lockstep, frozenset(), is_whole=True)
    known = {found for found, _ in book.names.values()}
    members = [_found(tree, config, one, cwd) for one in names]
    for number, one in enumerate(members):
        if any(_overlap(one, other) for other in members[:number]):
            raise CannotDeclare(f"`{one.definition.qualname}` is in another of these, or named twice")
        if one.path in tree.generated:
            raise CannotDeclare(f"{one.path} is a generated file")
        if one.definition.is_class != members[0].definition.is_class:
            raise CannotDeclare("a class and a function have no contract with each other")
    if name in known:
        raise CannotDeclare(f"there is a contract `{name}` already, at {dict(book.names.values())[name]}")
    name = name or _free(_stem([_class_name(one) for one in members]), known)
    texts, renames = _texts(tree, members, name)
    targets = Targets(tree.digests, config.project)
    source, width = members[0], line_length(config.project)
    for one, lines, pairs in sorted(zip(members, texts, renames, strict=True), key=_from_below):
        module = "" if one.path == source.path else f"{targets.module_of(source.path)}:"
        parts = [f"lockstep({name})"]
        if one is not source:
            parts.append(f"of={module}{source.definition.qualname}")
            parts += [f"map={','.join(f'{old}->{new}' for old, new in sorted(pairs.items()))}"] if pairs else []
        elif reason:
            parts.append(f'reason="{_escaped(reason)}"')
        comment = _comment(parts, _indent(lines[0]), width)
        try:
            text = with_lines(tree.text(one.path), one.definition.first, one.definition.end, [*comment, *lines])
        except Unwritable as error:
            raise CannotDeclare(f"{one.path}: {error}") from None
        tree.change(one.path, text)
    _verify(tree, config, name, len(members), progress)
    return Declared(name, tuple(FileEdit(tree.path(file), file, *data) for file, *data in tree.changes()))


def _texts(tree: WorkingCopy, members: Sequence[Located], name: str) -> tuple[list[list[str]], list[Mapping[str, str]]]:
    """The lines of all members with the gaps that they need, and the renames of each."""
    texts = [tree.lines(one.path)[one.definition.first - 1 : one.definition.end] for one in members]
    renames: list[Mapping[str, str]] = [{} for _ in members]
    for _ in range(_ROUNDS):  # a gap that one member needs must be in all
        before = [list(text) for text in texts]
        for number, one in enumerate(members[1:], 1):
            try:
                found = proposal(texts[0], texts[number], {members[0].name: one.name}, name)
            except Inexpressible as error:
                place = f"{one.path}:{one.definition.first + error.line}"
                raise CannotDeclare(f"{place}: no map or gap can express how they differ: {error}") from None
            texts[0], texts[number], renames[number] = list(found.source), list(found.member), found.renames
        if texts == before:
            return texts, renames
    raise CannotDeclare("the gaps of these members do not fit together; write contracts of two at a time")


def _verify(tree: WorkingCopy, config: Config, name: str, count: int, progress: Progress) -> None:
    """Ask the ledger, as a check will, whether all of them are in the contract and agree.  Raises CannotDeclare."""
    tree.lockstep.update(file for file, _, _ in tree.changes())
    book = _ledger(tree, config, progress).book(tree.lockstep, frozenset(), is_whole=True)
    for drift in book.drifts:
        if drift.contract == name:
            raise CannotDeclare(f"{drift.member.path}:{drift.line}: the members would not agree under `{name}`")
    labels = {key for key, (label, _) in book.names.items() if label == name}
    held = sum(not labels.isdisjoint(keys) for found in book.members.values() for keys in found.values())
    changed = {file for file, _, _ in tree.changes()}
    dead = [one for one in book.dead if one.path in changed and f"`{name}`" in one.message]
    if held != count or dead:
        raise CannotDeclare(dead[0].message if dead else f"only {held} of {count} would be in the contract")


# -- who ----------------------------------------------------------------------------------------------------------


def _found(tree: WorkingCopy, config: Config, spec: str, cwd: str) -> Located:
    """The definition that somebody means.  Raises CannotDeclare, with the nearest name."""
    path, colon, qualname = spec.rpartition(":")
    last = qualname.rpartition(".")[2]
    if colon:
        name = os.path.relpath(os.path.join(cwd, path), config.project).replace(os.sep, "/")
        if name not in tree.digests:
            raise CannotDeclare(f"{path} is not among the files compared")
        everything = {name: _definitions(tree, name)}
    else:
        everything = {name: _definitions(tree, name) for name in tree.digests if tree.holds(name, last)}
    found = [
        Located(name, one)
        for name, definitions in everything.items()
        for one in definitions
        if one.qualname == qualname or one.qualname.endswith(f".{qualname}")
    ]
    exact = [one for one in found if one.definition.qualname == qualname]
    found = exact if len(exact) == 1 else found
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(f"{one.path}:{one.definition.qualname} (line {one.definition.line})" for one in found[:4])
        raise CannotDeclare(f"`{spec}` names {len(found)} definitions: {places}")
    if not colon:
        everything = {name: _definitions(tree, name) for name in tree.digests}
    known = {one.qualname: name for name, definitions in everything.items() for one in definitions}
    known |= {qualname.rpartition(".")[2]: name for qualname, name in known.items()}
    near = get_close_matches(qualname, sorted(known), 1)
    hint = f"; did you mean `{near[0]}` ({known[near[0]]})?" if near else ""
    raise CannotDeclare(f"no class or function `{qualname}` among the files compared{hint}")


def _definitions(tree: WorkingCopy, name: str) -> Sequence[Definition]:
    if not tree.digests[name]:
        return ()
    try:
        lines = tree.lines(name)
        return read_definitions("\n".join(lines), lines, lockstep=False, copies=False).definitions
    except _UNREADABLE:
        return ()


def _overlap(one: Located, other: Located) -> bool:
    mine, theirs = one.definition, other.definition
    return one.path == other.path and mine.first <= theirs.end and theirs.first <= mine.end


def _from_below(entry: tuple[Located, object, object]) -> tuple[str, int]:
    return entry[0].path, -entry[0].definition.first


def _ledger(tree: WorkingCopy, config: Config, progress: Progress) -> Ledger:
    return Ledger(tree, config, progress, {}, {})


# -- words --------------------------------------------------------------------------------------------------------


def _class_name(one: Located) -> str:
    """The class that a member is, or is a method of."""
    parts = one.definition.qualname.split(".")
    return parts[-1] if one.definition.is_class or len(parts) == 1 else parts[-2]


def _stem(names: Sequence[str]) -> str:
    """The words that all names have, in lower case; else the first name."""
    return "-".join(words_in_common(names)) or names[0].lower()


def _free(stem: str, known: set[str]) -> str:
    numbered = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(known) + 2))
    return next(name for name in numbered if name not in known)


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')


def _comment(parts: Sequence[str], indent: str, width: int) -> list[str]:
    """The declaration, in as many lines as it takes; all but the last end in a backslash."""
    lines = [f"{indent}# esper:"]
    for piece in _pieces(parts):
        if len(lines[-1]) + len(piece) + 2 <= width or lines[-1].endswith(("# ", ":")):
            lines[-1] += piece
        else:
            lines[-1] += " \\" if piece.startswith(" ") else "\\"
            lines.append(f"{indent}#     {piece.lstrip()}")
    return lines


def _pieces(parts: Sequence[str]) -> Iterator[str]:
    """The text cut where a line may end: before a blank, and after a comma of a list."""
    for part in parts:
        yield from re.findall(r" ?[^ ,]*,?|,", f" {part}")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
