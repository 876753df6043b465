"""The whole way from files to a report: which groups, which findings, and that nothing else has a say in them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from esper_lint import deciding
from esper_lint.analysis import Buffer, analyse
from esper_lint.config import load
from esper_lint.findings import Report, UnitKind
from esper_lint.matching import explaining
from tests.trees import BODY, CHANGED, groups, places, project, report, seed, write

ROOT = Path(__file__).parents[1]

# What must be reported of sample_code/blueprints, and nothing else:
BLUEPRINTS = {
    # Both gate a half-resolution context; the heavy one convolves twice and renamed everything.
    ("ESP102", "ConvLightSeed", "ConvHeavySeed"),
    # Two low-rank adapters; only the default rank of their factories differs.
    ("ESP104", "LoRASeed", "LoRALargeSeed"),
    # The fallback repeats plain attention to the letter, and Flex but for one call, under _HAS_FLEX.
    ("ESP103", "TransformerAttentionSeed", "FlexAttentionSeed", "FlexAttentionFallback"),
    # Two MLPs; only the default expansion of their factories differs.
    ("ESP104", "TransformerMLPSmallSeed", "TransformerMLPSeed"),
}


def test_the_blueprints_hold_these_groups_and_no_others() -> None:
    found = report(ROOT, "sample_code/blueprints")
    named = [(rule, *(qualname.rpartition(".")[2] for qualname in members)) for rule, members in groups(found)]
    assert sorted(named) == sorted(BLUEPRINTS)
    assert found.errors == ()
    messages = [one.message for one in found.active if one.rule == "ESP103"]
    assert len(messages) == 3 and all("_HAS_FLEX" in message for message in messages)
    assert {one.rule for one in found.active} == {"ESP102", "ESP103", "ESP104"}


def test_the_guard_of_the_fallback_is_that_of_its_factory() -> None:
    found = report(ROOT, "sample_code/blueprints")
    (group,) = (one for one in found.groups if one.rule == "ESP103")
    guards = [member.guard and (member.guard.condition, member.guard.branch) for member in group.members]
    assert guards == [None, ("_HAS_FLEX", "if"), ("_HAS_FLEX", "else")]


# -- what is compared and what is reported ----------------------------------------------------------------------------


def test_paths_filter_what_is_reported_and_nothing_else(tmp_path: Path) -> None:
    files = {"a.py": seed("A"), "src/b.py": seed("B"), "src/c.py": "x = 1\n"}
    whole = report(project(tmp_path, files))
    assert [place[0] for place in places(whole)] == ["a.py", "src/b.py"]
    for path, expected in (("a.py", ["a.py"]), ("src", ["src/b.py"]), ("src/c.py", [])):
        part = report(tmp_path, path)
        assert part.findings == tuple(one for one in whole.findings if one.path in expected)
        assert part.groups == (whole.groups if expected else ())
        assert part.summary.findings == len(expected)


def test_the_roots_are_those_of_the_settings(tmp_path: Path) -> None:
    files = {"src/a.py": seed("A"), "lib/b.py": seed("B"), "tests/c.py": seed("C")}
    project(tmp_path, files, 'roots = ["src", "lib"]')
    assert [place[0] for place in places(report(tmp_path, "src"))] == ["src/a.py"]
    assert groups(report(tmp_path, "src", "lib")) == [("ESP104", ["B", "A"])]
    # A path outside of the roots adds what it names.
    assert [place[0] for place in places(report(tmp_path, "tests"))] == ["tests/c.py"]


def test_without_a_table_the_common_folder_of_paths_is_the_root(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "src/a.py": seed("A"), "src/b.py": seed("B"), "c.py": seed("C")})
    assert groups(report(tmp_path, "src")) == [("ESP104", ["A", "B"])]
    assert groups(report(tmp_path, "src/a.py", "src/b.py")) == [("ESP104", ["A", "B"])]
    assert groups(report(tmp_path)) == [("ESP104", ["C", "A", "B"])]


def test_generated_files_and_what_git_ignores_are_left_out_and_bases_in_them_are_known(tmp_path: Path) -> None:
    head = "# @generated\n"
    files = {
        "a.py": seed("A").replace("nn.Module", "Base").replace("import", "import", 1),
        "b.py": seed("B").replace("nn.Module", "Base"),
        "generated.py": head + seed("C") + "class Base(nn.Module): pass\n",
        "ignored.py": seed("D"),
        ".gitignore": "ignored.py\n",
    }
    assert groups(report(project(tmp_path, files))) == [("ESP104", ["A", "B"])]
    assert groups(report(tmp_path, include_generated=True)) == [("ESP104", ["A", "B", "C"])]


# -- rules ------------------------------------------------------------------------------------------------------------

SHORT = "        return self.second(self.first(x))\n"
INIT = """\
    def __init__(self, dim, width):
        super().__init__()
        self.width = width
        self.first = nn.Linear(dim, width * dim)
        self.second = nn.Linear(width * dim, dim)
