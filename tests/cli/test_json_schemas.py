"""The JSON that is printed is what the published schemas and pages say, to the field."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from esper_lint.findings import FixOffer, Obstacle, Report, Tier
from esper_lint.output import FORMATS, Style
from tests.cli.running import Run
from tests.fixing.lockstep.copies import COPY, SOURCE, drifted
from tests.fixing.twins import spread, twins
from tests.output.samples import REPORT, sources
from tests.output.strategies import reports
from tests.trees import BODY, project, seed

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {"check": "json.md", "fix": "fix-json.md", "verify": "verify-json.md", "history": "history.md"}


def schema(name: str) -> Any:
    return json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8"))


def strict(value: Any) -> Any:
    """A schema that knows all fields: the published one allows those that are added later."""
    if isinstance(value, list):
        return [strict(one) for one in value]
    if not isinstance(value, dict):
        return value
    closed = {key: strict(one) for key, one in value.items()}
    return closed | {"additionalProperties": False} if "required" in value else closed


def require_valid(name: str, document: Any) -> None:
    assert [error.message for error in Draft202012Validator(strict(schema(name))).iter_errors(document)] == []


def fields(value: Any) -> set[str]:
    """The names of all fields that a schema has."""
    if isinstance(value, list):
        return {name for one in value for name in fields(one)}
    if not isinstance(value, dict):
        return set()
    own = set(value["properties"]) if isinstance(value.get("required"), list) else set()
    return own | {name for one in value.values() for name in fields(one)}


@pytest.mark.parametrize("name", PAGES)
def test_the_schema_is_one_and_its_page_describes_every_field(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    page = (DOCS / PAGES[name]).read_text(encoding="utf-8")
    assert sorted(field for field in fields(schema(name)) if f"`{field}`" not in page) == []


def written(report: Report) -> Any:
    return json.loads("\n".join(FORMATS["json"](report, sources, Style(color=False, width=80))))


def test_a_report_is_as_the_schema_has_it() -> None:
    require_valid("check", written(REPORT))


@given(reports())
def test_any_report_is_as_the_schema_has_it(report: Report) -> None:
    require_valid("check", written(report))


def test_what_the_schema_does_not_know_is_an_error_here() -> None:
    document = written(REPORT)
    document["groups"][0]["members"][0]["more"] = 1
    with pytest.raises(AssertionError, match="'more' was unexpected"):
        require_valid("check", document)
    assert not list(Draft202012Validator(schema("check")).iter_errors(document))


@pytest.fixture
def varied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which something of every kind is planned."""
    three = BODY.replace("F.scaled_dot_product_attention(q, k, v)", "q @ k.mT @ v * 0.5 + self.out(v)")
    files = {
        "seed.py": SOURCE,
        "copy.py": drifted(COPY),
        "stuck.py": drifted(COPY).replace("Copy", "Stuck").replace("        y =", "        # mine\n        y = 1 +"),
        "twins.py": twins(),
        "first.py": seed("First", body=three),
        "second.py": seed("Second", body=three),
        **spread(2),
    }
    folder = project(tmp_path / "varied", files)
    monkeypatch.chdir(folder)
    return folder


def test_what_fix_prints_is_as_the_schema_has_it(varied: Path, run: Run) -> None:
    show = ("fix", "--diff", "--output-format", "json")
    runs = [run(*show, "seed.py", "copy.py", "stuck.py", "twins.py"), run(*show, "models"), run("fix", *show[2:])]
    documents = [json.loads(one.out) for one in runs]
    for document in documents:
        require_valid("fix", document)
    for key in ("files", "fixed", "fixes", "withheld", "refusals", "suggestions"):
        assert any(document[key] for document in documents), key
    assert [document["is_written"] for document in documents] == [False, False, True]


def test_what_check_shows_is_as_the_schema_has_it(varied: Path, run: Run) -> None:
    documents = [
        json.loads(run("check", "--show-fixes", "--output-format", "json", path).out) for path in (".", "twins.py")
    ]
    for document in documents:
        require_valid("check", document)
    groups = [group for document in documents for group in document["groups"]]
    assert {group["fix"]["tier"] for group in groups if group["fix"]} >= {"SAFE"}
    assert any(group["refusals"] for group in groups)


@pytest.mark.parametrize("tier", Tier)
def test_every_tier_is_as_the_schema_has_it(tier: Tier) -> None:
    group = replace(
        REPORT.groups[0], fix=FixOffer(tier, "S7", "x", ("y",)), refusals=(Obstacle("FX-CERT", "z", "a:1"),)
    )
    document = written(replace(REPORT, groups=(group,)))
    require_valid("check", document)
    assert document["groups"][0]["fix"] == {"tier": tier.value, "strategy": "S7", "summary": "x", "notes": ["y"]}
    assert document["groups"][0]["refusals"] == [{"code": "FX-CERT", "message": "z", "place": "a:1"}]
