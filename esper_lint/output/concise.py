"""One line per active finding, ``path:line:column: CODE message``, in the form that editors and grep know.

Those of loose groups come last.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from esper_lint.findings import Report
from esper_lint.output.code import code
from esper_lint.output.format import Sources, Style, loose_last
from esper_lint.rules.excerpt import printable


def concise(report: Report, sources: Sources, style: Style) -> Iterator[str]:
    for finding in chain(*loose_last(report)):
        place = f"{printable(finding.path)}:{finding.line}:{finding.column}:"
        yield f"{place} {code(finding, style)} {printable(finding.message)}"
