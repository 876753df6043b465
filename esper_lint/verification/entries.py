"""Cases written by hand in ``[tool.esper_lint.verify]``: what TOML holds -> cases, checked as strictly as all settings.

One entry is a table: ``{class = "pkg.blocks:Block", arguments = [24], inputs = ["3x7x24", "int64 3x7 < 100"]}``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from esper_lint.pyproject import ConfigError
from esper_lint.verification.encoding import EncodingError, decode_case, encode_case, is_name
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
    TensorSpec,
    TupleSpec,
    Value,
)

if TYPE_CHECKING:
    from esper_lint.config import Config

_CONSTRUCTION = ("class", "arguments", "factory", "factory-arguments")
_KEYS = (*_CONSTRUCTION, "inputs", "training", "grad", "seed")
_TENSOR = re.compile(r"(?:(?P<dtype>[a-z][a-z0-9_]*) +)?(?P<shape>\d+(?:x\d+)*|scalar)(?: *< *(?P<bound>\d+))?")
_TENSOR_FORM = 'a tensor such as "3x7x24", "bfloat16 3x7x24" or "int64 3x7 < 100"'


def entered(config: Config) -> tuple[Case, ...]:
    """The cases that the settings hold."""
    return cases_in(json.loads(config.verify), "settings")


def cases_in(table: object, place: str) -> tuple[Case, ...]:
    """The cases that the table ``verify`` holds.  Raises ConfigError, one line that begins with ``place``."""
    fields = _fields(table, place, ("cases",))
    if not isinstance(entries := fields.get("cases", []), list):
        _refuse(f"{place}: cases", "a list of tables", entries)
    try:
        return tuple(_case(entry, f"{place}: cases[{number}]") for number, entry in enumerate(entries))
    except RecursionError:
        raise ConfigError(f"{place}: cases: nested too deeply") from None


def _case(entry: object, place: str) -> Case:
    fields = _fields(entry, place, _KEYS)
    if "class" not in fields:
        raise ConfigError(f'{place}: lacks class, as in class = "pkg.blocks:Block"')
    modes = {key: fields.get(key, False) for key in ("training", "grad")}
    for key, mode in modes.items():
        if not isinstance(mode, bool):
            _refuse(f"{place}: {key}", "true or false", mode)
    seed = fields.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        _refuse(f"{place}: seed", "an integer from 0 on", seed)
    call = Call(_arguments(fields.get("inputs", []), f"{place}: inputs", _input), **modes)
    case = Case(_build(fields, place), call, seed, "entry")
    try:
        # Sizes and nesting have the limits of every other source.
        return decode_case(encode_case(case), place)
    except EncodingError as error:
        raise ConfigError(str(error)) from None


def _build(fields: Mapping[str, Any], place: str) -> Build:
    name = _name(fields["class"], f"{place}: class")
    arguments = _arguments(fields.get("arguments", []), f"{place}: arguments", _value)
    if "factory" not in fields and "factory-arguments" not in fields:
        return Build(name, arguments)
    around = name.rpartition(".")[0]
    if "factory" not in fields and ":" not in around:
        raise ConfigError(f"{place}: factory-arguments: {name} is in no function; say which with factory")
    factory = _name(fields.get("factory", around), f"{place}: factory")
    given = _arguments(fields.get("factory-arguments", []), f"{place}: factory-arguments", _value)
    return Build(name, arguments, Factory(factory, given))


def _arguments(raw: object, place: str, read: Callable[[object, str], Value]) -> Arguments:
    """A list gives arguments by position, a table by name."""
    match raw:
        case list():
            return Arguments(tuple(read(item, f"{place}[{number}]") for number, item in enumerate(raw)))
        case dict():
            return Arguments((), tuple((key, read(item, f"{place}.{key}")) for key, item in raw.items()))
    _refuse(place, "a list, or a table of names and values", raw)


def _input(raw: object, place: str) -> Value:
    """In inputs a string is a tensor, at any depth."""
    return _tensor(raw, place) if isinstance(raw, str) else _value(raw, place, _input)


def _value(raw: object, place: str, inner: Callable[[object, str], Value] | None = None) -> Value:
    inner = inner or _value
    match raw:
        case bool() | int() | str():
            return raw
        case float() if math.isfinite(raw):
            return raw
        case list():
            return ListSpec(tuple(inner(item, f"{place}[{number}]") for number, item in enumerate(raw)))
        case dict() if len(raw) == 1 and (kind := next(iter(raw))) in _KINDS:
            return _special(kind, raw[kind], f"{place}.{kind}", inner)
        case dict():
            return DictSpec(tuple((key, inner(item, f"{place}.{key}")) for key, item in raw.items()))
    _refuse(place, "a boolean, a finite number, a string, a list or a table", raw)


_KINDS = ("build", "named", "namespace", "none", "text", "tensor", "tuple")


def _special(kind: str, raw: object, place: str, inner: Callable[[object, str], Value]) -> Value:
    """A table with one of these keys alone stands for what TOML has no form for."""
    match kind, raw:
        case "tensor", str():
            return _tensor(raw, place)
        case "text", str():
            return raw
        case "named", str():
            return Named(_name(raw, place))
        case "none", True:
            return None
        case "tuple", list():
            return TupleSpec(tuple(inner(item, f"{place}[{number}]") for number, item in enumerate(raw)))
        case "namespace", dict():
            return Namespace(tuple((key, inner(item, f"{place}.{key}")) for key, item in raw.items()))
        case "build", dict():
            fields = _fields(raw, place, _CONSTRUCTION)
            if "class" not in fields:
                raise ConfigError(f'{place}: lacks class, as in class = "torch.nn:GELU"')
            return _build(fields, place)
    wanted = {"tuple": "a list", "namespace": "a table", "build": "a table with class", "none": "true"}
    _refuse(place, wanted.get(kind, "a string"), raw)


def _tensor(text: object, place: str) -> TensorSpec:
    found = _TENSOR.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        _refuse(place, _TENSOR_FORM, text)
    sizes = "" if found["shape"] == "scalar" else found["shape"]
    try:
        shape = tuple(int(size) for size in sizes.split("x") if size)
        bound = None if found["bound"] is None else int(found["bound"])
    except ValueError:  # of more digits than Python reads
        _refuse(place, _TENSOR_FORM, text)
    if bound == 0:
        raise ConfigError(f"{place}: no number from 0 on is less than 0")
    return TensorSpec(shape, found["dtype"] or "float32", *((None, None) if bound is None else (0, bound - 1)))


def _name(raw: object, place: str) -> str:
    if not isinstance(raw, str) or not is_name(raw):
        _refuse(place, 'MODULE:QUALNAME, such as "pkg.blocks:Block"', raw)
    return raw


def _fields(raw: object, place: str, known: Iterable[str]) -> Mapping[str, Any]:
    from esper_lint.config import did_you_mean

    if not isinstance(raw, dict):
        _refuse(place, "a table", raw)
    for key in raw:
        if key not in known:
            raise ConfigError(f"{place}: unknown key {key!r}{did_you_mean(key, known)}")
    return raw


def _refuse(place: str, wanted: str, raw: object) -> NoReturn:
    shown = repr(raw)
    raise ConfigError(f"{place}: must be {wanted}, not {shown if len(shown) <= 80 else shown[:80] + '…'}")