"""
UNLIKE = INIT + "".join(f"        self.layer_{number} = Own{number}(dim + {number})\n" for number in range(20))


def test_a_class_group_speaks_for_the_forwards_of_the_same_members(tmp_path: Path) -> None:
    files = {"a.py": seed("A", init=INIT), "b.py": seed("B", init=INIT)}
    assert groups(report(project(tmp_path, files))) == [("ESP104", ["A", "B"])]


def test_a_larger_forward_group_speaks_for_itself(tmp_path: Path) -> None:
    files = {"a.py": seed("A", init=INIT), "b.py": seed("B", init=INIT), "c.py": seed("C", init=UNLIKE)}
    found = report(project(tmp_path, files))
    assert sorted(groups(found)) == [("ESP101", ["A", "B", "C"]), ("ESP104", ["A", "B"])]


def test_a_fallback_group_speaks_for_its_classes_too(tmp_path: Path) -> None:
    first = seed("A", init=INIT)
    second = seed("B", init=INIT).partition("\n\n\n")[2]
    guarded = "".join(f"    {line}\n" if line else "\n" for line in second.splitlines())
    head, _, rest = first.partition("\n\n\n")
    inner = "".join(f"    {line}\n" if line else "\n" for line in rest.splitlines())
    text = f"{head}\nif HAS_FLASH:\n{inner}else:\n{guarded}"
    found = report(project(tmp_path, {"a.py": text}))
    assert groups(found) == [("ESP103", ["A", "B"])]
    assert all("HAS_FLASH" in one.message for one in found.active)


def test_classes_alike_with_forwards_too_small_are_found(tmp_path: Path) -> None:
    files = {"a.py": seed("A", init=INIT, body=SHORT), "b.py": seed("B", init=INIT, body=SHORT)}
    assert groups(report(project(tmp_path, files))) == [("ESP104", ["A", "B"])]


def test_a_group_is_loose_if_no_member_is_close_to_its_nearest(tmp_path: Path) -> None:
    more = "        y = torch.clamp(y.softmax(dim=-1) - y.mean(dim=0, keepdim=True), min=-1.0, max=1.0)\n        return"
    long, changed = (body.replace("        return", more) for body in (BODY, CHANGED))
    files = {"a.py": seed("A", init=INIT, body=long), "b.py": seed("B", init=UNLIKE, body=changed)}
    folder = project(tmp_path, files)
    for threshold, is_loose in ((50, False), (86, False), (99, True)):
        found = report(folder, group_threshold=threshold)
        assert groups(found) == [("ESP102", ["A", "B"])] and [one.is_loose for one in found.groups] == [is_loose]
    write(folder, {"c.py": seed("C", init=UNLIKE, body=changed)})  # equal to the second one, and named with it
    (group,) = (one for one in report(folder, group_threshold=99).groups if one.rule == "ESP102")
    assert (group.shown, group.is_loose) == (1, False)


MERGED = """\
        b, n, d = x.shape
        q, k, v = _attention_qkv(self, x, b, n)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return _attention_proj(self, x, y, b, n, d)
