"""Reports of any content: hypothesis strategies, and a small one written by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from esper_lint.findings import (
    FileError,
    Finding,
    Group,
    Guard,
    Hole,
    HoleKind,
    Member,
    NearLink,
    Report,
    Severity,
    Span,
    Summary,
    Suppressed,
    UnitKind,
)
from esper_lint.rules.messages import messages
from tests.rules.builders import variants

# Surrogates are what undecodable bytes of a file name become; categories alone would leave them out.
anything = st.text(st.one_of(st.characters(), st.sampled_from("\n\r\t\x1b\x00\u202e\u2028\ud800`'\"\\")), max_size=30)
lines = st.integers(1, 40)
similarities = st.floats(0.5, 1.0)
spans = st.builds(Span, lines, lines, lines, lines)
guards = st.builds(Guard, anything, anything, lines, st.sampled_from(["A", "B"]), st.booleans())
near_links = st.builds(NearLink, anything, anything, anything, similarities)
suppressions = st.none() | st.builds(Suppressed, st.sampled_from(["noqa", "per-file"]), anything)


@st.composite
def groups(draw: st.DrawFn) -> Group:
    count = draw(st.integers(2, 5))
    members = tuple(
        Member(
            path=draw(anything),
            qualname=draw(anything),
            line=draw(lines),
            end_line=draw(lines),
            forward_line=draw(lines),
            forward_column=draw(lines),
            fingerprint=f"member-{index}",
            similarity=1.0 if index == 0 else draw(similarities),
            guard=draw(st.none() | guards),
            variant=0,
            near=tuple(draw(st.lists(near_links, max_size=2))),
        )
        for index in range(count)
    )
    texts = st.lists(
        st.sampled_from(["", "x", "f(x)", "g(y, z)", "a = 1\n    b = 2"]) | anything, min_size=count, max_size=count
    )
    holes = tuple(
        Hole(
            draw(st.sampled_from(HoleKind)),
            tuple(draw(texts)),
            tuple(draw(st.lists(spans, min_size=count, max_size=count))),
        )
        for _ in range(draw(st.integers(0, 4)))
    )
    numbers = variants(holes, count)
    return Group(
        id=draw(st.uuids()).hex,
        rule=draw(st.sampled_from(["ESP101", "ESP102", "ESP103", "ESP104"])),
        unit=draw(st.sampled_from(UnitKind)),
        clone_type=draw(st.integers(1, 3)),
        similarity=min(member.similarity for member in members),
        severity=draw(st.sampled_from(Severity)),
        members=tuple(replace(member, variant=number) for member, number in zip(members, numbers, strict=True)),
        holes=holes,
        texts_differ=draw(st.booleans()),
        similarities=tuple(tuple(draw(similarities) for _ in range(row)) for row in range(max(numbers) + 1)),
        suppressed=draw(suppressions),
        is_loose=draw(st.booleans()),
    )


def group_findings(group: Group) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=group.rule,
            group=group.id,
            path=member.path,
            line=member.forward_line,
            column=member.forward_column,
            end_line=member.end_line,
            message=text,
            fingerprint=member.fingerprint,
            severity=group.severity,
            suppressed=group.suppressed,
        )
        for member, text in zip(group.members, messages(group), strict=True)
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    found = tuple(draw(st.lists(groups(), max_size=3, unique_by=lambda group: group.id)))
    alone = st.builds(
        Finding,
        rule=st.sampled_from(["ESP202", "ESP900"]),
        group=st.none(),
        path=anything,
        line=lines,
        column=lines,
        end_line=lines,
        message=anything,
        fingerprint=anything,
        severity=st.sampled_from(Severity),
        suppressed=suppressions,
    )
    findings = tuple(finding for group in found for finding in group_findings(group)) + tuple(
        draw(st.lists(alone, max_size=2))
    )
    errors = draw(st.lists(st.builds(FileError, st.just("ESP900"), anything, lines, anything), max_size=2))
    return Report(Summary(9, 8, 7, len(found), len(findings)), found, findings, tuple(errors))
