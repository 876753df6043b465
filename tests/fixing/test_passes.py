"""Passes of a plan: several groups in one, each fixed in what the others have left of the files."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any
from unittest.mock import Mock

import pytest

from esper_lint.analysis import gather, gather_overlay
from esper_lint.config import load
from esper_lint.fixing import planning, rounds
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.fixes import Fixes, GroupFix, GroupRefusal, Rewritten, Withdrawn
from esper_lint.fixing.moving import ForwardLines, Moves
from esper_lint.fixing.planning import Gate, planned
from esper_lint.fixing.proving import key_of
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.wishes import Wishes
from esper_lint.fixing.withdrawing import withdrawals
from esper_lint.progress import Silence
from esper_lint.selection import on_disk
from tests.fixing.twins import twins
from tests.trees import BODY, project

_STATEMENTS = {
    "means": ("mean = x.mean(dim=-1, keepdim=True)", "x = (x - mean).abs().clamp(min=1e-3)"),
    "powers": ("x = torch.pow(x, self.power).sum(1)", "x = x.unsqueeze(1).expand(2, 3, 4)"),
    "rolls": ("x = torch.roll(x, (1, 2), dims=(2, 3))", "x = torch.flip(x, [0]) // 2 % self.base"),
    "gates": ("gate, x = torch.sigmoid(self.gate(x)), x @ self.w", "x = gate[:, None] ** x"),
}
BODIES = [BODY] + [
    "".join(f"        {one}\n" for one in (*statements * 4, "return x")) for statements in _STATEMENTS.values()
]


def fixes(folder: Path, *, jobs: int, is_unsafe: bool = False, gate: Gate | None = None) -> Fixes:
    config = load(str(folder), {"jobs": jobs}).config
    files = on_disk((".",), config, str(folder))
    return planned(files, config, Wishes(is_unsafe=is_unsafe), Silence(), gate=gate)


def pairs_of_files(bodies: Sequence[str]) -> dict[str, str]:
    """For each body two files with a class of it, of which only the forwards can be shared."""
    files = {"models/__init__.py": ""}
    for body in bodies:
        text = twins("Model", body=body).partition("\n\nclass Wide")[0]
        files |= {f"models/model_{len(files) + k}.py": text for k in range(2)}
    return files


def stops_one_of(count: int) -> Gate:
    """Stops the first fix where so many would be made, and nothing else."""

    def gate(found: Fixes) -> Mapping[GroupFix, GroupRefusal]:
        one = found.made[0]
        causes = (Refusal("FX-REPLAY", one.members[0].path, 1, "it is not the same"),)
        return {one: GroupRefusal(one.group, one.rule, (), causes)} if len(found.made) == count else {}

    return gate


def after(found: Fixes) -> Mapping[str, str]:
    return {edit.name: (edit.after or b"").decode() for edit in found.edits}


@pytest.mark.parametrize("jobs", [1, 2])
def test_groups_that_add_a_file_of_one_name_get_a_file_each(tmp_path: Path, jobs: int) -> None:
    """Several are tried at a time, and none of them sees the files that the others add."""
    files = {"models/__init__.py": ""}
    for body in BODIES:
        first, _, second = twins(body=body).partition("class Wide")
        head = first.partition("class")[0]
        for text in (first, f"{head}class Wide{second}"):
            files[f"models/model_{len(files)}.py"] = text.replace("Plain", "Model").replace("Wide", "Model")
    found = fixes(project(tmp_path, files), jobs=jobs, is_unsafe=True)
    assert len(found.made) == len(BODIES)
    homes = [path for fix in found.made for path, _ in fix.new]
    assert len(set(homes)) == len(homes) == len(BODIES)
    texts = after(found)
    for name, text in texts.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                assert {one.name for one in node.names} <= functions(texts[f"models/{node.module}.py"]), name


def test_groups_in_one_file_are_fixed_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One comparison finds them, and one that nothing is left."""
    pairs = [twins(f"Plain{number}", f"Wide{number}", body=body) for number, body in enumerate(BODIES)]
    text = pairs[0] + "".join(pair.partition("nn\n")[2] for pair in pairs[1:])
    folder = project(tmp_path, {"many.py": text})
    compare = Mock(wraps=gather_overlay)
    monkeypatch.setattr(rounds, "gather_overlay", compare)
    found = fixes(folder, jobs=1)
    assert compare.call_count == 2 and not found.refused
    assert len(found.made) == len(BODIES) and len(functions(after(found)["many.py"])) >= len(BODIES)
    lines = text.splitlines()
    for one in (member for fix in found.made for member in fix.members):
        above = [line for line in lines[: one.line] if line.startswith("class ")]
        assert above[-1].startswith(f"class {one.qualname.partition('.')[0]}(") and "def " in lines[one.line - 1]


