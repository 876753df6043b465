"""What ``esper-lint verify`` says: the JSON document, and a table a class for people."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from esper_lint.output import Style
from esper_lint.output.schema import TOOL
from esper_lint.rules.excerpt import printable
from esper_lint.verification.checks import Check
from esper_lint.verification.pairing import ModuleClass
from esper_lint.verification.records import SCHEMA_VERSION, Box, ClassRecord, Status, is_refuted, record_object
from esper_lint.verification.running import Verification
from esper_lint.verification.telling import told
from esper_lint.verification.testing import OwnTests, Ran
from esper_lint.verification.verifying import ADVICE, NO_CASE
from esper_lint.wording import counted

_LAST = 12  # lines of output
_COLOURS = {
    Status.PROVED: "green",
    Status.TESTED: "green",
    Status.REFUTED: "bold red",
    Status.UNVERIFIED: "yellow",
    Status.STALE: "yellow",
}


def verify_document(found: Verification) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "environment": {"python": platform.python_version(), "torch": _torch_version()},
        "old": found.old.label,
        "new": found.new.label,
        "summary": {status.value.lower(): number for status, number in _counts(found).items()}
        | {"unchanged": found.unchanged},
        "tests": _tests(found.tests),
        "classes": [record_object(record, _box(found.tests)) for record in found.records],
        "only_old": [_place(one) for one in found.only_old],
        "only_new": [_place(one) for one in found.only_new],
    }


def lines(found: Verification, style: Style) -> Iterator[str]:
    """A table a class, then the classes that only one version has, and the project's own tests."""
    for record in found.records:
        yield from _table(record, style)
    for title, classes in (("only in the old version", found.only_old), ("only in the new version", found.only_new)):
        for one in classes:
            yield f"{printable(one.path)}:{one.line}: {printable(one.qualname)}: {title}"
    if found.tests is not None:
        yield from _told_of_tests(found.tests)


def summary(found: Verification) -> str:
    counts = [f"{number} {status.value}" for status, number in _counts(found).items() if number]
    rest = f"; {counted(found.unchanged, 'class', 'es')} not compared" if found.unchanged else ""
    if not found.records:
        return f"nothing to compare{rest}"
    between = f"{printable(found.old.label)} and {printable(found.new.label)}"
    return f"{', '.join(counts)} of {counted(len(found.records), 'class', 'es')} between {between}{rest}"


def advice(found: Verification) -> Iterator[str]:
    """How to supply what is missing, once for all classes that miss it."""
    without = sum(NO_CASE in record.missing for record in found.records)
    if without:
        yield f"{counted(without, 'class', 'es')} without a case: {ADVICE}"


def _box(tests: OwnTests | None) -> Box:
    return "not run" if tests is None else tests.outcome


def _tests(tests: OwnTests | None) -> dict[str, Any] | None:
    if tests is None:
        return None
    return {
        "command": tests.command,
        "outcome": tests.outcome,
        "old": _ran(tests.old),
        "new": _ran(tests.new),
    }


def _ran(one: Ran) -> dict[str, Any]:
    return {"status": one.status, "detail": one.detail, "output": one.output}


def _told_of_tests(tests: OwnTests) -> Iterator[str]:
    """How they ended, and where they did not pass the last lines that they printed in the new version."""
    yield f"tests: {tests.outcome}: {printable(tests.command)}"
    yield f"  old  {tests.old.detail}"
    yield f"  new  {tests.new.detail}"
    if tests.outcome == "failed":
        yield from (f"       {printable(line)}" for line in tests.new.output.splitlines()[-_LAST:])


def _torch_version() -> str | None:
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:  # built by hand, and not installed as a package
        return None


def _counts(found: Verification) -> dict[Status, int]:
    counts = Counter(record.status for record in found.records)
    return {status: counts[status] for status in Status if status is not Status.STALE}


def _place(one: ModuleClass) -> dict[str, Any]:
    return {"path": one.path, "qualname": one.qualname, "line": one.line}


def _table(record: ClassRecord, style: Style) -> Iterator[str]:
    import io

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    text = io.StringIO()
    console = Console(
        file=text, width=style.width, force_terminal=style.color, no_color=not style.color, highlight=False
    )
    head = Text(f"{printable(record.path)}:{record.line}: {printable(record.qualname)}: ")
    head.append(_status(record), style=_COLOURS[record.status])
    if record.missing == (NO_CASE,):
        head.append(": no case")
    table = Table.grid(padding=(0, 2))
    for name, result, detail in _rows(record):
        colour = "red" if result == "differs" else ""
        table.add_row(Text(f"  {name}"), Text(result, style=colour), Text(printable(detail)))
    console.print(head)
    if table.row_count:
        console.print(table)
    yield from (line.rstrip() for line in text.getvalue().splitlines())


def _status(record: ClassRecord) -> str:
    name: str = record.status.value
    return name if record.status is Status.UNVERIFIED else f"{name} ({counted(record.cases, 'case')})"


def _rows(record: ClassRecord) -> Iterator[tuple[str, str, str]]:
    """What differs first; what is equal and has no more to say stands in one row."""
    checks = sorted(record.checks, key=lambda check: not is_refuted(check))
    plain = [check.name for check in checks if check.outcome == "equal" and not check.detail]
    for check in checks:
        if check.outcome == "differs":
            yield check.name, _outcome(check), check.detail
    if record.refutation is not None:
        yield "smallest case", "", told(record.refutation)
    if plain:
        yield "equal", "", ", ".join(plain)
    for check in checks:
        if check.name not in plain and check.outcome != "differs":
            yield check.name, check.outcome, check.detail
    worlds = [f"{one.name}: {counted(one.cases, 'case')}" for one in record.worlds]
    if len(worlds) > 1:
        yield "worlds", "", "; ".join(worlds)
    if record.certificate is not None:
        obligations = "; ".join(record.certificate.obligations)
        yield (
            "proof",
            "",
            f"{', '.join(record.certificate.strategies)}: certified"
            + (f", given that {obligations}" if obligations else ""),
        )
    for one in record.missing:
        if one != NO_CASE:
            yield "missing", "", one


def _outcome(check: Check) -> str:
    return "slower" if check.name == "timing" else check.outcome
