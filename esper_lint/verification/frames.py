"""With which arguments a running constructor or factory was called, read from its frame.

Only frames of the class's own constructors and of the functions around it are looked into.  Before Python 3.13 looking
fills a dictionary that the frame keeps: it is emptied again, lest it keep objects alive, and a function that asks for
its own ``locals()`` is not looked into, since it may hold that very dictionary.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType

# What may stand between two constructors of one instance: ordinary methods, and torch's own wrappers.
_FRAMES_BETWEEN = 8
_FRAMES_TO_FACTORY = 64
_LOOKS_AT_LOCALS = frozenset({"locals", "vars", "dir", "eval", "exec", "_getframe", "currentframe"})


class Unseen(Exception):
    """Arguments that could not be read; the message says why, in words for whoever reads a summary."""


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call, without those that are the parameters' own defaults."""

    positional: tuple[object, ...] = ()
    keywords: Mapping[str, object] = field(default_factory=dict)


def constructor_call(instance: object, frame: FrameType | None, received: Given) -> Given:
    """How the class of ``instance`` was called, from within the constructor that ``frame`` runs.

    ``received`` is what ``torch.nn.Module.__init__`` itself was given: the answer if no other constructor is there.
    Raises Unseen.
    """
    constructors = _constructors(type(instance))
    outermost, between = None, 0
    while frame is not None and between < _FRAMES_BETWEEN:
        if frame.f_code in constructors:
            if _first_argument(frame) is not instance:
                break
            outermost, between = frame, 0
        else:
            between += 1
        frame = frame.f_back
    if outermost is not None:
        return _given(outermost, constructors[outermost.f_code], without_first=True)
    if constructors:
        raise Unseen("its constructor was not seen")
    return received


def enclosing_call(of: type, frame: FrameType | None) -> tuple[str, Given]:
    """The outermost function that the class ``of`` is defined in, by qualified name, and how it was called.

    All of the functions around the class must be running, from ``frame`` on.  Raises Unseen.
    """
    around = of.__qualname__.split(".<locals>.")[:-1]
    left = len(around)
    for _ in range(_FRAMES_TO_FACTORY):
        if frame is None:
            break
        if _runs(frame, of.__module__, around[:left]):
            left -= 1
            if left == 0:
                return around[0], _given(frame, _function(frame, around[0]), without_first=False)
        frame = frame.f_back
    raise Unseen(f"the call of {around[left - 1].replace('.<locals>', '')}, which made the class, was not seen")


def _runs(frame: FrameType, module: str, around: list[str]) -> bool:
    code = frame.f_code
    if frame.f_globals.get("__name__") != module:
        return False
    if sys.version_info >= (3, 11):
        return code.co_qualname == ".<locals>.".join(around)
    return code.co_name == around[-1].rpartition(".")[2]


def _function(frame: FrameType, qualname: str) -> FunctionType | None:
    """The function that ``frame`` runs, where its module has it under its name."""
    first, *rest = qualname.split(".")
    found = frame.f_globals.get(first)
    for name in rest:
        found = inspect.getattr_static(found, name, None)
    return next((one for one in _wrapped(found) if one.__code__ is frame.f_code), None)


def _constructors(of: type) -> dict[CodeType, FunctionType]:
    """Every function that constructs a part of an instance, decorators included, but for torch's and Python's own."""
    found: dict[CodeType, FunctionType] = {}
    for base in of.__mro__:
        if base is not object and (base.__module__, base.__qualname__) != ("torch.nn.modules.module", "Module"):
            for name in ("__init__", "__post_init__"):
                found.update((one.__code__, one) for one in _wrapped(vars(base).get(name)))
    return found


def _wrapped(function: object) -> list[FunctionType]:
    """The function and those that it wraps, whether or not the decorator says so."""
    found: list[FunctionType] = []
    waiting = [
        getattr(function, "__func__", function) if isinstance(function, (staticmethod, classmethod)) else function
    ]
    while waiting and len(found) < 16:
        one = waiting.pop()
        if type(one) is FunctionType and one not in found:  # a look at the class of another could run its code
            found.append(one)
            waiting.append(one.__dict__.get("__wrapped__"))
            waiting.extend(_contents(one))
    return found


def _contents(function: FunctionType) -> list[object]:
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
    return found


def _first_argument(frame: FrameType) -> object:
    code = frame.f_code
    if code.co_argcount:
        return _values(frame, code.co_varnames[:1]).get(code.co_varnames[0])
    if code.co_flags & inspect.CO_VARARGS:
        name = code.co_varnames[code.co_kwonlyargcount]
        several = _values(frame, (name,)).get(name)
        return several[0] if isinstance(several, tuple) and several else None
    return None


def _given(frame: FrameType, function: FunctionType | None, *, without_first: bool) -> Given:
    """The arguments of the call that ``frame`` runs; ``without_first`` of them, if that is the instance."""
    code = frame.f_code
    count, only = code.co_argcount, code.co_kwonlyargcount
    names = code.co_varnames
    end = count + only
    rest = names[end] if code.co_flags & inspect.CO_VARARGS else None
    end += rest is not None
    others = names[end] if code.co_flags & inspect.CO_VARKEYWORDS else None
    values = _values(frame, (*names[: count + only], *filter(None, (rest, others))))
    several = values.pop(rest, ()) if rest else ()
    more = values.pop(others, {}) if others else {}
    if not isinstance(several, tuple) or not isinstance(more, dict):
        raise Unseen("its arguments were rebound before they could be read")
    defaults = _defaults(function, names[:count]) if function else {}
    positional: list[object] = []
    keywords: dict[str, object] = {}
    for place, name in enumerate(names[: count + only]):
        if name not in values:
            raise Unseen(f"its argument {name} was deleted before it could be read")
        value = values[name]
        needed = place < count and bool(several)
        if not needed and name in defaults and value is defaults[name]:
            continue
        if place < count and len(positional) == place:
            positional.append(value)
        elif place < code.co_posonlyargcount:
            # The defaults before it have to be said, since it has no name to be given by.
            positional.extend(values[name] for name in names[len(positional) : place + 1])
        else:
            keywords[name] = value
    positional.extend(several)
    return Given(tuple(positional[1:] if without_first else positional), {**keywords, **more})


def _defaults(function: FunctionType, names: tuple[str, ...]) -> dict[str, object]:
    positional = function.__defaults__ or ()
    return {
        **dict(zip(names[len(names) - len(positional) :], positional, strict=True)),
        **(function.__kwdefaults__ or {}),
    }


if sys.version_info >= (3, 13):

    def _values(frame: FrameType, names: tuple[str, ...]) -> dict[str, object]:
        variables = frame.f_locals
        return {name: variables[name] for name in names if name in variables}

else:

    def _values(frame: FrameType, names: tuple[str, ...]) -> dict[str, object]:
        if not _LOOKS_AT_LOCALS.isdisjoint(frame.f_code.co_names):
            raise Unseen("it looks at its own local variables, which cannot be read unnoticed before Python 3.13")
        variables = frame.f_locals
        values = {name: variables[name] for name in names if name in variables}
        # Held by the frame, by us and by the question: nobody else has it.
        if sys.getrefcount(variables) <= 3:
            variables.clear()
        return values
