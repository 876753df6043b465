"""The grammar of our own comments: what they say, and where they are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.contracts import copied_from
from esper_lint.contracts.declaration import Declaration, Malformed, Mark, Target, parsed

NAMES = st.from_regex(r"[A-Za-z0-9_.\-]+", fullmatch=True)
IDENTIFIERS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)
DOTTED = st.lists(IDENTIFIERS, min_size=1, max_size=3).map(".".join)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))


def test_all_that_a_declaration_may_say() -> None:
    line = '    # esper: lockstep(attn.v2) of=a.b:f.C map=x->y, Up->Down gap=mask,tail reason="so \\"it\\" is \\\\"'
    assert parsed([line], 1) == Declaration(
        "attn.v2",
        1,
        14,
        Target("a.b", "f.C"),
        (("x", "y"), ("Up", "Down")),
        gaps=("mask", "tail"),
        reason='so "it" is \\',
    )


def test_options_come_in_any_order_or_not_at_all() -> None:
    assert parsed(["# esper: lockstep(a)"], 1) == Declaration("a", 1, 10)
    assert parsed(["#esper:lockstep(a) gap=b of=C  "], 1) == Declaration("a", 1, 8, Target("", "C"), gaps=("b",))


def test_a_comment_goes_on_behind_a_backslash() -> None:
    lines = ["# esper: lockstep(a) \\", "#    of=m:C \\", "# map=x->y", "# other=z"]
    assert parsed(lines, 1) == Declaration("a", 1, 10, Target("m", "C"), (("x", "y"),))
    with pytest.raises(Malformed) as caught:
        parsed(["# esper: lockstep(a) \\", "#   fo=m:C"], 1)
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_gaps() -> None:
    assert parsed(["  # esper: gap(mask)"], 1) == Mark("gap", "mask", 1, 12)
    assert parsed(["", "# esper: end(mask)  "], 2) == Mark("end", "mask", 2, 10)


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("# esper:", 9, "expected lockstep, gap or end"),
        ("# esper: lokstep(a)", 10, "unknown word `lokstep`; did you mean `lockstep`?"),
        ("# esper: xyz(a)", 10, "unknown word `xyz`; there are `lockstep`, `gap`, `end`"),
        ("# esper: lockstep", 18, "`lockstep` needs a name: `lockstep(NAME)`"),
        ("# esper: lockstep()", 19, "expected a name of letters, digits, `_`, `.` and `-`"),
        ("# esper: lockstep(a b)", 20, "the `)` after the name is missing"),
        ("# esper: lockstep(a) maap=b->C", 22, "unknown option `maap`; did you mean `map`?"),
        ("# esper: lockstep(a) of", 24, "`of` needs a value: `of=…`"),
        ("# esper: lockstep(a) of=b:", 25, "expected MODULE:QUALNAME, dotted names, after `of=`"),
        ("# esper: lockstep(a) of=C of=D", 27, "`of=` is given twice"),
        ("# esper: lockstep(a) map=x", 26, "expected pairs of identifiers, A->B,C->D, after `map=`"),
        ("# esper: lockstep(a) map=x->1", 26, "`1` is not an identifier"),
        ("# esper: lockstep(a) map=x->y,x->z", 31, "`x` is renamed twice"),
        ("# esper: lockstep(a) reason=because", 29, "expected a text between double quotes after `reason=`"),
        ('# esper: lockstep(a) reason="x', 29, "expected a text between double quotes after `reason=`"),
        ("# esper: gap(a) reason", 17, "nothing may follow `gap(a)`"),
        ("# esper: lockstep(a) of=C, D", 25, "expected MODULE:QUALNAME, dotted names, after `of=`"),
    ],
)
def test_what_is_wrong_and_where(line: str, column: int, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        parsed([line], 1)
    assert (caught.value.line, caught.value.column, str(caught.value)) == (1, column, message)


@given(
    NAMES,
    st.none() | st.tuples(DOTTED | st.just(""), DOTTED),
    st.dictionaries(IDENTIFIERS, IDENTIFIERS, max_size=3),
    st.lists(NAMES, max_size=2),
    TEXTS,
)
def test_what_was_written_is_read(
    name: str, target: tuple[str, str] | None, renames: dict[str, str], gaps: list[str], reason: str
) -> None:
    line = f"# esper: lockstep({name})"
    if target:
        line += " of=" + (f"{target[0]}:{target[1]}" if target[0] else target[1])
    if renames:
        line += " map=" + ",".join(f"{old}->{new}" for old, new in renames.items())
    if gaps:
        line += " gap=" + ",".join(gaps)
    if reason:
        escaped = reason.replace("\\", "\\\\").replace('"', '\\"')
        line += f' reason="{escaped}"'
    assert parsed([line], 1) == Declaration(
        name, 1, 10, Target(*target) if target else None, tuple(renames.items()), gaps=tuple(gaps), reason=reason
    )


@given(st.text())
def test_no_comment_is_a_crash(text: str) -> None:
    try:
        parsed(["# esper: " + text.replace("\n", " ")], 1)
    except Malformed as error:
        assert error.line == 1
        assert error.column >= 1


@pytest.mark.parametrize(
    ("line", "target", "renames"),
    [
        ("# Copied from pkg.mod.Class", "pkg.mod.Class", ()),
        ("    # Copied from pkg.mod.Class.f with A->B", "pkg.mod.Class.f", (("A", "B"),)),
        ("# Copied from p.C with A->B, with c->d,E->F", "p.C", (("A", "B"), ("c", "d"), ("E", "F"))),
        ("# Copied from p.C with Ab->Cd all-casing", "p.C", (("Ab", "Cd"), ("ab", "cd"), ("AB", "CD"))),
        ("# Copied from p.C with a=False->a=True", "p.C", (("a=False", "a=True"),)),
        ("# Copied from p.C (but shorter)", "p.C", ()),
        ("@staticmethod  # Copied from p.C.f", "p.C.f", ()),
    ],
)
def test_copied_from(line: str, target: str, renames: tuple[tuple[str, str], ...]) -> None:
    found = copied_from.parsed(line, 7)
    assert (found.group, found.line, found.target, found.renames) == ("", 7, Target("", target), renames)


@pytest.mark.parametrize(
    "line",
    ["# # Copied from p.C", "# Copied from `file.py`", "# Copied from https://a.b/c", "x = '# Copied from p.C'"],
)
def test_what_is_no_copy_of_an_object(line: str) -> None:
    found = copied_from.COMMENT.match(line)
    assert found is None or "/" in line
