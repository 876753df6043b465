"""The refusals' pages under ``docs/refusals`` and the table of them in ``docs/fixing.md``: ``python -m
esper_lint.fixing.docs`` writes them, ``--check`` compares them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from esper_lint import generated_pages
from esper_lint.fixing.refusals import REFUSALS

DOCS = Path(__file__).parents[2] / "docs"

_HEAD = "| code | reason |\n|---|---|\n"
_TABLE = re.compile(re.escape(_HEAD) + r"(?:\|.*\n)*")


def pages() -> dict[str, str]:
    """File name -> Markdown, one page per code."""
    return {f"{code}.md": page.documentation() for code, page in REFUSALS.items()}


def with_table(guide: str) -> str:
    """The text of ``fixing.md`` with the table of all codes in the place of the one that it has."""
    rows = (f"| [`{code}`](refusals/{code}.md) | {page.summary} |\n" for code, page in REFUSALS.items())
    table = _HEAD + "".join(rows)
    return _TABLE.sub(lambda _: table, guide)


def outdated(docs: Path) -> list[str]:
    """The names of the files that are not what they should be, relative to the folder of all documents."""
    names = [f"refusals/{name}" for name in generated_pages.outdated(pages(), docs / "refusals")]
    guide = (docs / "fixing.md").read_text(encoding="utf-8")
    return names if guide == with_table(guide) and _TABLE.search(guide) else ["fixing.md", *names]


def write(docs: Path) -> list[str]:
    """Bring the files up to date and return the names of those that changed."""
    changed = outdated(docs)
    generated_pages.write(pages(), docs / "refusals")
    guide = docs / "fixing.md"
    guide.write_text(with_table(guide.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return changed


def main(arguments: Sequence[str]) -> int:
    """0 if all is well or was written, 1 if ``--check`` found a difference, 2 on other arguments."""
    if list(arguments) not in ([], ["--check"]):
        print("usage: python -m esper_lint.fixing.docs [--check]", file=sys.stderr)
        return 2
    names = outdated(DOCS) if arguments else write(DOCS)
    for name in names:
        print(f"docs/{name}: {'not up to date' if arguments else 'written'}")
    return 1 if arguments and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
