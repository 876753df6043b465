"""Alignment: which holes a template has, of what kind, and that each span is where its text stands."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent, indent

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.metadata import MetadataWrapper, PositionProvider

from esper_lint.findings import HoleKind, Span
from esper_lint.matching.alignment import Passage, Reader, Template, UnreadablePassage, _template, align
from esper_lint.matching.reading import Body
from esper_lint.matching.reading_statements import cut

BLUEPRINTS = Path(__file__).parents[2] / "sample_code" / "blueprints"


def passage(code: str, margin: str = "        ", line: int = 1) -> Passage:
    return Passage(indent(dedent(code).strip("\n") + "\n", margin), line)


def source_at(text: str, line: int, span: Span) -> str:
    """What stands at a span of a file, ``text`` being the file's lines from ``line``."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = list(itertools.accumulate(map(len, lines), initial=0))
    start = starts[span.line - line] + span.column - 1
    end = starts[span.end_line - line] + span.end_column - 1
    assert 0 <= start <= end <= len(text)
    return text[start:end]


def without_indentation(text: str) -> str:
    return re.sub(r"(^|[\r\n])[ \t]+", r"\1", text)


def assert_exact(template: Template, passages: Sequence[Passage]) -> None:
    """The law of spans: each text stands at its span, statements of a run but for their indentation."""
    for hole in template.holes:
        assert len(hole.texts) == len(hole.spans) == len(passages)
        for text, span, member in zip(hole.texts, hole.spans, passages, strict=True):
            found = source_at(member.text, member.line, span)
            if hole.kind is HoleKind.STATEMENTS:
                assert without_indentation(found) == without_indentation(text)
            else:
                assert found == text
            assert found == found.strip()


def holes_of(*codes: str) -> list[tuple[str, ...]]:
    """Kind and texts of each hole of code snippets that stand at different depths and lines."""
    passages = [passage(code, "    " * (depth + 1), 10 * depth + 1) for depth, code in enumerate(codes)]
    template = align(passages)
    assert_exact(template, passages)
    return [(hole.kind.value, *hole.texts) for hole in template.holes]


def test_same_statements_at_another_depth_do_not_differ() -> None:
    template = align([passage("x = self.a(x)\nreturn x", "\t"), passage("x = self.a(x)\nreturn x", " " * 16, 90)])
    assert template == Template((), texts_differ=False, equal_statements=2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = a + b", "x = (a +\n     b)  # sum"),
        ("x = f(a, b)", "x = f(\n    a,\n    b,\n)"),
        ("x = 'it'", 'x = "it"'),
        ('x = "ab"', 'x = ("a"\n     "b")'),
        ("x = f'{a}b{{'", 'x = f"{a}" "b{"'),
        ("x = 'it\\'s'", 'x = "it\'s"'),
        ("x = 1e-5", "x = 0.00001"),
        ("x = 1\ny = 2", "x = 1; y = 2;"),
        ("x: Tensor = f(a)", "x = f(a)"),
        ("def f(a: int, b=1) -> str:\n    return a", "def f(a, b=1):\n    '''Say.'''\n    return a"),
        ("if a:\n    b", "if a: b"),
        ("x = a \\\n    + b", "x = a + b"),
        ("x = (yield)", "x = yield"),
        ("x = a, b", "x = (a, b)"),
        ("# first\n\nx = 1", "x = 1\n# last"),
    ],
)
def test_layout_is_no_hole(one: str, other: str) -> None:
    template = align([passage(one), passage(other)])
    assert template.holes == ()
    assert template.texts_differ
    assert template.equal_statements >= 1


