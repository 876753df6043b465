"""The documents say what is so: generated pages are up to date, links lead somewhere, and the example is real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from esper_lint import settings_page
from esper_lint.cli import main
from esper_lint.cli.fix_output import Outcome, fix_document
from esper_lint.config import OPTIONS
from esper_lint.findings import Tier
from esper_lint.fixing.fixes import Advice, Fixes, GroupFix, GroupRefusal
from esper_lint.fixing.lockstep.planning import Plan
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.suggesting.values import Suggestion
from esper_lint.output.schema import error_object, finding_object, group_object, summary_object
from esper_lint.rules import docs
from tests.output.samples import ERROR, FLEX_GROUP, REPORT, UNUSED

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<heading>[^)\s]*))?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MODULE = re.compile(r"`((?:discovery|matching|rules|suppression|output)/\w+\.py|[a-z_]+\.py)`")
FIXING_MODULE = re.compile(r"`((?:extraction|merging|certificate|lockstep)/\w+\.py)`")


def test_the_rules_pages_are_up_to_date() -> None:
    assert docs.outdated(docs.FOLDER) == []


def test_the_settings_page_is_up_to_date() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page()


def test_the_settings_page_has_every_setting() -> None:
    headings = re.findall(r"^## (.+)$", settings_page.page(), re.MULTILINE)
    assert headings == [option.key for option in OPTIONS]


def test_the_settings_page_is_written_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings_page, "PAGE", tmp_path / "settings.md")
    assert settings_page.main(["--check"]) == 1
    assert settings_page.main([]) == 0
    assert settings_page.main(["--check"]) == 0
    assert settings_page.main(["--chek"]) == 2
    assert capsys.readouterr().out == "docs/settings.md: not up to date\ndocs/settings.md: written\n"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file_and_its_heading(document: Path) -> None:
    for link in LINK.finditer(FENCED.sub("", document.read_text(encoding="utf-8"))):
        target = document.parent / link["path"] if link["path"] else document
        assert target.exists(), link[0]
        if link["heading"]:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert link["heading"] in {heading.lower().replace(" ", "-") for heading in headings}, link[0]


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document not in reached and document.suffix == ".md":
            reached.add(document)
            links = LINK.finditer(FENCED.sub("", document.read_text(encoding="utf-8")))
            waiting.extend(document.parent / link["path"] for link in links if link["path"])
    assert {path.resolve() for path in DOCUMENTS if path.parent != ROOT} <= reached


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_the_example_is_what_the_command_prints(
    document: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    main(["check", "sample_code/blueprints", "--no-cache"])
    printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
    blocks = FENCED.findall((ROOT / document).read_text(encoding="utf-8"))
    example = next(block.splitlines()[1:-1] for block in blocks if "ESP103 forward" in block)
    shown = [line for line in example if line != "[...]" and not line.startswith("$ ")]
    assert shown and not [line for line in shown if line not in printed]


def test_the_modules_that_the_architecture_names_exist() -> None:
    named = MODULE.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "esper_lint" / name).exists()] == []


def test_the_modules_of_fixing_that_the_architecture_names_exist() -> None:
    named = FIXING_MODULE.findall((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / "esper_lint" / "fixing" / name).exists()] == []


def test_every_field_of_the_json_output_is_described() -> None:
    page = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    objects = [
        summary_object(REPORT.summary),
        group_object(FLEX_GROUP),
        finding_object(UNUSED),
        error_object(ERROR),
        *(dict.fromkeys(group_object(FLEX_GROUP)[key][0]) for key in ("members", "holes")),
    ]
    fields = {field for described in objects for field in described}
    assert sorted(field for field in fields if f"`{field}`" not in page) == []


def test_every_field_of_the_json_of_a_fix_is_described() -> None:
    page = (ROOT / "docs/fixing.md").read_text(encoding="utf-8")
    fix = GroupFix("g", "ESP101", "S0", Tier.SAFE, "", (), (), (), ())
    refused = GroupRefusal("g", "ESP101", (), (Refusal("FX-WIDE", "a.py", 1, ""),))
    advice = Advice("g", "ESP104", Suggestion("merge", "a.py", 1, ""))
    document = fix_document(
        Outcome(Plan((), (), ()), Fixes((), (fix,), (fix,), (refused,), (advice,))), is_written=False
    )
    described = [document, *(document[key][0] for key in ("fixes", "withheld", "refusals", "suggestions"))]
    assert sorted(field for one in described for field in one if f"`{field}`" not in page) == []
