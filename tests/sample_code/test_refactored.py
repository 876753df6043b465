"""The refactored blueprints are what the commands of their page make of the originals, and esper-lint is silent on them."""

from __future__ import annotations

import ast
import inspect
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from esper_lint.cli import main
from tests.console import played
from tests.sample_code.worlds import import_package

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "refactored-sample.md"
ORIGINAL = ROOT / "sample_code" / "blueprints"
REFACTORED = ROOT / "sample_code" / "refactored"
CONTRACTS = {
    ("ESP102", "create_conv_light_seed.ConvLightSeed"): "conv-seed",
    ("ESP102", "create_conv_heavy_seed.ConvHeavySeed"): "conv-seed",
    ("ESP104", "create_attention_seed.TransformerAttentionSeed"): "attention",
    ("ESP104", "create_flex_attention_seed.FlexAttentionFallback"): "attention",
}


def texts(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy that the page begins with; the working directory."""
    folder = tmp_path / "seeds"
    shutil.copytree(ORIGINAL, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REFACTORED / "pyproject.toml", folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def test_the_commands_of_the_page_make_it_byte_for_byte(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert texts(seeds) != texts(REFACTORED)
    commands = played(PAGE, capsys)
    assert [command[0] for command in commands] == ["fix", "contract", "contract", "fix", "check"]
    assert texts(seeds) == texts(REFACTORED)
    main(["fix", "--unsafe-fixes"])
    assert texts(seeds) == texts(REFACTORED)


def test_nothing_is_found_but_what_the_contracts_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(REFACTORED), "--no-cache", "--output-format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert not [one for one in document["findings"] if not one["suppressed"]] and not document["errors"]
    assert document["summary"]["module_classes"] == 17
    held = {
        (group["rule"], member["qualname"]): group["suppressed"]["where"]
        for group in document["groups"]
        for member in group["members"]
    }
    assert held.keys() == CONTRACTS.keys()
    assert all(name in held[member] for member, name in CONTRACTS.items())


def qualnames(path: Path) -> set[str]:
    """Of the classes of a file."""

    def found(node: ast.AST, scope: tuple[str, ...]) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            inner = (*scope, child.name) if isinstance(child, (ast.ClassDef, ast.FunctionDef)) else scope
            if isinstance(child, ast.ClassDef):
                yield ".".join(inner)
            yield from found(child, inner)

    return set(found(ast.parse(path.read_text(encoding="utf-8")), ()))


@pytest.mark.parametrize(("name", "new"), [("cnn.py", set()), ("transformer.py", {"_LoRASeedBase", "_TransformerMLPSeedBase"})])
def test_all_classes_are_where_they_were(name: str, new: set[str]) -> None:
    assert qualnames(REFACTORED / name) == qualnames(ORIGINAL / name) | new


@pytest.mark.parametrize("name", ["__init__.py", "registry.py"])
def test_what_holds_no_seed_is_untouched(name: str) -> None:
    assert (REFACTORED / name).read_bytes() == (ORIGINAL / name).read_bytes()


def entries(package: ModuleType) -> list[tuple[object, ...]]:
    """What is registered, as far as it can be compared across packages."""
    return [
        (
            one.topology,
            one.name,
            one.description,
            [one.param_estimate(dim) for dim in (8, 24, 40)],
            one.factory.__qualname__,
            str(inspect.signature(one.factory)),
        )
        for one in package.available()
    ]


@pytest.mark.parametrize("flex", [True, False], ids=["flex", "no-flex"])
def test_the_same_is_registered_and_each_package_has_its_own(flex: bool) -> None:
    pytest.importorskip("torch")
    original, refactored = (import_package(package, flex=flex) for package in ("blueprints", "refactored"))
    assert entries(refactored) == entries(original) and len(entries(original)) == 15
    assert {one.factory.__module__.rpartition(".")[0] for one in refactored.available()} == {"sample_code.refactored"}
    seeds = [[type(one.build(24)) for one in package.available()] for package in (original, refactored)]
    assert [one.__qualname__ for one in seeds[0]] == [one.__qualname__ for one in seeds[1]]


@pytest.mark.slow
def test_types_are_sound(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="mypy would know no type of it")
    shutil.copytree(REFACTORED, tmp_path / "refactored", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "refactored"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (0, "")