@pytest.mark.parametrize(
    ("one", "other", "holes"),
    [
        ("return self.q_proj(x)", "return self.query(x)", [("attribute", "q_proj", "query")]),
        ("h = f(h)\nreturn h", "x = f(x)\nreturn x", [("name", "h", "x")]),
        ("x = gelu(x)", "x = relu(x)", [("name", "gelu", "relu")]),
        ("x = F.gelu(x)", "x = F.relu(x)", [("attribute", "gelu", "relu")]),
        ("x = F.gelu(x)", "x = torch.tanh(x)", [("call", "F.gelu(x)", "torch.tanh(x)")]),
        ("x = nn.Linear(d, 2 * d)", "x = nn.Linear(d, 4 * d)", [("literal", "2", "4")]),
        ("x = f(-1)", "x = f(1)", [("literal", "-1", "1")]),
        ("x = f(a, p=True)", "x = f(a, p=False)", [("literal", "True", "False")]),
        ("x = f(a, p=None)", "x = f(a, p=b)", [("expression", "None", "b")]),
        ("raise E('a')", "raise E('b')", [("literal", "'a'", "'b'")]),
        ("raise E(f'a {x}')", "raise E(f'b {x}')", [("literal", "f'a {x}'", "f'b {x}'")]),
        ("raise E(f'a {x}')", "raise E(f'a {y}')", [("literal", "f'a {x}'", "f'a {y}'")]),
        ("raise E(f'{{')", "raise E('{{')", [("literal", "f'{{'", "'{{'")]),
        ("x = b'a' b'b'", "x = 'ab'", [("literal", "b'a' b'b'", "'ab'")]),
        ("x = a < b", "x = a <= b", [("expression", "a < b", "a <= b")]),
        ("x = (a + b) * c", "x = (a - b) * c", [("expression", "a + b", "a - b")]),
        ("x = a + b + c", "x = a + b", [("expression", "a + b + c", "a + b")]),
        ("x = a + b + c", "x = a + d + c", [("name", "b", "d")]),
        ("x = y[:, 0]", "x = y[:, -1]", [("literal", "0", "-1")]),
        ("x = y[:, 0]", "x = y[0]", [("expression", "y[:, 0]", "y[0]")]),
        ("x = f(a, b)", "x = f(a)", [("call", "f(a, b)", "f(a)")]),
        ("x = f(a, k=b)", "x = f(a, j=b)", [("call", "f(a, k=b)", "f(a, j=b)")]),
        ("x = self.proj(x)", "x = self.drop(self.proj(x))", [("call", "self.proj(x)", "self.drop(self.proj(x))")]),
        (
            "x = x.permute(0, 3, 1, 2)",
            "x = x.permute(0, 2, 3, 1)",
            [("call", "x.permute(0, 3, 1, 2)", "x.permute(0, 2, 3, 1)")],
        ),
        ("x = self.width", "x = self.config.width", [("expression", "self.width", "self.config.width")]),
        ("a, b = f(x)", "a, b, c = f(x)", [("expression", "a, b", "a, b, c")]),
        ("x = [a, b]", "x = [a, *b]", [("expression", "[a, b]", "[a, *b]")]),
        ("return x", "return self.head(x)", [("expression", "x", "self.head(x)")]),
        ("x += y", "x -= y", [("statements", "x += y", "x -= y")]),
        ("x = 1\nreturn", "x = 1\nreturn x", [("statements", "return", "return x")]),
        ("x = f(x)\nreturn x", "return x", [("statements", "x = f(x)", "")]),
        ("x = f(x)", "x = f(x)\nx = g(x)\n# then\nreturn x", [("statements", "", "x = g(x)\n# then\nreturn x")]),
        ("if a:\n    f(x)\nelse:\n    g(x)", "if a:\n    f(x)", [("statements", "else:\n    g(x)", "")]),
        ("if a:\n    f(x)", "if b:\n    f(x)\n    g(x)", [("name", "a", "b"), ("statements", "", "g(x)")]),
        ("for i in range(3): f(i)", "for i in range(4): f(i)", [("literal", "3", "4")]),
        ("with a.b(): f()", "with a.c(): f()", [("attribute", "b", "c")]),
        ("try: f()\nexcept E: pass", "try: f()\nexcept E: pass\nfinally: g()", [("statements", "", "finally: g()")]),
        ("@a\ndef f(): pass", "def f(): pass", [("statements", "@a", "")]),
        ("def f(self, a): pass", "def f(self, a, b=1): pass", [("expression", "self, a", "self, a, b=1")]),
        ("def f(self, a): return a", "def f(self, b): return b", [("name", "a", "b")]),
        ("class A(B): pass", "class C(B): pass", [("name", "A", "C")]),
        (
            "match x:\n    case 1: f()\n    case _: g()",
            "match x:\n    case 1: f()\n",
            [("statements", "case _: g()", "")],
        ),
        ("f()\nmatch x:\n    case 1: f()\ng()", "f()\ng()", [("statements", "match x:\n    case 1: f()", "")]),
        ("return await f(x)", "return await g(x)", [("name", "f", "g")]),
    ],
)
def test_kind_and_texts(one: str, other: str, holes: list[tuple[str, ...]]) -> None:
    assert holes_of(one, other) == holes
    assert holes_of(other, one) == [(kind, b, a) for kind, a, b in holes]


