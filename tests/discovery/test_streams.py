"""The laws of the normal forms: what makes two units type 1 and type 2 clones of each other, and what does not."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.forms import ATTRIBUTE, LOCAL, Form
from esper_lint.discovery.modules import ClassFacts, read_source
from tests.programs import ATTRIBUTES, BODIES, LOCALS, RENAMINGS, module, renamed


def only_class(source: str) -> tuple[ClassFacts, dict[str, Form]]:
    facts, forms = read_source(source)
    return facts.classes[0], forms


def body_form(source: str) -> Form:
    """The form of the first forward of a file."""
    facts, forms = only_class(source)
    return forms[facts.forwards[0].form.exact]


def class_form(source: str) -> Form:
    facts, forms = only_class(source)
    assert facts.form is not None
    return forms[facts.form.exact]


def forward(body: str, parameters: str = "x") -> Form:
    return body_form(module(dedent(body).strip("\n"), parameters=parameters))


def meaning(body: str) -> str:
    """The syntax tree of a body less what is no part of a form: annotations, strings used as comments, contexts."""

    class Plain(ast.NodeTransformer):
        def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
            is_comment = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            return None if is_comment else self.generic_visit(node)

        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
            if node.value is None:
                return None
            return self.generic_visit(ast.Assign([node.target], node.value, lineno=0))

        def visit_arg(self, node: ast.arg) -> ast.AST:
            return ast.arg(node.arg)

        def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
            if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
                return ast.Name(f"-{node.operand.value!r}")
            return self.generic_visit(node)

    dumped = ast.dump(Plain().visit(ast.parse(body)))
    return re.sub(r", ctx=\w+\(\)|ctx=\w+\(\)", "", dumped)


def pattern(text: str) -> list[int]:
    """Which occurrences of names are of one name: two texts that differ in names only are renamings of each other if
    and only if their patterns are equal."""
    numbers: dict[str, int] = {}
    names = re.findall(r"\bv[abc]\b|\bp[abc]\b", text)
    return [numbers.setdefault(name, len(numbers)) for name in names]


# -- type 1 -----------------------------------------------------------------------------------------------------------


@given(BODIES)
def test_law_layout_does_not_count(body: str) -> None:
    assert body_form(module(body)) == body_form(module(ast.unparse(ast.parse(body))))


@given(BODIES, st.sampled_from(['"""Say."""', "# Say.", "'say' ' it'", "'''\n    Say.\n'''", "", "vd: int"]))
def test_law_comments_docstrings_and_declarations_do_not_count(body: str, comment: str) -> None:
    assert body_form(module(f"{comment}\n{body}\n{comment}  # and here")) == body_form(module(body))


@given(st.lists(BODIES, min_size=2, max_size=2), st.booleans())
def test_law_stream_and_marks_determine_the_tree(bodies: Sequence[str], related: bool) -> None:
    one, other = bodies
    if related:
        other = f"{one}\n{other}"
    assert (body_form(module(one)).key.exact == body_form(module(other)).key.exact) == (meaning(one) == meaning(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("if a:\n    f()\n    g()", "if a:\n    f()\ng()"),
        ("if a:\n    f()\nelse:\n    g()", "if a:\n    f()\n    g()"),
        ("while a:\n    f()\nelse:\n    g()", "while a:\n    f()\n    g()"),
        ("f(a)(b)", "f(a, b)"),
        ("f(g(a), b)", "f(g(a, b))"),
        ("f(a, k=b)", "f(a, b)"),
        ("f(*a)", "f(a)"),
        ("f(**a)", "f(*a)"),
        ("x = a, (b, c)", "x = (a, b), c"),
        ("x = [[a], b]", "x = [[a, b]]"),
        ("x = y = a", "x, y = a"),
        ("x[a:b]", "x[a::b]"),
        ("x[:a]", "x[a:]"),
        ("x[a, b]", "x[a][b]"),
        ("x = a + (b + c)", "x = (a + b) + c"),
        ("x = a < b < c", "x = (a < b) < c"),
        ("x = a and b or c", "x = a and (b or c)"),
        ("x = not (a, b)", "x = (not a, b)"),
        ("x = {a: b, **c}", "x = {a: b, None: c}"),
        ("x = lambda a, b=c: a", "x = lambda a, *, b=c: a"),
        ("x = lambda a, /, b: a", "x = lambda a, b: a"),
        ("x = [a for a in b if c if d]", "x = [a for a in b if (c, d)]"),
        ("x = [a for a in b for c in d]", "x = [[a for a in b] for c in d]"),
        ("x = (a for a in b)", "x = [a for a in b]"),
        ("return", "return None"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = '1'", "x = b'1'"),
        ("x = 'None'", "x = None"),
        ("x = -1", "x = 1"),
        ("x = a.b", "x = a[b]"),
        ("x = self.b", "x = a.b"),
        ("with a, b: pass", "with a:\n    with b: pass"),
        ("with a as b: pass", "with a, b: pass"),
        ("for a in b: pass", "async def f():\n    async for a in b: pass"),
        ("try:\n    f()\nexcept A:\n    g()", "try:\n    f()\nfinally:\n    g()"),
        ("try:\n    f()\nexcept A:\n    g()", "try:\n    f()\nexcept (A, B):\n    g()"),
        ("try:\n    f()\nexcept A as e: pass", "try:\n    f()\nexcept A: pass"),
        ("raise a from b", "raise a"),
        ("assert a, b", "assert (a, b)"),
        ("def f(a): pass", "def f(): pass"),
        ("global a", "nonlocal a"),
        ("match x:\n    case [a, b]: pass", "match x:\n    case [a, *b]: pass"),
        ("match x:\n    case A(b=c): pass", "match x:\n    case A(c): pass"),
        ("match x:\n    case {'a': b}: pass", "match x:\n    case {'a': _, **b}: pass"),
        ("match x:\n    case a | b: pass", "match x:\n    case [a, b]: pass"),
        ("import a", "import a as b"),
        ("import a, b", "from a import b"),
        ("from . import a", "from .. import a"),
        ("x = f'{a}'", "x = f'{a!r}'"),
        ("x = f'{a:3}'", "x = f'{a}3'"),
        ("await f(a)", "f(a)"),
        ("yield a", "yield from a"),
    ],
)
def test_different_programs_have_different_forms(one: str, other: str) -> None:
    first, second = forward(one).key, forward(other).key
    assert first.exact != second.exact
    literals_only = re.sub(r"\S*\d\S*|'\S*'|True", "", one) == re.sub(r"\S*\d\S*|b?'\S*'|True", "", other)
    assert (first.renamed == second.renamed) == (literals_only and "f'" not in one)


def test_annotations_do_not_count_wherever_they_stand() -> None:
    plain = "def forward(self, x, *a, k=1, **b):\n    y = f(x)\n    def g(z): return z\n    return g(y)"
    typed = (
        "def forward(self, x: Tensor, *a: 'T', k: int = 1, **b: Any) -> Tensor:\n    y: Tensor = f(x)\n"
        "    def g(z: T) -> T: return z\n    return g(y)"
    )
    first, second = (class_form("class A(nn.Module):\n" + indent(text, "    ")) for text in (plain, typed))
    assert first == second


# -- type 2 -----------------------------------------------------------------------------------------------------------


@given(BODIES, RENAMINGS)
def test_law_consistent_renaming_keeps_the_renamed_key(body: str, names: dict[str, str]) -> None:
    one, other = module(body), renamed(module(body), names)
    assert body_form(one).key.renamed == body_form(other).key.renamed
    assert class_form(one).key.renamed == class_form(other).key.renamed
    # The blind streams are equal symbol by symbol: a renaming costs nothing in similarity either.
    assert body_form(one).symbols == body_form(other).symbols
    assert body_form(one).signature == body_form(other).signature


@given(
    BODIES,
    st.lists(st.sampled_from(LOCALS), min_size=3, max_size=3),
    st.lists(st.sampled_from(ATTRIBUTES), min_size=3, max_size=3),
)
def test_law_a_renaming_that_merges_names_does_not(
    body: str, new_locals: Sequence[str], new_attributes: Sequence[str]
) -> None:
    other = renamed(body, dict(zip((*LOCALS, *ATTRIBUTES), (*new_locals, *new_attributes), strict=True)))
    equal = body_form(module(body)).key.renamed == body_form(module(other)).key.renamed
    # Equal patterns are not enough: parameters are bound by position, so bodies that exchange them are different.
    assert not equal or pattern(body) == pattern(other)


@pytest.mark.parametrize(
    ("one", "other", "is_renaming"),
    [
        ("h = f(x)\nreturn h + x", "y = f(x)\nreturn y + x", True),
        ("h = f(x)\nreturn h + x", "x = f(x)\nreturn x + x", False),
        ("h = f(x)\nreturn h + x", "h = f(x)\nreturn x + h", False),
        ("return self.a(self.b(x))", "return self.b(self.a(x))", True),
        ("return self.a(self.b(x))", "return self.a(self.a(x))", False),
        ("return self.a(x) + self.a(x)", "return self.a(x) + self.b(x)", False),
        ("return self.x(x)", "return self.h(x)", True),
        ("x = self.a\nreturn x", "x = x.a\nreturn x", False),
        ("return f(x)", "return g(x)", False),
        ("return F.gelu(x)", "return F.relu(x)", False),
        ("return f(x, k=1)", "return f(x, j=1)", False),
        ("return x.a", "return x.b", False),
        ("return f(x, 1)", "return f(x, 2.5)", True),
        ("return f(x, 1)", "return f(x, 'one')", True),
        ("return f(x, -1)", "return f(x, 1)", True),
        ("return f(x, 1)", "return f(x, None)", False),
        ("return f'{x} a'", "return f'{x} b'", True),
        ("return f'{x} a'", "return f'{x}'", False),
        ("def g(a): return a\nreturn g(x)", "def h(b): return b\nreturn h(x)", True),
        ("def g(a): return a\nreturn g(x)", "def g(a): return a\nreturn f(x)", False),
        ("class A(B): pass\nreturn A()", "class C(B): pass\nreturn C()", True),
        ("return [i for i in x]", "return [j for j in x]", True),
        ("return [i for i in x]", "return [i for j in x]", False),
        ("return {k: v for k, v in x}", "return {v: k for k, v in x}", False),
        ("if (n := f(x)): return n", "if (m := f(x)): return m", True),
        ("match x:\n    case [a, *b]: return a, b", "match x:\n    case [c, *d]: return c, d", True),
        ("match x:\n    case [a, *b]: return a, b", "match x:\n    case [a, *b]: return b, a", False),
        ("match x:\n    case {'k': a, **r}: return r", "match x:\n    case {'k': a, **q}: return q", True),
        ("match x:\n    case A(k=v): return v", "match x:\n    case A(k=w): return w", True),
        ("match x:\n    case A(k=v): return v", "match x:\n    case A(j=v): return v", False),
        ("match x:\n    case 1 as a: return a", "match x:\n    case 2 as b: return b", True),
        ("try: f()\nexcept E as e: g(e)", "try: f()\nexcept E as d: g(d)", True),
        ("import a as b\nreturn b.c(x)", "import a as d\nreturn d.c(x)", True),
        ("import a as b\nreturn b.c(x)", "import e as b\nreturn b.c(x)", False),
        ("n = 0\ndef g():\n    nonlocal n\n    n = 1", "m = 0\ndef g():\n    nonlocal m\n    m = 1", True),
        ("for i, (a, b) in x: f(a)", "for j, (c, d) in x: f(c)", True),
        ("with f() as a: g(a)", "with f() as b: g(b)", True),
        ("f = lambda a, b=1: a", "g = lambda c, d=1: c", True),
        ("for i in x: i += 1", "for j in x: j += 1", True),
    ],
)
def test_type_2_is_a_consistent_renaming_and_other_literals(one: str, other: str, is_renaming: bool) -> None:
    first, second = forward(one).key, forward(other).key
    assert first.exact != second.exact
    assert (first.renamed == second.renamed) == is_renaming


def test_methods_are_renamed_with_their_calls() -> None:
    source = """
        class A(nn.Module):
            def _mix(self, x):
                y = self.a(x)
                return y
            def forward(self, x):
                return self._mix(x)
        """
    one, other = class_form(dedent(source)), class_form(dedent(source).replace("_mix", "_blend").replace("y", "z"))
    assert one.key.renamed == other.key.renamed and one.key.exact != other.key.exact
    only_the_call = class_form(dedent(source).replace("self._mix", "self._blend"))
    assert one.key.renamed != only_the_call.key.renamed


def test_special_methods_and_forward_are_no_attributes() -> None:
    def written(method: str) -> str:
        return f"class A(nn.Module):\n    def {method}(self): return 1\n    def forward(self, x): return x\n"

    assert class_form(written("__len__")).key.renamed != class_form(written("__bool__")).key.renamed
    assert class_form(written("size")).key.renamed == class_form(written("length")).key.renamed
    assert class_form(written("size")).key.renamed != class_form(written("__len__")).key.renamed


def test_the_class_may_call_itself_by_its_name() -> None:
    one = "class A(nn.Module):\n    def forward(self, x): return A.scale * super(A, self).forward(x)\n"
    assert class_form(one) == class_form(one.replace("A", "B"))


def test_locals_of_two_methods_are_renamed_apart() -> None:
    one = "class A(nn.Module):\n    def f(self, x): return x\n    def forward(self, x): return x\n"
    other = one.replace("f(self, x): return x", "f(self, y): return y", 1)
    assert class_form(one).key.renamed == class_form(other).key.renamed


def test_self_may_have_another_name_and_a_static_method_has_none() -> None:
    one = "class A(nn.Module):\n    def forward(self, x): return self.a(x)\n"
    other = "class A(nn.Module):\n    def forward(me, x): return me.a(x)\n"
    static = "class A(nn.Module):\n    @staticmethod\n    def forward(self, x): return self.a(x)\n"
    assert body_form(one) == body_form(other)
    assert ATTRIBUTE in body_form(one).symbols and ATTRIBUTE not in body_form(static).symbols


def test_a_function_that_the_class_attribute_names_is_an_attribute() -> None:
    one = "class A(nn.Module):\n    width = 4\n    half = width // 2\n    def forward(self, x): return x * self.half\n"
    assert class_form(one).key.renamed == class_form(one.replace("width", "dim").replace("half", "part")).key.renamed


# -- the stream -------------------------------------------------------------------------------------------------------


@given(BODIES)
def test_law_there_is_one_name_behind_each_local_and_attribute(body: str) -> None:
    for form in (body_form(module(body)), class_form(module(body))):
        kinds = [symbol for symbol in form.symbols if symbol in (LOCAL, ATTRIBUTE)]
        assert len(kinds) == len(form.names)
        for kind, name in zip(kinds, form.names, strict=True):
            assert name.startswith(".") == (kind == ATTRIBUTE)
        assert form.key.size == form.signature.size == len(form.symbols)


@given(BODIES)
def test_law_the_body_is_a_stretch_of_the_class(body: str) -> None:
    source = module(body)
    inner, outer = body_form(source).symbols.tolist(), class_form(source).symbols.tolist()
    assert any(outer[at : at + len(inner)] == inner for at in range(len(outer) - len(inner) + 1))


@given(BODIES)
def test_law_a_form_does_not_depend_on_what_else_the_class_holds(body: str) -> None:
    source = module(body)
    crowded = source.replace("    def forward", "    va = 1\n    def pa(self, vb): return vb\n    def forward", 1)
    assert body_form(source) == body_form(crowded + "    vb = 2\n")


def test_a_global_is_no_local_even_if_another_method_binds_it() -> None:
    one = "class A(nn.Module):\n    def f(self): g = 1\n    def forward(self, x): return g(x)\n"
    assert list(body_form(one).names) == ["forward.x"]


def test_a_name_is_local_before_it_is_bound_too() -> None:
    assert list(forward("f(y)\ny = x").names) == ["forward.y", "forward.y", "forward.x"]


def test_parameters_exchanged_are_no_renaming() -> None:
    source = """
        class A(nn.Module):
            def forward(self, {}):
                z = x - y
                return z * x / y
    """
    one, same, exchanged = (body_form(dedent(source.format(parameters))) for parameters in ("x, y", "x, w, y", "y, x"))
    assert one.key.renamed == same.key.renamed != exchanged.key.renamed
