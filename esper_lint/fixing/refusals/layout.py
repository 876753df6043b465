"""Refusals for what stands in the text beside the code: comments, directives and the encoding."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import twins
from esper_lint.fixing.refusals.values import Page

_SOURCE = """\
# esper: lockstep(label)
class Seed:
    def forward(self, x):
        return self.label(x, "→")
"""
_COPY = """\
# coding: latin-1

# esper: lockstep(label) of=seed:Seed
class Copy:  # refused: FX-ENCODING
    def forward(self, x):
        return self.label(x, "-")
"""

PAGES = (
    Page(
        "FX-COMMENT",
        "A comment has no place in what would be written.",
        """
A comment is never dropped in silence, and never said of code that it was not written for.

- In an extraction, comments *above* a statement all move with it, each text once. Comments beside or inside it must be
  the same at all sites, or stand at one site only. A statement that shares its line with another one does not move.
- In a merge, the copy of one class must have the comments of all others.
- In a re-sync, the comment stands inside a statement that is replaced, or belongs to one that is taken away, and the
  member that is followed has nothing that stands for it.
""",
        """
Move the comment above the statement, make the comments equal, or remove them; then run `esper-lint fix` again.
""",
        twins(
            """
y = self.norm(x)
y = self.proj(y).relu()  # zero at first  # refused: FX-COMMENT
return x * y.mean(dim=1) / x.shape[1]
""",
            """
y = self.norm(x)
y = self.proj(y).relu()  # learned
return x * y.mean(dim=1) / x.shape[1]
""",
        ),
    ),
    Page(
        "FX-DIRECTIVE",
        "A comment that speaks to a tool stands at one site and not at the other.",
        """
`# type: ignore`, `# noqa`, `# fmt: off` and the like hold for the line that they stand on, or for those that follow. A
statement that moves takes its directives along, so they must be the same everywhere: else the tool would be silent
where it was not, or the other way round.
""",
        """
Make the directives equal at all sites, or remove them.
""",
        twins(
            """
y = self.norm(x)
y = self.proj(y).relu()  # type: ignore  # refused: FX-DIRECTIVE
return x * y.mean(dim=1) / x.shape[1]
""",
            """
y = self.norm(x)
y = self.proj(y).relu()
return x * y.mean(dim=1) / x.shape[1]
""",
        ),
    ),
    Page(
        "FX-ENCODING",
        "The new text cannot be written in the encoding of the file, or the file does not come back byte for byte.",
        """
No byte outside the edits may change. Here the new text has characters that the encoding of the file does not know, the
file's bytes are not those that its text gives when it is written, or LibCST, which writes the text, cannot read the
file or does not give it back as it was.
""",
        """
Convert the file to UTF-8 with one kind of line ends, or write these characters as escapes.
""",
        {"seed.py": _SOURCE, "copy.py": _COPY},
    ),
)
