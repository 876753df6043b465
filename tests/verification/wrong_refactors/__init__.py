"""Refactors that went wrong, as pairs of module sources that run, one room a kind; and beside them some that are right.

The kinds are those of the certificate's suite (``tests/fixing/certificate/test_wrong.py``).  ``caught`` of each says
which rows of a comparison are to differ, no more and no fewer: together they are the table of which oracle catches
what.
"""

from __future__ import annotations

from tests.verification.wrong_refactors import attention, compiling, constructors, memory, right, values

WRONG = (
    *attention.VARIANTS,
    *constructors.VARIANTS,
    *values.VARIANTS,
    *memory.VARIANTS,
    *compiling.VARIANTS,
)
RIGHT = right.VARIANTS
