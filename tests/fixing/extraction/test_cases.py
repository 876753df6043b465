"""Every fixture: what is planned, that it is proved, and what else must hold of any fix."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import source_of
from esper_lint.fixing.proving import Proved, proved_extraction
from esper_lint.fixing.refusals import Refusal
from tests.fixing.extraction.fixtures import FOLDER, Case, cases, module_of

CASES = {case.name: case for case in cases()}
FIXED = [name for name, case in CASES.items() if not case.is_refused]
REFUSED = [name for name, case in CASES.items() if case.is_refused]


@pytest.mark.parametrize("name", FIXED)
def test_what_is_written(name: str, pytestconfig: pytest.Config) -> None:
    case = CASES[name]
    plan = _of(name)
    assert (plan.strategy,) == case.expected
    if pytestconfig.getoption("--regen"):
        _regenerate(case, plan)
    assert dict(plan.after) == {path: _text(file) for path, file in case.golden().items()}


@pytest.mark.parametrize("name", FIXED)
def test_what_is_written_is_certified(name: str) -> None:
    found = proved_extraction(_of(name), module_of)
    assert isinstance(found, Proved), found


@pytest.mark.parametrize("name", FIXED)
def test_nothing_is_left_to_do(name: str) -> None:
    """Fixed twice is fixed once."""
    plan = _of(name)
    again = CASES[name].changed(**{path: text for path, text in plan.after.items() if path in plan.before})
    assert isinstance(again.plan(), Unextractable)


@pytest.mark.parametrize("name", FIXED)
def test_the_rest_of_the_file_is_untouched(name: str) -> None:
    """Without helpers, imports and the bodies of the sites, and but for blank lines, both texts are the same."""
    plan = _of(name)
    for path, before in plan.before.items():
        names = {helper for _, helper in plan.helpers}
        sites = {site.qualname for site in plan.sites if site.path == path}
        assert _rest(path, before, sites, names) == _rest(path, plan.after[path], sites, names)


@pytest.mark.parametrize("name", FIXED)
def test_line_ends_are_kept(name: str) -> None:
    """The fix of a file with CRLF is the fix of the file, with CRLF."""
    case = CASES[name]
    ended = case.changed(**{path: text.replace("\n", "\r\n") for path, text in case.texts.items()})
    assert dict(_plan(ended).after) == {path: text.replace("\n", "\r\n") for path, text in _of(name).after.items()}


@pytest.mark.parametrize("name", FIXED)
def test_a_missing_final_newline_stays_missing(name: str) -> None:
    case = CASES[name]
    ended = case.changed(**{path: text.rstrip("\n") for path, text in case.texts.items()})
    plan = _plan(ended)
    assert isinstance(proved_extraction(plan, module_of), Proved)
    assert {path: text.rstrip("\n") for path, text in plan.after.items()} == {
        path: text.rstrip("\n") for path, text in _of(name).after.items()
    }


@pytest.mark.parametrize("name", [name for name in FIXED if len(CASES[name].texts) > 1])
def test_what_is_at_fault_in_an_added_file_is_told_of_the_first_site(name: str) -> None:
    """Nobody has the added file, and another fix may add one of that name."""
    plan = _of(name)
    (home,) = plan.after.keys() - plan.before.keys()
    found = proved_extraction(
        replace(plan, after={**plan.after, home: plan.after[home] + "\nimport colorsys\n"}), module_of
    )
    assert isinstance(found, Refusal) and found.code == "FX-CERT"
    assert (found.path, found.line) == (plan.sites[0].path, plan.sites[0].line)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str) -> None:
    case = CASES[name]
    plan = case.plan()
    assert isinstance(plan, Unextractable), "\n".join(plan.after.values())
    told = [f"{one.code} {one.path}:{one.line} {one.message}" for one in plan.hazards]
    assert plan.hazards[0].code == case.expected[0], told
    assert set(case.expected) <= {one.code for one in plan.hazards}, told
    assert case.refusals <= {(one.code, one.path, one.line) for one in plan.hazards}, told


def test_there_are_enough() -> None:
    assert len(CASES) >= 75


@cache
def _of(name: str) -> Extraction:
    return _plan(CASES[name])


def _plan(case: Case) -> Extraction:
    plan = case.plan()
    assert isinstance(plan, Extraction), [f"{one.code} {one.path}:{one.line} {one.message}" for one in plan.hazards]
    return plan


def _rest(path: str, text: str, sites: set[str], helpers: set[str]) -> list[str]:
    source = source_of(path, text)
    gone: set[int] = set()
    for site in source.sites:
        if site.qualname in sites:
            gone |= set(range(site.function.body[0].lineno, (site.function.end_lineno or 0) + 1))
            gone |= _comments_above(source.lines, site.function.body[0].lineno)
    for node in ast.walk(source.tree):
        is_helper = isinstance(node, ast.FunctionDef) and node.name in helpers
        if is_helper or isinstance(node, (ast.Import, ast.ImportFrom)):
            assert isinstance(node, ast.stmt)
            gone |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    return [line for number, line in enumerate(source.lines, 1) if number not in gone and line.strip()]


def _comments_above(lines: object, first: int) -> set[int]:
    assert isinstance(lines, list)
    found = set()
    while lines[first - 2].strip().startswith("#"):
        first -= 1
        found.add(first)
    return found


def _regenerate(case: Case, plan: Extraction) -> None:
    if len(case.texts) == 1:
        (FOLDER / f"{case.name}.fixed.py").write_bytes(plan.after[f"{case.name}.py"].encode())
        return
    for path, text in plan.after.items():
        file = FOLDER / f"{case.name}.fixed" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


def _text(file: Path) -> str:
    return file.read_bytes().decode()
