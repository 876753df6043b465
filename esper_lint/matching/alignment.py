"""The template of N passages: what they share, and a hole with N texts and N places wherever they differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from esper_lint.findings import Hole, HoleKind, Span
from esper_lint.matching.alignment_regions import Counterpart, merged
from esper_lint.matching.antiunify import Region
from esper_lint.matching.reading import Body, Passage, Reader, UnreadablePassage

__all__ = ["Passage", "Reader", "Template", "UnreadablePassage", "align"]

# A renaming is one difference however often the name occurs, and so is another number.
_FOLDED = frozenset((HoleKind.NAME, HoleKind.ATTRIBUTE, HoleKind.LITERAL))


@dataclass(frozen=True, slots=True)
class Template:
    """How passages differ.

    ``holes`` come in the order of the first passage, each with one text and one span of the file per passage.
    ``texts_differ`` if anything does, comments included, but the depth of indentation and the kind of line ends.
    ``equal_statements`` counts the top-level statements of the first passage that all have unchanged.
    """

    holes: tuple[Hole, ...]
    texts_differ: bool
    equal_statements: int


def align(passages: Sequence[Passage], reader: Reader | None = None) -> Template:
    """The template of two or more passages.  Raises UnreadablePassage if one that must be read cannot be."""
    reader = reader or Reader()
    reader.forget()
    try:
        try:
            return _template([Body(passage, reader) for passage in passages])
        except UnreadablePassage:
            # Some passage may have been cut wrongly into statements: read uncut, it has the last word.
            return _template([Body(passage, reader, whole=True) for passage in passages])
    except RecursionError:
        raise UnreadablePassage("nested too deep") from None


def _template(bodies: Sequence[Body]) -> Template:
    first = bodies[0]
    distinct: dict[tuple[str, ...], Counterpart] = {}
    members = []
    for body in bodies:
        same = distinct.get(body.words)
        if same is None:
            same = distinct[body.words] = Counterpart.between(first, body)
        members.append(Counterpart(body, same.regions, same.equal, same.pairs))
    # Most regions of renamed copies are the same renaming again: where it stands first is all that is told of it.
    found: dict[Hashable, tuple[int, HoleKind, Region]] = {}
    for region in merged(region for member in distinct.values() for region in member.regions):
        kind, identity = _identity(region, distinct.values())
        place, _ = members[0].place(region)
        if identity not in found or place < found[identity][0]:
            found[identity] = (place, kind, region)
    ordered = sorted(found.values(), key=lambda one: one[0])
    holes = tuple(_hole(kind, region, members) for _, kind, region in ordered)
    equal = frozenset.intersection(*(member.equal for member in distinct.values()))
    return Template(holes, len({body.plain for body in bodies}) > 1, len(equal))


def _identity(region: Region, members: Iterable[Counterpart]) -> tuple[HoleKind, Hashable]:
    """The kind of a hole, and what makes it the same as another."""
    if region.is_run:
        return HoleKind.STATEMENTS, region
    terms = [member.answer(region)[1] for member in members]
    kinds = {term.kind or HoleKind.EXPRESSION for term in terms}
    kind = kinds.pop() if len(kinds) == 1 else HoleKind.EXPRESSION
    return kind, (kind, *[term.key for term in terms]) if kind in _FOLDED else region


def _hole(kind: HoleKind, region: Region, members: Sequence[Counterpart]) -> Hole:
    texts: list[str] = []
    spans: list[Span] = []
    for member in members:
        start, end = member.place(region)
        text = member.body.passage.text
        texts.append(_dedented(text, start, end) if region.is_run else text[start:end])
        spans.append(member.body.span(start, end))
    return Hole(kind, tuple(texts), tuple(spans))


def _dedented(text: str, start: int, end: int) -> str:
    """The statements in a stretch of ``text``, their lines free of the white space that precedes the first."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    margin = text[line_start:start]
    if margin.strip():
        return text[start:end]
    first, *others = text[start:end].splitlines(keepends=True) or [""]
    return first + "".join(line.removeprefix(margin) for line in others)
