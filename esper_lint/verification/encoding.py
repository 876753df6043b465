"""Cases as JSON values and back: what a recording and a worker's requests hold.

Simple values stand for themselves and a plain list for a list; everything else is an object with one key that says what
it is.  What a default says is left out.  Decoding is strict, builds nothing but specs, and fails in one way only.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

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

MOST_ELEMENTS = 2**31
MOST_DIMENSIONS = 64
DEEPEST = 40
SOURCES = ("recording", "entry", "sibling", "generated")

_INT64 = range(-(2**63), 2**63)
_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_DTYPE = re.compile(r"[a-z][a-z0-9_]{0,31}")


class EncodingError(ValueError):
    """A JSON value that is no case; the message is one line that begins with the place of what is wrong in it."""


def encode_case(case: Case) -> dict[str, Any]:
    return _without_defaults(
        {"build": _encode_build(case.build), "call": _encode_call(case.call), "seed": case.seed, "source": case.source},
        {"seed": 0, "source": "recording"},
    )


def decode_case(value: object, place: str = "case") -> Case:
    """The case that ``value``, any JSON value, stands for; ``place`` begins messages.  Raises EncodingError only."""
    fields = _fields(value, place, required={"build", "call"}, optional={"seed", "source"})
    source = fields.get("source", "recording")
    if source not in SOURCES:
        _refuse(f"{place}.source", f"must be one of {', '.join(SOURCES)}, not {_shown(source)}")
    return Case(
        build=_build(fields["build"], f"{place}.build", 0),
        call=_call(fields["call"], f"{place}.call"),
        seed=_integer(fields.get("seed", 0), f"{place}.seed", range(2**63)),
        source=str(source),
    )


def encode_value(value: Value) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"float": str(value)}
        case ListSpec(items):
            return [encode_value(item) for item in items]
        case TupleSpec(items):
            return {"tuple": [encode_value(item) for item in items]}
        case DictSpec(items):
            return {"dict": _encode_pairs(items)}
        case Namespace(items):
            return {"namespace": _encode_pairs(items)}
        case TensorSpec():
            whole = {"shape": list(value.shape), "dtype": value.dtype, "low": value.low, "high": value.high}
            return {"tensor": _without_defaults(whole, {"dtype": "float32", "low": None, "high": None})}
        case Named(name):
            return {"named": name}
        case PartialSpec(function, arguments):
            return {"partial": {"function": function.name, **_encode_given(arguments)}}
        case Build():
            return {"build": _encode_build(value)}


def decode_value(value: object, place: str = "value", depth: int = 0) -> Value:
    """The spec that ``value``, any JSON value, stands for.  Raises EncodingError only."""
    if depth > DEEPEST:
        _refuse(place, f"nested more than {DEEPEST} deep")
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case list():
            return ListSpec(_values(value, place, depth))
        case dict() if len(value) == 1:
            [(kind, content)] = value.items()
            if kind in _KINDS:
                return _KINDS[kind](content, f"{place}.{kind}", depth)
            _refuse(place, f"must be one of {', '.join(sorted(_KINDS))}, not {_shown(kind)}")
        case dict():
            _refuse(place, f"must have one key that says what it is, and has {len(value)}")
        case _:
            _refuse(place, f"must be a JSON value with finite numbers, not {_shown(value)}")


def _tensor(value: object, place: str, depth: int) -> TensorSpec:
    fields = _fields(value, place, required={"shape"}, optional={"dtype", "low", "high"})
    sizes = _list(fields["shape"], f"{place}.shape")
    if len(sizes) > MOST_DIMENSIONS:
        _refuse(f"{place}.shape", f"has {len(sizes)} dimensions, more than {MOST_DIMENSIONS}")
    shape = tuple(_integer(size, f"{place}.shape[{axis}]", range(MOST_ELEMENTS + 1)) for axis, size in enumerate(sizes))
    if math.prod(shape) > MOST_ELEMENTS:
        _refuse(f"{place}.shape", f"has more than {MOST_ELEMENTS} elements")
    dtype = fields.get("dtype", "float32")
    if not isinstance(dtype, str) or not _DTYPE.fullmatch(dtype):
        _refuse(f"{place}.dtype", f"must be a dtype such as float32, not {_shown(dtype)}")
    low, high = (
        None if fields.get(bound) is None else _integer(fields[bound], f"{place}.{bound}", _INT64)
        for bound in ("low", "high")
    )
    if low is not None and high is not None and low > high:
        _refuse(f"{place}.low", f"is {low}, above high, which is {high}")
    return TensorSpec(shape, dtype, low, high)


def _partial(value: object, place: str, depth: int) -> PartialSpec:
    fields = _fields(value, place, required={"function"}, optional={"arguments"})
    return PartialSpec(Named(_name(fields["function"], f"{place}.function")), _given(fields, place, depth + 1))


def _non_finite(value: object, place: str, depth: int) -> float:
    if not isinstance(value, str) or value not in _NON_FINITE:
        _refuse(place, f"must be one of {', '.join(_NON_FINITE)}, not {_shown(value)}")
    return _NON_FINITE[value]


def _build(value: object, place: str, depth: int) -> Build:
    if depth > DEEPEST:
        _refuse(place, f"nested more than {DEEPEST} deep")
    fields = _fields(value, place, required={"class"}, optional={"arguments", "factory"})
    factory = None
    if "factory" in fields:
        around = _fields(fields["factory"], f"{place}.factory", required={"function"}, optional={"arguments"})
        name = _name(around["function"], f"{place}.factory.function")
        factory = Factory(name, _given(around, f"{place}.factory", depth + 1))
    return Build(_name(fields["class"], f"{place}.class"), _given(fields, place, depth + 1), factory)


_KINDS: Mapping[str, Callable[[object, str, int], Value]] = {
    "tuple": lambda value, place, depth: TupleSpec(_values(value, place, depth)),
    "dict": lambda value, place, depth: DictSpec(_pairs(value, place, depth)),
    "namespace": lambda value, place, depth: Namespace(_pairs(value, place, depth)),
    "named": lambda value, place, depth: Named(_name(value, place)),
    "tensor": _tensor,
    "partial": _partial,
    "float": _non_finite,
    "build": _build,
}


def _call(value: object, place: str) -> Call:
    fields = _fields(value, place, required=set(), optional={"arguments", "training", "grad"})
    modes = {}
    for mode in ("training", "grad"):
        modes[mode] = fields.get(mode, False)
        if not isinstance(modes[mode], bool):
            _refuse(f"{place}.{mode}", f"must be true or false, not {_shown(modes[mode])}")
    return Call(_given(fields, place, 0), **modes)


def _given(fields: Mapping[str, object], place: str, depth: int) -> Arguments:
    """The arguments among ``fields``, or none."""
    if "arguments" not in fields:
        return Arguments()
    place = f"{place}.arguments"
    given = _fields(fields["arguments"], place, required=set(), optional={"positional", "keywords"})
    return Arguments(
        _values(given.get("positional", []), f"{place}.positional", depth),
        _pairs(given.get("keywords", []), f"{place}.keywords", depth),
    )


def _values(value: object, place: str, depth: int) -> tuple[Value, ...]:
    return tuple(decode_value(item, f"{place}[{number}]", depth + 1) for number, item in enumerate(_list(value, place)))


def _pairs(value: object, place: str, depth: int) -> tuple[tuple[str, Value], ...]:
    pairs: dict[str, Value] = {}
    for number, pair in enumerate(_list(value, place)):
        match pair:
            case [str(key), item]:
                if key in pairs:
                    _refuse(f"{place}[{number}]", f"has the key {_shown(key)} again")
                pairs[key] = decode_value(item, f"{place}[{number}][1]", depth + 1)
            case _:
                _refuse(f"{place}[{number}]", f"must be a pair of a string and a value, not {_shown(pair)}")
    return tuple(pairs.items())


def _fields(value: object, place: str, *, required: set[str], optional: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(place, f"must be an object, not {_shown(value)}")
    for key in value:
        if key not in required | optional:
            _refuse(place, f"has the unknown key {_shown(key)}; known are {', '.join(sorted(required | optional))}")
    for key in sorted(required - value.keys()):
        _refuse(place, f"lacks {key!r}")
    return value


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        _refuse(place, f"must be a list, not {_shown(value)}")
    return value


def _integer(value: object, place: str, within: range) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in within:
        _refuse(place, f"must be an integer from {within.start} to {within.stop - 1}, not {_shown(value)}")
    return value


def _name(value: object, place: str) -> str:
    if not isinstance(value, str) or not is_name(value):
        _refuse(place, f"must be MODULE:QUALNAME, not {_shown(value)}")
    return value


def is_name(text: str) -> bool:
    """Whether ``text`` has the form MODULE:QUALNAME, both of them identifiers with dots between."""
    halves = text.split(":")
    return len(halves) == 2 and all(part.isidentifier() for half in halves for part in half.split("."))


def _shown(value: object) -> str:
    """``value`` in few characters, on one line, without looking far into it."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return ascii(value) if len(value) <= 40 else f"{value[:40]!a}…"
        case int() if not isinstance(value, bool) and value.bit_length() > 128:
            return "a number that long"
    return repr(value)


def _refuse(place: str, what: str) -> NoReturn:
    raise EncodingError(f"{place}: {what}")


def _encode_build(build: Build) -> dict[str, Any]:
    factory = build.factory
    around = {"factory": {"function": factory.name, **_encode_given(factory.arguments)}} if factory else {}
    return {"class": build.name, **_encode_given(build.arguments), **around}


def _encode_call(call: Call) -> dict[str, Any]:
    modes = _without_defaults({"training": call.training, "grad": call.grad}, {"training": False, "grad": False})
    return {**_encode_given(call.arguments), **modes}


def _encode_given(arguments: Arguments) -> dict[str, Any]:
    given = {
        "positional": [encode_value(item) for item in arguments.positional],
        "keywords": _encode_pairs(arguments.keywords),
    }
    given = _without_defaults(given, {"positional": [], "keywords": []})
    return {"arguments": given} if given else {}


def _encode_pairs(pairs: tuple[tuple[str, Value], ...]) -> list[list[Any]]:
    return [[key, encode_value(item)] for key, item in pairs]


def _without_defaults(fields: Mapping[str, Any], defaults: Mapping[str, object]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in defaults or value != defaults[key]}
