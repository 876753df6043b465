"""The reduced text of a file has the lines of the file, and everything comes back as it was."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst
import pytest

from esper_lint.fixing.extraction.reduction import reduced
from esper_lint.fixing.extraction.sites import source_of

FILES = sorted((Path(__file__).parent / "cases").rglob("*.py"))
TEXT = """\
import torch

def first(): pass

@torch.no_grad()
class Second:
    x = '''
    text'''

    def forward(self): return 1

    # its own

# of the next
class Third: pass; y = 1  # kept


async def fourth():
    return [
    ]
if True:
    def fifth(): pass
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_definitions_are_calls_on_the_same_lines(end: str) -> None:
    text = TEXT.replace("\n", end)
    source = source_of("a.py", text)
    found = reduced(source, {source.tree.body.index(source.classes["Third"])})
    assert found.restored(found.text) == text
    body, before = ast.parse(found.text).body, source.tree.body
    assert [(one.lineno, type(one).__name__) for one in body] == [
        (1, "Import"), (3, "FunctionDef"), (5, "Expr"), (15, "ClassDef"), (18, "Expr"), (21, "If"),
    ]  # fmt: skip
    assert [ast.dump(one) for one in found.kept] == [ast.dump(one) for one in before if one in found.kept]
    assert "its own" not in found.text and "of the next" in found.text and "# kept" in found.text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_definition_can_be_left_out_and_put_back(path: Path) -> None:
    text = path.read_bytes().decode("utf-8-sig")
    source = source_of(path.name, text)
    found = reduced(source, ())
    assert found.restored(found.text) == text and found.text.count("\n") == text.count("\n")
    assert cst.parse_module(found.text).code == found.text


def test_a_name_that_the_file_has_stands_for_nothing() -> None:
    source = source_of("a.py", "def a(): pass\ndef b(): return '__stands_for_0__'\n__stands_for_0__ = 1\n")
    found = reduced(source, ())
    assert found.restored(found.text) == source.text and "__stands_for_0__ = 1" in found.text


def test_what_calls_stand_for_comes_back_in_a_text_that_was_changed() -> None:
    found = reduced(source_of("a.py", TEXT), ())
    assert found.restored(f"x = 1\n{found.text}y = 2\n") == f"x = 1\n{TEXT}y = 2\n"
