"""flake8 says what the command line says: however it starts its workers, whatever it is given, wherever it is set."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flake8.running import Answer, answer, check, flake8, flake8_here, start_flake8
from tests.trees import BODY, seed, write

NEAR = BODY.replace("y = F.scaled", "q = self.norm(q)\n        y = F.scaled")
INIT = """\
    def __init__(self, dim, heads, rate):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.qkv, self.out = nn.Linear(dim, 3 * dim, bias=False), nn.Linear(dim, dim)
        nn.init.trunc_normal_(self.qkv.weight, std=0.02)
        self.register_buffer("rate", torch.tensor(rate))

"""
FILES: dict[str, str | bytes] = {
    "plain.py": seed("Plain"),
    "near.py": seed("Near", init=INIT, body=NEAR),
    "deep/twins.py": seed("One") + "\n\n" + seed("Two").partition("\n\n\n")[2],
    "deep/silent.py": seed("Silent", noqa="  # noqa: ESP102, ESP104"),
    "deep/useless.py": seed("Useless", body="        return x\n", noqa="  # noqa: ESP102"),
    "deep/feed.py": seed("Feed").replace("\n\n\n", "\n\x0c\n\n"),
    "deep/marked.py": b"\xef\xbb\xbf" + seed("Marked").encode(),
    "deep/lines.py": seed("Lines").replace("\n", "\r\n"),
    "deep/latin.py": f"# coding: latin-1\n# caf\xe9\n{seed('Latin')}".encode("latin-1"),
    "deep/undecodable.py": seed("Undecodable").encode() + b"# caf\xe9\n",
    "left_out/copy.py": seed("Copy"),
    "vendor/copy.py": seed("Vendored"),
    "clean.py": "from torch import nn\n\n\nclass Clean(nn.Module):\n    def forward(self, x):\n        return x\n",
    "unparsable.py": "def forward(self:\n    pass\n",
}
SUBSET = ("near.py", "deep/twins.py", "deep/silent.py", "vendor/copy.py")
UNSAVED = (
    b"# one line more\n"
    + seed("Plain", init=INIT, body=BODY.replace("return x", "y = y * 2\n        return x")).encode()
)

SETTINGS = ("[tool.esper_lint]\n", 'threshold = 99\nexclude = ["left_out/"]\n')
IN_FLAKE8 = "[flake8]\nesper-threshold = 99\nesper_exclude =\n    left_out/\n"
CONFIGURED: Mapping[str, Mapping[str, str]] = {
    "defaults": {"pyproject.toml": SETTINGS[0]},
    "pyproject": {"pyproject.toml": "".join(SETTINGS)},
    "setup.cfg": {"pyproject.toml": SETTINGS[0], "setup.cfg": IN_FLAKE8},
    "tox.ini": {"pyproject.toml": SETTINGS[0] + "threshold = 50\n", "tox.ini": IN_FLAKE8},
    ".flake8": {"pyproject.toml": SETTINGS[0] + 'exclude = ["deep/"]\n', ".flake8": IN_FLAKE8},
}


@dataclass(frozen=True, slots=True)
class Tree:
    """A project, its settings as options of the command line, and the environment with its own index."""

    folder: Path
    options: tuple[str, ...]
    env: Mapping[str, str]

    def check(self, *paths: str, data: bytes = b"") -> list[str]:
        """The rows of the command line, without the file that flake8 has its own code for."""
        rows = check(self.folder, *self.options, *paths, data=data, env=self.env).rows
        return [row for row in rows if not row.startswith("unparsable.py:")]

    def flake8(self, *arguments: str, method: str = "fork", data: bytes = b"") -> list[str]:
        return self.rows(flake8(self.folder, "--select=ESP", *arguments, method=method, data=data, env=self.env))

    def rows(self, said: Answer) -> list[str]:
        assert said.err == "" and said.status == (1 if said.rows else 0)
        return said.rows


def made(folder: Path, settings: str) -> Tree:
    write(folder / "tree", dict(FILES) | dict(CONFIGURED[settings]))
    for path in (folder / "tree").rglob("*.py"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # what was changed just now, no index trusts
    same = settings == "defaults"
    options = () if same else ("--threshold", "99", "--exclude", "left_out/")
    return Tree(folder / "tree", options, {"XDG_CACHE_HOME": str(folder / "cache")})


@pytest.fixture(scope="module", params=CONFIGURED)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A tree for each place where settings can stand."""
    return made(tmp_path_factory.mktemp("settings"), request.param)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return made(tmp_path_factory.mktemp("plain"), "defaults")


