"""The arguments of constructors and factories, read from frames: those of the outermost, and no trace is left."""

from __future__ import annotations

import functools
import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from esper_lint.verification.frames import Given, Unseen, constructor_call, enclosing_call


class Module:
    """What torch.nn.Module is to its subclasses: the constructor in which they are seen."""

    seen: Given | str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        try:
            seen: Given | str = constructor_call(self, sys._getframe(1), Given(args, kwargs))
        except Unseen as error:
            seen = str(error)
        object.__setattr__(self, "seen", seen)


Module.__module__ = "torch.nn.modules.module"


class Plain(Module):
    def __init__(
        self, dim: Any, /, width: Any = 4, *more: Any, bias: Any = True, tag: Any = None, **others: Any
    ) -> None:
        super().__init__()


class Only(Module):
    def __init__(self, one: Any, two: Any = 2, three: Any = 3, /) -> None:
        super().__init__()


class Derived(Plain):
    def __init__(self, size: Any = 9) -> None:
        before = size * 2
        super().__init__(before, tag=size)


class Cell(Module):
    def __init__(self, dim: Any, rate: Any = 0.5) -> None:
        self.get: Callable[[], Any] = lambda: (self, dim, rate)
        super().__init__()


class ByMethod(Module):
    def __init__(self, dim: Any) -> None:
        self.set_up()

    def set_up(self) -> None:
        super().__init__()


class Bare(Module):
    pass


class Nested(Module):
    def __init__(self, depth: Any, child: Any = None) -> None:
        self.child = Nested(depth - 1) if depth else child
        super().__init__()


def openly(function: Any) -> Any:
    @functools.wraps(function)
    def inner(self: Any, *args: Any, **kwargs: Any) -> None:
        function(self, *args, **kwargs)

    return inner


def silently(function: Any) -> Any:
    def inner(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    return inner


class Open(Module):
    @openly
    def __init__(self, dim: Any, width: Any = 1) -> None:
        super().__init__()


class Silent(Module):
    @silently
    def __init__(self, dim: Any, width: Any = 1) -> None:
        super().__init__()


class Rebound(Module):
    def __init__(self, *args: Any) -> None:
        args = list(args)  # type: ignore[assignment]
        super().__init__()


class Gone(Module):
    def __init__(self, dim: Any) -> None:
        del dim
        super().__init__()


@pytest.mark.parametrize(
    ("make", "positional", "keywords"),
    [
        (lambda: Plain(1), (1,), {}),
        (lambda: Plain(1, 4, bias=True), (1,), {}),
        (lambda: Plain(1, 5), (1, 5), {}),
        (lambda: Plain(1, width=5, tag="x"), (1, 5), {"tag": "x"}),
        (lambda: Plain(1, 4, 7, z=8), (1, 4, 7), {"z": 8}),
        (lambda: Only(1), (1,), {}),
        (lambda: Only(1, 2, 5), (1, 2, 5), {}),
        (Derived, (), {}),
        (lambda: Derived(3), (3,), {}),
        (lambda: Cell(1), (1,), {}),
        (lambda: Cell(1, 0.25), (1, 0.25), {}),
        (lambda: ByMethod(3), (3,), {}),
        (Bare, (), {}),
        (lambda: Nested(2), (2,), {}),
        (lambda: Nested(2).child, (1,), {}),
        (lambda: Open(1, width=2), (1,), {"width": 2}),
        (lambda: Silent(1, 2), (1, 2), {}),
    ],
)
def test_the_arguments_of_a_construction(make: Callable[[], Any], positional: Any, keywords: Any) -> None:
    assert make().seen == Given(positional, keywords)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Rebound(1), "its arguments were rebound before they could be read"),
        (lambda: Gone(1), "its argument dim was deleted before it could be read"),
    ],
)
def test_arguments_that_are_gone_are_said(make: Callable[[], Any], said: str) -> None:
    assert make().seen == said


def test_a_default_in_the_middle_makes_the_rest_keywords() -> None:
    class Three(Module):
        def __init__(self, a: Any = 1, b: Any = 2, c: Any = 3) -> None:
            super().__init__()

    assert Three(1, 2, 5).seen == Given((), {"c": 5})
    assert Three(0, 2, 5).seen == Given((0,), {"c": 5})


def test_locals_are_left_as_they_are() -> None:
    class Looks(Module):
        def __init__(self, dim: Any) -> None:
            given = locals()
            super().__init__()
            self.names = sorted(given)

    looks = Looks(3)
    assert looks.names == ["__class__", "dim", "self"]
    if sys.version_info >= (3, 13):
        assert looks.seen == Given((3,))
    else:
        assert looks.seen == "it looks at its own local variables, which cannot be read unnoticed before Python 3.13"


class Thing:
    pass


class Unread:
    """Nobody looks at these."""

    def __init__(self) -> None:
        self.seen = Given()


@pytest.mark.parametrize("base", [Module, Unread])
def test_what_was_read_is_not_kept_alive(base: type) -> None:
    class Drops(base):  # type: ignore[misc]
        def __init__(self, things: list[Thing]) -> None:
            thing = things.pop()
            super().__init__()
            gone = weakref.ref(thing)
            del thing
            gc.collect()
            self.is_gone = gone() is None

    assert Drops([Thing()]).is_gone
    assert base is Unread or Drops([Thing()]).seen == Given(([],))


def made(of: type) -> tuple[str, Given]:
    return enclosing_call(of, sys._getframe(1))


def factory(dim: Any, heads: Any = 2, *, rate: Any = 0.5) -> Any:
    class Inner:
        pass

    dim_was = dim
    return made(Inner), lambda: dim_was


def outer(width: Any) -> Any:
    def inner(depth: Any) -> Any:
        class Deep:
            class Deeper:
                pass

        return made(Deep.Deeper)

    return inner(width + 1)


class Maker:
    @classmethod
    def of(cls, dim: Any) -> Any:
        class Made:
            pass

        return made(Made)

    @staticmethod
    def plain(dim: Any = 3) -> Any:
        class Made:
            pass

        return made(Made)


def returned(dim: Any) -> type:
    class Late:
        pass

    return Late


def test_the_call_of_the_function_around_a_class() -> None:
    assert factory(3)[0] == ("factory", Given((3,)))
    assert factory(3, 2, rate=0.25)[0] == ("factory", Given((3,), {"rate": 0.25}))
    assert factory(dim=3, heads=5)[0] == ("factory", Given((3, 5)))
    assert outer(4) == ("outer", Given((4,)))
    assert Maker.plain() == ("Maker.plain", Given())
    assert Maker.of(4) == ("Maker.of", Given((Maker, 4)))


def test_a_factory_that_has_returned_is_said() -> None:
    with pytest.raises(Unseen, match=r"^the call of returned, which made the class, was not seen$"):
        made(returned(3))
