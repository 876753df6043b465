"""A repository that wants something of whoever reviews it: in code, names, paths, commit subjects and tickets."""

from __future__ import annotations

import os
from pathlib import Path

from tests.dashboard.served import git

SCRIPT = "<script>pwned()</script>"
IMAGE = "<img src=x onerror=pwned()>"
CLOSING = "--></title></textarea></style></script></pre><script>pwned()</script>"
QUOTES = "'\"><svg onload=pwned()>"
ESCAPE = "\x1b]0;pwned\x07\x1b[31m"
BIDI = "\u202e\u2066 pwned \u2069\u202c"
FORMULA = '=HYPERLINK("https://evil.example/pwned")'
TEMPLATE = "{{ pwned }}{% pwned %}${pwned}"
TRAVERSAL = "../../../../etc/passwd"
MARKDOWN = (
    "[a link](javascript:pwned()) ![an image](https://evil.example/pwned.png) <b onclick=pwned()>bold</b>\n\n"
    "[other](data:text/html,pwned) [third](JaVaScRiPt&#58;pwned()) <https://evil.example/pwned> <javascript:pwned()>\n"
    "\n"
    f"{SCRIPT}\n\n{IMAGE}\n\n[r]: javascript:pwned()\n\n[r] ![r][r]\n"
)
ALL = (SCRIPT, IMAGE, CLOSING, QUOTES, BIDI, FORMULA, TEMPLATE, TRAVERSAL, MARKDOWN)

_MODULE = """\
from torch import nn


class {name}(nn.Module):
    def forward(self, x):
        # {comment}
        if x is None:
            raise ValueError({text!r})
        y = self.first(x) + {number}
        y = self.second(y, mode={literal!r})
        z = self.third(y).reshape(1, 2, 3)
        return self.fourth(z, y, x, alpha=0.5, beta=0.25, names=({text!r}, "b", "c"))
"""

_TICKET = """\
# Finding Ticket: {title}

## Ticket Metadata

| Field | Value |
|---|---|
| **Ticket ID** | `{id}` |
| **Severity** | P2 |
| **Status** | {word} |
| **Batch** | {word} |
| **Assignee** | {word} |
| **Rule** | ESP101 |

## Location

| Field | Value |
|---|---|
| **File(s)** | `{path}` |
| **Line(s)** | `5-12` |
| **Function/Class** | `{word}` |

## Summary

**One-line summary:** {word}

**Category:**

- [x] {word}

## Detailed Description

### What's Wrong

{markdown}

### Code Evidence

```python
{closing}
```

## Recommended Fix

{markdown}

## Related Findings

- `{traversal}` {word}

## Cross-Review: {word}

| Verdict | **{word}** |
|---|---|

**Evaluation:** {word}

{markdown}

## {word}

{markdown}
"""


def hostile_project(folder: Path) -> Path:
    """Copies of one forward, in files whose names are what an operating system still allows, and their tickets."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    names = ["plain.py", f"{IMAGE}.py", f"{ESCAPE}{BIDI}.py", f"{FORMULA.replace('/', '')}.py", f"{TEMPLATE}'\"&.py"]
    for number, name in enumerate(names):
        code = _MODULE.format(
            name=f"Copy{number}",
            comment=f"{CLOSING} {BIDI}".replace("\n", " "),
            text=SCRIPT + ESCAPE + QUOTES + TEMPLATE,
            literal=ALL[number],
            number=number,
        )
        (folder / name).write_text(code, encoding="utf-8")
    tickets = folder / "docs" / "findings"
    tickets.mkdir(parents=True)
    for number, word in enumerate((*ALL, ESCAPE)):
        one_line = " ".join(word.split("\n"))
        (tickets / f"{number}-{IMAGE}.md").write_text(
            _TICKET.format(
                title=one_line,
                id=(TRAVERSAL, SCRIPT, "con%2f..", BIDI, ESCAPE, "B1-A-01")[number % 6],
                word=one_line,
                path=(names[0], TRAVERSAL, "/etc/passwd", "C:\\pwned", IMAGE)[number % 5],
                markdown=MARKDOWN,
                closing=CLOSING,
                traversal=TRAVERSAL,
            ),
            encoding="utf-8",
        )
    os.symlink("/etc/passwd", tickets / "linked.md")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", f"{SCRIPT} {ESCAPE} {BIDI} {FORMULA}")
    return folder
