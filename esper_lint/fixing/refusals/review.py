"""Refusals for fixes that could be made, and that a reviewer does not want."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import NORMED, file, module
from esper_lint.fixing.refusals.values import Page

_TICKET = """\
# Finding Ticket: Decoder repeats Encoder

## Ticket Metadata

| Field | Value |
|-------|-------|
| **Ticket ID** | `B1-PT-01` |
| **Status** | `open` |

## Location

| Field | Value |
|-------|-------|
| **File(s)** | `blocks.py` |
| **Function/Class** | `Decoder` |

## Cross-Review: PyTorch Specialist

| Verdict | **OBJECT** |
|---------|-------------|

**Evaluation:** The two are about to part: the decoder will be causal.
"""

PAGES = (
    Page(
        "FX-OBJECTED",
        "The fix is proved, but a reviewer objects to it in a ticket.",
        """
A ticket (`docs/tickets.md`) has a verdict OBJECT on the group, from whatever time. The qualifier of the verdict says to
what: `OBJECT (inherit)` and `OBJECT (merge)` to a common base class, or to one class in the place of several, while
helpers are still extracted; `OBJECT (all)`, and a plain OBJECT, to any fix. A ticket is on a group that has two of its
members, or the only one that it names. A verdict on code that has changed since, or in a closed ticket, counts as well.
""",
        """
Read the evaluation in the ticket. Where it no longer holds, the reviewer gives another verdict (`esper-lint review`).
Where others have decided, `esper-lint fix --override "REASON"` makes the fix, and notes the reason in the ticket.
""",
        {
            "blocks.py": file(
                module("Encoder", NORMED).replace("x):", "x):  # refused: FX-OBJECTED"),
                module("Decoder", NORMED),
            ),
            "docs/findings/B1-PT-01.md": _TICKET,
        },
    ),
)
