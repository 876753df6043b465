"""Times of two versions, taken again and again -> their ratio, and how far off chance alone takes one.

What disturbs a machine lasts from microseconds to minutes, and where in memory a module, its code and its inputs come
to lie can cost or gain some percent for as long as they lie there.  So one time is the least of many rounds, in which
all that is compared takes turns; all is built anew for each repetition; and a ratio is the median of the repetitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

_MAY_BE_DISTURBED = 8  # one repetition in so many


class Repetition(NamedTuple):
    """The least times, in any unit, of the original, the new version, and the original built once more."""

    old: float
    new: float
    again: float


class Ratio(NamedTuple):
    """``ratio`` of the new version to the original, and what the original's to itself stays within, ``floor`` off 1."""

    ratio: float
    floor: float


def ratio_of(repetitions: Sequence[Repetition]) -> Ratio:
    """The median ratio to the mean of the two originals, and the largest deviation of these from each other.

    One repetition in eight is left out of the latter, for what disturbed it alone.  The ratio of code that did not
    change is above the floor only if most repetitions of it are, and hardly one of the original: by chance in less than
    one of 200 measurements of seven repetitions, and in one of 1,000 of sixteen.

    Raises ValueError without a repetition.
    """
    ratios = [2 * one.new / (one.old + one.again) for one in repetitions]
    deviations = sorted(max(one.old, one.again) / min(one.old, one.again) - 1 for one in repetitions)
    return Ratio(median(ratios), deviations[-1 - len(deviations) // _MAY_BE_DISTURBED])
