"""What ESP203 says of repositories whose histories are known: exact answers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.history.stories import BOTH, FIXED, GUARDED, RENAMED, TUNED, Story, changed, copy, missed
from tests.trees import BODY

A, B = "A a.py:5", "B b.py:5"
UNCOMMITTED = ""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "r")


def one_fixed(subject: str, *, more: int = 0) -> list[str]:
    """What is said if ``A`` was changed and ``B`` was not."""
    return [changed("A", subject, B, more=more), missed("B", subject, A, more=more)]


# -- one after the other ----------------------------------------------------------------------------------------------


def test_copies_that_agree_are_silent(story: Story) -> None:
    assert story.said() == []


def test_a_fix_in_one_copy_is_said_at_both(story: Story) -> None:
    fix = story.commit("fix", {"a.py": copy("A", FIXED)})
    story.commit("elsewhere", {"c.py": "", "readme.txt": ""})
    assert story.said() == one_fixed("fix")
    first, second = story.findings()
    assert (first.path, first.line, first.column, first.severity.value) == ("a.py", 11, 5, "P2")
    assert (second.path, second.line, second.group) == ("b.py", 11, first.group)
    assert f" {fix[:7]} 'fix'" in first.message and f" {fix[:7]} 'fix'" in second.message
    assert first.fingerprint != second.fingerprint and fix in first.fingerprint


def test_a_fix_in_both_is_silent_in_one_commit_or_in_two(story: Story) -> None:
    story.commit("fix both", {"a.py": copy("A", FIXED), "b.py": copy("B", FIXED)})
    assert story.said() == []
    story.commit("guard A", {"a.py": copy("A", BOTH)})
    assert story.said() == one_fixed("guard A")
    story.commit("guard B", {"b.py": copy("B", BOTH)})
    assert story.said() == []


def test_several_commits_are_counted_and_the_newest_is_told(story: Story) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.commit("guard", {"a.py": copy("A", BOTH)})
    assert story.said() == one_fixed("guard", more=1)


def test_both_changed_in_different_ways(story: Story) -> None:
    story.commit("fix A", {"a.py": copy("A", FIXED)})
    story.commit("guard B", {"b.py": copy("B", GUARDED)})
    assert story.said() == [missed("A", "guard B", B, more=1), changed("B", "guard B", A, more=1)]


def test_a_commit_that_changed_both_is_not_one_sided_whatever_it_did(story: Story) -> None:
    story.commit("each its own", {"a.py": copy("A", FIXED), "b.py": copy("B", GUARDED)})
    assert story.said() == []
    story.commit("more", {"a.py": copy("A", BOTH)})
    assert story.said() == one_fixed("more")


def test_a_revert_makes_them_agree_again(story: Story) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.git("revert", "--no-edit", "HEAD")
    assert story.said() == []
    story.commit("guard", {"a.py": copy("A", GUARDED)})
    assert story.said() == one_fixed("guard")


def test_what_was_reverted_in_one_copy_is_the_change(story: Story) -> None:
    story.commit("fix both", {"a.py": copy("A", FIXED), "b.py": copy("B", FIXED)})
    story.commit("undo A", {"a.py": copy("A")})
    assert story.said() == one_fixed("undo A")


def test_a_change_that_the_other_copy_made_later_is_made_up_for(story: Story) -> None:
    story.commit("fix A", {"a.py": copy("A", FIXED)})
    story.commit("guard A", {"a.py": copy("A", BOTH)})
    story.commit("fix B", {"b.py": copy("B", FIXED)})
    assert story.said() == one_fixed("guard A")


def test_a_change_that_was_undone_beside_another_does_not_count(story: Story) -> None:
    story.commit("guard A", {"a.py": copy("A", GUARDED)})
    story.commit("fix B", {"b.py": copy("B", FIXED)})
    story.commit("no guard", {"a.py": copy("A")})
    assert story.said() == [missed("A", "fix B", B), changed("B", "fix B", A)]


def test_three_copies_of_which_one_was_fixed(tmp_path: Path) -> None:
    story = Story(tmp_path / "r", {"a.py": copy("A"), "b.py": copy("B"), "c.py": copy("C")})
    story.commit("fix", {"b.py": copy("B", FIXED)})
    assert story.said() == [missed("A", "fix", B), changed("B", "fix", A, "C c.py:5"), missed("C", "fix", B)]
    story.commit("fix another", {"c.py": copy("C", FIXED)})
    assert story.said() == [
        missed("A", "fix another", "C c.py:5", more=1),
        changed("B", "fix", A),
        changed("C", "fix another", A),
    ]


def test_many_copies_are_counted(tmp_path: Path) -> None:
    story = Story(tmp_path / "r", {f"{name}.py": copy(name.upper()) for name in "abcde"})
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert story.said()[0] == "changed in `A` by 'fix', not in its copies `B` (b.py:5), `C` (c.py:5) and 2 more"
    assert story.said()[1:] == [missed(name, "fix", A) for name in "BCDE"]


# -- what counts as a change ------------------------------------------------------------------------------------------


def test_comments_layout_and_names_are_no_change(story: Story) -> None:
    story.commit("comment", {"a.py": "# one\n" + copy("A", BODY.replace("return", "# why\n        return"))})
    story.commit("layout", {"a.py": copy("A", BODY.replace("x.shape", "(\n            x.shape\n        )"))})
    story.commit("rename", {"b.py": copy("B", RENAMED)})
    assert story.said() == []
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed("fix")


def test_a_literal_counts_where_nothing_else_differs(story: Story) -> None:
    story.commit("tune", {"a.py": copy("A", TUNED)})
    assert story.said() == one_fixed("tune")
    story.commit("fix A", {"a.py": copy("A", TUNED.replace("y = F", "q = q * self.scale\n        y = F"))})
    assert story.said() == one_fixed("fix A")
    story.commit("fix B", {"b.py": copy("B", FIXED)})
    assert story.said() == one_fixed("tune")
    story.commit("tune B", {"b.py": copy("B", FIXED.replace("dim=-1", "dim=2"))})
    assert story.said() == []


def test_copies_that_differ_in_a_literal_from_the_start_agree(tmp_path: Path) -> None:
    story = Story(tmp_path / "r", {"a.py": copy("A"), "b.py": copy("B", TUNED)})
    assert story.said() == []
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed("fix")


def test_copies_that_never_agreed_are_silent(tmp_path: Path) -> None:
    story = Story(tmp_path / "r", {"a.py": copy("A"), "b.py": copy("B", FIXED)})
    assert story.said() == []
    story.commit("guard", {"a.py": copy("A", GUARDED)})
    assert story.said() == []


def test_stubs_are_no_copies_of_each_other(tmp_path: Path) -> None:
    stub = "import torch\nfrom torch import nn\n\n\nclass {}(nn.Module):\n    def forward(self, x):\n        return x\n"
    files = {"a.py": stub.format("A"), "b.py": stub.format("B")}
    story = Story(tmp_path / "r", files)
    story.commit("A", {"a.py": copy("A")})
    story.commit("B", {"b.py": copy("B", FIXED)})
    assert story.said() == []


def test_of_classes_that_never_agreed_the_forwards_are_followed(tmp_path: Path) -> None:
    other = "    def __init__(self, config):\n        super().__init__()\n        self.heads = config.heads\n"
    other += "        self.qkv = build(config.width, config.width * 3, bias=config.bias, device=config.device)\n"
    other += "        self.out = build(config.width, config.width, bias=config.bias, device=config.device)\n"
    other += (
        "        for layer in (self.qkv, self.out):\n            init(layer.weight, config.std, generator=None)\n\n"
    )
    story = Story(tmp_path / "r", {"a.py": copy("A"), "b.py": copy("B").replace(_init(), other)})
    story.commit("constructor", {"a.py": copy("A").replace("0.5", "heads / 2")})
    assert story.said() == []
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert story.said() == [changed("A", "fix", "B b.py:5"), missed("B", "fix", A)]


def test_forwards_are_followed_without_the_rest_of_their_classes(tmp_path: Path) -> None:
    other = "    def reset(self):\n" + "".join(
        f"        nn.init.zeros_(self.part_{n}.weight[{n}:])\n" for n in range(20)
    )
    story = Story(tmp_path / "r", {"a.py": copy("A"), "b.py": copy("B").replace(_init(), other + "\n")})
    story.commit("constructor", {"a.py": copy("A").replace("0.5", "heads / 2")})
    assert story.said() == []
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert story.said() == [changed("A", "fix", "B b.py:28"), missed("B", "fix", "A a.py:11")]


def _init() -> str:
    return copy("A").partition("nn.Module):\n")[2].partition("    def forward")[0]


# -- wherever it went -------------------------------------------------------------------------------------------------


def test_a_renamed_file_is_followed(story: Story) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.git("mv", "a.py", "moved.py")
    story.commit("rename")
    assert story.said() == [missed("B", "fix", "A moved.py:5"), changed("A", "fix", B)]
    (story.folder / "deep").mkdir()
    story.git("mv", "b.py", "deep/b.py")
    story.commit("rename and guard", {"moved.py": copy("A", BOTH)})
    assert story.said() == [
        missed("B", "rename and guard", "A moved.py:5", more=1),
        changed("A", "rename and guard", "B deep/b.py:5", more=1),
    ]


def test_a_class_that_moved_to_another_file_is_followed(story: Story) -> None:
    other = "class Other:\n    pass\n"
    story.commit("fix", {"a.py": copy("A", FIXED) + "\n\n" + other})
    story.commit("move", {"a.py": other, "c.py": "import math\n" + copy("A", FIXED)})
    assert story.said() == [missed("B", "fix", "A c.py:6"), changed("A", "fix", B)]
    story.commit("move and guard", {"c.py": "import math\n", "d.py": "import os\n" + copy("A", BOTH)})
    assert story.said()[0] == missed("B", "move and guard", "A d.py:6", more=1)


def test_a_renamed_class_is_followed(story: Story) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.commit("rename", {"a.py": copy("Renamed", FIXED)})
    assert story.said() == [changed("Renamed", "fix", B), missed("B", "fix", "Renamed a.py:5")]


def test_a_class_that_moved_into_a_factory_is_followed(story: Story) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    head, _, body = copy("A", FIXED).partition("\n\n\n")
    inner = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
    story.commit("factory", {"a.py": f"{head}\n\n\ndef make():\n{inner}    return A\n"})
    assert story.said() == [changed("A", "fix", B), missed("B", "fix", "A a.py:6")]


def test_a_copy_begins_where_it_was_made(story: Story) -> None:
    story.commit("fix A", {"a.py": copy("A", FIXED)})
    story.commit("copy", {"c.py": copy("C", FIXED)})
    c = "C c.py:5"
    assert story.said() == [changed("A", "fix A", B), missed("B", "fix A", A)]
    story.commit("guard C", {"c.py": copy("C", BOTH)})
    assert story.said() == [
        missed("A", "guard C", c, more=1),
        missed("B", "fix A", A),
        changed("C", "guard C", A),
    ]


def test_classes_of_one_name_on_both_branches_of_a_condition(tmp_path: Path) -> None:
    def both(first: str, second: str) -> str:
        head = copy("A").partition("\n\n\n")[0]
        classes = []
        for text in (first, second):
            found = copy("A", text).partition("\n\n\n")[2]
            classes.append("".join(f"    {line}" if line.strip() else line for line in found.splitlines(keepends=True)))
        return f"{head}\n\nif FLAG:\n\n{classes[0]}\nelse:\n\n{classes[1]}"

    story = Story(tmp_path / "r", {"a.py": both(BODY, BODY)})
    story.commit("fix the second", {"a.py": both(BODY, FIXED)})
    first, second = story.said()
    assert first.startswith("not changed in `A`, but in its copy `A`") and second.startswith("changed in `A` by")


def test_commits_that_cannot_be_parsed_are_passed_over(story: Story) -> None:
    story.commit("broken", {"a.py": copy("A") + "def oops(:\n"})
    story.commit("mended", {"a.py": copy("A")})
    assert story.said() == []
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.commit("broken again", {"a.py": copy("A", FIXED) + "print 'python 2'\n"})
    story.commit("mended again", {"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed("fix")


# -- merges -----------------------------------------------------------------------------------------------------------


def test_a_merged_change_is_that_of_the_branch(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("fix on a branch", {"a.py": copy("A", FIXED)})
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "--no-ff", "side", "-m", "merge")
    assert story.said() == one_fixed("fix on a branch")


def test_a_merge_of_changes_in_both_files(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("fix on a branch", {"a.py": copy("A", FIXED)})
    story.git("checkout", "--quiet", "main")
    story.commit("guard on main", {"b.py": copy("B", GUARDED)})
    story.git("merge", "--quiet", "side", "-m", "merge")
    said = story.said()
    assert {one.partition(" by ")[2].partition("'")[2].partition("'")[0] for one in said} <= {
        "fix on a branch",
        "guard on main",
    }
    assert len(said) == 2 and all(one.endswith("; and 1 more commit") for one in said)
    story.commit("catch up", {"a.py": copy("A", BOTH), "b.py": copy("B", BOTH)})
    assert story.said() == []


def test_a_merge_of_two_changes_in_one_file_made_neither(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("guard on a branch", {"a.py": copy("A", GUARDED)})
    story.git("checkout", "--quiet", "main")
    story.commit("fix on main", {"a.py": copy("A", FIXED)})
    story.git("merge", "--quiet", "side", "-m", "merge")
    assert (story.folder / "a.py").read_text(encoding="utf-8") == copy("A", BOTH)
    said = story.said()
    assert len(said) == 2 and all(one.endswith("; and 1 more commit") for one in said)
    assert not any("'merge'" in one for one in said)


def test_a_fix_on_a_branch_in_both_is_silent_and_what_main_did_is_not(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("fix A", {"a.py": copy("A", FIXED)})
    story.commit("fix B", {"b.py": copy("B", FIXED)})
    story.git("checkout", "--quiet", "main")
    story.commit("guard on main", {"a.py": copy("A", GUARDED)})
    story.git("merge", "--quiet", "side", "-m", "merge")
    assert story.said() == one_fixed("guard on main")


def test_a_branch_that_was_overruled_changed_nothing(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("fix on a branch", {"a.py": copy("A", FIXED)})
    story.git("checkout", "--quiet", "main")
    story.commit("elsewhere", {"c.py": "x = 1\n"})
    story.git("merge", "--quiet", "--strategy=ours", "side", "-m", "merge")
    assert story.said() == []


@pytest.mark.parametrize("renaming", ["main", "side"])
def test_a_file_that_one_side_renamed_and_the_other_changed(story: Story, renaming: str) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    for branch in ("side", "main"):
        story.git("checkout", "--quiet", branch)
        if branch == renaming:
            story.git("mv", "a.py", "moved.py")
            story.commit("rename")
        else:
            story.commit("fix", {"a.py": copy("A", FIXED)})
    story.git("merge", "--quiet", "side", "-m", "merge")
    assert (story.folder / "moved.py").read_text(encoding="utf-8") == copy("A", FIXED)
    assert story.said() == [missed("B", "fix", "A moved.py:5"), changed("A", "fix", B)]


def test_what_a_merge_alone_changed_is_its_own(story: Story) -> None:
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("elsewhere", {"c.py": "x = 1\n"})
    story.git("checkout", "--quiet", "main")
    story.commit("nowhere", {"d.py": "x = 1\n"})
    story.git("merge", "--quiet", "--no-commit", "side")
    story.commit("evil merge", {"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed("evil merge")


# -- what is not committed --------------------------------------------------------------------------------------------


def test_changes_of_the_work_tree(story: Story) -> None:
    story.write({"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed(UNCOMMITTED)
    story.git("add", "--all")
    assert story.said() == one_fixed(UNCOMMITTED)
    story.write({"b.py": copy("B", FIXED)})
    assert story.said() == []
    story.commit("fix", {"b.py": copy("B")})
    story.write({"b.py": copy("B", FIXED)})
    assert story.said() == []


@pytest.mark.parametrize("staged", [True, False])
def test_what_was_moved_or_renamed_and_not_committed(story: Story, staged: bool) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    (story.folder / "a.py").rename(story.folder / "moved.py")
    story.write({"b.py": copy("Renamed")})
    if staged:
        story.git("add", "--all")
    assert story.said() == [missed("Renamed", "fix", "A moved.py:5"), changed("A", "fix", "Renamed b.py:5")]


def test_untracked_files_are_created_now(story: Story) -> None:
    story.write({"c.py": copy("C", FIXED)})
    assert story.said() == []
    story.write({"c.py": copy("C")})
    assert story.said() == []
    story.write({"a.py": copy("A", FIXED)})
    assert story.said() == one_fixed(UNCOMMITTED)


def test_files_outside_of_the_repository_have_no_history(story: Story, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(copy("Outside"), encoding="utf-8")
    story.write({"pyproject.toml": '[tool.esper_lint]\nroots = [".", ".."]\n'})
    story.commit("fix", {"a.py": copy("A", FIXED)})
    assert [one.replace("../r/", "") for one in story.said()] == one_fixed("fix")


def test_nothing_is_committed_yet(tmp_path: Path) -> None:
    story = Story(tmp_path / "r")
    story.git("update-ref", "-d", "HEAD")
    story.write({"a.py": copy("A", FIXED)})
    assert story.said() == []


# -- where it lies ----------------------------------------------------------------------------------------------------


def test_a_project_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    files = {"part/pyproject.toml": "[tool.esper_lint]\n", "part/a.py": copy("A"), "part/b.py": copy("B")}
    story = Story(tmp_path / "r", files)
    story.commit("fix", {"part/a.py": copy("A", FIXED)})
    inner = Story.__new__(Story)
    inner.folder = story.folder / "part"
    assert inner.said() == one_fixed("fix")


def test_names_of_all_kinds(tmp_path: Path) -> None:
    odd = "with blank/\u00e9 \x01'\".py"
    story = Story(tmp_path / "r", {odd: copy("A"), "b.py": copy("B")})
    story.commit("fix", {odd: copy("A", FIXED)})
    assert story.said()[1] == "changed in `A` by 'fix', not in its copy `B` (b.py:5)"


def test_settings_of_git_change_nothing(story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.git("mv", "a.py", "moved.py")
    story.commit("rename")
    settings = tmp_path / "settings"
    settings.write_text(
        "[log]\n showRoot = false\n follow = true\n showSignature = true\n diffMerges = off\n date = relative\n"
        "[diff]\n renames = false\n renameLimit = 1\n relative = true\n noprefix = true\n[color]\n ui = always\n"
        "[core]\n quotePath = true\n abbrev = 40\n[i18n]\n logOutputEncoding = utf-16\n[format]\n pretty = oneline\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", os.devnull)  # as inside a hook of another repository
    finds = [one.message for one in story.findings()]
    monkeypatch.undo()
    assert [story.without_hashes(one) for one in finds] == [
        missed("B", "fix", "A moved.py:5"),
        changed("A", "fix", B),
    ]


def test_a_shallow_clone_knows_what_it_holds(story: Story, tmp_path: Path) -> None:
    story.commit("fix", {"a.py": copy("A", FIXED)})
    story.commit("guard both", {"a.py": copy("A", BOTH), "b.py": copy("B", GUARDED)})
    assert story.said() == one_fixed("fix")
    shallow = Story.__new__(Story)
    shallow.folder = tmp_path / "shallow"
    story.git("clone", "--quiet", "--depth=2", f"file://{story.folder}", str(shallow.folder))
    assert shallow.said(cached=True) == []
    shallow.git("fetch", "--quiet", "--unshallow")
    assert shallow.said(cached=True) == one_fixed("fix")


# -- what stands in messages ------------------------------------------------------------------------------------------


def test_a_hostile_subject_is_one_line_of_bounded_length(story: Story) -> None:
    story.commit("\x1b[31mred\x07 \u202eback " + "long " * 100, {"a.py": copy("A", FIXED)})
    for one in story.findings():
        assert one.message.isprintable() and len(one.message) <= 220
        assert "'\\x1b[31mred\\x07 \\u202eback long" in one.message and "…'" in one.message
    story.commit("\x01 b\x00".replace("\x00", ""), {"a.py": copy("A", BOTH)})
    assert all("'\\x01 b'" in one.message for one in story.findings())


def test_a_commit_without_a_subject(story: Story) -> None:
    story.write({"a.py": copy("A", FIXED)})
    story.git("add", "--all")
    story.git("commit", "--quiet", "--allow-empty-message", "--message=")
    assert story.said() == [
        "changed in `A` by '', not in its copy `B` (b.py:5)",
        "not changed in `B`, but in its copy `A` (a.py:5) by ''",
    ]
