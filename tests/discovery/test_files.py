"""Which files are compared and reported, and that git agrees on what is ignored."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.config import ConfigError
from esper_lint.discovery.files import FileSet, UnknownPath, find_files


def make(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def find(
    project: Path,
    paths: Sequence[str] = (".",),
    roots: Sequence[str] = (".",),
    *,
    cwd: Path | None = None,
    exclude: Sequence[str] = (),
    respect_gitignore: bool = True,
    include_vendored: bool = False,
) -> FileSet:
    return find_files(
        paths,
        roots=[os.path.join(project, root) for root in roots],
        project=str(project),
        cwd=str(cwd or project),
        exclude=exclude,
        respect_gitignore=respect_gitignore,
        include_vendored=include_vendored,
    )


def names(found: FileSet) -> list[str]:
    return [file.name for file in found.files]


# -- roots and PATHS --


def test_all_python_files_under_the_root_sorted_with_their_stamps(tmp_path: Path) -> None:
    make(tmp_path, ["b.py", "a/z.py", "a/b/c.py", "notes.txt", "stub.pyi", "folder.py/inner.py", "Upper.PY"])
    found = find(tmp_path)
    assert names(found) == ["a/b/c.py", "a/z.py", "b.py", "folder.py/inner.py"]
    assert found.selected == set(names(found))
    assert found.errors == ()
    status = (tmp_path / "b.py").stat()
    assert found.files[2].path == str(tmp_path / "b.py")
    assert found.files[2].stamp == (6, status.st_mtime_ns, status.st_ctime_ns)


def test_paths_choose_what_is_reported_but_not_what_is_compared(tmp_path: Path) -> None:
    make(tmp_path, ["a/x.py", "a/y.py", "ab/x.py", "c.py"])
    found = find(tmp_path, ["a", "c.py"])
    assert names(found) == ["a/x.py", "a/y.py", "ab/x.py", "c.py"]
    assert found.selected == {"a/x.py", "a/y.py", "c.py"}
    assert find(tmp_path, ["y.py"], cwd=tmp_path / "a").selected == {"a/y.py"}
    assert find(tmp_path, [str(tmp_path / "ab")]).selected == {"ab/x.py"}
    assert find(tmp_path, ["../ab/./x.py"], cwd=tmp_path / "a").selected == {"ab/x.py"}


def test_no_paths_report_everything(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    assert find(tmp_path, []).selected == {"a.py"}
    assert names(find(tmp_path, [], [])) == ["a.py"]


def test_without_roots_the_common_folder_of_paths_is_the_root(tmp_path: Path) -> None:
    make(tmp_path, ["p/a/x.py", "p/b/y.py", "p/z.py", "other.py"])
    found = find(tmp_path, ["p/a", "p/b/y.py"], [])
    assert names(found) == ["p/a/x.py", "p/b/y.py", "p/z.py"]
    assert found.selected == {"p/a/x.py", "p/b/y.py"}
    assert names(find(tmp_path, ["p/z.py"], [])) == ["p/a/x.py", "p/b/y.py", "p/z.py"]


@pytest.mark.skipif(not os.path.isdir("/proc/self/fdinfo"), reason="needs a folder without Python far from all others")
def test_paths_that_share_only_the_whole_disk_are_roots_themselves(tmp_path: Path) -> None:
    make(tmp_path, ["a.py"])
    # Walking / instead would take minutes, and find this very file.
    assert names(find(tmp_path, [".", "/proc/self/fdinfo"], [])) == ["a.py"]


def test_paths_outside_of_the_roots_are_added(tmp_path: Path) -> None:
    make(tmp_path, ["src/a.py", "lib/b.py", "lib/c.py", "far/d.py"])
    found = find(tmp_path / "src", ["../lib", "../far/d.py"])
    assert names(found) == ["../far/d.py", "../lib/b.py", "../lib/c.py", "a.py"]
    assert found.selected == {"../far/d.py", "../lib/b.py", "../lib/c.py"}


def test_roots_that_overlap_count_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, ["a/b/x.py", "a/y.py", "c/z.py"])
    assert names(find(tmp_path, ["a"], ["a/b", "a", "a/"])) == ["a/b/x.py", "a/y.py"]


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    make(tmp_path, ["a/model.py"])
    with pytest.raises(UnknownPath, match=r"^no such file or folder: 'a/modle.py'; did you mean 'a/model.py'\?$"):
        find(tmp_path, ["a/modle.py"])
    for path in ["nowhere/x.py", "a/model.py/x", "nul\0l.py", "", "\ud800.py", "a/model.py/"]:
        with pytest.raises(UnknownPath):
            find(tmp_path, [path])
    with pytest.raises(UnknownPath, match=r"the root .* is not a folder"):
        find(tmp_path, ["."], ["nowhere"])


def test_a_named_file_that_is_not_python_is_an_error_of_its_own(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "notes.txt"])
    found = find(tmp_path, ["notes.txt", "a.py"])
    assert names(found) == ["a.py"]
    assert [(error.rule, error.path, error.line) for error in found.errors] == [("ESP900", "notes.txt", 1)]
    assert "only *.py" in found.errors[0].message


@settings(max_examples=25, deadline=None)
@given(st.permutations(["a", "b/x.py", "..", "vendor/v.py", "link.py", "deep"]), st.sampled_from(["", "a", "b"]))
def test_neither_the_order_of_paths_nor_the_working_directory_matters(paths: list[str], start: str) -> None:
    with tempfile.TemporaryDirectory() as top:
        project = Path(top, "p")
        make(project, ["a/x.py", "b/x.py", "c.py", "vendor/v.py", "vendor/w.py", "../out.py", "../far/y.py"])
        (project / "link.py").symlink_to("../out.py")
        (project / "deep").symlink_to("../far")
        absolute = [os.path.join(project, path) for path in paths]
        found = find(project, absolute, cwd=project / start)
        relative = [os.path.relpath(path, project / start) for path in sorted(absolute)]
        assert found == find(project, relative, cwd=project / start)
        assert "link.py" in names(found) and "deep/y.py" in names(found)


# -- what is always left out --


def test_tool_folders_and_vendored_folders_are_left_out_below_the_root(tmp_path: Path) -> None:
    folders = ["build", ".venv", "x/__pycache__", "site-packages", "third_party", "x/_vendor", "node_modules/y"]
    make(tmp_path, [f"{folder}/a.py" for folder in folders] + ["x/a.py"])
    assert names(find(tmp_path)) == ["x/a.py"]
    assert names(find(tmp_path, include_vendored=True)) == ["third_party/a.py", "x/_vendor/a.py", "x/a.py"]


def test_what_is_named_is_read_though_it_would_be_left_out(tmp_path: Path) -> None:
    make(tmp_path, ["a.py", "vendor/x/b.py", "vendor/x/vendor/c.py", "build/d.py", "ignored/e.py", "ignored/f.py"])
    (tmp_path / ".gitignore").write_text("/ignored/\nd.py\n")
    assert names(find(tmp_path)) == ["a.py"]
    assert names(find(tmp_path, ["."], ["vendor/x"])) == ["vendor/x/b.py", *names(find(tmp_path))][::-1]
    assert names(find(tmp_path, ["vendor/x", "build/d.py", "ignored/e.py"])) == [
        "a.py",
        "build/d.py",
        "ignored/e.py",
        "vendor/x/b.py",
    ]
    assert names(find(tmp_path, ["ignored"])) == ["a.py", "ignored/e.py", "ignored/f.py"]


def test_exclude_is_relative_to_the_project(tmp_path: Path) -> None:
    make(tmp_path, ["p/a.py", "p/q/a.py", "p/q/b_pb2.py", "p/q/c.py", "out/b_pb2.py", "out/c.py"])
    project = tmp_path / "p"
    assert names(find(project, exclude=["/a.py", "*_pb2.py"])) == ["q/a.py", "q/c.py"]
    assert names(find(project, exclude=["q/*", "!q/c.py"])) == ["a.py", "q/c.py"]
    assert names(find(project, ["."], ["q", "../out"], exclude=["*_pb2.py", "q/a.py"])) == [
        "../out/c.py",
        "a.py",
        "q/c.py",
    ]
    for nonsense in ["!", "[a", "[z-a]"]:
        with pytest.raises(ConfigError, match="exclude"):
            find(project, exclude=[nonsense])
    assert len(find(project, exclude=["", "# nothing"]).files) == 4


# -- links, pipes and other things --


def test_a_link_counts_only_where_its_file_does_not(tmp_path: Path) -> None:
    make(tmp_path, ["p/real/z.py", "out/y.py"])
    (tmp_path / "p/a.py").symlink_to("real/z.py")
    (tmp_path / "p/b.py").symlink_to("../out/y.py")
    (tmp_path / "p/c.py").symlink_to("b.py")
    found = find(tmp_path / "p")
    assert names(found) == ["b.py", "real/z.py"]
    assert found.files[0].path == str(tmp_path / "p/b.py")
    # To ask for a link is to ask for its file, by whatever name that goes.
    assert find(tmp_path / "p", ["a.py"]).selected == {"real/z.py"}
    assert find(tmp_path / "p", ["c.py"]).selected == {"b.py"}
    assert find(tmp_path / "p", ["../out/y.py"]).selected == {"b.py"}
    assert names(find(tmp_path / "p", ["../out/y.py"])) == ["b.py", "real/z.py"]


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    make(tmp_path, ["p/real/z.py", "out/deep/y.py"])
    for link, target in {"a": "real", "l": "../out", "m": "../out", "n": "../out/deep"}.items():
        (tmp_path / "p" / link).symlink_to(target)
    found = find(tmp_path / "p")
    assert names(found) == ["l/deep/y.py", "real/z.py"]
    assert find(tmp_path / "p", ["a"]).selected == {"real/z.py"}
    assert find(tmp_path / "p", ["n", "m"]).selected == {"l/deep/y.py"}
    make(tmp_path, ["p/sub/s.py"])
    (tmp_path / "p/sub/back").symlink_to("../real")
    assert find(tmp_path / "p", ["sub"]).selected == {"sub/s.py", "real/z.py"}


def test_loops_end(tmp_path: Path) -> None:
    make(tmp_path, ["p/a/x.py", "above.py"])
    for link, target in {
        "p/a/up": "..",
        "p/a/out": "../..",
        "p/self.py": "self.py",
        "p/one": "two",
        "p/two": "one",
    }.items():
        (tmp_path / link).symlink_to(target)
    found = find(tmp_path / "p")
    assert names(found) == ["a/x.py"]
    assert [(error.path, error.message) for error in found.errors] == [
        ("self.py", "the symbolic link leads back to itself")
    ]


def test_links_that_lead_nowhere_are_errors_where_they_are_asked_for(tmp_path: Path) -> None:
    make(tmp_path, ["a/x.py", "b/y.py"])
    (tmp_path / "a/gone.py").symlink_to("missing.py")
    (tmp_path / "a/gone.txt").symlink_to("missing.txt")
    for paths in (["."], ["a"], ["a/gone.py"]):
        (error,) = find(tmp_path, paths).errors
        assert (error.rule, error.path) == ("ESP900", "a/gone.py")
        assert error.message == "the symbolic link leads nowhere: 'missing.py'"
    assert find(tmp_path, ["b"]).errors == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_pipes_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ["a.py"])
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "link.py").symlink_to("pipe.py")
    monkeypatch.chdir(tmp_path)  # a socket's address must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.py")
        found = find(tmp_path)
        assert find(tmp_path, ["pipe.py"]).errors == found.errors[1:2]
    assert names(found) == ["a.py"]
    assert {(error.path, error.message) for error in found.errors} == {
        (name, "not a regular file") for name in ("link.py", "pipe.py", "socket.py")
    }


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, ["a.py", "locked/b.py"])
    scandir = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("locked"):  # chmod would not stop a test that runs as root
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find(tmp_path)
    assert names(found) == ["a.py"]
    assert [(error.path, error.message) for error in found.errors] == [
        ("locked", "the folder cannot be listed: Permission denied")
    ]


def test_odd_names(tmp_path: Path) -> None:
    odd = [b"sp ace.py", b"new\nline.py", b"\xff\xfe.py", b"back\\slash.py", b"[a].py", "é/\N{PILE OF POO}.py".encode()]
    make(tmp_path, [os.fsdecode(name) for name in odd])
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbf*.log\r\n\xe9\xff\n")
    found = find(tmp_path, exclude=["nothing"])
    assert sorted(map(os.fsencode, names(found))) == sorted(odd)
    assert find(tmp_path, [os.fsdecode(b"\xff\xfe.py")]).selected == {os.fsdecode(b"\xff\xfe.py")}


# -- git --

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder: Path, *arguments: str, text: str = "") -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def not_ignored(folder: Path, files: Iterable[str]) -> list[str]:
    """The files that git does not ignore."""
    ignored = git(folder, "check-ignore", "--stdin", "-z", text="\0".join(files)).split("\0")
    return sorted(set(files) - set(ignored))


TREE = [f"{folder}{name}.py" for folder in ("", "a/", "b/", "a/b/", "a/b/a/", "b/a/") for name in ("a", "b", "ab")]

# fmt: off
ANYWHERE = [
    "a", "b", "ab", "a.py", "ab.py", ".py", "a.p", "*.py", "*.txt", "a*", "*b*", "?b.py", "[ab].py", "[!a].py",
    "[^b]b.py", "\\a.py", "a\\", "*", "**", "#", "!", "[a", "[z-a]",
]
ANCHORED = [
    "a/", "b/", "/a", "/a/", "/a.py", "a/b", "a/b/", "a/b.py", "/a/*", "a/*.py", "a/*/", "a/*/a", "b/*", "*/", "/*/",
    "/",
]
ACROSS_FOLDERS = [
    "**/", "/**", "**/*/", "**/a", "**/b.py", "a/**", "a/**/", "a/**/a", "a/**/*.py", "/b/**/ab.py", "b/**",
]
# fmt: on
PATTERNS = st.sampled_from([*ANYWHERE, *ANCHORED, *ACROSS_FOLDERS])
LINES = st.lists(st.tuples(st.sampled_from(["", "", "!"]), PATTERNS).map("".join), max_size=5)


@needs_git
@settings(max_examples=60, deadline=None)
@given(top=LINES, nested=LINES, deep=LINES, own=LINES)
def test_git_agrees(top: list[str], nested: list[str], deep: list[str], own: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        make(project, TREE)
        git(project, "init", "--quiet")
        for name, lines in {".gitignore": top, "a/.gitignore": nested, "a/b/.gitignore": deep}.items():
            (project / name).write_text("\n".join(lines), newline="\n")
        (project / ".git/info/exclude").write_text("\n".join(own), newline="\n")
        assert names(find(project)) == not_ignored(project, TREE)
        assert names(find(project, respect_gitignore=False)) == sorted(TREE)


@needs_git
@pytest.mark.parametrize(
    "lines",
    [
        ["*.py", "!a/"],
        ["a/**", "!a/b/", "!a/b/*.py"],
        ["/*", "!/a", "/a/*", "!/a/b"],
        ["a/*", "!a/b/"],
        ["**/", "!a.py"],
        ["a/", "!a/a.py"],
        ["*", "!*/", "!*.py", "/b/a/*.py"],
        ["a.py  ", "!b.py\r", " ab.py"],
    ],
)
def test_git_agrees_on_negations(tmp_path: Path, lines: list[str]) -> None:
    make(tmp_path, TREE)
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n", newline="\n")
    assert names(find(tmp_path)) == not_ignored(tmp_path, TREE)


def test_git_files_of_parent_folders_hold_up_to_the_top_level(tmp_path: Path) -> None:
    make(tmp_path, ["repo/pkg/a.py", "repo/pkg/b.py", "repo/pkg/c.py", "repo/pkg/d.py"])
    (tmp_path / ".gitignore").write_text("a.py\n")
    (tmp_path / "repo/.gitignore").write_text("/pkg/b.py\n")
    (tmp_path / "repo/.git/info").mkdir(parents=True)
    (tmp_path / "repo/.git/info/exclude").write_text("c.py\n")
    assert names(find(tmp_path / "repo/pkg")) == ["a.py", "d.py"]
    # A repository inside of the root is a world of its own, whichever root it is seen from.
    assert names(find(tmp_path)) == ["repo/pkg/a.py", "repo/pkg/d.py"]


@needs_git
def test_work_trees_share_the_exclude_file_of_their_repository(tmp_path: Path) -> None:
    main, tree = tmp_path / "main", tmp_path / "tree"
    make(main, ["a.py", "b.py"])
    git(main, "init", "--quiet")
    git(main, "add", "a.py")
    git(main, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "t")
    git(main, "worktree", "add", "--quiet", str(tree))
    (main / ".git/info").mkdir(exist_ok=True)
    (main / ".git/info/exclude").write_text("b.py\n")
    make(tree, ["b.py", "c.py"])
    assert names(find(tree)) == ["a.py", "c.py"]


def test_without_git_the_files_up_to_the_project_hold(tmp_path: Path) -> None:
    make(tmp_path, ["p/q/a.py", "p/q/b.py", "p/q/c.py"])
    (tmp_path / ".gitignore").write_text("a.py\n")
    (tmp_path / "p/.gitignore").write_text("b.py\n")
    assert names(find(tmp_path / "p", ["q"], ["q"])) == ["q/a.py", "q/c.py"]
