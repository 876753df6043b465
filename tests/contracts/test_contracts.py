"""Contracts of whole projects: who is silent, who is told, and what declares nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.findings import Report
from tests.trees import BODY, groups, project, report, seed, write

HELD = "# esper: lockstep(seed)"
FLIPPED = BODY.replace("x + self", "x - self")


def held(name: str, *, options: str = "", body: str = BODY, comment: str = HELD) -> str:
    """A file with a module class under a contract."""
    return seed(name, body=body).replace("class ", f"{comment}{options}\nclass ")


def told(found: Report, rule: str = "ESP201") -> list[tuple[str, int, str]]:
    """(path, line, message) of the active findings of a rule."""
    return [(one.path, one.line, one.message) for one in found.active if one.rule == rule]


def test_a_group_in_one_contract_is_silent_and_stays_in_the_report(tmp_path: Path) -> None:
    found = report(project(tmp_path, {"a.py": held("A"), "b.py": held("B")}))
    assert found.active == ()
    assert groups(found) == []
    (group,) = found.groups
    assert group.suppressed is not None
    assert (group.suppressed.kind, group.suppressed.where) == ("contract", "seed at a.py:5")
    assert {one.suppressed for one in found.findings} == {group.suppressed}


def test_a_third_copy_is_reported_with_the_others(tmp_path: Path) -> None:
    found = report(project(tmp_path, {"a.py": held("A"), "b.py": held("B"), "c.py": seed("C")}))
    assert groups(found) == [("ESP104", ["A", "B", "C"])]
    silenced = seed("C", noqa="  # noqa: ESP104")
    assert groups(report(project(tmp_path, {"c.py": silenced}))) == []


def test_members_of_two_contracts_are_not_held_together(tmp_path: Path) -> None:
    other = "# esper: lockstep(other)"
    files = {"a.py": held("A"), "b.py": held("B"), "c.py": held("C", comment=other), "d.py": held("D", comment=other)}
    assert groups(report(project(tmp_path, files))) == [("ESP104", ["A", "B", "C", "D"])]
    both = f"{HELD}\n{other}"
    assert groups(report(project(tmp_path, {name: held("X", comment=both) for name in files}))) == []


def test_the_side_that_differs_and_the_one_that_is_followed_are_told(tmp_path: Path) -> None:
    found = report(project(tmp_path, {"a.py": held("A"), "b.py": held("B", body=FLIPPED)}))
    assert told(found) == [
        (
            "a.py",
            14,
            "`B` (b.py:14) no longer agrees with `A` under contract `seed`:"
            " `x + self.out(y.transpose(1, 2).reshape(b, n, d))` here,"
            " `x - self.out(y.transpose(1, 2).reshape(b, n, d))` there",
        ),
        (
            "b.py",
            14,
            "`B` no longer agrees with `A` (a.py:6) under contract `seed`:"
            " `x - self.out(y.transpose(1, 2).reshape(b, n, d))` here,"
            " `x + self.out(y.transpose(1, 2).reshape(b, n, d))` there",
        ),
    ]
    assert {one.rule for one in found.active} == {"ESP201"}
    for name in ("a.py", "b.py"):
        assert [path for path, _, _ in told(report(tmp_path, str(tmp_path / name)))] == [name]


def test_the_followed_one_is_told_once_of_all_that_left_it(tmp_path: Path) -> None:
    files = {"a.py": held("A"), "b.py": held("B", body=FLIPPED), "c.py": held("C", body=FLIPPED)}
    found = told(report(project(tmp_path, files)))
    assert [path for path, _, _ in found] == ["a.py", "b.py", "c.py"]
    assert found[0][2].startswith("`B` (b.py:14) and 1 more no longer agree with `A`")


def test_who_is_followed(tmp_path: Path) -> None:
    renamed = BODY.replace("self.out", "self.proj")
    files = {
        "a.py": held("A", options=" map=out->proj", body=renamed),
        "b.py": held("B", body=FLIPPED),
        "c.py": held("C", options=" of=b:B", body=FLIPPED),
    }
    assert [path for path, _, _ in told(report(project(tmp_path, files)))] == ["a.py", "b.py"]


def test_a_target_needs_no_comment_of_its_own(tmp_path: Path) -> None:
    files = {"pkg/a.py": seed("A"), "b.py": held("B", options=" of=pkg.a:A")}
    assert report(project(tmp_path, files)).active == ()
    write(tmp_path, {"pkg/a.py": seed("A", body=FLIPPED)})
    assert [path for path, _, _ in told(report(tmp_path))] == ["b.py", "pkg/a.py"]


def test_a_source_that_no_front_end_looks_into_is_not_told(tmp_path: Path) -> None:
    function = "def f(x):\n    return x + 1\n"
    files = {"a.py": function, "b.py": f"# esper: lockstep(f) of=a:f\n{function.replace('+', '-')}"}
    assert [path for path, _, _ in told(report(project(tmp_path, files)))] == ["b.py"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "@property\n# esper: lockstep(f)\ndef f(x):\n    return x\n",
            "# esper: lockstep(f)\ndef g(x):\n    return x\n",
        ),
        (
            "class A:\n    # esper: lockstep(f)\n    def f(self):\n        return 1\n",
            "# esper: lockstep(f) of=a:A.f\ndef f(self):\n    return 1\n",
        ),
        ("if x:\n    # esper: lockstep(f)\n    async def f(): ...\n", "# esper: lockstep(f)\nasync def f(): ...\n"),
    ],
)
def test_functions_and_methods_are_members_too(tmp_path: Path, first: str, second: str) -> None:
    found = report(project(tmp_path, {"a.py": first, "b.py": second}))
    assert found.findings == ()


def test_branches_of_one_guard_may_hold_members_of_one_name(tmp_path: Path) -> None:
    one = held("A").replace("\n", "\n    ")
    text = f"if HAS_X:\n    {one}\nelse:\n    {one}\n"
    found = report(project(tmp_path, {"a.py": text}))
    assert found.active == ()
    assert [group.rule for group in found.groups] == ["ESP103"]
    assert len(told(report(project(tmp_path, {"a.py": text.replace("x + self", "x - self", 1)})))) == 2


def test_what_is_inside_a_member_is_held_with_it(tmp_path: Path) -> None:
    factory = "# esper: lockstep(make)\ndef make():\n    " + seed("A").replace("\n", "\n    ") + "\n"
    twice = "# esper: lockstep(make)\ndef make():\n    " + (seed("A") + seed("B")).replace("\n", "\n    ") + "\n"
    assert report(project(tmp_path, {"a.py": factory, "b.py": factory})).active == ()
    # Two copies inside one member are in no lock-step with each other.
    assert groups(report(project(tmp_path, {"a.py": twice, "b.py": twice}))) != []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": held("A")}, (5, 10, "no other class or def declares `lockstep(seed)`")),
        ({"a.py": held("A", options=" fo=x")}, (5, 25, "unknown option `fo`")),
        (
            {"a.py": held("A", options=" of=aa:A")},
            (5, 10, "no module `aa` among the files compared; did you mean `a`?"),
        ),
        (
            {"a.py": held("A", options=" of=b:Sead"), "b.py": seed("Seed", body=BODY + "        x\n")},
            (5, 10, "`b:Sead` does not exist; did you mean `Seed`?"),
        ),
        ({"a.py": held("A", options=" of=A")}, (5, 10, "`A` is this definition itself")),
        ({"a.py": held("A", options=" of=A.forward")}, (5, 10, "`A.forward` is a function, which this is not")),
        ({"a.py": seed("A") + f"{HELD}\nX = 1\n"}, (14, 10, "no class or def follows on the next line")),
        ({"a.py": seed("A") + "# esper: gap(x)\n"}, (14, 10, "gap `x` is never ended by `end(x)`")),
        ({"a.py": seed("A") + "# esper: end(x)\n"}, (14, 10, "`end(x)` ends nothing: no gap of that name is open")),
        (
            {"a.py": seed("A") + "# esper: gap(x)\nif 1:\n    2\n    # esper: end(x)\n    3\n"},
            (14, 10, "gap `x` must begin and end in one block, indented as its statements are"),
        ),
        (
            {"a.py": seed("A") + f"{HELD}\nclass B: ...\n{HELD}\ndef f(): ...\n"},
            (16, 10, "`B` of `seed` is a class, which this is not"),
        ),
    ],
)
def test_what_declares_nothing(tmp_path: Path, files: dict[str, str], expected: tuple[int, int, str]) -> None:
    found = report(project(tmp_path, files), select=["ESP2"])
    (one,) = found.active
    line, column, message = expected
    assert (one.rule, one.path, one.line, one.column) == ("ESP202", "a.py", line, column)
    assert one.message.startswith(f"this contract holds nothing: {message}")


def test_a_comment_in_a_string_declares_nothing_and_is_not_told(tmp_path: Path) -> None:
    text = seed("A") + f'X = """\n{HELD}\n# esper: gap(x)\n"""\n'
    assert report(project(tmp_path, {"a.py": text})).findings == ()


