"""A refusal, and the page that explains its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

HEADINGS = ("Why is it refused?", "Example", "What to do")

_LANGUAGES = {"toml": "toml", "json": "json", "md": "markdown"}
_MARK = re.compile(r" *# refused: (?P<code>FX-[A-Z-]+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was left as it is: the code, the line (from 1) of the file that caused it, and why in one line."""

    code: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a code means and what to do about it; ``summary``, ``why`` and ``remedy`` are Markdown.

    ``example`` is a small project, file name -> source, in which ``# refused: CODE`` marks the line that the refusal
    names.  ``arguments`` are what ``esper-lint fix`` is given to come to it; ID stands for the group's.
    """

    code: str
    summary: str
    why: str
    remedy: str
    example: Mapping[str, str]
    arguments: str = ""

    @property
    def place(self) -> tuple[str, int] | None:
        """The file and the line that the example marks."""
        return next(
            (
                (name, number)
                for name, source in self.example.items()
                for number, line in enumerate(source.splitlines(), start=1)
                for mark in _MARK.finditer(line)
                if mark["code"] == self.code
            ),
            None,
        )

    @property
    def files(self) -> Mapping[str, str]:
        """The example without its mark: what the fixer is given."""
        return {name: _MARK.sub("", source) for name, source in self.example.items()}

    def documentation(self) -> str:
        """The page, in Markdown, under the fixed headings."""
        command = " ".join(("esper-lint fix", self.arguments)).strip()
        listings = [_listing(name, source) for name, source in self.example.items()]
        contents = (
            self.why.strip(),
            "\n\n".join([*listings, f"`{command}` names the marked line."]),
            self.remedy.strip(),
        )
        parts = [
            f"# {self.code}",
            self.summary,
            "`esper-lint fix` did not make a fix, and says where and why. Nothing of that group or member was written.",
        ]
        for heading, content in zip(HEADINGS, contents, strict=True):
            parts += [f"## {heading}", content]
        return "\n\n".join(parts) + "\n"


def _listing(name: str, source: str) -> str:
    """A file under its name, with its mark in the form that a reader understands."""
    if not source:
        return f"`{name}` is empty."
    shown = _MARK.sub(lambda mark: f"  # {mark['code']}", source).strip()
    language = _LANGUAGES.get(name.rpartition(".")[2], "python")
    return f"`{name}`:\n\n```{language}\n{shown}\n```"
