"""From which version on a project requires a package, wherever it is installed."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from packaging.version import Version

from esper_lint.fixing.suggesting.constraints import lowest, of_poetry
from esper_lint.fixing.suggesting.requirements import Bound, requirements_of
from tests.trees import write


def bound(folder: Path, files: dict[str, str], package: str = "torch") -> Bound | None:
    write(folder, dict(files))
    return requirements_of(str(folder)).of(package)


def project(*dependencies: str, more: str = "") -> dict[str, str]:
    return {"pyproject.toml": f"[project]\nname = 'x'\ndependencies = {list(dependencies)}\n{more}"}


@pytest.mark.parametrize(
    ("dependencies", "expected"),
    [
        (["torch>=2.5"], "2.5"),
        (["Torch >= 2.5 , < 3"], "2.5"),
        (["torch[opt_einsum]>=2.1"], "2.1"),
        (["torch>2.1"], "2.1"),
        (["torch==2.1.*"], "2.1"),
        (["torch==2.1.0+cu118"], "2.1.0+cu118"),
        (["torch~=2.1"], "2.1"),
        (["torch>=1.13,!=2.0.0,>=2.0"], "2.0"),
        (["torch>=1.13", "torch>=2.2; python_version >= '3.8'"], "2.2"),
        (["torch>=1.13", "torch>=2.2; python_version >= '3.12'"], "1.13"),
        (["torch>=2.2; python_version < '3.12'", "torch>=2.4; python_version >= '3.12'"], "2.2"),
        (["torch>=2.2; sys_platform != 'darwin'", "torch>=2.1; sys_platform == 'darwin'"], "2.1"),
        (["torch<3"], ""),
        (["torch"], ""),
        (["torch!=2.0"], ""),
        (["torch @ https://example.com/torch-2.5-py3-none-any.whl"], ""),
        (["torch 2.5"], ""),
        (["torch>=2.2; python_version < '3.12'", "torch; python_version >= '3.12'"], ""),
        (["torch>=2.5; sys_platform == 'linux'"], None),
        (["torch>=2.5; platform_release >= '1'"], None),
        (["torch>=2.5; extra == 'gpu'"], None),
        (["torchvision>=2.5"], None),
        ([], None),
    ],
)
def test_of_a_project(dependencies: list[str], expected: str | None, tmp_path: Path) -> None:
    """No text where the package is required in any version, None where it may be absent."""
    found = bound(tmp_path, project(*dependencies))
    assert found == (None if expected is None else Bound(Version(expected) if expected else None, "pyproject.toml"))


def test_extras_do_not_count(tmp_path: Path) -> None:
    extras = "[project.optional-dependencies]\ngpu = ['torch>=2.5']\ncpu = ['torch>=2.5']\n"
    assert bound(tmp_path, project(more=extras)) is None
    found = bound(tmp_path, project("torch>=2.0", more=extras))
    assert found is not None and found.lowest == Version("2.0")


@pytest.mark.parametrize(("pythons", "expected"), [(">=3.12", "2.4"), (">=3.11.2", "2.2"), ("nonsense", "2.2")])
def test_markers_count_for_the_interpreters_of_the_project(pythons: str, expected: str, tmp_path: Path) -> None:
    marked = ("torch>=2.2; python_version < '3.12'", "torch>=2.4; python_version >= '3.12'")
    found = bound(tmp_path, project(*marked, more=f"requires-python = '{pythons}'\n"))
    assert found is not None and found.lowest == Version(expected)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("'^2.1'", "2.1"),
        ("'~2.1.3'", "2.1.3"),
        ("'2.1.0'", "2.1.0"),
        ("'2.*'", "2"),
        ("'>=2.0,<3.0'", "2.0"),
        ("'>=2.0 <3.0'", "2.0"),
        ("'^1.13 || ^2.0'", "1.13"),
        ("{version = '^2.1', extras = ['x']}", "2.1"),
        ("[{version = '^2.1', python = '<3.11'}, {version = '^2.3', python = '>=3.11'}]", "2.1"),
        ("{version = '^2.1', python = '>=3.9'}", "2.1"),
        ("'*'", ""),
        ("'<3'", ""),
        ("'^1.13 || <1'", ""),
        ("{git = 'https://github.com/pytorch/pytorch'}", ""),
        ("'nonsense'", ""),
        ("{version = '^2.1', optional = true}", None),
        ("{version = '^2.1', markers = \"sys_platform == 'linux'\"}", None),
        ("{version = '^2.1', markers = 'nonsense'}", None),
        ("{version = '^2.1', platform = 'linux'}", None),
        ("{version = '^2.1', python = 'nonsense'}", None),
    ],
)
def test_of_poetry(said: str, expected: str | None, tmp_path: Path) -> None:
    text = f"[tool.poetry.dependencies]\npython = '^3.9'\ntorch = {said}\n"
    found = bound(tmp_path, {"pyproject.toml": text})
    assert found == (None if expected is None else Bound(Version(expected) if expected else None, "pyproject.toml"))


def test_of_setup_cfg(tmp_path: Path) -> None:
    text = (
        "[options]\ninstall_requires =\n    torch>=2.1  # or later\n    numpy\n[options.extras_require]\nx = einops\n"
    )
    assert bound(tmp_path, {"setup.cfg": text}) == Bound(Version("2.1"), "setup.cfg")
    assert requirements_of(str(tmp_path)).of("numpy") == Bound(None, "setup.cfg")
    assert requirements_of(str(tmp_path)).of("einops") is None


def test_of_requirement_files(tmp_path: Path) -> None:
    text = (
        "# torch>=9\n-r other.txt\n--extra-index-url https://x\ntorch>=2.1 \\\n    ; python_version >= '3.0'  # gpu\n"
    )
    assert bound(tmp_path, {"requirements.txt": text + "git+https://x/y\n"}) == Bound(
        Version("2.1"), "requirements.txt"
    )
    assert bound(tmp_path, {"requirements-old.txt": "torch==1.13 --hash=sha256:00"}) == Bound(
        Version("1.13"), "requirements-old.txt"
    )
    assert bound(tmp_path, {"requirements_docs.txt": "torch"}) == Bound(None, "requirements_docs.txt")
    assert bound(tmp_path, {"requirements_mac.txt": "torch>=2; sys_platform == 'darwin'"}) is None


def test_metadata_comes_before_requirement_files(tmp_path: Path) -> None:
    files = {"requirements.txt": "torch==1.13\nflash_attn>=2\n"}
    assert bound(tmp_path, project("torch>=2.5") | files) == Bound(Version("2.5"), "pyproject.toml")
    assert requirements_of(str(tmp_path)).of("Flash-Attn") == Bound(Version("2"), "requirements.txt")


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[project\n"},
        {"pyproject.toml": "project = 1\n"},
        {"pyproject.toml": "[project]\ndependencies = 'torch>=2'\n"},
        {"pyproject.toml": "[project]\ndependencies = [1, ['torch'], '']\n"},
        {"pyproject.toml": "[project]\ndependencies = {torch = '2'}\noptional-dependencies = [1]\n"},
        {"pyproject.toml": "[tool]\npoetry = ['torch']\n"},
        {"pyproject.toml": "[tool.poetry]\ndependencies = 1\n"},
        {"setup.cfg": "install_requires = torch\n"},
        {"setup.cfg": "[options\n"},
        {"setup.cfg": "[options]\ninstall_requires = file: requirements.txt\n"},
        {"requirements.txt": "==\n???\n;\n"},
        {},
    ],
)
def test_malformed_files_require_nothing(files: dict[str, str], tmp_path: Path) -> None:
    assert bound(tmp_path, files) is None


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": b"\xff\xfe", "setup.cfg": b"\xff", "requirements.txt": b"torch>=2\n\xff"})
    assert requirements_of(str(tmp_path)).of("torch") is None
    assert requirements_of(str(tmp_path / "absent")).bounds == {}


def test_a_change_is_seen_and_nothing_is_read_twice(tmp_path: Path) -> None:
    bound(tmp_path, project("torch>=2.5"))
    first = requirements_of(str(tmp_path))
    assert requirements_of(str(tmp_path)) is first
    write(tmp_path, dict(project("torch>=2.6")))
    os.utime(tmp_path / "pyproject.toml", ns=(1, 1))
    found = requirements_of(str(tmp_path)).of("torch")
    assert found is not None and found.lowest == Version("2.6")
    assert pickle.loads(pickle.dumps(first)) == first


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("^1.2.3", "1.9", True),
        ("^1.2.3", "2.0", False),
        ("^0.2.3", "0.2.9", True),
        ("^0.2.3", "0.3", False),
        ("^0.0.3", "0.0.4", False),
        ("^0", "0.9", True),
        ("~1.2.3", "1.3", False),
        ("~1.2", "1.2.9", True),
        ("~1", "1.9", True),
        ("1.2 || ^3", "3.1", True),
        ("1.2|^3", "2", False),
        ("*", "7", True),
        ("!=1.5,>1", "1.5", False),
    ],
)
def test_constraints_of_poetry(text: str, version: str, expected: bool) -> None:
    assert any(one.contains(version) for one in of_poetry(text)) is expected


def test_a_constraint_without_a_version() -> None:
    assert [lowest(one) for one in of_poetry("===custom")] == [None]
    assert of_poetry("^x") == of_poetry(">=") == ()
