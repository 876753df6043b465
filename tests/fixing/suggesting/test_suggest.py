"""What is suggested for a clone group: each in one line, at its place, and only where it is so."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from esper_lint.cli import main
from esper_lint.findings import Group, Guard, HoleKind, UnitKind
from esper_lint.fixing.suggesting.suggest import suggestions
from esper_lint.fixing.suggesting.values import Suggestion
from tests.rules.builders import group, hole, member
from tests.trees import BODY, groups, project, report, seed

HEAD = (
    "import torch.nn.functional as F\nfrom torch import nn\n\n"
    "try:\n    from torch.nn.attention.flex_attention import flex_attention\n\n    _HAS_FLEX = True\n"
    "except ImportError:\n    _HAS_FLEX = False\n\n\n"
)
CLASS = "class {0}(nn.Module):\n    def forward(self, x):\n{1}"


def guarded(condition: str, head: str = HEAD) -> str:
    one = CLASS.format("FlexSeed", BODY.replace("F.scaled_dot_product_attention", "flex_attention"))
    other = CLASS.format("PlainSeed", BODY)
    lines = [f"    {line}\n" if line else "\n" for line in one.splitlines()]
    rest = [f"    {line}\n" if line else "\n" for line in other.splitlines()]
    return f"{head}if {condition}:\n{''.join(lines)}else:\n{''.join(rest)}"


def suggested(folder: Path, *, refused: bool = False) -> list[Suggestion]:
    """What is suggested for the only group of a project."""
    found = report(folder)
    (one,) = found.groups
    return list(suggestions(one, lambda path: (folder / path).read_text(), str(folder), refused))


def requiring(folder: Path, files: dict[str, str], *dependencies: str) -> Path:
    made = project(folder, files)
    with (made / "pyproject.toml").open("a") as file:
        file.write(f"[project]\nname = 'x'\ndependencies = {list(dependencies)}\n")
    return made


def test_a_guard_that_the_requirement_of_torch_has_made_dead(tmp_path: Path) -> None:
    folder = requiring(tmp_path, {"a.py": guarded("_HAS_FLEX")}, "torch>=2.6")
    assert suggested(folder) == [
        Suggestion(
            "dead guard",
            "a.py",
            12,
            "this guard is dead: `_HAS_FLEX` always holds, since the project requires torch >= 2.6 (pyproject.toml) and"
            " `torch.nn.attention.flex_attention` is in torch since 2.5; its `else` branch never runs",
        )
    ]


@pytest.mark.parametrize(
    ("condition", "never"), [("not _HAS_FLEX", "if"), ("hasattr(F, 'scaled_dot_product_attention')", "else")]
)
def test_which_branch_never_runs(condition: str, never: str, tmp_path: Path) -> None:
    folder = requiring(tmp_path, {"a.py": guarded(condition)}, "torch>=2.6")
    (one,) = suggested(folder)
    assert one.message.endswith(f"its `{never}` branch never runs")


def test_a_class_that_a_try_chooses(tmp_path: Path) -> None:
    fallback = CLASS.format("PlainSeed", BODY).replace("\n", "\n    ").rstrip()
    text = f"{HEAD.partition('try')[0]}try:\n    import flash_attn\n{{0}}\nexcept ImportError:\n    {fallback}\n"
    flash = CLASS.format("FlashSeed", BODY.replace("F.scaled_dot_product_attention", "flash_attn.flash"))
    text = text.replace("{0}", "\n    " + flash.replace("\n", "\n    ").rstrip())
    folder = requiring(tmp_path, {"a.py": text}, "flash-attn")
    (one,) = suggested(folder)
    assert one == Suggestion(
        "dead guard",
        "a.py",
        4,
        "this guard is dead: the project requires flash_attn (pyproject.toml), so its `except` branch never runs",
    )


def test_classes_that_an_expression_chooses(tmp_path: Path) -> None:
    one = CLASS.format("FlexSeed", BODY.replace("F.scaled_dot_product_attention", "flex_attention"))
    text = f"{HEAD}{one}\n\n{CLASS.format('PlainSeed', BODY)}\n\nSeed = FlexSeed if _HAS_FLEX else PlainSeed\n"
    (found,) = suggested(requiring(tmp_path, {"a.py": text}, "torch>=2.5"))
    assert found.line == text.count("\n")


@pytest.mark.parametrize("dependencies", [("torch",), ("torch>=2.4",), ("torch<3",), ()])
def test_a_guard_that_is_needed(dependencies: tuple[str, ...], tmp_path: Path) -> None:
    assert suggested(requiring(tmp_path, {"a.py": guarded("_HAS_FLEX")}, *dependencies)) == []


def test_a_guard_is_told_once_and_each_at_its_place(tmp_path: Path) -> None:
    yes, no = (Guard("_HAS_FLEX", branch, 3, "_HAS_FLEX", branch == "if") for branch in ("if", "else"))
    members = [("A", "a.py", yes), ("B", "a.py", no), ("C", "b.py", no), ("D", "broken.py", yes), ("E", "c.py", None)]
    one = group(
        *(member(name, path, guard=guard) for name, path, guard in members),
        member("F", "a.py", guard=replace(yes, line=2)),  # where no such guard stands
    )
    text = "import torch\n_HAS_FLEX = hasattr(torch, 'compile')\nif _HAS_FLEX:\n    pass\n"
    texts = {"a.py": text, "b.py": text, "broken.py": "if ("}
    folder = requiring(tmp_path, {}, "torch>=2")
    found = suggestions(one, texts.__getitem__, str(folder), False)
    assert [(suggestion.kind, suggestion.path, suggestion.line) for suggestion in found] == [
        ("dead guard", "a.py", 3),
        ("dead guard", "b.py", 3),
    ]


# -- one class --------------------------------------------------------------------------------------------------------

INIT = (
    "    def __init__(self, dim):\n        super().__init__()\n"
    "        self.qkv = nn.Linear(dim, {0})\n        self.heads = 4\n\n"
)


def pair(folder: Path, init: str, *, name: str = "Other", body: str = BODY) -> Path:
    files = {"a.py": seed("Seed", init=INIT.format("3 * dim")), "b.py": seed(name, init=init, body=body)}
    return project(folder, files)


def test_the_same_class_twice(tmp_path: Path) -> None:
    folder = pair(tmp_path, INIT.format("3 * dim"))
    message = "`Seed` is the same class as `Other` (b.py:5): keep one of them and use it for both"
    assert suggested(folder) == [Suggestion("merge", "a.py", 5, message)]


def test_the_same_class_many_times(tmp_path: Path) -> None:
    folder = pair(tmp_path, INIT.format("3 * dim"))
    (folder / "c.py").write_text(seed("Third", init=INIT.format("3 * dim")))
    (one,) = suggested(folder)
    assert one.message.endswith("`Other` (b.py:5), and as 1 more: keep one of them and use it for all")


def test_a_class_with_an_argument(tmp_path: Path) -> None:
    (one,) = suggested(pair(tmp_path, INIT.format("4 * dim")))
    assert one.message == (
        "`Seed` and `Other` (b.py:5) are much alike: one class could do for both, given as an argument what differs:"
        " 1 literal: 3 / 4"
    )


def test_classes_that_are_built_alike(tmp_path: Path) -> None:
    (one,) = suggested(pair(tmp_path, INIT.format("3 * dim"), body=BODY.replace("dim=-1", "dim=1")))
    assert "are built alike: one class could do for both, given" in one.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.qkv", "self.proj"),  # by which name a checkpoint knows it
        ("self.heads = 4", "self.heads = 4\n        self.scale = dim**-0.5"),
        ("nn.Linear(dim", "nn.Linear(dim + 1"),
        ("class Other(nn.Module)", "class Other(nn.Linear)"),
        ("class Other", "@register\nclass Other"),
    ],
)
def test_classes_that_differ_in_more_than_an_argument_can_tell(old: str, new: str, tmp_path: Path) -> None:
    folder = pair(tmp_path, INIT.format("3 * dim"))
    text = (folder / "b.py").read_text()
    assert old in text
    (folder / "b.py").write_text(text.replace(old, new))
    assert suggested(folder) == []


def test_only_class_groups_are_merged() -> None:
    one = group(member("A", "a.py"), member("B", "b.py"))
    assert suggestions(one, "class A: pass\n".format, "/nowhere", False) == ()


@pytest.mark.parametrize("text", ["class (", "\n", "\0", "\n\nclass B: pass\n"])
def test_a_class_that_is_not_found_is_no_trouble(text: str) -> None:
    one = group(member("A", "a.py"), member("B", "b.py"), rule="ESP104", unit=UnitKind.CLASS)
    assert suggestions(one, {"a.py": "class A: pass\n", "b.py": text}.__getitem__, "/nowhere", False) == ()


def test_classes_that_differ_in_other_classes_only() -> None:
    texts = {"a.py": "class A: pass\n", "b.py": "class B: pass\n"}
    holes = (hole(HoleKind.CALL, "MlpA(dim)", "MlpB(dim)"), hole(HoleKind.NAME, "x", "y"))
    one = group(member("A", "a.py"), member("B", "b.py"), rule="ESP104", unit=UnitKind.CLASS, holes=holes)
    (found,) = suggestions(one, texts.__getitem__, "/nowhere", False)
    assert found.message.endswith("given as an argument what differs: 1 call: MlpA(…) / MlpB(…)")
    same = group(*one.members, rule="ESP104", unit=UnitKind.CLASS, holes=(hole(HoleKind.NAME, "x", "y"),))
    (found,) = suggestions(same, texts.__getitem__, "/nowhere", False)
    assert found.message.endswith("one class could do for both")
    for mine, theirs in (("f(dim)", "g(dim)"), ("Mlp(1)", "Mlp(2)"), ("Mlp(1)", "[2]")):
        other = group(*one.members, rule="ESP104", unit=UnitKind.CLASS, holes=(hole(HoleKind.CALL, mine, theirs),))
        assert suggestions(other, texts.__getitem__, "/nowhere", False) == ()


# -- contracts --------------------------------------------------------------------------------------------------------


def contract_of(one: Group) -> list[str]:
    """The words of the command that is suggested."""
    *_, last = suggestions(one, "".format, "/nowhere", True)
    assert last.kind == "contract"
    return shlex.split(last.message.partition(": ")[2])


def test_the_command_of_a_contract() -> None:
    one = group(member("make.A", "a b.py"), member("B", "c.py"))
    assert contract_of(one) == [
        *("esper-lint", "contract", "a b.py:make.A.forward", "c.py:B.forward", "--reason", "…"),
    ]
    assert contract_of(replace(one, unit=UnitKind.CLASS))[2:4] == ["a b.py:make.A", "c.py:B"]


def test_names_that_tell_nothing_apart() -> None:
    assert suggestions(group(member("A"), member("A", line=40)), "".format, "/nowhere", True) == ()


@pytest.mark.parametrize("is_class", [False, True])
def test_the_command_works(is_class: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init = INIT.format("3 * dim")
    inits = (init, init) if is_class else (init + init.replace("__init__(self, dim)", "more(self, dim)") * 3, "")
    files = {"a.py": seed("Seed", init=inits[0]), "b c.py": seed("Other", init=inits[1])}
    folder = project(tmp_path, files)
    (one,) = report(folder).groups
    assert (one.unit is UnitKind.CLASS) is is_class
    monkeypatch.chdir(folder)
    assert main(contract_of(one)[1:]) == 0
    assert groups(report(folder)) == []
