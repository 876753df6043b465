"""Random forward bodies, spelled with locals ``va vb vc`` and attributes ``self.pa self.pb self.pc`` only.

The names are such that a textual substitution renames them and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import indent

from hypothesis import strategies as st

LOCALS = ("va", "vb", "vc")
ATTRIBUTES = ("pa", "pb", "pc")

_LOCAL = st.sampled_from(LOCALS)
_ATTRIBUTE = st.sampled_from([f"self.{name}" for name in ATTRIBUTES])
_LITERAL = st.sampled_from(["0", "1", "-1", "2.5", "'s'", "b's'", "True", "None", "...", "1j"])
_GLOBAL = st.sampled_from(["torch.pi", "F", "sum"])


def _expression(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}({})".format, st.one_of(_ATTRIBUTE, st.just("F.gelu"), st.just("f")), inner),
        st.builds("f({}, *{}, k={}, **{})".format, inner, inner, inner, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "@", "<", "is not", "and", "or"]), inner),
        st.builds("(-{})".format, inner),
        st.builds("(not {})".format, inner),
        st.builds("{}.shape[{}, ::{}]".format, _LOCAL, inner, inner),
        st.builds("({}, {})".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, _LOCAL, inner, inner),
        st.builds("{{{}: {} for {}, {} in {}}}".format, inner, inner, _LOCAL, _LOCAL, inner),
        st.builds("(lambda {}, k={}: {})".format, _LOCAL, inner, inner),
        st.builds("({} := {})".format, _LOCAL, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("f'a{{{}}}b{{{}!r:>4}}'".format, _LOCAL, _LOCAL),
    )


EXPRESSIONS = st.recursive(st.one_of(_LOCAL, _ATTRIBUTE, _LITERAL, _GLOBAL), _expression, max_leaves=5)

_SIMPLE = st.one_of(
    st.builds("{} = {}".format, _LOCAL, EXPRESSIONS),
    st.builds("{} = {} = {}".format, _LOCAL, _LOCAL, EXPRESSIONS),
    st.builds("{}, {} = {}".format, _LOCAL, _LOCAL, EXPRESSIONS),
    st.builds("{} += {}".format, _LOCAL, EXPRESSIONS),
    st.builds("{} = {}".format, _ATTRIBUTE, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("f({})".format, EXPRESSIONS),
    st.builds("assert {}, {}".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("del {}".format, _LOCAL),
    st.builds("import f.g as {}".format, _LOCAL),
    st.builds("from f import g as {}".format, _LOCAL),
    st.just("pass"),
)


def _block(statements: list[str]) -> str:
    return indent("\n".join(statements), "    ")


def _compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_block)
    case = body.map(lambda text: indent(text, "    "))
    return st.one_of(
        st.builds("if {}:\n{}".format, EXPRESSIONS, body),
        st.builds("if {}:\n{}\nelse:\n{}".format, EXPRESSIONS, body, body),
        st.builds("for {} in {}:\n{}".format, _LOCAL, EXPRESSIONS, body),
        st.builds("while {}:\n{}\nelse:\n{}".format, EXPRESSIONS, body, body),
        st.builds("with {} as {}:\n{}".format, EXPRESSIONS, _LOCAL, body),
        st.builds("try:\n{}\nexcept E as {}:\n{}\nfinally:\n{}".format, body, _LOCAL, body, body),
        st.builds("@f\ndef {}({}, *{}, k={}):\n{}".format, _LOCAL, _LOCAL, _LOCAL, EXPRESSIONS, body),
        st.builds("def {}({}):\n    nonlocal {}\n{}".format, _LOCAL, _LOCAL, _LOCAL, body),
        st.builds("class {}(f, k={}):\n{}".format, _LOCAL, EXPRESSIONS, body),
        st.builds(
            "match {}:\n    case [{}, *{}] if {}:\n{}\n    case {{'k': {}, **{}}} | f(k=1) as {}:\n{}".format,
            EXPRESSIONS,
            _LOCAL,
            _LOCAL,
            EXPRESSIONS,
            case,
            _LOCAL,
            _LOCAL,
            _LOCAL,
            case,
        ),
    )


STATEMENTS = st.recursive(_SIMPLE, _compound, max_leaves=3)
BODIES = st.lists(STATEMENTS, min_size=1, max_size=4).map("\n".join)

RENAMINGS = st.builds(
    lambda new_locals, new_attributes: dict(zip((*LOCALS, *ATTRIBUTES), (*new_locals, *new_attributes), strict=True)),
    st.permutations(["va", "vb", "vc", "hidden"]).map(lambda names: names[:3]),
    st.permutations(["pa", "pb", "pc", "project"]).map(lambda names: names[:3]),
)
"""New names for all, each of its own."""


def renamed(text: str, names: Mapping[str, str]) -> str:
    return re.sub(r"\b[vp][abc]\b", lambda match: names[match[0]], text)


def module(body: str, *, name: str = "Seed", parameters: str = ", ".join(LOCALS)) -> str:
    """A file with one module class, whose forward has this body."""
    head = f"import torch\nfrom torch import nn\n\n\nclass {name}(nn.Module):\n    def forward(self, {parameters}):\n"
    return f"{head}{indent(body, '        ')}\n"
