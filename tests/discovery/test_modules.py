"""Which classes and forwards a file holds, where they are, and which comments speak about them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from esper_lint.discovery.modules import ClassFacts, SourceFacts, Unparsable, read_headers, read_source


def read(source: str) -> SourceFacts:
    return read_source(dedent(source).lstrip("\n"))[0]


def places(facts: SourceFacts) -> list[tuple[str, int, list[int]]]:
    """(qualname, line, lines of the forwards) of each class."""
    return [(one.qualname, one.line, [forward.line for forward in one.forwards]) for one in facts.classes]


def guards(facts: ClassFacts) -> list[str]:
    return [f"{guard.branch} {guard.condition}" for guard in facts.guards]


# -- classes and forwards ---------------------------------------------------------------------------------------------


def test_classes_are_found_wherever_a_statement_may_stand() -> None:
    facts = read(
        """
        class A:
            class Inner:
                def forward(self): pass
            def forward(self): pass
            def make(self):
                class Local: pass
        def factory():
            def deeper():
                class B: pass
            async def later():
                class C: pass
        with f():
            class D: pass
        for _ in x:
            class E: pass
        else:
            class F: pass
        while x:
            class G: pass
        match x:
            case 1:
                class H: pass
        try:
            class I: pass
        except E:
            class J: pass
        else:
            class K: pass
        finally:
            class L: pass
        if x:
            class M: pass
        elif y:
            class N: pass
        else:
            class O: pass
        """
    )
    assert places(facts)[:3] == [("A", 1, [4]), ("A.Inner", 2, [3]), ("A.make.Local", 6, [])]
    assert [one.qualname for one in facts.classes[3:]] == ["factory.deeper.B", "factory.later.C", *"DEFGHIJKLMNO"]


def test_two_classes_of_one_name_are_two() -> None:
    facts = read(
        """
        if HAS_FLEX:
            class A(nn.Module):
                def forward(self): return flex()
        else:
            class A(nn.Module):
                def forward(self): return plain()
        """
    )
    assert places(facts) == [("A", 2, [3]), ("A", 5, [6])]
    assert [guards(one) for one in facts.classes] == [["if HAS_FLEX"], ["else HAS_FLEX"]]


def test_guards_are_listed_from_the_inside_out() -> None:
    facts = read(
        """
        try:
            import flash_attn
            if sys.version_info >= (3, 11):
                class A:
                    def forward(self): pass
        except ImportError:
            class A:
                def forward(self): pass
        """
    )
    assert guards(facts.classes[0]) == ["if sys.version_info >= (3, 11)", "try import flash_attn"]
    assert guards(facts.classes[1]) == ["except import flash_attn"]


def test_a_forward_under_a_condition_in_its_class_knows_it() -> None:
    facts = read(
        """
        class A(nn.Module):
            if HAS_FLEX:
                def forward(self, x):
                    return flex(x)
            else:
                def forward(self, x):
                    return plain(x)
            try:
                def forward(self, x): return x
            finally:
                pass
        """
    )
    (one,) = facts.classes
    assert [forward.line for forward in one.forwards] == [3, 6, 9]
    assert [[guard.branch for guard in forward.guards] for forward in one.forwards] == [["if"], ["else"], []]


def test_a_nested_function_named_forward_is_none_of_the_class() -> None:
    facts = read(
        """
        def forward(x): return x
        class A(nn.Module):
            def setup(self):
                def forward(x): return x
                return forward
            class B:
                def forward(self, x): return x
        """
    )
    assert places(facts) == [("A", 2, []), ("A.B", 6, [7])]


def test_a_forward_is_where_its_def_is_whatever_decorates_it() -> None:
    facts = read(
        """
        @register("a")
        class A(nn.Module):
            @torch.no_grad()
            @f(
                1,
            )
            def forward(
                self,
                x,
            ):
                '''Say.'''
                return x

            @again
            async def forward(self): return 1; return 2

            @overload
            def forward(self, x: int) -> int: ...
        """
    )
    (one,) = facts.classes
    assert (one.line, one.end_line) == (2, 18)
    assert [(found.line, found.column, found.end_line) for found in one.forwards] == [(7, 5, 12), (15, 5, 15)]
    assert [(found.body.line, found.body.end_line) for found in one.forwards] == [(12, 12), (15, 15)]


def test_one_line_classes_and_methods() -> None:
    facts = read("class A(nn.Module): forward = f\nclass B(nn.Module):\n  def forward(self, x): return x\n")
    assert places(facts) == [("A", 1, []), ("B", 2, [3])]
    body = facts.classes[1].forwards[0].body
    assert (body.line, body.column, body.end_line, body.indent) == (3, 24, 3, 24)


def test_a_body_of_a_docstring_alone_keeps_it() -> None:
    facts = read("class A:\n    def forward(self):\n        '''Say.'''\n")
    assert facts.classes[0].forwards[0].body.line == 3
    assert facts.classes[0].forwards[0].form.size == 0


def test_the_pieces_of_a_class_are_its_statements_with_code() -> None:
    facts = read(
        """
        class A(nn.Module):
            '''Say.'''
            width: int
            scale = 2
            @property
            def half(self):
                '''Say.'''
                return 1
            def forward(self, x): return x
            if x:
                y = 1
        """
    )
    pieces = facts.classes[0].pieces
    assert [(piece.name, piece.block.line, piece.block.end_line) for piece in pieces] == [
        ("", 3, 3),
        ("", 4, 4),
        ("half", 5, 8),
        ("forward", 9, 9),
        ("", 10, 11),
    ]
    assert [piece.body and piece.body.line for piece in pieces] == [None, None, 8, 9, None]
    assert [bool(piece.header) for piece in pieces] == [False, False, True, True, False]


def test_a_class_without_a_forward_has_bases_and_no_form() -> None:
    facts, forms = read_source("class A(nn.Module):\n    x = 1\n")
    assert facts.classes[0].form is None and not forms and facts.classes[0].pieces == ()


def test_keywords_generics_and_calls_among_the_bases() -> None:
    facts = read(
        """
        import torch.nn as tnn
        from torch import nn
        from .base import Base as B
        import torch
        from x.y import z
        class A(nn.Module, B[T], z.Q, make(), tnn.Linear, torch.nn.Conv2d, metaclass=M): pass
        """
    )
    assert facts.classes[0].bases == (
        "torch.nn.Module",
        ".base.Base",
        "x.y.z.Q",
        "?",
        "torch.nn.Linear",
        "torch.nn.Conv2d",
    )


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("import torch", True),
        ("import torch.nn as nn", True),
        ("from torch import nn", True),
        ("from torch.nn import Module as M", True),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None", True),
        ("if x:\n    pass\nelse:\n    from torch import nn", True),
        ("import torchvision", False),
        ("from .torch import nn", False),
        ("def f():\n    import torch", True),
        ("x = 'import torch'", False),
    ],
)
def test_whether_a_file_imports_torch(imports: str, expected: bool) -> None:
    assert read(f"{imports}\nclass A:\n    def forward(self): pass\n").imports_torch is expected


# -- headers only -----------------------------------------------------------------------------------------------------


def test_headers_are_read_without_parsing() -> None:
    facts = read_headers(
        b"from torch import nn\nclass A(nn.Module): pass\r\nclass B : pass\n  class C(A, x.D[T], metaclass=M):\n"
        b"class E(\n    A,\n    B,\n):\n    pass\nclass F(make(1)):\nclassG(A): pass\nsyntax error (\n"
    )
    assert [(one.name, one.bases) for one in facts.classes] == [
        ("A", ("torch.nn.Module",)),
        ("B", ()),
        ("C", ("A", "x.D")),
        ("E", ("A", "B")),
        ("F", ()),
    ]
    assert facts.imports_torch
    assert not read_headers(b"import torch\n").imports_torch  # of no use without a class


@pytest.mark.parametrize(
    ("imports", "base", "origin"),
    [
        (b"import torch", b"torch.nn.Module", "torch.nn.Module"),
        (b"import torch.nn as layers", b"layers.Module", "torch.nn.Module"),
        (b"from torch import Tensor, nn as n", b"n.Module", "torch.nn.Module"),
        (b"from torch.nn import (  # layers\n    Linear,\n    Module as M,\n)", b"M", "torch.nn.Module"),
        (b"try:\n    from torch.nn import Module\nexcept ImportError: pass", b"Module", "torch.nn.Module"),
        (b"from torch.nn import *", b"Module", "Module"),
        (b"from .base import Base as B", b"B", ".base.Base"),
        (b"from .base import Base", b"Base", "Base"),  # found by its name all the same
    ],
)
def test_bases_of_headers_are_resolved_through_the_imports(imports: bytes, base: bytes, origin: str) -> None:
    (found,) = read_headers(imports + b"\nclass A(%b): pass\n" % base).classes
    assert found.bases == (origin,)


# -- unparsable -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ndef forward(self:\n    pass\n", 2, "syntax error"),
        ("class A:\n    def forward(self):\n  pass\n", 3, "syntax error"),
        ("def forward(self):\n    print 'x'\n", 2, "syntax error"),
        ("x = 1\ny = '''\n", 2, "syntax error"),
        ("x = " + "(" * 5000 + ")" * 5000, 1, ""),
        ("x = " + "+".join("y" * 9_000), 1, "nested too deeply"),
        ("x = y" + ".z" * 9_000, 1, "nested too deeply"),
    ],
    ids=["header", "dedent", "python 2", "string", "brackets", "sum", "chain"],
)
def test_what_cannot_be_read_says_where_and_why(source: str, line: int, message: str) -> None:
    if message == "nested too deeply":
        source = f"class A:\n    def forward(self):\n        {source}\n"
    with pytest.raises(Unparsable) as caught:
        read_source(source)
    assert (caught.value.line, message in caught.value.message) == (line, True)


def test_warnings_of_the_analysed_code_are_not_ours() -> None:
    assert read("class A:\n    def forward(self): return '\\d' is 1\n").classes
