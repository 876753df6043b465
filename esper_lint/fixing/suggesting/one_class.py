"""Whole-class clones that could be one class: as they are, or with an argument for the little that differs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from esper_lint.findings import Group, HoleKind, Member
from esper_lint.fixing.suggesting.parsing import parsed
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.rules.comparison import Comparison, Difference
from esper_lint.rules.excerpt import callee
from esper_lint.rules.wording import told

_MOST_ARGUMENTS = 3  # a class with more switches than that is two classes
_ROOM = 80


def one_class(group: Group, texts: Callable[[str], str]) -> Iterator[Suggestion]:
    """At most one suggestion, for the first member and the one that is most like it; only their files are read.

    None where what differs is more than a few constants and classes, such as the name of an attribute, by which
    checkpoints know it, or where their bases or decorators differ.
    """
    if group.rule != "ESP104":
        return
    peer, first = Comparison(group).nearest(0), group.members[0]
    other = group.members[peer.index]
    mine, theirs = (_classes(texts(one.path)).get(one.line) for one in (first, other))
    if mine is None or theirs is None or mine.header != theirs.header:
        return
    differences = [one for one in peer.differences if not _is_local(one)]
    if first.variant == other.variant:
        equal = sum(one.variant == first.variant for one in group.members)
        more = f", and as {equal - 2} more" if equal > 2 else ""
        use = f"keep one of them and use it for {'all' if more else 'both'}"
        message = f"`{first.qualname}` is the same class as {_called(other)}{more}: {use}"
    elif len(differences) > _MOST_ARGUMENTS or not all(map(_may_be_argument, differences)):
        return
    else:
        built = "are built alike" if mine.constructor == theirs.constructor else "are much alike"
        argument = (
            f", given as an argument what differs: {told(differences, _ROOM, renamed=False)}" if differences else ""
        )
        message = f"`{first.qualname}` and {_called(other)} {built}: one class could do for both{argument}"
    yield Suggestion("merge", first.path, first.line, message)


@dataclass(frozen=True, slots=True)
class _Class:
    """What must be equal, and what makes more of it equal, as digests."""

    header: bytes
    constructor: bytes


@lru_cache(maxsize=2048)  # a file has many classes, and a tree is too large to keep
def _classes(text: str) -> Mapping[int, _Class]:
    """The classes of a file by line."""
    tree = parsed(text)
    found = (node for node in (ast.walk(tree) if tree else ()) if isinstance(node, ast.ClassDef))
    return {
        node.lineno: _Class(
            _digest([*node.bases, *node.keywords, *node.decorator_list]),
            _digest([one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]),
        )
        for node in found
    }


def _digest(nodes: Sequence[ast.AST]) -> bytes:
    return blake2b("\n".join(map(ast.dump, nodes)).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _is_local(difference: Difference) -> bool:
    """Whether it is the name of a local, as far as its look can tell."""
    return difference.kind is HoleKind.NAME and difference.mine.islower() and difference.theirs.islower()


def _may_be_argument(difference: Difference) -> bool:
    """Whether it is a constant, or a class that is named or made."""
    if difference.kind is HoleKind.CALL:
        mine, theirs = callee(difference.mine) or "", callee(difference.theirs) or ""
        return mine != theirs and all(one.rstrip("(…)").rpartition(".")[2][:1].isupper() for one in (mine, theirs))
    return difference.kind in (HoleKind.LITERAL, HoleKind.NAME)


def _called(member: Member) -> str:
    return f"`{member.qualname}` ({member.path}:{member.line})"
