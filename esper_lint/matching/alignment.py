"""The template of N passages: what they share, and a hole with N texts and N places wherever they differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
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
    holes: dict[Hashable, tuple[int, Hole]] = {}
    for region in merged(region for member in distinct.values() for region in member.regions):
        place, identity, hole = _hole(region, members)
        if identity not in holes or place < holes[identity][0]:
            holes[identity] = (place, hole)
    ordered = sorted(holes.values(), key=lambda placed: placed[0])
    equal = frozenset.intersection(*(member.equal for member in distinct.values()))
    return Template(tuple(hole for _, hole in ordered), len({body.plain for body in bodies}) > 1, len(equal))


def _hole(region: Region, members: Sequence[Counterpart]) -> tuple[int, Hashable, Hole]:
    """The offset of a hole in the first passage, what makes it the same as another, and the hole itself."""
    texts: list[str] = []
    spans: list[Span] = []
    kinds: set[HoleKind] = set()
    keys: list[int] = []
    offsets: list[int] = []
    for member in members:
        here = member.region(region)
        start, end = member.extent(here)
        text = member.body.passage.text
        texts.append(_dedented(text, start, end) if region.is_run else text[start:end])
        spans.append(member.body.span(start, end))
        offsets.append(start)
        if not region.is_run:
            term = member.term((*here.parent, here.start))
            kinds.add(term.kind or HoleKind.EXPRESSION)
            keys.append(term.key)
    kind = HoleKind.STATEMENTS if region.is_run else kinds.pop() if len(kinds) == 1 else HoleKind.EXPRESSION
    identity = (kind, *keys) if kind in _FOLDED else region
    return offsets[0], identity, Hole(kind, tuple(texts), tuple(spans))


def _dedented(text: str, start: int, end: int) -> str:
    """The statements in a stretch of ``text``, their lines free of the white space that precedes the first."""
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    margin = text[line_start:start]
    if margin.strip():
        return text[start:end]
    first, *others = text[start:end].splitlines(keepends=True) or [""]
    return first + "".join(line.removeprefix(margin) for line in others)