def test_what_may_lie_beside_path_is_not_called_dead(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": held("A", options=" of=b:A"), "c.py": held("C", comment="# esper: lockstep(")})
    found = report(tmp_path, str(tmp_path))
    assert [(one.path.rpartition("/")[2], one.rule) for one in found.active if one.rule == "ESP202"] == [
        ("c.py", "ESP202")
    ]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: ESP201"])
def test_a_noqa_on_the_line_that_differs(tmp_path: Path, comment: str) -> None:
    body = FLIPPED.replace("d))\n", f"d))  {comment}\n")
    found = report(project(tmp_path, {"a.py": held("A"), "b.py": held("B", body=body)}))
    assert [path for path, _, _ in told(found)] == ["a.py"]
    whole = report(project(tmp_path, {"a.py": held("A"), "b.py": held("B", body=body.replace("x - self", "x + self"))}))
    assert [one.rule for one in whole.active] == ([] if comment == "# noqa" else ["ESP202"])


def test_a_file_may_be_left_out(tmp_path: Path) -> None:
    files = {"a.py": held("A"), "b.py": held("B", body=FLIPPED)}
    found = report(project(tmp_path, files, 'per-file-ignores = {"b.py" = ["ESP201"]}'))
    assert [path for path, _, _ in told(found)] == ["a.py"]


COPIED = "# Copied from a.A with A->B"


def test_copies_are_contracts_on_request(tmp_path: Path) -> None:
    files = {"a.py": seed("A"), "b.py": held("B", comment=COPIED), "c.py": held("C", comment="# Copied from b.B")}
    project(tmp_path, files)
    assert groups(report(tmp_path)) == [("ESP104", ["A", "B", "C"])]
    found = report(tmp_path, copied_from=True)
    assert found.active == ()
    assert [group.suppressed and group.suppressed.where for group in found.groups] == ["Copied from at b.py:5"]
    write(tmp_path, {"b.py": held("B", comment=COPIED, body=FLIPPED)})
    assert report(tmp_path).active != ()
    assert [path for path, _, _ in told(report(tmp_path, copied_from=True))] == ["a.py", "b.py", "b.py", "c.py"]


def test_a_copied_method_hangs_together_with_copied_classes(tmp_path: Path) -> None:
    layers = "".join(f"        self.l{number} = nn.Linear({number}, {number} + 1)\n" for number in range(30))
    method = seed("C", init=f"    def __init__(self):\n{layers}\n    # Copied from a.A.forward\n")
    files = {"a.py": seed("A"), "b.py": held("B", comment=COPIED), "c.py": method}
    assert report(project(tmp_path, files, "copied-from = true")).active == ()


def test_a_copy_that_agrees_in_the_other_reading_only_is_noted(tmp_path: Path) -> None:
    other = BODY.replace("dim=-1", "dim=-2")
    files = {"a.py": seed("A"), "b.py": held("B", comment="# Copied from a.A with dim=-1->dim=-2", body=other)}
    found = report(project(tmp_path, files, "copied-from = true"))
    assert told(found) == []
    (note,) = found.notes
    assert (note.path, note.line) == ("b.py", 5)
    assert "dim=-1->dim=-2 are replaced one after the other" in note.message
    assert report(tmp_path, str(tmp_path / "a.py")).notes == ()


def test_getters_and_setters_are_told_apart(tmp_path: Path) -> None:
    prop = (
        "class {}:\n    @property\n{}    def f(self):\n        return self.x\n\n"
        "    @f.setter\n{}    def f(self, x):\n        self.x = x\n"
    )
    copied = "    # Copied from a.A.f\n"
    files = {"a.py": prop.format("A", "", ""), "b.py": prop.format("B", copied, copied)}
    assert report(project(tmp_path, files, "copied-from = true")).findings == ()


def test_runs_with_an_index_say_the_same(tmp_path: Path) -> None:
    folder = project(tmp_path / "p", {"a.py": held("A"), "b.py": held("B")}, f'cache-dir = "{tmp_path.as_posix()}"')
    states = [
        {"a.py": held("A"), "b.py": held("B")},
        {"b.py": held("B", body=FLIPPED)},
        {"a.py": "\n\n" + held("A")},
        {"a.py": held("A", body=FLIPPED)},
        {"c.py": held("C", options=" of=nowhere:A", body=FLIPPED)},
        {"a.py": "def broken(:\n" + HELD},
    ]
    for state in states:
        write(folder, state)
        assert report(folder, cached=True) == report(folder) == report(folder, cached=True)
