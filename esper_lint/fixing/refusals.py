"""Why a fix was not made: every code that a refusal can have, and the page that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was left as it is: the code, the line (from 1) of the file that caused it, and why in one line."""

    code: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a code means and what to do about it; both are Markdown."""

    code: str
    summary: str
    why: str
    remedy: str

    def documentation(self) -> str:
        parts = [
            f"# {self.code}",
            self.summary,
            "`esper-lint fix` did not make a fix, and says where and why. Nothing of that member was written.",
            "## Why is it refused?",
            self.why.strip(),
            "## What to do",
            self.remedy.strip(),
        ]
        return "\n\n".join(parts) + "\n"


_PAGES = (
    Page(
        "FX-COMMENT",
        "A comment of the member has no place in what would be written.",
        """
The comment stands inside a statement that the re-sync replaces, or belongs to one that it takes away, and the member
that is followed has nothing that stands for it. A comment is never dropped in silence.
""",
        """
Move the comment above the statement, or remove it; then run `esper-lint fix` again. Comments above a statement stay
where they are.
""",
    ),
    Page(
        "FX-CONTRACT",
        "The result would not satisfy the contract.",
        """
A re-sync is written only if the member then agrees with the one that it follows, and if its gaps, its ignored parts,
its decorators and its docstrings are what they were. Here no such text was found. Most often a gap is missing on one
side, the members were turned into different kinds of definition, or contracts follow each other in a circle.
""",
        """
Make the change by hand. Where the members are meant to differ, put the differing statements of both into a gap, or
correct the renames of the contract (`docs/contracts.md`).
""",
    ),
    Page(
        "FX-ENCODING",
        "The new text cannot be written in the encoding of the file.",
        """
The member that is followed has characters that the encoding of this file does not know, or the file's bytes are not
those that its text gives when it is written. No byte outside the member may change, so nothing is written.
""",
        """
Convert the file to UTF-8, or write these characters as escapes in the member that is followed.
""",
    ),
    Page(
        "FX-GENERATED",
        "The member stands in a generated file.",
        """
The head of the file says that a program writes it, so what is changed here is lost the next time that it does.
""",
        """
Make the change in what generates the file. Files are not taken for generated with `@not-generated` in their head.
""",
    ),
    Page(
        "FX-OVERLAP",
        "Another fix of the same run has changed these lines.",
        """
A definition that is a member itself lies inside another member (a method with a contract of its own in a class with
one), and the two follow sources that want different things of it: each fix undoes the other.
""",
        """
Make the sources agree, or remove one of the two contracts.
""",
    ),
    Page(
        "FX-SUPPRESSED",
        "A part of the member is silenced.",
        """
Only some of the lines that differ have a `noqa` for ESP201, or a silenced member of another contract lies inside this
one. What is silenced is never rewritten, and without it the members would not agree.
""",
        """
Remove the `noqa`, or put what must differ into a gap.
""",
    ),
)

REFUSALS: Mapping[str, Page] = MappingProxyType({page.code: page for page in _PAGES})