@pytest.fixture(scope="module")
def whole(plain: Tree) -> list[str]:
    return plain.check(".")


def test_the_tree_has_something_of_everything(whole: list[str]) -> None:
    """What the other tests compare is worth comparing."""
    found = {(row.partition(":")[0], row.split(" ")[1]) for row in whole}
    assert {("near.py", "ESP102"), ("deep/useless.py", "ESP202"), ("deep/undecodable.py", "ESP900")} <= found
    assert ("deep/silent.py", "ESP202") not in found
    named = {path for path, _ in found}
    assert {"plain.py", "deep/twins.py", "deep/feed.py", "deep/marked.py", "deep/lines.py", "deep/latin.py"} <= named
    assert not named & {"deep/silent.py", "vendor/copy.py", "clean.py"}


def test_settings_are_read_wherever_they_stand(tree: Tree) -> None:
    whole = tree.check(".")
    assert tree.flake8("-j2", method="spawn") == whole != []
    assert tree.flake8("-j1", *SUBSET) == tree.check(*SUBSET) != []
    named = tree.flake8("-", "--stdin-display-name=plain.py", data=UNSAVED)
    assert named == tree.check("-", "--stdin-filename", "plain.py", data=UNSAVED)
    if tree.options:
        assert not any(row.startswith(("near.py", "left_out")) for row in whole) and named == []
    else:
        assert any(row.startswith("left_out") for row in whole) and named != []


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_the_answer_does_not_depend_on_how_workers_start(
    plain: Tree, whole: list[str], method: str, tmp_path: Path
) -> None:
    cold = Tree(plain.folder, (), {"XDG_CACHE_HOME": str(tmp_path / "cold")})
    assert cold.flake8("-j2", method=method) == whole  # cold
    assert cold.flake8("-j2", method=method) == whole  # warm
    assert cold.flake8("-j2", *SUBSET, method=method) == plain.check(*SUBSET)


def test_one_process_says_what_two_say(plain: Tree, whole: list[str]) -> None:
    assert plain.flake8("-j1", ".") == whole
    assert plain.flake8("-j1", "deep", "plain.py") == plain.check("deep", "plain.py")


def test_two_runs_at_once_say_the_same(plain: Tree, whole: list[str], tmp_path: Path) -> None:
    env = {"XDG_CACHE_HOME": str(tmp_path / "cold")}
    runs = [start_flake8(plain.folder, "--select=ESP", "-j2", env=env) for _ in range(2)]
    assert [plain.rows(answer(run)) for run in runs] == [whole, whole]


def test_a_cache_that_cannot_be_written_changes_nothing(plain: Tree, whole: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    nowhere = Tree(plain.folder, (), {"XDG_CACHE_HOME": str(tmp_path / "file")})
    assert nowhere.flake8("-j2") == whole


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes where it likes")
def test_a_read_only_index_changes_nothing(plain: Tree, whole: list[str], tmp_path: Path) -> None:
    assert plain.flake8("-j1", f"--esper-cache-dir={tmp_path}") == whole
    for index in tmp_path.iterdir():
        index.chmod(0o400)
    tmp_path.chmod(0o500)
    assert plain.flake8("-j2", f"--esper-cache-dir={tmp_path}") == whole


def test_an_unparsable_file_has_a_code_of_flake8s_own(plain: Tree) -> None:
    said = flake8(plain.folder, "--select=E9,ESP", "unparsable.py", "plain.py", env=plain.env)
    assert [row.split(" ")[1] for row in said.rows if row.startswith("unparsable.py")] == ["E999"]
    assert [row for row in said.rows if row.startswith("plain.py")] == plain.check("plain.py")


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        (["--ignore=ESP104"], {"ESP102", "ESP202", "ESP900"}),
        (["--ignore=W,F"], {"ESP102", "ESP104", "ESP202", "ESP900"}),
        (["--extend-ignore=ESP1"], {"ESP202", "ESP900"}),
        (["--select=ESP102,ESP9"], {"ESP102", "ESP900"}),
        (["--select=E,W,F"], {"ESP102", "ESP104", "ESP202", "ESP900"}),  # E is where ESP begins
        (["--select=W"], set()),
    ],
)
def test_flake8s_own_lists_choose_among_the_rows(
    plain: Tree, whole: list[str], arguments: list[str], left: set[str]
) -> None:
    expected = [row for row in whole if row.split(" ")[1] in left]
    said = flake8_here(plain.folder, "--exclude=unparsable.py", *arguments)
    assert [row for row in said.rows if row.split(" ")[1].startswith("ESP")] == expected
