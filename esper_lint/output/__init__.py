"""The formats of a report: a report goes in, with its sources and a style, and lines of text come out.

Adding a format means adding one module and one line to ``FORMATS``.  None of them filters or computes findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from esper_lint.output.concise import concise
from esper_lint.output.format import Formatter, Sources, Style
from esper_lint.output.full import full
from esper_lint.output.github import github
from esper_lint.output.gitlab import gitlab
from esper_lint.output.json_ import json_
from esper_lint.output.jsonl import jsonl
from esper_lint.output.rdjsonl import rdjsonl
from esper_lint.output.sarif import sarif
from esper_lint.output.statistics import statistics

__all__ = ["FORMATS", "Formatter", "Sources", "Style", "statistics"]

FORMATS: Mapping[str, Formatter] = MappingProxyType(
    {
        "full": full,
        "concise": concise,
        "json": json_,
        "jsonl": jsonl,
        "sarif": sarif,
        "github": github,
        "gitlab": gitlab,
        "rdjsonl": rdjsonl,
    }
)
