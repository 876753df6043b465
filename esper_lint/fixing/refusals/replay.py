"""Refusals for fixes that were proved, and then run because somebody asked for that (``--verify``)."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import NORMED, file, module
from esper_lint.fixing.refusals.values import Page

_HEAD = "import inspect\n\nfrom torch import nn\n"
_COUNTED = """
y = x * x.mean(dim=1, keepdim=True)
y = y.relu() / LINES
return x * y.tanh() / (1 + y.abs())
"""
_LINES = "LINES = len(inspect.getsource(Encoder.forward).splitlines())\n"
_CASES = """\
{
 "schema_version": 1,
 "cases": [
  {
   "build": {"class": "blocks:Encoder"},
   "call": {"arguments": {"positional": [{"tensor": {"shape": [3, 5, 8]}}]}}
  }
 ]
}
"""
_MARKED = module("Encoder", NORMED).replace("x):", "x):  # refused: FX-UNVERIFIED")

PAGES = (
    Page(
        "FX-VERIFY",
        "The fix is proved, but what it makes did something else when it was run.",
        """
With `--verify`, the classes as they are and as they would be are built, called and compared in torch before anything is
written. Where one does something else, the whole run writes nothing and ends with exit status 3. The proof speaks of
what the code says; it cannot know of code that reads code. Here a class counts its own lines, which are fewer after the
fix.
""",
        """
`esper-lint verify --group ID` shows all that differs, and the smallest case for it. If your code looks at its own
source, bytecode or frames, leave the group, with a contract (`docs/contracts.md`) or a `noqa`. If it does not, the
proof has missed something, which is a fault of esper-lint: please report it with the file and the case.
""",
        {
            "blocks.py": file(
                module("Encoder", _COUNTED).replace("x):", "x):  # refused: FX-VERIFY"),
                module("Decoder", _COUNTED),
                _LINES,
                head=_HEAD,
            ),
            "cases.json": _CASES,
        },
        "--verify --recording cases.json",
    ),
    Page(
        "FX-UNVERIFIED",
        "The fix is proved, but with `--verify` nothing of it could be run.",
        """
`--verify` asks that a fix be seen to do the same before it is written. That takes a case: what a class of the group is
built from, and what it is called with. There was none, or none of them could be run here. If at least one member was
run, the fix is made.
""",
        """
Record your own tests with `pytest --esper-record cases.json` and give `--recording cases.json`, or write an entry under
`[tool.esper_lint.verify]`; `docs/verifying.md` has both. Without `--verify` the fix is written, since it is proved.
""",
        {"blocks.py": file(_MARKED, module("Decoder", NORMED))},
        "--verify",
    ),
)
