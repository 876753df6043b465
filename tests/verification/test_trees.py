"""A tree is its folder with some files changed, and Python imports from it what is so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from esper_lint.verification.trees import SourceTree, import_root, laid_out
from tests.trees import write

FILES = {
    "pkg/__init__.py": "",
    "pkg/a.py": "VALUE = 'old a'",
    "pkg/b.py": "VALUE = 'b'",
    "pkg/deep/__init__.py": "",
    "pkg/deep/c.py": "from pkg.a import VALUE",
    "pkg/data/words.txt": "word",
    "other/d.py": "VALUE = 'd'",
    "readme.md": "text",
}


def content(folder: str) -> dict[str, bytes]:
    found = {}
    for place, _, names in os.walk(folder, followlinks=True):
        for name in names:
            path = Path(place, name)
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def test_a_tree_without_edits_is_its_folder(tmp_path: Path) -> None:
    with laid_out(SourceTree(str(tmp_path))) as folder:
        assert folder == str(tmp_path)


def test_edits_stand_over_files_add_some_and_take_some_away(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    edits = {"pkg/a.py": b"VALUE = 'new a'", "pkg/b.py": None, "pkg/deep/e/f.py": b"f", "new/g.py": b"g", "h.py": None}
    before = content(str(tmp_path))
    with laid_out(SourceTree(str(tmp_path), edits)) as folder:
        expected = {name: text.encode() for name, text in FILES.items()}
        expected |= {path: data for path, data in edits.items() if data is not None}
        del expected["pkg/b.py"]
        assert content(folder) == expected
        assert os.path.islink(f"{folder}/other") and os.path.islink(f"{folder}/pkg/data")
    assert not os.path.exists(folder) and content(str(tmp_path)) == before


def test_a_file_may_become_a_folder_and_the_other_way_round(tmp_path: Path) -> None:
    write(tmp_path, {"a": "file", "b/c.py": "c"})
    with laid_out(SourceTree(str(tmp_path), {"a": None, "a/d.py": b"d"} | {"b": b"file"})) as folder:
        assert content(folder) == {"a/d.py": b"d", "b": b"file"}


def test_what_was_compiled_from_a_file_does_not_stand_for_its_edit(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    for _ in range(2):
        subprocess.run([sys.executable, "-c", "import pkg.a"], cwd=tmp_path, check=True)
    stamp = os.stat(tmp_path / "pkg/a.py")
    with laid_out(SourceTree(str(tmp_path), {"pkg/a.py": b"VALUE = 'NEW a'"})) as folder:
        os.utime(f"{folder}/pkg/a.py", (stamp.st_atime, stamp.st_mtime))
        printed = subprocess.run(
            [sys.executable, "-c", "from pkg.deep.c import VALUE; print(VALUE)"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
    assert printed.stdout == "NEW a\n"


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("pkg/deep/c.py", "."),
        ("pkg/deep", "."),
        ("pkg", "."),
        ("pkg/data", "pkg/data"),
        ("other/d.py", "other"),
        (".", "."),
    ],
)
def test_imports_begin_above_the_outermost_package(tmp_path: Path, path: str, root: str) -> None:
    write(tmp_path, FILES)
    assert import_root(str(tmp_path / path)) == os.path.normpath(tmp_path / root)