def test_members_are_found_where_they_stand_by_now(tmp_path: Path) -> None:
    """Under one name in two branches too."""
    text = "import torch\nfrom torch import nn\n\nif torch.cuda.is_available():\n" + indent(
        twins("Plain", "Wide"), "    "
    )
    text += "else:\n" + indent(twins("Plain", "Other"), "    ")
    folder = project(tmp_path, {"both.py": text})
    config = load(str(folder), {"jobs": 1}).config
    files = on_disk((".",), config, str(folder))
    members = [one for group in gather([str(folder)], config, cwd=str(folder))[1].groups for one in group.group.members]
    drafts = Drafts(files, str(folder), {})
    moves = Moves(drafts, ForwardLines())
    assert moves.now(members) == members and {one.qualname for one in members} == {"Plain", "Wide", "Other"}
    moves.note({"both.py": drafts.text("both.py")}, [Rewritten("both.py", "Wide", 1)])
    changed = text.replace("else:\n", "else:\n    # a line\n").replace("import torch\n", "import torch\n\n\n", 1)
    assert not drafts.write({"both.py": changed})
    assert moves.is_rewritten(members)
    rest = [one for one in members if not one.qualname.startswith("Wide")]
    assert not moves.is_rewritten(rest)
    now = changed.splitlines()
    for one, its in zip(rest, moves.now(rest), strict=True):
        assert its.line - one.line == its.forward_line - one.forward_line == its.end_line - one.end_line
        assert its.line - one.line in (2, 3) and now[its.line - 1] == text.splitlines()[one.line - 1]
    assert {its.line - one.line for one, its in zip(rest, moves.now(rest), strict=True)} == {2, 3}


def functions(text: str) -> set[str]:
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def test_what_would_be_unused_in_an_added_file_may_be_so_if_it_was_before(tmp_path: Path) -> None:
    body = BODY.replace("        y =", "        unused = k.sum()\n        y =")
    first, _, second = twins(body=body).partition("class Wide")
    files = {"models/__init__.py": "", "models/a.py": first}
    files["models/b.py"] = f"{first.partition('class')[0]}class Wide{second}"
    found = fixes(project(tmp_path, files), jobs=1, is_unsafe=True)
    assert len(found.made) == 1 and "unused = " in after(found)["models/_plain_shared.py"]


@pytest.mark.parametrize("taken", ["_model_shared/__init__.py", "_model_shared.cpython-311-x86_64-linux-gnu.so"])
def test_an_added_file_is_not_hidden_by_another_module_of_its_name(tmp_path: Path, taken: str) -> None:
    found = fixes(project(tmp_path, {**pair_of_files(), f"models/{taken}": ""}), jobs=1, is_unsafe=True)
    assert [path for fix in found.made for path, _ in fix.new] == ["models/_model_shared_2.py"]


def test_an_added_file_does_not_have_the_name_of_one_that_is_not_looked_at(tmp_path: Path) -> None:
    files = {**pair_of_files(), "models/_model_shared.py": "", ".gitignore": "_model_shared.py\n"}
    found = fixes(project(tmp_path, files), jobs=1, is_unsafe=True)
    assert [path for fix in found.made for path, _ in fix.new] == ["models/_model_shared_2.py"]


def pair_of_files() -> Mapping[str, str]:
    """A package of two modules whose classes have one forward."""
    first, _, second = twins().partition("class Wide")
    texts = (first, f"{first.partition('class')[0]}class Wide{second}")
    named = (text.replace("Plain", "Model").replace("Wide", "Model") for text in texts)
    return {"models/__init__.py": ""} | {f"models/{name}.py": text for name, text in zip("ab", named, strict=True)}


def test_a_file_that_may_be_run_as_a_script_gets_no_module_beside_it(tmp_path: Path) -> None:
    files = dict(pair_of_files())
    files["models/a.py"] += '\n\nif __name__ == "__main__":\n    print(Model(8))\n'
    found = fixes(project(tmp_path, files), jobs=1, is_unsafe=True)
    (refusal,) = found.refused
    assert not found.made and {cause.code for cause in refusal.causes} == {"FX-CYCLE"}
    assert "script" in " ".join(cause.message for cause in refusal.causes)


def test_a_helper_is_not_named_like_a_module_of_its_package(tmp_path: Path) -> None:
    """To import that module would put it in the place of the helper."""
    text = twins().replace("from torch import nn\n", "from torch import nn\n\nfrom . import _plain\n")
    text += "\n\nfrom models._plain_forward import LATER\n"
    files = {"models/__init__.py": text, "models/_plain.py": "", "models/_plain_forward.py": "LATER = 1\n"}
    found = fixes(project(tmp_path, files), jobs=1)
    assert [name for fix in found.made for _, name in fix.new] == ["_plain_forward_2"]


def test_an_annotation_under_a_guard_is_not_evaluated_without_it(tmp_path: Path) -> None:
    text = twins().replace("forward(self, x):", "forward(self, x: torch.float4) -> torch.Tensor:")
    head, _, classes = text.partition("\n\n\n")
    guarded = f"{head}\n\n\nif hasattr(torch, 'float4'):\n" + indent(classes, "    ")
    for file, annotation in ((text, "torch.float4"), (guarded, "Any")):
        found = fixes(project(tmp_path, {"a.py": file}), jobs=1)
        assert f"def _plain_forward(module: Any, x: {annotation}) -> torch.Tensor:" in after(found)["a.py"]


