"""Cases of every form, and JSON values that are no cases."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from esper_lint.verification.encoding import SOURCES
from esper_lint.verification.specs import (
    Arguments,
    Build,
    Call,
    Case,
    DictSpec,
    Factory,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)

_parts = st.sampled_from(["torch", "nn", "GELU", "größe", "_C", "float16", "make"])
_dotted = st.lists(_parts, min_size=1, max_size=3).map(".".join)
names = st.builds("{}:{}".format, _dotted, _dotted)
simple = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)

_bounds = st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1)).map(sorted)
tensors = st.builds(
    lambda shape, dtype, bounds: TensorSpec(tuple(shape), dtype, *bounds),
    st.lists(st.integers(0, 97), max_size=4),
    st.sampled_from(["float32", "int64", "bool", "bfloat16", "float8_e4m3fn"]),
    _bounds | st.just((None, None)) | st.integers(-5, 5).map(lambda low: (low, None)),
)


def _pairs(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[tuple[str, Value], ...]]:
    return st.dictionaries(st.text(max_size=6), inner, max_size=3).map(lambda pairs: tuple(pairs.items()))


def arguments_of(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Arguments]:
    return st.builds(Arguments, st.lists(inner, max_size=3).map(tuple), _pairs(inner))


def builds_of(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Build]:
    factories = st.none() | st.builds(Factory, names, arguments_of(inner))
    return st.builds(Build, names, arguments_of(inner), factories)


def _deeper(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    items = st.lists(inner, max_size=3).map(tuple)
    return (
        items.map(ListSpec)
        | items.map(TupleSpec)
        | _pairs(inner).map(DictSpec)
        | _pairs(inner).map(Namespace)
        | st.builds(PartialSpec, names.map(Named), arguments_of(inner))
        | builds_of(inner)
    )


values = st.recursive(simple | tensors | names.map(Named), _deeper, max_leaves=12)
calls = st.builds(Call, arguments_of(values), st.booleans(), st.booleans())
cases = st.builds(Case, builds_of(values), calls, st.integers(0, 2**31), st.sampled_from(SOURCES))

_FIELDS = ("build", "call", "class", "arguments", "positional", "keywords", "factory", "function", "shape", "dtype")
_KINDS = ("tuple", "dict", "tensor", "named", "partial", "namespace", "float", "nan", "low", "high", "a:b", "float32")
_words = st.sampled_from([*_FIELDS, *_KINDS, "seed", "source", "recording", "schema_version", "tool", "cases"])
_numbers = st.integers() | st.floats() | st.sampled_from([2**31, 2**64, -1, math.inf])
json_values = st.recursive(
    st.none() | st.booleans() | _numbers | st.text(max_size=4) | _words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words | st.text(max_size=3), inner, max_size=4),
    max_leaves=30,
)
