"""The pages of the refusals: each is complete, and its example is refused as it says, by the fixer itself."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from esper_lint.cli.fix_verify import FixReplay
from esper_lint.config import load
from esper_lint.fixing import docs
from esper_lint.fixing.lockstep.planning import plan
from esper_lint.fixing.planning import planned
from esper_lint.fixing.refusals import HEADINGS, REFUSALS, Page, PageError, Refusal, registered
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from esper_lint.selection import on_disk
from tests.trees import project

PACKAGE = Path(docs.__file__).parents[1]
PAGE = REFUSALS["FX-DEL"]


def refusals(folder: Path, helper_name: str, recordings: Sequence[str] | None = None) -> list[Refusal]:
    """The first cause of every refusal, as a run of the command would have them; with recordings, one to verify."""
    config = load(str(folder), {"jobs": 1}).config
    files = on_disk((".",), config, str(folder))
    resync = plan(files, config, Silence())
    kept = {edit.name: edit.after for edit in resync.edits if edit.after is not None}
    gate = None if recordings is None else FixReplay([str(folder / name) for name in recordings], config, Silence())
    found = planned(files, config, Wishes(helper_name=helper_name), Silence(), kept, gate=gate)
    assert not found.made and not resync.fixed
    return [*resync.refusals, *(group.causes[0] for group in found.refused)]


@pytest.mark.parametrize("page", REFUSALS.values(), ids=list(REFUSALS))
def test_the_example_is_refused_where_and_as_the_page_says(page: Page, tmp_path: Path) -> None:
    words = page.arguments.split()
    assert words[:3] in ([], ["--group", "ID", "--helper-name"]) or words[0] == "--verify"
    if "--verify" in words:
        pytest.importorskip("torch")
        found = refusals(project(tmp_path, page.files), "", words[2:])
    else:
        found = refusals(project(tmp_path, page.files), "".join(words[3:]))
    assert [(one.code, (one.path, one.line)) for one in found] == [(page.code, page.place)]


def test_every_code_that_the_fixer_gives_has_a_page_and_no_other() -> None:
    written = {
        node.value
        for path in (*(PACKAGE / "fixing").rglob("*.py"), PACKAGE / "verification" / "gating.py")
        if path.parent.name != "refusals"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"FX-[A-Z-]+", node.value)
    }
    assert written == set(REFUSALS)


@pytest.mark.parametrize("page", REFUSALS.values(), ids=list(REFUSALS))
def test_a_page_has_the_fixed_headings_in_their_order(page: Page) -> None:
    text = page.documentation()
    headings = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL).splitlines()
    lines = text.splitlines()
    assert [line[3:] for line in headings if line.startswith("## ")] == list(HEADINGS)
    assert lines[0] == f"# {page.code}" and not any("refused:" in line for line in lines)
    assert sum(line.endswith(f"  # {page.code}") for line in lines) == 1


@pytest.mark.parametrize("page", REFUSALS.values(), ids=list(REFUSALS))
def test_examples_are_python(page: Page) -> None:
    for name, source in page.files.items():
        assert name.endswith((".toml", ".json", ".md")) or ast.parse(source) is not None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"code": "ESP101"}, "is no code"),
        ({"summary": " "}, "summary is empty"),
        ({"why": ""}, "why is empty"),
        ({"remedy": "\n"}, "remedy is empty"),
        ({"example": PAGE.files}, "marks no line"),
        ({"code": "FX-OTHER"}, "marks no line"),
    ],
)
def test_an_incomplete_page_is_not_registered(changes: dict[str, str], problem: str) -> None:
    with pytest.raises(PageError, match=problem):
        registered([dataclasses.replace(PAGE, **changes)])  # type: ignore[arg-type]


def test_a_code_has_one_page() -> None:
    with pytest.raises(PageError, match="page FX-DEL: is there twice"):
        registered([PAGE, PAGE])


def test_pages_stand_in_the_order_of_their_codes() -> None:
    assert list(REFUSALS) == sorted(REFUSALS)


def test_the_generated_documents_are_up_to_date() -> None:
    assert docs.outdated(docs.DOCS) == []


def test_the_documents_are_written_once_and_stale_ones_go(tmp_path: Path) -> None:
    guide = tmp_path / "fixing.md"
    guide.write_text("# Fixing\n\n| code | reason |\n|---|---|\n| old | one |\n\nEnd.\n", encoding="utf-8")
    assert docs.write(tmp_path) == ["fixing.md", *(f"refusals/{code}.md" for code in REFUSALS)]
    text = guide.read_text(encoding="utf-8")
    assert "| old | one |" not in text and "|\n\nEnd.\n" in text
    assert all(f"(refusals/{code}.md)" in text for code in REFUSALS)
    assert docs.write(tmp_path) == []
    (tmp_path / "refusals" / "FX-GONE.md").write_text("gone", encoding="utf-8")
    assert docs.outdated(tmp_path) == docs.write(tmp_path) == ["refusals/FX-GONE.md"]


def test_a_guide_without_a_table_is_not_up_to_date(tmp_path: Path) -> None:
    (tmp_path / "fixing.md").write_text("# Fixing\n", encoding="utf-8")
    docs.write(tmp_path)
    assert docs.outdated(tmp_path) == ["fixing.md"]


def test_check_tells_a_difference_by_its_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fixing.md").write_text("| code | reason |\n|---|---|\n", encoding="utf-8")
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    assert docs.main(["--check"]) == 1
    assert "docs/refusals/FX-DEL.md: not up to date" in capsys.readouterr().out
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert docs.main(["--chekc"]) == 2