def test_what_pyflakes_says_of_a_helper_is_told_where_a_member_says_the_same(tmp_path: Path) -> None:
    body = BODY.replace("        y =", "        left = k * 2\n        y =")
    ends = [body.replace("return x +", f"left = q.{name}()\n        return left * x +") for name in ("cos", "tanh")]
    text = twins(body=ends[0], other=ends[1])
    (refusal,) = fixes(project(tmp_path, {"a.py": text}), jobs=1).refused
    (cause,) = refusal.causes
    assert cause.code == "FX-CERT" and "UnusedVariable" in cause.message
    assert text.splitlines()[cause.line - 1].strip() == "left = k * 2"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_part_in_a_file_that_another_part_has_changed_waits(tmp_path: Path, jobs: int) -> None:
    """Of each group two parts are fixed, which have a file in common."""
    files = {"models/__init__.py": ""}
    for number, body in enumerate(BODIES):
        other = body.replace("self.", "self.my_")
        files[f"models/both_{number}.py"] = twins(f"A{number}", f"B{number}", body=body, other=other)
        for name, its in (("C", body), ("D", other)):
            files[f"models/{name}_{number}.py"] = twins(f"{name}{number}", body=its).partition("\n\nclass Wide")[0]
    found = fixes(project(tmp_path, files), jobs=jobs, is_unsafe=True)
    parts = ["".join(sorted(one.qualname[0] for one in fix.members)) for fix in found.made]
    assert {"AC", "BD"} <= set(parts) <= {"AC", "BD", "ABCD"} and not found.refused
    assert sum(map(len, parts)) == 4 * len(BODIES)


def test_what_no_signature_says_is_not_imported(tmp_path: Path) -> None:
    """The helper does not need the module, whose type would be ``Any``."""
    typed = twins(body=BODIES[1]).replace("forward(self, x):", "forward(self, x: torch.Tensor) -> torch.Tensor:")
    found = fixes(project(tmp_path, {"a.py": typed}), jobs=1)
    assert len(found.made) == 1 and "Any" not in after(found)["a.py"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_names_do_not_depend_on_what_was_tried_before(tmp_path: Path, jobs: int) -> None:
    """The first fix is stopped, and the others take the names that it leaves free."""
    found = fixes(project(tmp_path, pairs_of_files(BODIES)), jobs=jobs, is_unsafe=True, gate=stops_one_of(len(BODIES)))
    names = ["models/_model_shared.py", *(f"models/_model_shared_{k}.py" for k in range(2, len(BODIES)))]
    assert sorted(path for fix in found.made for path, _ in fix.new) == sorted(names)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_withdrawn_for_what_is_gone_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """As a second run would; in the end there is nothing that it would make, and what is refused is told once."""
    refused = "".join(f"        x = x.roll({one}, 0) / x.norm(p={one})\n" for one in range(4))
    folder = project(tmp_path, pairs_of_files([*BODIES, f"{refused}        return len(locals())\n"]))
    known = fixes(folder, jobs=jobs, is_unsafe=True)
    withdrawn: list[GroupFix] = []

    def withdraw(report: Any, before: Any, passes: Sequence[Sequence[GroupFix]], kept: Any) -> Withdrawn:
        if withdrawn:
            return withdrawals(report, before, passes, kept)
        withdrawn.extend(passes[0][:2])
        return {key_of(one): (Refusal("FX-NO-BENEFIT", "a.py", 1, "withdrawn"),) for one in withdrawn}

    monkeypatch.setattr(rounds, "withdrawals", withdraw)
    found = fixes(folder, jobs=jobs, is_unsafe=True)
    assert [one.members for one in found.made] == [one.members for one in (*known.made[2:], *known.made[:2])]
    assert len(withdrawn) == 2 and found.refused == known.refused and known.refused
    assert len(found.advice) == len(known.advice) and set(found.advice) == set(known.advice)
    for name, text in after(found).items():
        (folder / name).write_text(text)
    again = fixes(folder, jobs=jobs, is_unsafe=True)
    assert not again.edits and not again.made


def test_what_was_withdrawn_is_known_when_a_gate_has_stopped_another_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each round takes as long as all that comes before it."""
    begun: list[int] = []

    class Counted(rounds.Round):
        def run(self) -> Withdrawn:
            begun.append(len(self.withdrawn))
            return super().run()

    def withdraw(_: object, __: object, passes: Sequence[Sequence[GroupFix]], ___: object) -> Withdrawn:
        found = [one for made in passes for one in made if one.members[0].path == "models/model_1.py"]
        return {key_of(one): (Refusal("FX-NO-BENEFIT", "a.py", 1, "withdrawn"),) for one in found}

    monkeypatch.setattr(rounds, "withdrawals", withdraw)
    monkeypatch.setattr(planning, "Round", Counted)
    gate = stops_one_of(len(BODIES) - 1)
    found = fixes(project(tmp_path, pairs_of_files(BODIES)), jobs=1, is_unsafe=True, gate=gate)
    assert len(found.made) == len(BODIES) - 2
    assert begun == [0, 1, 0, 1, 1, 0, 1]  # two plans, and after the gate two more
