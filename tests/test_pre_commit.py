"""The hooks as their users meet them: installed from a repository by the real ``pre-commit``, run by ``git commit``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixing.twins import twins
from tests.trees import project, seed, write

ROOT = Path(__file__).parents[1]
PUBLISHED = ("esper_lint", ".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml")
MEMBERS = {"models/first.py": seed("First"), "models/other.py": "import torch\n", "notes.md": "none\n"}

# An installed pre-commit, git's own variables in a hook, and the settings of whoever runs the tests must not matter.
SURROUNDINGS = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_NAME": "nobody" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "nobody@example.org" for who in ("AUTHOR", "COMMITTER")},
}


@dataclass(frozen=True, slots=True)
class Hooks:
    """The project's sources as a repository of hooks, and where pre-commit keeps what it installs of them."""

    source: Path
    home: Path

    def of_repository(self, hook: str) -> str:
        return f"repos:\n- repo: {self.source}\n  rev: v0.1.0\n  hooks:\n  - id: {hook}\n"

    def of_flake8(self) -> str:
        """The documented way by flake8's own repository, but for the network."""
        return (
            "repos:\n- repo: local\n  hooks:\n  - id: flake8\n    name: flake8\n    entry: flake8 --select=ESP\n"
            "    language: python\n    types: [python]\n    require_serial: true\n"
            f"    additional_dependencies: [flake8, {self.source}]\n"
        )


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    """One for all tests: what pre-commit installs takes long, and stays the same."""
    folder = tmp_path_factory.mktemp("hooks")
    source = folder / "source"
    source.mkdir()
    for name in PUBLISHED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    git(source, "init", "--quiet")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message=published")
    git(source, "tag", "v0.1.0")
    return Hooks(source, folder / "home")


@dataclass(frozen=True, slots=True)
class Repository:
    """A user's repository with pre-commit in charge of its commits."""

    folder: Path
    environment: Mapping[str, str]

    def commit(self, files: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        write(self.folder, files)
        git(self.folder, "add", ".")
        command = ["git", "commit", "--message=change"]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )

    @property
    def commits(self) -> int:
        return int(git(self.folder, "rev-list", "--count", "HEAD"))


def repository(folder: Path, hooks: Hooks, config: str, files: Mapping[str, str]) -> Repository:
    """A repository in which ``files`` are committed already."""
    project(folder, dict(files) | {".pre-commit-config.yaml": config})
    environment = SURROUNDINGS | {
        "PRE_COMMIT_HOME": str(hooks.home),
        "XDG_CACHE_HOME": os.environ["XDG_CACHE_HOME"],
    }
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=before")
    install = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(install, cwd=folder, env=environment, capture_output=True, check=True)
    return Repository(folder, environment)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, env=SURROUNDINGS, capture_output=True, text=True, check=True)
    return done.stdout


def both_places(said: str) -> bool:
    return "models/copy.py:6:5: ESP104 class `Copy` repeats `First` (models/first.py:5)" in said


def test_the_manifest_is_what_pre_commit_expects() -> None:
    manifest = str(ROOT / ".pre-commit-hooks.yaml")
    done = subprocess.run([sys.executable, "-m", "pre_commit", "validate-manifest", manifest], check=False)
    assert done.returncode == 0


def test_a_copy_of_what_lies_in_an_unchanged_file_stops_the_commit(tmp_path: Path, hooks: Hooks) -> None:
    users = repository(tmp_path, hooks, hooks.of_repository("esper-lint"), MEMBERS)
    stopped = users.commit({"models/copy.py": seed("Copy")})
    assert stopped.returncode == 1 and users.commits == 1, stopped.stderr
    assert both_places(stopped.stderr)
    mended = users.commit({"models/copy.py": "from models.first import First as Copy\n"})
    assert mended.returncode == 0 and users.commits == 2, mended.stderr


def test_only_what_the_commit_has_a_part_in_is_reported(tmp_path: Path, hooks: Hooks) -> None:
    config = hooks.of_repository("esper-lint")
    users = repository(tmp_path, hooks, config, MEMBERS | {"models/second.py": seed("Second")})
    assert users.commit({"models/other.py": "import torch.nn\n"}).returncode == 0
    assert users.commit({"notes.md": "some\n", "tool": "#!/usr/bin/env python3\nprint()\n"}).returncode == 0
    (tmp_path / "tool").chmod(0o755)  # now pre-commit takes it for Python
    assert users.commit({"tool": "#!/usr/bin/env python3\n"}).returncode == 0
    assert users.commits == 4


def test_the_whole_project_is_reported_by_its_own_hook(tmp_path: Path, hooks: Hooks) -> None:
    config = hooks.of_repository("esper-lint-all")
    users = repository(tmp_path, hooks, config, MEMBERS | {"models/second.py": seed("Second")})
    stopped = users.commit({"models/other.py": "import torch.nn\n"})
    assert stopped.returncode == 1 and users.commits == 1
    for row in ("models/first.py:6:5: ESP104", "models/second.py:6:5: ESP104"):
        assert row in stopped.stderr
    assert users.commit({"models/second.py": "import torch\n"}).returncode == 0


def test_the_fixer_mends_the_files_of_a_commit_and_stops_it(tmp_path: Path, hooks: Hooks) -> None:
    users = repository(tmp_path, hooks, hooks.of_repository("esper-lint-fix"), MEMBERS | {"old.py": twins("A", "B")})
    stopped = users.commit({"models/twins.py": twins()})
    assert stopped.returncode == 1 and users.commits == 1, stopped.stderr
    assert "files were modified by this hook" in stopped.stderr and "fixed 1 group in 1 file" in stopped.stderr
    fixed = (tmp_path / "models/twins.py").read_text(encoding="utf-8")
    assert "return _plain_forward(self, x)" in fixed
    assert (tmp_path / "old.py").read_text(encoding="utf-8") == twins("A", "B")
    again = users.commit({})
    assert again.returncode == 0 and users.commits == 2, again.stderr
    assert git(tmp_path, "show", "HEAD:models/twins.py") == fixed
    assert users.commit({"notes.md": "more\n"}).returncode == 0


def test_flake8_under_pre_commit_stops_it_too(tmp_path: Path, hooks: Hooks) -> None:
    users = repository(tmp_path, hooks, hooks.of_flake8(), MEMBERS)
    stopped = users.commit({"models/copy.py": seed("Copy")})
    assert stopped.returncode == 1 and users.commits == 1, stopped.stderr
    assert both_places(stopped.stderr)
    assert users.commit({"models/copy.py": "import torch\n"}).returncode == 0


@pytest.mark.parametrize("edited", ["models/first.py", "models/second.py"])
@pytest.mark.parametrize("way", ["esper-lint", "flake8"])
def test_a_commit_that_breaks_a_contract_is_stopped_whichever_side_it_edits(
    tmp_path: Path, hooks: Hooks, edited: str, way: str
) -> None:
    held = {
        f"models/{name.lower()}.py": seed(name).replace("class ", "# esper: lockstep(seed)\nclass ")
        for name in ("First", "Second")
    }
    config = hooks.of_flake8() if way == "flake8" else hooks.of_repository(way)
    users = repository(tmp_path, hooks, config, MEMBERS | held)
    edit = {edited: held[edited].replace("dim=-1", "dim=-2")}
    stopped = users.commit(edit)
    assert stopped.returncode == 1 and users.commits == 1, stopped.stderr
    assert f"{edited}:9:" in stopped.stderr and "ESP201" in stopped.stderr
    other = {name: text.replace("dim=-1", "dim=-2") for name, text in held.items()}
    assert users.commit(other).returncode == 0
