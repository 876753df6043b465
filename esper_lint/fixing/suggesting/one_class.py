"""Whole-class clones that could be one class: as they are, or with an argument for the little that differs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from esper_lint.findings import Group, HoleKind, Member
from esper_lint.fixing.suggesting.parsing import parsed
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.rules.comparison import Comparison, Difference
from esper_lint.rules.wording import told

_MOST_ARGUMENTS = 3  # a class with more switches than that is two classes
_ROOM = 80


def one_class(group: Group, texts: Callable[[str], str]) -> Iterator[Suggestion]:
    """At most one suggestion, for the first member; none where what differs is more than an argument could tell, or is
    the name of an attribute, by which checkpoints know it."""
    classes = _classes(group, texts) if group.rule == "ESP104" else []
    if len(classes) != len(group.members) or len({_header(one) for one in classes}) > 1:
        return
    first = group.members[0]
    if len({_body(one) for one in classes}) == 1:
        copies = " and ".join(_called(one) for one in group.members[1:3])
        more = f", and {len(group.members) - 3} more" if len(group.members) > 3 else ""
        message = f"`{first.qualname}` is the same class as {copies}{more}: keep one of them and use it for all"
        yield Suggestion("merge", first.path, first.line, message)
        return
    comparison = Comparison(group)
    place = comparison.nearest_different(0).index
    differences = [one for one in comparison.differences(0, place) if not _is_local(one)]
    is_little = 0 < len(differences) <= _MOST_ARGUMENTS
    if not is_little or any(one.kind in (HoleKind.ATTRIBUTE, HoleKind.STATEMENTS) for one in differences):
        return
    built = "are built alike" if _constructor(classes[0]) == _constructor(classes[place]) else "are much alike"
    other = _called(group.members[place])
    message = (
        f"`{first.qualname}` and {other} {built}: one class could do for both, with an argument for the"
        f" {told(differences, _ROOM, renamed=False)}"
    )
    yield Suggestion("merge", first.path, first.line, message)


def _classes(group: Group, texts: Callable[[str], str]) -> list[ast.ClassDef]:
    """The classes of the members that are found where they should be."""
    by_place: dict[tuple[str, int], ast.ClassDef] = {}
    for path in dict.fromkeys(one.path for one in group.members):
        tree = parsed(texts(path))
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.ClassDef):
                by_place[path, node.lineno] = node
    places = ((one.path, one.line) for one in group.members)
    return [by_place[place] for place in places if place in by_place]


def _header(node: ast.ClassDef) -> str:
    return ast.dump(ast.List([*node.bases, *(one.value for one in node.keywords), *node.decorator_list]))


def _body(node: ast.ClassDef) -> str:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return "\n".join(map(ast.dump, body))


def _constructor(node: ast.ClassDef) -> list[str]:
    return [ast.dump(one) for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]


def _is_local(difference: Difference) -> bool:
    """Whether it is the name of a local, as far as its look can tell."""
    return difference.kind is HoleKind.NAME and difference.mine.islower() and difference.theirs.islower()


def _called(member: Member) -> str:
    return f"`{member.qualname}` ({member.path}:{member.line})"