def test_changed_statement_is_aligned_with_the_one_it_was() -> None:
    one = "x = self.a(x)\nx = self.b(x)\nx = x + 1\nreturn x"
    other = "x = self.a(x)\nif m:\n    x = m(x)\nx = self.c(x)\nx = x + 1\nreturn x"
    assert holes_of(one, other) == [("statements", "", "if m:\n    x = m(x)"), ("attribute", "b", "c")]


def test_a_renaming_is_one_hole_and_a_swap_is_two() -> None:
    one, other = "q = self.q(h)\nk = self.k(h)\nreturn q @ k", "q = self.query(x)\nk = self.key(x)\nreturn q @ k"
    assert holes_of(one, other) == [("attribute", "q", "query"), ("name", "h", "x"), ("attribute", "k", "key")]
    assert holes_of("return f(a, b)", "return f(b, a)") == [("name", "a", "b"), ("name", "b", "a")]


def test_equal_expressions_are_holes_of_their_own() -> None:
    one, other = "x = a[0] + 1\ny = b(a[0])", "x = c.d + 1\ny = b(c.d)"
    assert holes_of(one, other) == [("expression", "a[0]", "c.d")] * 2


def test_members_that_differ_at_several_depths_share_the_largest_hole() -> None:
    holes = holes_of("x = f(a + g(b))\nreturn x", "x = f(a + g(c))\nreturn x", "x = f(a - g(b))\nreturn x")
    assert holes == [("expression", "a + g(b)", "a + g(c)", "a - g(b)")]


def test_member_without_a_difference_of_its_own_gets_its_whole_text() -> None:
    one = "x = f(x)\nif a:\n    y = g(y)\nreturn x"
    holes = holes_of(one, one, "x = f(x)\nreturn x", one.replace("g(y)", "h(y, 1)"))
    assert holes == [("statements", *["if a:\n    y = g(y)"] * 2, "", "if a:\n    y = h(y, 1)")]


def test_runs_that_touch_are_one_hole() -> None:
    holes = holes_of("a()\nb(1)\nc[0]\nd()", "a()\nc[0]\nd()", "a()\nb(1)\nd()")
    assert holes == [("statements", "b(1)\nc[0]", "c[0]", "b(1)")]


def test_kind_is_that_of_all_members() -> None:
    assert holes_of("x = f(a)", "x = f(b)", "x = f(1)") == [("expression", "a", "b", "1")]
    assert holes_of("x = f(1)", "x = f('a')", "x = f(None)") == [("literal", "1", "'a'", "None")]


def test_equal_statements_are_those_of_all_members() -> None:
    template = align([passage("a()\nb()\nc()"), passage("a()\nb()  # twice\nd.c(1)"), passage("a()\nb(1)\nc()")])
    assert template.equal_statements == 1
    assert template.texts_differ