"""


@pytest.mark.parametrize("other", [MERGED, MERGED.replace("is_causal=True", "dropout_p=0.1")])
def test_forwards_of_calls_to_helpers_are_no_clones(tmp_path: Path, other: str) -> None:
    files = {"a.py": seed("A", init=INIT, body=MERGED), "b.py": seed("B", init=UNLIKE, body=other)}
    assert groups(report(project(tmp_path, files))) == []
    files["b.py"] = seed("B", init=INIT, body=other)
    assert groups(report(project(tmp_path, files))) == [("ESP104", ["A", "B"])]
    own = {name: text.replace("_attention", "self.attention") for name, text in files.items()}
    own["b.py"] = own["b.py"].replace(INIT, UNLIKE)
    assert [members for _, members in groups(report(project(tmp_path, own)))] == [["A", "B"]]


def test_what_forwards_say_beside_calls_to_helpers_is_compared(tmp_path: Path) -> None:
    body = "        x = _scaled(self, x)\n" + BODY
    files = {"a.py": seed("A", init=INIT, body=body), "b.py": seed("B", init=UNLIKE, body=body)}
    found = report(project(tmp_path, files))
    assert groups(found) == [("ESP101", ["A", "B"])]
    assert found.groups[0].similarity == 1.0
    write(tmp_path, {"b.py": seed("B", init=UNLIKE)})
    (group,) = report(tmp_path).groups
    assert group.rule == "ESP102" and 0.8 < group.similarity < 1  # similarity counts them


def test_type_3_clones_are_esp102_and_name_what_differs(tmp_path: Path) -> None:
    changed = BODY.replace("F.scaled_dot_product_attention(q, k, v)", "flex_attention(q, k, v)")
    files = {"a.py": seed("A", init=INIT), "b.py": seed("B", init=UNLIKE, body=changed)}
    found = report(project(tmp_path, files))
    assert groups(found) == [("ESP102", ["A", "B"])]
    (group,) = found.groups
    assert (group.unit, group.clone_type, len(group.holes)) == (UnitKind.FORWARD, 3, 1)
    assert "flex_attention(…)" in found.active[0].message and "1 call" in found.active[0].message


def test_select_and_ignore_choose_rules(tmp_path: Path) -> None:
    files = {"a.py": seed("A"), "b.py": seed("B"), "bad.py": "def forward(\n"}
    project(tmp_path, files)
    assert {one.rule for one in report(tmp_path).active} == {"ESP104", "ESP900"}
    assert {one.rule for one in report(tmp_path, ignore=["ESP1"]).active} == {"ESP900"}
    assert {one.rule for one in report(tmp_path, select=["ESP104"]).active} == {"ESP104"}


# -- silence ----------------------------------------------------------------------------------------------------------


def test_a_noqa_takes_a_member_out_of_its_group(tmp_path: Path) -> None:
    files = {"a.py": seed("A", noqa="  # noqa: ESP104"), "b.py": seed("B"), "c.py": seed("C")}
    found = report(project(tmp_path, files))
    assert [place[0] for place in places(found)] == ["b.py", "c.py"]
    assert not any("`A`" in one.message for one in found.active)
    write(tmp_path, {"b.py": seed("B", noqa="  # noqa")})
    assert places(report(tmp_path)) == []
    write(tmp_path, {"c.py": "x = 1\n", "b.py": "x = 1\n"})
    assert places(report(tmp_path)) == [("a.py", 6, "ESP202")]


def test_per_file_ignores_do_the_same(tmp_path: Path) -> None:
    files = {"tests/a.py": seed("A"), "b.py": seed("B"), "c.py": seed("C")}
    project(tmp_path, files, 'per-file-ignores = {"tests/*" = ["ESP104"]}')
    assert [place[0] for place in places(report(tmp_path))] == ["b.py", "c.py"]
    project(tmp_path, files, 'per-file-ignores = {"tests/*" = ["ESP102"]}')
    assert len(places(report(tmp_path))) == 3


# -- what must not matter ---------------------------------------------------------------------------------------------


def many(folder: Path, padding: int = 0) -> Path:
    """Groups of several kinds; with a padding of 4,000 lines, enough source for two processes."""
    files: dict[str, str | bytes] = {"broken.py": "def forward(:\n"}
    for number in range(12):
        steps = "".join(f"        x = self.layer_{at}(x, {at})\n" for at in range(number, number + 12))
        files[f"part_{number % 3}/m{number:02}.py"] = (
            seed(f"M{number}", init=INIT if number % 4 else UNLIKE, body=f"{steps}        return x\n")
            + (seed(f"N{number}", init=INIT).partition("\n\n\n")[2] if number % 2 else "")
            + "".join(f"VALUE_{line} = {line}\n" for line in range(padding))
        )
    return project(folder, files)


def test_neither_processes_nor_caches_nor_folders_nor_order_matter(tmp_path: Path) -> None:
    folder = many(tmp_path / "tree", padding=4_000)
    expected = report(folder)
    assert len({one.rule for one in expected.findings}) >= 3
    assert report(folder, jobs=2) == expected
    for cached in (True, True):  # cold, then warm
        assert report(folder, jobs=2, cached=cached) == expected
    assert report(folder, str(folder), cwd=tmp_path) == expected
    names = sorted(os.listdir(folder))
    for order in (names, names[::-1], [*names[2:], *names[:2]]):
        python = [name for name in order if not name.endswith(".toml")]
        assert report(folder, *python, cached=True) == expected
        assert report(folder, *(f"../{name}" for name in python), cwd=folder / "part_0") == expected


def test_a_change_is_seen_by_a_warm_run_as_by_a_cold_one(tmp_path: Path) -> None:
    folder = many(tmp_path)
    report(folder, cached=True)
    changes: list[dict[str, str | bytes]] = [
        {"part_0/m00.py": seed("Changed")},
        {"new.py": seed("New", init=INIT)},
        {"broken.py": seed("Mended")},
        {"part_1/m01.py": "x = 1\n"},
    ]
    for change in changes:
        write(folder, change)
        assert report(folder, cached=True) == report(folder)
    (folder / "new.py").unlink()
    (folder / "part_2" / "m02.py").rename(folder / "moved.py")
    assert report(folder, cached=True) == report(folder)


def test_settings_are_not_mixed_up_in_one_index(tmp_path: Path) -> None:
    folder = many(tmp_path)
    for threshold, size in itertools.product((95, 60, 80), (24, 100)):
        assert report(folder, cached=True, threshold=threshold, min_size=size) == report(
            folder, threshold=threshold, min_size=size
        )


# -- standard input ---------------------------------------------------------------------------------------------------


def test_a_buffer_stands_in_for_its_file(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": "x = 1\n"})
    found = report(tmp_path, buffer=Buffer("b.py", seed("B").encode()))
    assert places(found) == [("b.py", 6, "ESP104")]
    assert places(report(tmp_path, "a.py", buffer=Buffer("b.py", seed("B").encode()))) != []
    assert places(report(tmp_path)) == []
    broken = report(tmp_path, buffer=Buffer("b.py", b"def forward(:\n"))
    assert places(broken) == [("b.py", 1, "ESP900")]


def test_a_buffer_is_not_remembered_as_its_file(tmp_path: Path) -> None:
    project(tmp_path, {"a.py": seed("A"), "b.py": "x = 1\n"})
    for _ in range(2):
        assert places(report(tmp_path, cached=True)) == []
        assert len(places(report(tmp_path, cached=True, buffer=Buffer("b.py", seed("B").encode())))) == 1


# -- files that change under our hands --------------------------------------------------------------------------------


@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("content", [None, b"x = 1\n", b"\xff\xfe\x00", b"(" * 5_000])
def test_a_file_that_vanishes_or_changes_during_the_run_is_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, cached: bool
) -> None:
    changed = BODY.replace("dim=-1", "dim=-2").replace("y =", "z = 1\n        y =")
    project(tmp_path, {"a.py": seed("A"), "b.py": seed("B", body=changed)})
    explain: Callable[..., object] = explaining.explain_all

    def late(*arguments: object, **keywords: object) -> object:
        if content is None:
            (tmp_path / "b.py").unlink(missing_ok=True)
        else:
            (tmp_path / "b.py").write_bytes(content)
        return explain(*arguments, **keywords)

    monkeypatch.setattr(deciding, "explain_all", late)
    found = report(tmp_path, cached=cached)
    assert isinstance(found, Report)
    monkeypatch.undo()
    assert report(tmp_path, cached=cached) == report(tmp_path)


def test_nothing_is_executed_or_imported(tmp_path: Path) -> None:
    text = seed("A") + "\nraise SystemExit('executed')\n"
    project(tmp_path, {"a.py": text, "b.py": text.replace("class A", "class B"), "torch.py": "raise SystemExit(1)\n"})
    config = load(str(tmp_path), {}).config
    assert len(analyse([str(tmp_path)], config, cwd=str(tmp_path), use_cache=False).active) == 2
