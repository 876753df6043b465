"""A case in words: how the module was built, and what it was called with."""

from __future__ import annotations

from esper_lint.verification.records import Refutation
from esper_lint.verification.specs import (
    Arguments,
    Build,
    DictSpec,
    ListSpec,
    Named,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)
from esper_lint.verification.walking import elements_of

_LONGEST = 600


def told(found: Refutation) -> str:
    """The smallest case in one line, as a reader would type it to see it again."""
    build, call = found.case.build, found.case.call
    text = (
        f"{_build(build)} called with ({_arguments(call.arguments)}), {found.mode}, {found.world},"
        f" seed {found.case.seed}: {elements_of(found.case)} numbers"
    )
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _build(build: Build) -> str:
    name = build.name.rpartition(":")[2]
    if build.factory is None:
        return f"{name}({_arguments(build.arguments)})"
    factory = f"{build.factory.name.rpartition(':')[2]}({_arguments(build.factory.arguments)})"
    own = _arguments(build.arguments)
    return f"{name.rpartition('.')[2]} of {factory}" + (f", built with ({own})" if own else "")


def _arguments(arguments: Arguments) -> str:
    positional = [_value(one) for one in arguments.positional]
    return ", ".join([*positional, *(f"{name}={_value(one)}" for name, one in arguments.keywords)])


def _value(value: Value) -> str:
    match value:
        case TensorSpec(shape, dtype):
            return f"{dtype}[{'x'.join(map(str, shape))}]"
        case ListSpec(items):
            return f"[{', '.join(map(_value, items))}]"
        case TupleSpec(items):
            return f"({', '.join(map(_value, items))}{',' if len(items) == 1 else ''})"
        case DictSpec(pairs):
            return f"{{{', '.join(f'{key!r}: {_value(one)}' for key, one in pairs)}}}"
        case Namespace(pairs):
            return f"Namespace({', '.join(f'{key}={_value(one)}' for key, one in pairs)})"
        case Named(name):
            return name.replace(":", ".")
        case PartialSpec(function, arguments):
            return f"partial({', '.join(filter(None, [_value(function), _arguments(arguments)]))})"
        case Build():
            return _build(value)
        case _:
            return repr(value)
