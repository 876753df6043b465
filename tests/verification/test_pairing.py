"""Two versions, however they are given, have the classes that correspond by path and name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.discovery.files import UnknownPath
from esper_lint.fixing.edits import FileEdit
from esper_lint.git import GitError
from esper_lint.progress import Silence
from esper_lint.verification.pairing import Inventory, Pairing, inventory, paired
from esper_lint.verification.trees import laid_out
from esper_lint.verification.versions import (
    Incomparable,
    Version,
    of_edits,
    of_places,
    of_revisions,
    renamed,
)
from tests.repositories import commit, git, repository
from tests.trees import write

HEAD = "import torch\nfrom torch import nn\n\n\n"


def module(name: str, base: str = "nn.Module", body: str = "x", before: str = "") -> str:
    return f"{HEAD}{before}class {name}({base}):\n    def forward(self, x):\n        return {body}\n"


def inventories(
    versions: tuple[Version, Version], folder: Path, paths: Sequence[str] = ()
) -> tuple[Inventory, Inventory]:
    config = load(str(folder), {"jobs": 1}).config
    old, new = (inventory(one, paths, config, Silence()) for one in versions)
    return old, new


def shown(found: Pairing) -> dict[str, object]:
    return {
        "pairs": {f"{one.old.path}:{one.old.qualname}": one.may_differ for one in found.pairs},
        "old": [f"{one.path}:{one.qualname}" for one in found.only_old],
        "new": [f"{one.path}:{one.qualname}" for one in found.only_new],
    }


PACKAGE = {
    "__init__.py": "",
    "a.py": module("A"),
    "b.py": module("B", before="from .a import A\n\n\n"),
    "c.py": "def make():\n" + "\n".join(f"    {line}" for line in module("C").splitlines()) + "\n",
    "d/__init__.py": "from ..e import E\n",
    "d/f.py": module("F"),
    "e.py": module("E"),
}


def test_two_packages_correspond_by_paths_inside_them(tmp_path: Path) -> None:
    new = PACKAGE | {"a.py": module("A", body="x + 1"), "g.py": module("G"), "e.py": module("E2")}
    write(tmp_path, {f"one/{name}": text for name, text in PACKAGE.items()})
    write(tmp_path, {f"top/two/{name}": text for name, text in new.items()} | {"top/__init__.py": ""})
    versions = of_places(str(tmp_path / "one"), str(tmp_path / "top/two"))
    assert renamed(*versions) == (("one", "top.two"),)
    assert [one.tree.root for one in versions] == [str(tmp_path)] * 2
    old, other = inventories(versions, tmp_path)
    assert shown(paired(old, other)) == {
        "pairs": {"a.py:A": True, "b.py:B": True, "c.py:make.C": False, "d/f.py:F": True},
        "old": ["e.py:E"],
        "new": ["e.py:E2", "g.py:G"],
    }
    assert other.classes["d/f.py", "F"].file == "top/two/d/f.py"
    assert other.module_of("top/two/d/f.py") == "top.two.d.f"


def test_files_are_compared_once_however_many_classes_reach_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = HEAD + "from . import a, b\n" + "".join(module(f"M{number}").removeprefix(HEAD) for number in range(50))
    for name in ("one", "two"):
        write(tmp_path, {f"{name}/{path}": text for path, text in {**PACKAGE, "many.py": many}.items()})
    old, new = inventories(of_places(str(tmp_path / "one"), str(tmp_path / "two")), tmp_path)
    asked: list[str] = []
    inner = Version.inner

    def counted(version: Version, path: str) -> str:
        asked.append(path)
        return inner(version, path)

    monkeypatch.setattr(Version, "inner", counted)
    assert not any(pair.may_differ for pair in paired(old, new).pairs)
    assert len(asked) <= 2 * (len(old.texts) + len(new.texts))


def test_two_files_correspond(tmp_path: Path) -> None:
    write(tmp_path, {"old.py": module("A"), "new.py": module("A", body="x + 1"), "aside.py": module("Z")})
    versions = of_places(str(tmp_path / "old.py"), str(tmp_path / "new.py"))
    assert renamed(*versions) == (("old", "new"),)
    assert shown(paired(*inventories(versions, tmp_path))) == {"pairs": {".:A": True}, "old": [], "new": []}


def test_two_projects_with_the_same_package_rename_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name / "src" / "pkg", PACKAGE)
    versions = of_places(str(tmp_path / "one"), str(tmp_path / "two"))
    assert renamed(*versions) == ()
    found = shown(paired(*inventories(versions, tmp_path)))
    assert found["old"] == found["new"] == [] and found["pairs"] == dict.fromkeys(
        [f"src/pkg/{path}" for path in ("a.py:A", "b.py:B", "c.py:make.C", "d/f.py:F", "e.py:E")], False
    )


def test_a_class_without_a_forward_of_its_own_is_found_where_it_is(tmp_path: Path) -> None:
    base = module("Base")
    moved = "from .base import Base\n\n\ndef make():\n    class A(Base):\n        rank = 2\n\n    return A()\n"
    old = {"base.py": base, "a.py": moved.replace("rank = 2", "def forward(self, x):\n            return x")}
    write(tmp_path / "one", {"__init__.py": "", **old})
    write(tmp_path / "two", {"__init__.py": "", "base.py": base, "a.py": moved})
    found, other = inventories(of_places(str(tmp_path / "one"), str(tmp_path / "two")), tmp_path)
    assert shown(paired(found, other))["pairs"] == {"a.py:make.A": True, "base.py:Base": False}
    assert other.classes["a.py", "make.A"].line == 5


@pytest.mark.parametrize(("old", "new"), [("a.py", "pkg"), ("pkg", "plain")])
def test_what_cannot_be_compared_is_refused(tmp_path: Path, old: str, new: str) -> None:
    write(tmp_path, {"a.py": "", "pkg/__init__.py": "", "plain/a.py": ""})
    with pytest.raises(Incomparable):
        of_places(str(tmp_path / old), str(tmp_path / new))
    with pytest.raises(UnknownPath):
        of_places(str(tmp_path / old), str(tmp_path / "nowhere"))


def laid_out_texts(version: Version, names: Sequence[str]) -> Mapping[str, str | None]:
    with laid_out(version.tree) as folder:
        places = {name: Path(folder, name) for name in names}
        return {name: place.read_text() if place.exists() else None for name, place in places.items()}


def test_revisions_are_read_without_touching_the_work_tree(tmp_path: Path) -> None:
    top = repository(tmp_path / "repo", {f"pkg/{name}": text for name, text in PACKAGE.items()} | {"gone.py": "1"})
    first = git(top, "rev-parse", "HEAD")
    git(top, "rm", "--quiet", "gone.py")
    second = commit(top, {"pkg/a.py": module("A", body="x + 1"), "pkg/new.py": module("New")})
    write(top, {"pkg/a.py": module("A", body="x + 2"), "pkg/untracked.py": module("Untracked")})
    status = git(top, "status", "--porcelain")
    names = ["pkg/a.py", "pkg/new.py", "gone.py", "pkg/untracked.py"]
    untracked = module("Untracked")

    old, now = of_revisions(first, None, str(top / "pkg"))
    assert laid_out_texts(old, names) == dict(zip(names, [module("A"), None, "1", untracked], strict=True))
    assert now.tree.edits == {} and now.tree.root == str(top) and now.label == "the working tree"
    old, then = of_revisions(first, second, str(top))
    texts = [module("A", body="x + 1"), module("New"), None, untracked]
    assert laid_out_texts(then, names) == dict(zip(names, texts, strict=True))
    assert shown(paired(*inventories((old, then), top))) == {
        "pairs": {
            "pkg/a.py:A": True,
            "pkg/b.py:B": True,
            "pkg/c.py:make.C": False,
            "pkg/d/f.py:F": False,
            "pkg/e.py:E": False,
            "pkg/untracked.py:Untracked": False,
        },
        "old": [],
        "new": ["pkg/new.py:New"],
    }
    only = inventories((old, then), top, [str(top / "pkg/d"), str(top / "pkg/new.py")])
    assert shown(paired(*only)) == {"pairs": {"pkg/d/f.py:F": False}, "old": [], "new": ["pkg/new.py:New"]}
    assert git(top, "status", "--porcelain") == status

    with pytest.raises(GitError, match="no such revision: 'nope'"):
        of_revisions("nope", None, str(top))


def test_a_plan_is_compared_with_what_it_would_change(tmp_path: Path) -> None:
    write(tmp_path, {f"src/pkg/{name}": text for name, text in PACKAGE.items()})
    project = tmp_path / "src/pkg"  # whose folder is a package itself
    new = module("A", base="Base", before=module("Base").removeprefix(HEAD) + "\n\n").encode()
    edits = [
        FileEdit(os.path.join(project, "a.py"), "a.py", (project / "a.py").read_bytes(), new),
        FileEdit(os.path.join(project, "leaf.py"), "leaf.py", None, b"import torch\n"),
    ]
    old, fixed = of_edits(edits, str(project))
    assert old.tree.root == fixed.tree.root == str(tmp_path / "src") and renamed(old, fixed) == ()
    assert laid_out_texts(fixed, ["pkg/a.py", "pkg/leaf.py"]) == {
        "pkg/a.py": new.decode(),
        "pkg/leaf.py": "import torch\n",
    }
    assert shown(paired(*inventories((old, fixed), tmp_path))) == {
        "pairs": {
            "pkg/a.py:A": True,
            "pkg/b.py:B": True,
            "pkg/c.py:make.C": False,
            "pkg/d/f.py:F": False,
            "pkg/e.py:E": False,
        },
        "old": [],
        "new": ["pkg/a.py:Base"],
    }


def test_a_file_that_is_no_python_imports_nothing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"a.py": module("A", before="import broken\n"), "broken.py": "def (:\n"})
    found = shown(paired(*inventories(of_places(str(tmp_path / "one"), str(tmp_path / "two")), tmp_path)))
    assert found["pairs"] == {"a.py:A": False}
