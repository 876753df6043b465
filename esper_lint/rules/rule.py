"""What a rule is: its code, its documentation and its examples, which are its tests as well."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from esper_lint.findings import Severity

Example = Mapping[str, str]
"""A small project: file name -> source.  ``# expect: ESP101`` marks a line on which that finding is expected."""

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "Fix safety", "Options", "References")

_MARK = re.compile(r"# expect: (?P<codes>ESP\d{3}(?:, ESP\d{3})*)")


def expected_findings(example: Example) -> frozenset[tuple[str, int, str]]:
    """The (file name, line, code) of every mark in the example."""
    return frozenset(
        (name, number, code)
        for name, source in example.items()
        for number, line in enumerate(source.splitlines(), start=1)
        for mark in _MARK.finditer(line)
        for code in mark["codes"].split(", ")
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.  ``what``, ``why``, ``use_instead`` and ``fix_safety`` are Markdown; ``options`` are keys of settings.

    The page's *Example* is the first of ``invalid`` and its *Use instead* the first of ``valid``: what the reader
    is shown is what the tests run.  A rule that looks at history has the files that were committed ``before`` each
    example, under the same names; the example then is what was committed after them.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    what: str
    why: str
    use_instead: str
    invalid: tuple[Example, ...]
    valid: tuple[Example, ...]
    options: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    default_on: bool = True
    fix_safety: str = "`esper-lint fix` has no fix for this."
    before: Example = field(default_factory=dict)

    @property
    def default_state(self) -> str:
        return "on" if self.default_on else "off"

    def documentation(self) -> str:
        """The rule's page, in Markdown, under the fixed headings."""
        contents = (
            self.what.strip(),
            self.why.strip(),
            self._before() + _listing(self.invalid[0]),
            f"{self.use_instead.strip()}\n\n{_listing(self.valid[0])}",
            self.fix_safety.strip(),
            _bullets(f"`{option}`" for option in self.options),
            _bullets(self.references),
        )
        defaults = f"Severity {self.severity.value}; {self.default_state} by default."
        parts = [f"# {self.name} ({self.code})", self.summary, defaults]
        for heading, content in zip(HEADINGS, contents, strict=True):
            parts += [f"## {heading}", content]
        return "\n\n".join(parts) + "\n"

    def _before(self) -> str:
        if not self.before:
            return ""
        return f"After this was committed:\n\n{_listing(self.before)}\n\na commit made it this:\n\n"


def _listing(example: Example) -> str:
    """Each file under its name, with the marks in the form that a reader understands."""
    return "\n\n".join(
        f"`{name}`:\n\n```python\n{_MARK.sub(lambda mark: '# ' + mark['codes'], source).strip()}\n```"
        for name, source in example.items()
    )


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items) or "None."
