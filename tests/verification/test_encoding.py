"""Every case comes back as it was, whatever else is read is refused in one line, and nothing of it is run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.verification.encoding import (
    DEEPEST,
    EncodingError,
    decode_case,
    decode_value,
    encode_case,
    encode_value,
    is_name,
)
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
from tests.verification.strategies import cases, json_values

SMALL: dict[str, Any] = {"build": {"class": "a:B"}, "call": {}}


@settings(max_examples=60)
@given(cases)
def test_a_case_comes_back_through_json(case: Case) -> None:
    assert decode_case(json.loads(json.dumps(encode_case(case), allow_nan=False))) == case


@given(json_values)
def test_any_json_is_a_case_or_refused_in_one_line(value: Any) -> None:
    try:
        case = decode_case(value, "cases[3]")
    except EncodingError as error:
        assert str(error).startswith("cases[3]")
        assert "\n" not in str(error)
        assert len(str(error)) < 500
    else:
        assert decode_case(encode_case(case)) == case


@settings(max_examples=60)
@given(cases, st.randoms(use_true_random=False), json_values)
def test_a_spoilt_case_is_a_case_or_refused(case: Case, choice: Any, spoilt: Any) -> None:
    encoded = encode_case(case)
    at: Any = encoded
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = choice.choice(keys)
        if not isinstance(at[key], dict | list) or not at[key] or choice.random() < 0.3:
            at[key] = spoilt
            break
        at = at[key]
    try:
        decode_case(encoded)
    except EncodingError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, None),
        (1.0, 1.0),
        (math.inf, {"float": "inf"}),
        (-math.inf, {"float": "-inf"}),
        (ListSpec((1, "a")), [1, "a"]),
        (TupleSpec((1, True)), {"tuple": [1, True]}),
        (DictSpec((("b", 1), ("a", 2))), {"dict": [["b", 1], ["a", 2]]}),
        (Namespace((("dim", 3),)), {"namespace": [["dim", 3]]}),
        (TensorSpec((3, 7)), {"tensor": {"shape": [3, 7]}}),
        (TensorSpec((), "int64", 0, 9), {"tensor": {"shape": [], "dtype": "int64", "low": 0, "high": 9}}),
        (Named("torch:float16"), {"named": "torch:float16"}),
        (
            PartialSpec(Named("torch.nn:LayerNorm"), Arguments((), (("eps", 0.5),))),
            {"partial": {"function": "torch.nn:LayerNorm", "arguments": {"keywords": [["eps", 0.5]]}}},
        ),
        (
            Build("m:make.Seed", Arguments((4,)), Factory("m:make", Arguments((8,)))),
            {
                "build": {
                    "class": "m:make.Seed",
                    "arguments": {"positional": [4]},
                    "factory": {"function": "m:make", "arguments": {"positional": [8]}},
                }
            },
        ),
    ],
)
def test_the_form_of_each_value(value: Value, encoded: Any) -> None:
    assert encode_value(value) == encoded
    assert decode_value(encoded) == value
    assert type(decode_value(encoded)) is type(value)


def test_not_a_number_comes_back() -> None:
    assert encode_value(math.nan) == {"float": "nan"}
    back = decode_value({"float": "nan"})
    assert isinstance(back, float) and math.isnan(back)


def test_what_a_default_says_is_left_out() -> None:
    assert encode_case(Case(Build("a:B"), Call(Arguments()))) == SMALL
    assert decode_case(SMALL) == Case(Build("a:B"), Call(Arguments()))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7, "case: must be an object, not 7"),
        ({"build": {"class": "a:B"}}, "case: lacks 'call'"),
        ({**SMALL, "sede": 1}, "case: has the unknown key 'sede'; known are build, call, seed, source"),
        ({**SMALL, "seed": True}, "case.seed: must be an integer from 0 to 9223372036854775807, not True"),
        ({**SMALL, "source": "x\ny"}, "case.source: must be one of recording, entry, sibling, generated, not 'x\\ny'"),
        ({**SMALL, "build": {"class": "os.system"}}, "case.build.class: must be MODULE:QUALNAME, not 'os.system'"),
        (
            {**SMALL, "build": {"class": "a:f.<locals>.B"}},
            "case.build.class: must be MODULE:QUALNAME, not 'a:f.<locals>.B'",
        ),
        (
            {**SMALL, "build": {"class": "a:B", "factory": {}}},
            "case.build.factory: lacks 'function'",
        ),
        ({**SMALL, "call": {"training": 1}}, "case.call.training: must be true or false, not 1"),
        ({**SMALL, "call": {"arguments": [1]}}, "case.call.arguments: must be an object, not a list"),
        (
            {**SMALL, "call": {"arguments": {"positional": [0, {"tensor": {"shape": [3, -1]}}]}}},
            "case.call.arguments.positional[1].tensor.shape[1]: must be an integer from 0 to 2147483648, not -1",
        ),
        (
            {**SMALL, "call": {"arguments": {"keywords": [["x", 1], ["x", 2]]}}},
            "case.call.arguments.keywords[1]: has the key 'x' again",
        ),
        (
            {**SMALL, "call": {"arguments": {"keywords": [["x"]]}}},
            "case.call.arguments.keywords[0]: must be a pair of a string and a value, not a list",
        ),
    ],
)
def test_a_refusal_names_the_place(value: Any, said: str) -> None:
    with pytest.raises(EncodingError) as refused:
        decode_case(value)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "value: must have one key that says what it is, and has 0"),
        ({"tuple": [], "dict": []}, "value: must have one key that says what it is, and has 2"),
        ({"pickle": "gASV"}, "value: must be one of build, dict, float, named"),
        (math.nan, "value: must be a JSON value with finite numbers, not nan"),
        ({"float": "1e9"}, "value.float: must be one of nan, inf, -inf, not '1e9'"),
        ({"named": "os:system()"}, "value.named: must be MODULE:QUALNAME, not 'os:system()'"),
        ({"tensor": {"shape": [2**16, 2**16]}}, "value.tensor.shape: has more than 2147483648 elements"),
        ({"tensor": {"shape": [1] * 65}}, "value.tensor.shape: has 65 dimensions, more than 64"),
        ({"tensor": {"shape": [10**30]}}, "value.tensor.shape[0]: must be an integer from 0 to 2147483648"),
        ({"tensor": {"shape": [10**60]}}, "must be an integer from 0 to 2147483648, not a number that long"),
        ({"tensor": {"shape": [], "dtype": "os.system"}}, "value.tensor.dtype: must be a dtype such as float32"),
        ({"tensor": {"shape": [], "low": 2, "high": 1}}, "value.tensor.low: is 2, above high, which is 1"),
        ({"tensor": {"shape": [], "low": 2**63}}, "value.tensor.low: must be an integer from -9223372036854775808"),
        ({"named": "a" * 1000}, "value.named: must be MODULE:QUALNAME, not 'aaaaaaaaaa"),
    ],
)
def test_a_value_that_is_none_is_refused(value: Any, said: str) -> None:
    with pytest.raises(EncodingError) as refused:
        decode_value(value)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("kind", ["list", "tuple", "build", "partial"])
def test_what_is_nested_too_deeply_is_refused(kind: str) -> None:
    wrapped: dict[str, Callable[[Any], Any]] = {
        "list": lambda inner: [inner],
        "tuple": lambda inner: {"tuple": [inner]},
        "build": lambda inner: {"build": {"class": "a:B", "arguments": {"positional": [inner]}}},
        "partial": lambda inner: {"partial": {"function": "a:b", "arguments": {"positional": [inner]}}},
    }
    value: Any = 1
    for _ in range(5 * DEEPEST):
        value = wrapped[kind](value)
    with pytest.raises(EncodingError, match=f"nested more than {DEEPEST} deep$"):
        decode_value(value)


@pytest.mark.parametrize("text", ["torch:float16", "a.b:C.D", "_x:y1"])
def test_a_name(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", ":", "a", "a:", ":b", "a:b:c", "a..b:c", "a:b.", "a:<lambda>", "a b:c", "a:1"])
def test_no_name(text: str) -> None:
    assert not is_name(text)
