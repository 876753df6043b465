"""Cases written by hand: their form, and the words in which everything else is refused."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.config import load
from esper_lint.pyproject import ConfigError
from esper_lint.verification import entries
from esper_lint.verification.entries import cases_in, entered
from esper_lint.verification.specs import (
    Arguments,
    Build,
    Call,
    Case,
    DictSpec,
    Factory,
    ListSpec,
    Named,
    Namespace,
    TensorSpec,
    TupleSpec,
    Value,
)
from tests.verification.strategies import json_values

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = Path(__file__).parents[2] / "docs" / "recording.md"


def cases_of(toml: str) -> tuple[Case, ...]:
    return cases_in(tomllib.loads(f"cases = [{{{toml}}}]"), "verify")


def value_of(toml: str, key: str = "arguments") -> Value:
    [case] = cases_of(f'class = "a:B", {key} = [{toml}]')
    [value] = (case.build if key == "arguments" else case.call).arguments.positional
    return value


def test_an_entry() -> None:
    assert cases_of(
        'class = "pkg.blocks:Block", arguments = [24, 0.5], inputs = ["3x7x24"], training = true, grad = true, seed = 3'
    ) == (
        Case(
            Build("pkg.blocks:Block", Arguments((24, 0.5))),
            Call(Arguments((TensorSpec((3, 7, 24)),)), training=True, grad=True),
            seed=3,
            source="entry",
        ),
    )


def test_the_entries_of_the_page() -> None:
    [example] = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    first, second, third = cases_in(tomllib.loads(example)["tool"]["esper_lint"]["verify"], "verify")
    assert first.build == Build("pkg.blocks:Block", Arguments((24,)))
    assert second.call.arguments == Arguments((TensorSpec((3, 7), "int64", 0, 99), None))
    assert third.build == Build(
        "pkg.blocks:make.Inner", Arguments(), Factory("pkg.blocks:make", Arguments((), (("dim", 6),)))
    )
    assert third.call == Call(Arguments((), (("x", TensorSpec((3, 6), "bfloat16")),)), training=True)


def test_every_key_is_described() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Cases by hand")[2]
    named = set(re.findall(r"`{?([a-z-]+)(?: = [^`]*})?`", page))
    assert {*entries._KEYS, *entries._KINDS} <= named


@pytest.mark.parametrize(
    ("toml", "value"),
    [
        ('"3x7"', TensorSpec((3, 7))),
        ('"7"', TensorSpec((7,))),
        ('"scalar"', TensorSpec(())),
        ('"int64 scalar < 5"', TensorSpec((), "int64", 0, 4)),
        ('" bool  3x0 "', TensorSpec((3, 0), "bool")),
        ('"uint8 3<256"', TensorSpec((3,), "uint8", 0, 255)),
        ('["3x7", ["2"], 5]', ListSpec((TensorSpec((3, 7)), ListSpec((TensorSpec((2,)),)), 5))),
        ('{mask = "bool 3"}', DictSpec((("mask", TensorSpec((3,), "bool")),))),
        ('{text = "3x7"}', "3x7"),
    ],
)
def test_inputs_are_tensors(toml: str, value: Value) -> None:
    assert value_of(toml, "inputs") == value


@pytest.mark.parametrize(
    ("toml", "value"),
    [
        ('"3x7"', "3x7"),
        ("true", True),
        ("{none = true}", None),
        ('{tensor = "3x7"}', TensorSpec((3, 7))),
        ("{tuple = [1, [2]]}", TupleSpec((1, ListSpec((2,))))),
        ('{named = "torch:float16"}', Named("torch:float16")),
        ("{namespace = {dim = 3, tuple = [1]}}", Namespace((("dim", 3), ("tuple", ListSpec((1,)))))),
        ("{dim = 3, tuple = 4}", DictSpec((("dim", 3), ("tuple", 4)))),
        ("{}", DictSpec(())),
        ('{build = {class = "a:C", arguments = {dim = 3}}}', Build("a:C", Arguments((), (("dim", 3),)))),
    ],
)
def test_arguments_are_what_they_say(toml: str, value: Value) -> None:
    assert value_of(toml) == value
    assert type(value_of(toml)) is type(value)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", 'verify: cases[0]: lacks class, as in class = "pkg.blocks:Block"'),
        ('clas = "a:B"', "verify: cases[0]: unknown key 'clas'; did you mean 'class'?"),
        ('class = "a.B"', "verify: cases[0]: class: must be MODULE:QUALNAME, such as \"pkg.blocks:Block\", not 'a.B'"),
        (
            'class = "a:B", arguments = 3',
            "verify: cases[0]: arguments: must be a list, or a table of names and values, not 3",
        ),
        (
            'class = "a:B", inputs = ["3*7"]',
            'verify: cases[0]: inputs[0]: must be a tensor such as "3x7x24", "bfloat16 3x7x24" or "int64 3x7 < 100",'
            " not '3*7'",
        ),
        (
            'class = "a:B", inputs = {x = ["3x7 > 2"]}',
            'verify: cases[0]: inputs.x[0]: must be a tensor such as "3x7x24", "bfloat16 3x7x24" or "int64 3x7 < 100",'
            " not '3x7 > 2'",
        ),
        ('class = "a:B", inputs = ["int64 3 < 0"]', "verify: cases[0]: inputs[0]: no number from 0 on is less than 0"),
        ('class = "a:B", training = 1', "verify: cases[0]: training: must be true or false, not 1"),
        ('class = "a:B", seed = -1', "verify: cases[0]: seed: must be an integer from 0 on, not -1"),
        (
            'class = "a:B", factory-arguments = [1]',
            "verify: cases[0]: factory-arguments: a:B is in no function; say which with factory",
        ),
        (
            'class = "a:B", arguments = [1979-05-27]',
            "verify: cases[0]: arguments[0]: must be a boolean, a finite number, a string, a list or a table, not"
            " datetime.date(1979, 5, 27)",
        ),
        ('class = "a:B", arguments = [nan]', "verify: cases[0]: arguments[0]: must be a boolean, a finite number"),
        ('class = "a:B", arguments = [{tuple = 3}]', "verify: cases[0]: arguments[0].tuple: must be a list, not 3"),
        ('class = "a:B", arguments = [{none = false}]', "verify: cases[0]: arguments[0].none: must be true, not False"),
        (
            'class = "a:B", arguments = [{build = {clas = "a:C"}}]',
            "verify: cases[0]: arguments[0].build: unknown key 'clas'; did you mean 'class'?",
        ),
        (
            'class = "a:B", inputs = ["99999x99999"]',
            "verify: cases[0].call.arguments.positional[0].tensor.shape: has more than 2147483648 elements",
        ),
    ],
)
def test_what_is_no_entry_is_refused_with_its_place(toml: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        cases_of(toml)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


@given(json_values | st.dictionaries(st.sampled_from(["cases", "verify"]), json_values))
def test_anything_else_is_read_or_refused(value: Any) -> None:
    for table in (value, {"cases": [value]}, {"cases": [{"class": "a:B", "arguments": [value], "inputs": [value]}]}):
        try:
            cases_in(table, "verify")
        except ConfigError as error:
            assert str(error).startswith("verify")


def test_settings_hold_them_and_name_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.esper_lint]\n[tool.esper_lint.verify]\ncases = [{class = "a:B"}]\n', encoding="utf-8")
    settings = load(".", {})
    assert settings.origins["verify"] == "pyproject.toml:2"
    assert settings.config.verify == '{"cases": [{"class": "a:B"}]}'
    assert entered(settings.config) == (Case(Build("a:B"), Call(Arguments()), source="entry"),)
    assert settings.config.digest() == load("/", {}).config.digest()
    path.write_text("[tool.esper_lint.verify]\ncase = []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:1: verify: unknown key 'case'; did you mean 'cases'\?$"):
        load(".", {})
    path.write_text("[tool.esper_lint]\nverify = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:2: verify: must be a table with cases, such as"):
        load(".", {})