def test_place_of_what_is_not_there() -> None:
    first = passage("if a:\n    f(x)\nreturn x", "    ", 5)
    template = align([first, passage("n()\nif a:\n    f(x)\n    g(x)\nelse:\n    h(x)\nreturn x\nlast()", "    ", 5)])
    assert [hole.spans[0] for hole in template.holes] == [
        Span(5, 5, 5, 5),  # before the first statement
        Span(6, 13, 6, 13),  # after the body's last
        Span(6, 13, 6, 13),  # the else, where the body ends
        Span(7, 13, 7, 13),  # after the last
    ]


def test_one_line_method() -> None:
    first = Passage(" " * 19 + "return self.a(x)\n", 3)  # `    def forward(x): return self.a(x)`, blanked
    template = align([first, passage("return self.b(x)", "\t\t", 8)])
    (hole,) = template.holes
    assert hole.texts == ("a", "b")
    assert hole.spans == (Span(3, 32, 3, 33), Span(8, 15, 8, 16))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("margin", ["\t", " ", "    \t"])
def test_line_ends_and_tabs(newline: str, margin: str) -> None:
    one = passage('if a:\n  y = """b\n  c"""\n  x = f(ä, 1)\nreturn x', margin)
    other = passage("if a:\n  x = f(ä, 2)\nreturn x")
    changed = Passage(one.text.replace("\n", newline), 7)
    template = align([changed, other])
    assert_exact(template, [changed, other])
    assert [hole.kind.value for hole in template.holes] == ["statements", "literal"]
    assert align([changed, one]) == Template((), texts_differ=False, equal_statements=2)


def test_f_strings_that_nest_their_quotes_are_read_whole() -> None:
    """A cut that the parser does not confirm is dropped: the scan takes this ``#`` for a comment."""
    one = "x = f'{f(a['#)'])}'\ny = 1\nreturn x"
    passages = [passage(one), passage(one.replace("y = 1", "y = 2"))]
    template = align(passages)
    assert_exact(template, passages)
    assert [hole.texts for hole in template.holes] == [("1", "2")]


@pytest.mark.parametrize(
    "code",
    [
        "x = = 1",
        "x = (1",
        "else:\n    pass",
        "x = " + "(" * 5000 + "1" + ")" * 5000,
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "lambda:" * 5000 + "1",
        "x = y" + ".z()" * 5000,
        "x = " + "-" * 390 + "y",
    ],
)
def test_unreadable(code: str) -> None:
    with pytest.raises(UnreadablePassage):
        align([passage(f"{code}\ny = 1"), passage(f"z = 1\n{code}\ny = 2")])


def test_the_case_it_was_built_for() -> None:
    """The Flex seed and its fallback, from the blueprints as they were found."""
    source = (BLUEPRINTS / "transformer.py").read_text(encoding="utf-8")
    lines = source.splitlines(keepends=True)
    forwards = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "forward":
                    start, end = method.body[0].lineno, method.body[-1].end_lineno
                    forwards[node.name] = Passage("".join(lines[start - 1 : end]), start)
    calling = [name for name, found in forwards.items() if "flex_attention(" in found.text]
    (flex,) = calling
    plain = forwards["TransformerAttentionSeed"]
    template = align([plain, forwards[flex]])
    assert_exact(template, [plain, forwards[flex]])
    calls = [hole.texts for hole in template.holes if hole.kind is HoleKind.CALL]
    assert any(a.startswith("F.scaled_dot_product") and b.startswith("flex_attention(") for a, b in calls)


# --- oracles --------------------------------------------------------------------------------------------------------

PACKAGE = Path(__file__).parents[2] / "esper_lint"
REAL = sorted([*BLUEPRINTS.glob("*.py"), *(PACKAGE / "discovery").glob("*.py"), *(PACKAGE / "cli").glob("*.py")])

