"""Imports are found wherever a statement can stand, and mean the modules of the project that they may run."""

from __future__ import annotations

import pytest

from esper_lint.verification.imports import imported

KNOWN = {"pkg", "pkg.a", "pkg.b", "pkg.deep", "pkg.deep.c", "other"}


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "if x:\n    {}",
        "if x:\n    pass\nelse:\n    {}",
        "try:\n    {}\nexcept ImportError:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    {}",
        "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    {}",
        "try:\n    pass\nfinally:\n    {}",
        "for x in y:\n    {}",
        "while x:\n    pass\nelse:\n    {}",
        "with x:\n    {}",
        "def f():\n    {}",
        "async def f():\n    {}",
        "class C:\n    {}",
        "match x:\n    case 1:\n        pass\n    case _:\n        {}",
    ],
)
def test_an_import_is_found_in_every_block(around: str) -> None:
    assert imported(around.format("import other"), "pkg.a", is_package=False, known=KNOWN) == {"other", "pkg"}


@pytest.mark.parametrize(
    ("text", "module", "found"),
    [
        ("import pkg.deep.c as c, json", "pkg.a", {"pkg", "pkg.deep", "pkg.deep.c"}),
        ("from . import a, b, nothing", "pkg", {"pkg.a", "pkg.b"}),
        ("from .c import value", "pkg.deep.d", {"pkg", "pkg.deep", "pkg.deep.c"}),
        ("from ... import other", "pkg.deep.d", {"pkg", "pkg.deep"}),
        ("import torch", "pkg.a", {"pkg"}),
        ("import (", "pkg.a", {"pkg"}),
    ],
)
def test_an_import_runs_modules_and_the_packages_around_them(text: str, module: str, found: set[str]) -> None:
    assert imported(text, module, is_package=module == "pkg", known=KNOWN) == found
