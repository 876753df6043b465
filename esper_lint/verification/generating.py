"""One case -> many like it, with other sizes, modes and settings, and nearly all of them still valid.

What may vary is told from the numbers of the case.  A size that occurs in the inputs alone is free.  One that is a
number of the construction too, such as a width, varies together with it, in steps that keep what divides it: numbers of
heads or groups.  One that may be computed from such numbers stays.  Booleans and rates vary where the signature says
what they are.

A seeded ``random.Random`` draws them, not hypothesis: both versions and every machine must get the same cases,
whichever release is installed, hypothesis belongs to the tests, and nothing needs shrinking where the smallest case is
tried first.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from esper_lint.verification.recordings import text_of
from esper_lint.verification.signatures import Parameter, Signature
from esper_lint.verification.specs import (
    Arguments,
    Build,
    Call,
    Case,
    DictSpec,
    Factory,
    ListSpec,
    Namespace,
    PartialSpec,
    TensorSpec,
    TupleSpec,
    Value,
)
from esper_lint.verification.walking import elements_of, leaves_of, tensors_of

SignatureOf = Callable[[str], Signature | None]  # of a MODULE:QUALNAME

ALL_MODES = ((False, False), (False, True), (True, False), (True, True))

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_LEAST_WIDTH = 4
_FEW = 32  # fewer than these may be a sequence; as many are rather an image
_RATES = (0.0, 0.1, 0.25, 0.5)
_LEAST_RATE = 0.01  # below, a number is rather an epsilon
_MOST_ELEMENTS = 2**16
_TRIES = 30


def unknown(name: str) -> Signature | None:
    """Nothing is known of any signature."""
    return None


def generated(
    case: Case,
    count: int,
    *,
    seed: int = 0,
    signature_of: SignatureOf = unknown,
    modes: Sequence[tuple[bool, bool]] = ALL_MODES,
) -> tuple[Case, ...]:
    """Up to ``count`` different cases like ``case``, without it, smallest first; the same ones wherever it is asked.

    There are fewer if so many cannot be found, and what is found depends on nothing but the arguments.  ``modes`` are
    pairs of training and gradients.
    """
    plan = _Plan.of(case, signature_of)
    chance = random.Random(f"{seed} {text_of(replace(case, source='recording'))}")
    found: dict[str, Case] = {}
    same = text_of(replace(case, seed=0, source="generated"))
    most = max(_MOST_ELEMENTS, 2 * elements_of(case))
    for _ in range(_TRIES * count):
        if len(found) == count:
            break
        one = plan.drawn(case, modes, chance)
        text = text_of(replace(one, seed=0))  # a seed of its own alone makes no other case
        if text != same and elements_of(one) <= most:
            found.setdefault(text, one)
    return tuple(sorted(found.values(), key=lambda one: (elements_of(one), text_of(one))))


@dataclass(frozen=True, slots=True)
class _Plan:
    """What varies: sizes by their value, and parameters of the outermost call by name."""

    batch: tuple[int, ...]
    free: tuple[int, ...]
    tied: Mapping[int, int]  # a width, and what it stays a multiple of
    derived: Mapping[int, tuple[int, Fraction]]  # a size, and the width that it is so many times
    flags: tuple[Parameter, ...]
    rates: tuple[Parameter, ...]
    signature: Signature

    @classmethod
    def of(cls, case: Case, signature_of: SignatureOf) -> _Plan:
        signature = signature_of(case.build.factory.name if case.build.factory else case.build.name) or Signature()
        given = signature.bound(case.build.factory.arguments if case.build.factory else case.build.arguments)
        numbers = {number for number in _numbers_of(case.build) if number > 1}
        defaults = {
            one.default
            for one in signature.parameters
            if one.name not in given and isinstance(one.default, int) and one.default > 1
        }
        refused = {
            value
            for one in signature.parameters
            if one.kind not in ("", "int") and isinstance(value := given.get(one.name), int)
        }
        first, later = _sizes_of(case.call.arguments)
        widths = sorted(size for size in later & numbers - refused - defaults if size >= _LEAST_WIDTH)
        derived = {}
        for size in sorted(later - numbers - defaults):
            for width in widths:
                ratio = Fraction(size, width)
                if size >= _LEAST_WIDTH and 1 in (ratio.numerator, ratio.denominator):
                    derived[size] = (width, ratio)
                    break
        unrelated = sorted((first | later) - numbers - defaults - derived.keys())
        known = numbers | defaults
        # What a factory passes on follows from what it was given, and keeps nothing from varying.
        dividing = set(_numbers_of(case.build.factory or case.build.arguments)) | defaults
        return cls(
            batch=tuple(size for size in unrelated if size not in later),
            free=tuple(size for size in unrelated if size in later and not _may_follow(size, known)),
            tied={width: _step(width, dividing, derived) for width in widths},
            derived=derived,
            flags=tuple(one for one in signature.parameters if one.kind == "bool"),
            rates=tuple(
                one
                for one in signature.parameters
                if one.kind == "float" and _is_rate(given.get(one.name, one.default))
            ),
            signature=signature,
        )

    def drawn(self, case: Case, modes: Sequence[tuple[bool, bool]], chance: random.Random) -> Case:
        sizes = self._sizes(chance)
        build = _resized_build(case.build, sizes)
        values: dict[str, Value] = {one.name: chance.random() < 0.5 for one in self.flags}
        values.update((one.name, chance.choice(_RATES)) for one in self.rates if chance.random() < 0.7)
        for name, value in values.items():
            build = _with_argument(build, self.signature, name, value)
        call = Call(_resized_arguments(case.call.arguments, sizes), *chance.choice(modes))
        return Case(build, call, chance.randrange(2**31), "generated")

    def _sizes(self, chance: random.Random) -> dict[int, int]:
        """Another size for every one that varies; no two of them equal where that can be."""
        drawn: dict[int, int] = {}
        for size in self.batch:
            small = [prime for prime in _PRIMES if prime <= max(7, size) and prime not in drawn.values()]
            drawn[size] = 1 if chance.random() < 0.1 else chance.choice(small or _PRIMES)
        for size in self.free:
            # What a size is divided by, such as a patch or a stride, is a power of two more often than not.
            step = size & -size if size >= _FEW else min(size & -size, 4) if size > 2 else 1
            counts = [1, *_PRIMES] if step > 1 else list(_PRIMES)
            within = [step * count for count in counts if size / 2 <= step * count <= max(2 * size, 11)]
            drawn[size] = chance.choice([one for one in within if one not in drawn.values()] or [size])
        for width, step in self.tied.items():
            widths = [one for one in range(step, 2 * width + 1, step) if one >= min(width, 8)]
            drawn[width] = chance.choice([one for one in widths if one not in drawn.values()] or [width])
        for size, (width, ratio) in self.derived.items():
            drawn[size] = int(drawn[width] * ratio)
        return drawn


def _step(width: int, known: set[int], derived: Mapping[int, tuple[int, Fraction]]) -> int:
    """What a width has to stay a multiple of: all that divides it now, and a small power of two."""
    divisors = [number for number in known if 1 < number < width and width % number == 0]
    divisors += [ratio.denominator for of, ratio in derived.values() if of == width]
    return math.lcm(min(width & -width, 4), *divisors)


def _may_follow(size: int, known: set[int]) -> bool:
    """Whether the size may be computed from numbers of the construction, as heads times their width."""
    large = [number for number in known if number >= 2]
    if any(size % number == 0 or number % size == 0 for number in large if min(size, number) >= _LEAST_WIDTH):
        return True
    return any(one * other == size for one in large for other in large)


def _is_rate(value: object) -> bool:
    return isinstance(value, float) and (value == 0 or _LEAST_RATE <= value < 1)


def _with_argument(build: Build, signature: Signature, name: str, value: Value) -> Build:
    if build.factory is None:
        return replace(build, arguments=signature.replaced(build.arguments, name, value))
    arguments = signature.replaced(build.factory.arguments, name, value)
    return replace(build, factory=replace(build.factory, arguments=arguments))


def _sizes_of(arguments: Arguments) -> tuple[set[int], set[int]]:
    """The sizes over one of first axes, and those of later ones; the only axis of a vector is one of these."""
    shapes = [tensor.shape for tensor in tensors_of(arguments)]
    first = {shape[0] for shape in shapes if len(shape) > 1}
    later = {size for shape in shapes for size in (shape[1:] or shape)}
    return {size for size in first if size > 1}, {size for size in later if size > 1}


def _numbers_of(value: Value | Arguments | Factory) -> Iterator[int]:
    for leaf in leaves_of(value):
        if isinstance(leaf, TensorSpec):
            yield from leaf.shape
        elif isinstance(leaf, int) and not isinstance(leaf, bool):
            yield leaf


def _resized_arguments(arguments: Arguments, sizes: Mapping[int, int]) -> Arguments:
    return Arguments(
        tuple(_resized(item, sizes) for item in arguments.positional),
        tuple((name, _resized(item, sizes)) for name, item in arguments.keywords),
    )


def _resized_build(build: Build, sizes: Mapping[int, int]) -> Build:
    factory = build.factory
    if factory is not None:
        factory = replace(factory, arguments=_resized_arguments(factory.arguments, sizes))
    return Build(build.name, _resized_arguments(build.arguments, sizes), factory)


def _resized(value: Value, sizes: Mapping[int, int]) -> Value:
    """The value with every size and number that varies replaced, all at once."""
    match value:
        case bool():
            return value
        case int():
            return sizes.get(value, value)
        case TensorSpec():
            return replace(value, shape=tuple(sizes.get(size, size) for size in value.shape))
        case ListSpec(items):
            return ListSpec(tuple(_resized(item, sizes) for item in items))
        case TupleSpec(items):
            return TupleSpec(tuple(_resized(item, sizes) for item in items))
        case DictSpec(pairs):
            return DictSpec(tuple((name, _resized(item, sizes)) for name, item in pairs))
        case Namespace(pairs):
            return Namespace(tuple((name, _resized(item, sizes)) for name, item in pairs))
        case PartialSpec(function, arguments):
            return PartialSpec(function, _resized_arguments(arguments, sizes))
        case Build():
            return _resized_build(value, sizes)
        case _:
            return value