# What may stand around a hole's text to make a program of it, by kind of text: an expression, parameters; statements,
# clauses of an `if`, a `try` or a `match`, decorators.
EXPRESSION_FRAMES = ("({}\n)", "(lambda {}: 0)", "f({}\n)", "x[{}]")
STATEMENT_FRAMES = (
    "{}",
    "if x: pass\n{}",
    "try: pass\n{}",
    "try: pass\nexcept: pass\n{}",
    "match x:\n case 1: pass\n{}",
    "{}\ndef f(): pass",
)


def bodies_of(path: Path) -> list[Passage]:
    """The bodies of all functions of a file that stand on lines of their own."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.body[0].lineno > node.lineno:
            first = min([node.body[0].lineno, *(one.lineno for one in getattr(node.body[0], "decorator_list", ()))])
            found.append(Passage("".join(lines[first - 1 : node.body[-1].end_lineno]), first))
    return found


def parses(text: str, frames: Sequence[str]) -> bool:
    for frame in frames:
        for candidate in (text, indent(text, " ")):
            try:
                ast.parse(frame.format(candidate))
            except SyntaxError:
                continue
            return True
    return False


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_oracle_every_hole_of_real_code_parses_where_it_stands(path: Path) -> None:
    bodies = bodies_of(path)
    for one, other in itertools.pairwise(bodies):
        template = align([one, other])
        assert_exact(template, [one, other])
        for hole in template.holes:
            frames = STATEMENT_FRAMES if hole.kind is HoleKind.STATEMENTS else EXPRESSION_FRAMES
            assert all(not text or parses(text, frames) for text in hole.texts), hole


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_oracle_libcst_cuts_real_code_into_the_same_statements(path: Path) -> None:
    wrapper = MetadataWrapper(libcst.parse_module(path.read_bytes()), unsafe_skip_copy=True)
    positions = wrapper.resolve(PositionProvider)
    expected: dict[int, list[int]] = {}

    class Functions(libcst.CSTVisitor):
        def visit_FunctionDef(self, node: libcst.FunctionDef) -> None:
            lines = []
            for statement in node.body.body:
                decorators = getattr(statement, "decorators", ())
                lines.append(min(positions[one].start.line for one in [statement, *decorators]))
            expected[lines[0]] = lines

    wrapper.module.visit(Functions())
    for body in bodies_of(path):
        starts = [body.line + body.text.count("\n", 0, statement.start) for statement in cut(body.text).statements]
        assert starts == expected[body.line]


# --- laws -----------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["x", "y", "h", "self.a", "self.b", "torch.pi", "1", "2.0", "-1", "'s'", "None", "True"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("{}({})".format, st.sampled_from(["f", "self.f", "F.g"]), inner),
        st.builds("f({}, {}, k={})".format, inner, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "*", "@", "<", "is not", "and", "or"]), inner),
        st.builds("({}).g[{}, :]".format, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{} for i in {} if {}]".format, inner, inner, inner),
        st.builds("f'a{{{}}}b'".format, st.sampled_from(["x", "y"])),
        st.builds("(lambda z: {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{{'k': {}, **y}}".format, inner),
    ),
    max_leaves=5,
)
SIMPLE = st.one_of(
    st.builds("x = {}".format, EXPRESSIONS),
    st.builds("y, h = {}".format, EXPRESSIONS),
    st.builds("x: Tensor = {}".format, EXPRESSIONS),
    st.builds("h += {}".format, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("f({})  # '\"(".format, EXPRESSIONS),
    st.builds("assert {}; del x".format, EXPRESSIONS),
    st.sampled_from(["pass", "x = '''(\n  #'''", 'x = "\\"#("', "x = 1 + \\\n  2", "# alone\n\npass"]),
)


def deeper(code: str) -> str:
    return indent(code, "  ")


def block(statements: Sequence[str]) -> str:
    return deeper("\n".join(statements))


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(block)
    return st.one_of(
        st.builds("if {}:\n{}".format, EXPRESSIONS, body),
        st.builds("if {}:\n{}\nelif y:\n{}\nelse:\n{}".format, EXPRESSIONS, body, body, body),
        st.builds("for x in {}:\n{}".format, EXPRESSIONS, body),
        st.builds("with {} as y:\n{}".format, EXPRESSIONS, body),
        st.builds("try:\n{}\nexcept E:\n{}\nfinally:\n{}".format, body, body, body),
        st.builds("@f\ndef g(x, y: int = {}):\n{}".format, EXPRESSIONS, body),
        st.builds("match {}:\n  case 1:\n{}\n  case [x, *_]: pass".format, EXPRESSIONS, body.map(deeper)),
    )


STATEMENTS = st.recursive(SIMPLE, compound, max_leaves=4)
BODIES = st.lists(STATEMENTS, min_size=1, max_size=5)
MARGINS = st.sampled_from(["  ", "        ", "\t", " " * 16])


@st.composite
def groups(draw: st.DrawFn) -> list[Passage]:
    """Two to four bodies, each another with some statements replaced, left out or put in."""
    original = draw(BODIES)
    members = []
    for number in range(draw(st.integers(2, 4))):
        body = list(original)
        for _ in range(draw(st.integers(0, 2))):
            at = draw(st.integers(0, len(body) - 1))
            body[at : at + draw(st.integers(0, 1))] = draw(st.lists(STATEMENTS, max_size=1))
            body = body or ["pass"]
        code = "\n".join(body)
        if draw(st.booleans()):
            code = re.sub(r"\bx\b", "renamed", code)
        members.append(passage(code, draw(MARGINS), 100 * number + 1))
    return members


def meaning(member: Passage) -> str:
    """The syntax tree without annotations."""
    tree = ast.parse("if 1:\n" + member.text)

    class Plain(ast.NodeTransformer):
        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
            self.generic_visit(node)
            return ast.Assign([node.target], node.value or ast.Constant(None), lineno=0)

        def visit_arg(self, node: ast.arg) -> ast.AST:
            node.annotation = None
            return node

    return ast.dump(Plain().visit(tree))


@settings(deadline=None)
@given(groups())
def test_law_texts_stand_at_their_spans(members: list[Passage]) -> None:
    assert_exact(align(members), members)


@settings(deadline=None)
@given(groups())
def test_law_no_holes_if_and_only_if_the_same_program(members: list[Passage]) -> None:
    template = align(members)
    assert (not template.holes) == (len({meaning(member) for member in members}) == 1)


@settings(deadline=None)
@given(groups())
def test_law_holes_do_not_overlap(members: list[Passage]) -> None:
    for number, _ in enumerate(members):
        spans = sorted(
            ((span.line, span.column), (span.end_line, span.end_column))
            for span in (hole.spans[number] for hole in align(members).holes)
        )
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@settings(deadline=None)
@given(groups())
def test_law_a_cut_passage_reads_like_a_whole_one(members: list[Passage]) -> None:
    reader = Reader()
    assert _template([Body(member, reader, whole=True) for member in members]) == align(members)


@settings(deadline=None)
@given(groups(), groups())
def test_law_a_shared_reader_changes_nothing(some: list[Passage], others: list[Passage]) -> None:
    reader = Reader(limit=3)
    for members in (some, others, some):
        assert align(members, reader) == align(members)


@settings(deadline=None)
@given(groups())
def test_law_a_repeated_member_changes_nothing(members: list[Passage]) -> None:
    once, twice = align(members), align([*members, members[-1]])
    assert [hole.texts for hole in twice.holes] == [(*hole.texts, hole.texts[-1]) for hole in once.holes]
    assert (once.texts_differ, once.equal_statements) == (twice.texts_differ, twice.equal_statements)
