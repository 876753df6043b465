"""Whole-class clones of one file -> the file with a base class for what they share."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from operator import itemgetter

from esper_lint.fixing.merging import headers
from esper_lint.fixing.merging.benefit import hindrance, hopeless, is_shorter, too_little
from esper_lint.fixing.merging.bindings import bound, dotted
from esper_lint.fixing.merging.choosing import Choice, choice
from esper_lint.fixing.merging.naming import base_name as name_for
from esper_lint.fixing.merging.naming import is_usable
from esper_lint.fixing.merging.outline import UNREADABLE, outline
from esper_lint.fixing.merging.parts import Shared
from esper_lint.fixing.merging.source import Source, source_of
from esper_lint.fixing.merging.surroundings import Surroundings
from esper_lint.fixing.merging.values import ClassSite, Merge, Unmergeable
from esper_lint.fixing.merging.writing import written


def merged(before: str, sites: Sequence[ClassSite], base_name: str = "", *, width: int = 88) -> Merge | Unmergeable:
    """Move what the classes share, word for word, into a new base class between them and their bases.

    Their names, places, decorators, docstrings and differences stay as they are.  A statement with a hazard stays too,
    and if too little is left to move, the hazard of the largest such statement is what is refused.  A second merge of
    the same classes is always refused.  ``width`` is how long a line may be.  Raises
    LookupError for a site that is no class of the text, and nothing else.
    """
    sites = tuple(dict.fromkeys(sites))
    if len(sites) < 2:
        return Unmergeable("FX-NO-BENEFIT", sites[0].line if sites else 1, "a base for one class shares nothing")
    if base_name and not is_usable(base_name, before):
        return Unmergeable("FX-NAME", sites[0].line, f"`{base_name}` is taken, or cannot be the name of a base class")
    try:
        return _merged(before, sorted(sites, key=_line), base_name, width)
    except RecursionError:  # trees are walked by recursion, in ``ast`` and libcst too
        return UNREADABLE


def _merged(before: str, sites: Sequence[ClassSite], base_name: str, width: int) -> Merge | Unmergeable:
    file = outline(before, sites)
    if isinstance(file, Unmergeable):
        return file
    found = hopeless(file)
    if found is not None:
        return found
    source = source_of(file)
    if isinstance(source, Unmergeable):
        return source
    surroundings = Surroundings(source)
    found = headers.obstacle(source, surroundings)
    if found is not None:
        return found
    chosen = choice(source, surroundings)
    found = too_little(source, chosen)
    if found is not None:
        return found
    name = base_name or _name(source, before)
    after = written(source, chosen, name, width)
    if not is_shorter(after, file):
        hardly = Unmergeable("FX-NO-BENEFIT", file.sites[0].line, "the file would hardly be shorter")
        return hindrance(chosen) or hardly
    return Merge(
        name, tuple(one.site for one in source.classes), after, _names(chosen.moved), _notes(source, chosen, name)
    )


def _line(site: ClassSite) -> int:
    return site.line


def _name(source: Source, before: str) -> str:
    parents = [dotted(base).rpartition(".")[2] for base in source.classes[0].tree.bases]
    return name_for([one.tree.name for one in source.classes], (parents or [""])[0], before)


def _names(parts: Sequence[Shared]) -> tuple[str, ...]:
    """What the parts define, in the order of the first class."""
    placed = (pair for part in parts for pair in zip(part.copies[0].places, part.copies[0].statements, strict=True))
    return tuple(
        dict.fromkeys(
            name
            for _, statement in sorted(placed, key=itemgetter(0))
            for node in statement.nodes
            for name in bound(node)
        )
    )


def _notes(source: Source, chosen: Choice, name: str) -> tuple[str, ...]:
    """What a reader of the result should know, and what no certificate of the text can say."""
    notes = [
        "names and attributes of the classes are the same, so pickles, checkpoints and isinstance find what they did",
        f"the qualified names of the moved methods begin with `{name}` now, and the classes share their code: what"
        " torch.compile counts per code object, such as recompilations, it counts for all of them together",
        "a class that derives from several of them looks up their methods in another order",
    ]
    first = source.classes[0].tree
    others = [ast.unparse(base) for base in first.bases if dotted(base).rpartition(".")[2] not in ("Module", "object")]
    if others:
        notes.append(f"`{others[0]}` has a subclass more, which matters if it keeps a register of them")
    if first.decorator_list:
        notes.append("the decorators of the classes find the moved methods by inheritance")
    for part, why in chosen.held:
        names = ", ".join(f"`{one}`" for one in _names([part]))
        notes.append(f"{names} stays in each class ({why.code}): {why.message}")
    return tuple(notes)
