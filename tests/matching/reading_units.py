"""Sources -> the units that they hold, as a run over them would have them."""

from __future__ import annotations

from collections.abc import Sequence

from esper_lint.discovery.bases import module_classes, outline_of
from esper_lint.discovery.forms import Form
from esper_lint.discovery.modules import read_source
from esper_lint.findings import UnitKind
from esper_lint.matching.units import Unit, units_of


def units_in(sources: Sequence[str], kind: UnitKind, min_size: int) -> tuple[list[Unit], dict[str, Form]]:
    """The units, and forms by exact key; each source is a file, ``00.py`` and so on."""
    files, forms = {}, dict[str, Form]()
    for number, source in enumerate(sources):
        files[f"{number:02}.py"], found = read_source(source)
        forms |= found
    outlines = {name: outline_of(one) for name, one in files.items()}
    return units_of(kind, files, sorted(module_classes(outlines)), min_size), forms
