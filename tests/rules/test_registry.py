from __future__ import annotations

import ast
import dataclasses
from pathlib import Path

import pytest

from esper_lint.config import OPTIONS
from esper_lint.rules import HEADINGS, RULES, RegistryError, Rule, docs, expected_findings, registered

RULE = RULES["ESP101"]


def test_the_codes_and_names_are_those_of_the_design() -> None:
    assert [(code, rule.name, rule.severity.value) for code, rule in RULES.items()] == [
        ("ESP101", "duplicate-forward", "P3"),
        ("ESP102", "near-duplicate-forward", "P3"),
        ("ESP103", "duplicate-fallback", "P2"),
        ("ESP104", "duplicate-module", "P3"),
        ("ESP201", "lockstep-broken", "P1"),
        ("ESP202", "unused-suppression", "P4"),
        ("ESP203", "one-sided-change", "P2"),
        ("ESP900", "unreadable-file", "P2"),
        ("ESP901", "index-incomplete", "P3"),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "ESP199"}, "holds the code 'ESP199'"),
        ({"code": "X1"}, "holds the code 'X1'"),
        ({"name": "Duplicate forward"}, "not a name in kebab-case"),
        ({"summary": " "}, "summary is empty"),
        ({"what": ""}, "what is empty"),
        ({"why": ""}, "why is empty"),
        ({"use_instead": ""}, "use_instead is empty"),
        ({"invalid": ()}, "needs an invalid and a valid example"),
        ({"valid": ()}, "needs an invalid and a valid example"),
        ({"invalid": RULE.valid}, "no line marked '# expect: ESP101'"),
        ({"valid": RULE.invalid}, "has a line marked '# expect: ESP101'"),
    ],
)
def test_an_incomplete_rule_is_refused(change: dict[str, object], words: str) -> None:
    broken = dataclasses.replace(RULE, **change)  # type: ignore[arg-type]
    with pytest.raises(RegistryError, match="rule module esp101: ") as raised:
        registered({"esp101": broken})
    assert words in str(raised.value)


def test_a_page_without_its_headings_is_refused() -> None:
    class Terse(Rule):
        def documentation(self) -> str:
            return "# none\n"

    terse = Terse(**{field.name: getattr(RULE, field.name) for field in dataclasses.fields(RULE)})
    with pytest.raises(RegistryError, match="its page lacks What it does, Why is this bad"):
        registered({"esp101": terse})


def test_two_rules_of_one_name_are_refused() -> None:
    twin = dataclasses.replace(RULES["ESP102"], name=RULE.name)
    with pytest.raises(RegistryError, match="has the name duplicate-forward of ESP101"):
        registered({"esp101": RULE, "esp102": twin})


def test_rules_stand_in_the_order_of_their_codes() -> None:
    assert list(registered({"esp102": RULES["ESP102"], "esp101": RULE})) == ["ESP101", "ESP102"]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_page_has_the_fixed_headings_in_their_order(rule: Rule) -> None:
    page = rule.documentation().splitlines()
    assert [line[3:] for line in page if line.startswith("## ")] == list(HEADINGS)
    assert page[0] == f"# {rule.name} ({rule.code})"
    assert not any("expect:" in line for line in page)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_the_options_of_a_rule_exist(rule: Rule) -> None:
    assert set(rule.options) <= {option.key for option in OPTIONS}


@pytest.mark.parametrize("rule", [rule for code, rule in RULES.items() if code != "ESP900"], ids=lambda rule: rule.code)
def test_examples_are_valid_python(rule: Rule) -> None:
    for example in (*rule.invalid, *rule.valid, rule.before):
        for source in example.values():
            ast.parse(source)


def test_marks_are_read_with_file_line_and_code() -> None:
    example = {"a.py": "x\ny  # expect: ESP101, ESP202\n", "b.py": "z  # noqa: ESP101  # expect: ESP900"}
    assert expected_findings(example) == {("a.py", 2, "ESP101"), ("a.py", 2, "ESP202"), ("b.py", 1, "ESP900")}


def test_the_pages_in_the_repository_are_up_to_date() -> None:
    assert docs.outdated(docs.FOLDER) == []


def test_pages_are_written_once_and_stale_ones_go(tmp_path: Path) -> None:
    assert docs.write(tmp_path) == sorted(docs.pages())
    assert docs.write(tmp_path) == []
    (tmp_path / "ESP101.md").write_text("old", encoding="utf-8")
    (tmp_path / "ESP000.md").write_text("gone", encoding="utf-8")
    assert docs.outdated(tmp_path) == docs.write(tmp_path) == ["ESP000.md", "ESP101.md"]
    assert docs.outdated(tmp_path) == []


def test_check_tells_a_difference_by_its_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs, "FOLDER", tmp_path)
    assert docs.main(["--check"]) == 1
    assert "docs/rules/ESP101.md: not up to date" in capsys.readouterr().out
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0
    assert docs.main(["--chekc"]) == 2
