"""The files of a git revision, in whatever state the repository is; and that reading them leaves it as it was."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

from esper_lint.git import GitError
from esper_lint.revision import checkout
from tests.repositories import commit, git, repository
from tests.trees import write


def files(revision: str, project: Path) -> dict[str, str]:
    """The files, by name, that a revision has; a link by ``-> target``."""
    with checkout(revision, str(project)) as found:
        names: dict[str, str] = {}
        for folder, folders, plain in os.walk(found.folder):
            folders[:] = [one for one in folders if one != ".git"]
            for one in (*plain, *folders):
                path = os.path.join(folder, one)
                if os.path.islink(path):
                    names[os.path.relpath(path, found.folder)] = f"-> {os.readlink(path)}"
                elif os.path.isfile(path):
                    names[os.path.relpath(path, found.folder)] = Path(path).read_bytes().decode("latin-1")
    assert not os.path.exists(found.folder)
    return names


def refusal(revision: str, project: Path) -> str:
    with pytest.raises(GitError) as caught, checkout(revision, str(project)):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(autouse=True)
def temporary_folders_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


# -- what it has ------------------------------------------------------------------------------------------------------


def test_only_python_and_git_ignore_files_are_taken_as_they_are(tmp_path: Path) -> None:
    bytes_of = b"# \xff\r\nx = 1"
    made = repository(tmp_path / "r", {"a.py": bytes_of, "deep/.gitignore": "b/\n", "c.txt": "", "d.pyi": "", "py": ""})
    assert files("HEAD", made) == {"a.py": bytes_of.decode("latin-1"), "deep/.gitignore": "b/\n"}


def test_names_of_all_kinds_survive(tmp_path: Path) -> None:
    names = ["with blank.py", "line\nend.py", 'quo"te.py', "zw\u00f6lf.py", os.fsdecode(b"odd\xff.py"), "-rf.py"]
    made = repository(tmp_path / "r", dict.fromkeys(names, "x"))
    assert files("HEAD", made) == dict.fromkeys(names, "x")


def test_a_revision_is_what_it_was_whatever_lies_in_the_work_tree(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"old/a.py": "1", "b.py": "2"})
    git(made, "mv", "old", "new")
    commit(made, {"new/a.py": "3"})
    write(made, {"untracked.py": "", "b.py": "changed", "new/a.py": "staged"})
    git(made, "add", "new")
    assert files("HEAD~1", made) == {"old/a.py": "1", "b.py": "2"}
    assert files("HEAD", made) == {"new/a.py": "3", "b.py": "2"}


@pytest.mark.parametrize("name", ["HEAD~0", "main", "v1", "annotated"])
def test_a_revision_may_be_named_in_every_way(tmp_path: Path, name: str) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    git(made, "tag", "v1")
    git(made, "tag", "-a", "annotated", "-m", "x")
    assert files(name, made) == {"a.py": "1"}


def test_the_whole_repository_is_there_for_a_project_in_a_folder_of_it(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"package/a.py": "1", "b.py": "2"})
    with checkout("HEAD", str(made / "package")) as found:
        assert found.top == str(made)
        assert found.place_of(str(made / "package")) == os.path.join(found.folder, "package")
        assert found.place_of(str(made)) == found.folder
        assert found.place_of(str(tmp_path)) == str(tmp_path)
        assert Path(found.place_of(str(made / "b.py"))).read_text(encoding="utf-8") == "2"


def test_private_patterns_of_the_repository_go_along(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    write(made, {".git/info/exclude": "secret/\n"})
    with checkout("HEAD", str(made)) as found:
        assert Path(found.folder, ".git", "info", "exclude").read_text(encoding="utf-8") == "secret/\n"


def test_an_empty_commit_has_no_files(tmp_path: Path) -> None:
    assert files("HEAD", repository(tmp_path / "r", {})) == {}


# -- links and submodules ---------------------------------------------------------------------------------------------


def test_links_stay_within_the_revision(tmp_path: Path) -> None:
    made = tmp_path / "r"
    write(made, {"src/a.py": "1", "deep/er/x.py": ""})
    for place, target in {
        "link.py": "src/a.py",
        "folder": "src",
        "deep/up": "../src",
        "out": "..",
        "absolute": str(made / "src"),
        "deep/far.py": "../../elsewhere.py",
        "nowhere": "gone",
        "chain": "out/r/src",
    }.items():
        (made / place).symlink_to(target)
    repository(made, {})
    found = files("HEAD", made)
    assert {name for name, text in found.items() if text.startswith("->")} == {
        "link.py",
        "folder",
        "deep/up",
        "nowhere",
    }


def test_submodules_are_read_at_the_commit_that_was_theirs(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"m.py": "1", ".gitignore": "x/\n"})
    outer = repository(tmp_path / "outer", {"a.py": "1"})
    git(outer, "submodule", "--quiet", "add", str(inner), "lib/inner")
    commit(outer)
    commit(outer / "lib" / "inner", {"m.py": "2"})
    commit(outer)
    assert files("HEAD~1", outer) == {"a.py": "1", "lib/inner/m.py": "1", "lib/inner/.gitignore": "x/\n"}
    assert files("HEAD", outer)["lib/inner/m.py"] == "2"
    fresh = tmp_path / "fresh"
    git(tmp_path, "clone", "--quiet", str(outer), str(fresh))
    assert files("HEAD", fresh) == {"a.py": "1"}  # it is not there today either


def test_a_submodule_that_lacks_its_commit_says_so(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"m.py": "1"})
    outer = repository(tmp_path / "outer", {"a.py": "1"})
    git(outer, "submodule", "--quiet", "add", str(inner), "lib")
    missing = "1" * 40
    git(outer, "update-index", "--cacheinfo", f"160000,{missing},lib")
    git(outer, "commit", "--quiet", "--message=x")
    message = refusal("HEAD", outer)
    assert message.startswith("the submodule ") and message.endswith(
        "lib lacks what 'HEAD' has of it: run `git fetch` there"
    )


# -- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["nowhere", "HEAD~5", "main..HEAD", "--all", "-p", "", "HEAD:a.py", "HEAD^{tree}", "a b"]
)
def test_what_is_no_revision_is_named(tmp_path: Path, name: str) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    assert refusal(name, made) == f"no such revision: {name!r}"


def test_a_repository_without_a_commit_has_no_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "r")
    assert refusal("HEAD", tmp_path / "r") == "no such revision: 'HEAD'"


def test_a_shallow_clone_says_what_to_do(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    first = git(made, "rev-parse", "HEAD")
    commit(made, {"a.py": "2"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{made}", "shallow")
    assert files("HEAD", tmp_path / "shallow") == {"a.py": "2"}
    message = refusal(first, tmp_path / "shallow")
    assert message == f"no such revision: {first!r}; the clone is shallow: `git fetch --unshallow`, or deepen it"


def test_a_clone_without_the_files_says_so(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    git(made, "config", "uploadpack.allowFilter", "true")
    commit(made, {"a.py": "2"})
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{made}", "partial")
    shutil.rmtree(made)
    assert refusal("HEAD~1", tmp_path / "partial").startswith("git cat-file: ")


def test_a_folder_outside_of_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert refusal("HEAD", tmp_path / "plain") == "plain is not in a git repository"


def test_without_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal("HEAD", tmp_path) == "git was not found"
    broken = tmp_path / "git"
    broken.write_text("", encoding="utf-8")
    broken.chmod(stat.S_IRUSR)
    assert refusal("HEAD", tmp_path) in (
        "git was not found",
        "git cannot be run: Permission denied",
    )


def test_a_damaged_repository_says_what_git_says(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    shutil.rmtree(made / ".git" / "objects")
    (made / ".git" / "objects").mkdir()
    assert refusal("HEAD", made) == "no such revision: 'HEAD'"


def test_an_exception_within_leaves_nothing_behind(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    with pytest.raises(KeyboardInterrupt), checkout("HEAD", str(made)):
        raise KeyboardInterrupt
    assert list((tmp_path / "temporary").iterdir()) == []


# -- what stays as it was ---------------------------------------------------------------------------------------------


def test_the_repository_stays_as_it_was(tmp_path: Path) -> None:
    made = repository(tmp_path / "r", {"a.py": "1", "b.py": "2"})
    commit(made, {"a.py": "3"})
    write(made, {"a.py": "4"})

    def state() -> list[tuple[str, int, bytes]]:
        plain = (path for path in sorted(made.rglob("*")) if path.is_file())
        return [(str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in plain]

    before = state()
    files("HEAD~1", made)
    refusal("nowhere", made)
    assert state() == before


def test_the_environment_of_a_hook_does_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = repository(tmp_path / "r", {"a.py": "1"})
    other = repository(tmp_path / "other", {"o.py": "1"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    assert files("HEAD", made) == {"a.py": "1"}
