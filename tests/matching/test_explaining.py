"""What is read to explain a cluster, and that every hole's text stands where its span says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from esper_lint.discovery.blocks import physical_lines
from esper_lint.findings import Group, Hole, HoleKind, Span, UnitKind
from tests.trees import BODY, project, report, seed


def found(tmp_path: Path, files: Mapping[str, str], **options: Any) -> list[Group]:
    small = {"min_class_size_near": 40, "min_size_renamed_near": 48, "group_threshold": 50}
    return [*report(project(tmp_path, files), **(small | options)).groups]


def source_at(folder: Path, path: str, span: Span) -> str:
    lines = physical_lines((folder / path).read_text(encoding="utf-8"))[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def assert_exact(folder: Path, group: Group) -> None:
    """The law of spans, on the files themselves; runs of statements but for their indentation."""
    for hole in group.holes:
        for member, text, span in zip(group.members, hole.texts, hole.spans, strict=True):
            there = source_at(folder, member.path, span)
            if hole.kind is HoleKind.STATEMENTS:
                assert [line.strip() for line in there.split("\n")] == [line.strip() for line in text.split("\n")]
            else:
                assert there == text
            assert text == "" or member.line <= span.line <= span.end_line <= member.end_line


def described(holes: Sequence[Hole]) -> list[tuple[str, ...]]:
    return [(hole.kind.value, *hole.texts) for hole in holes]


CLASS = """\
from torch import nn


class {name}(nn.Module):
{members}
"""

INIT = """\
    def __init__(self, dim, width={width}):
        super().__init__()
        self.up = nn.Linear(dim, width * dim)
        self.act = nn.{act}()
        self.down = nn.Linear(width * dim, dim)
"""
FORWARD = "    def forward(self, x):\n        return x + self.down(self.act(self.up(x)))\n"


def written(name: str, *members: str) -> str:
    return CLASS.format(name=name, members="\n".join(members))


def init(width: int = 4, act: str = "GELU") -> str:
    return INIT.format(width=width, act=act)


def test_type_1_clones_need_no_reading_and_may_differ_in_comments(tmp_path: Path) -> None:
    (group,) = found(tmp_path, {"a.py": seed("A"), "b.py": seed("B").replace("b, n, d = x", "b, n, d = x  # why\n", 0)})
    assert (group.clone_type, group.holes, group.texts_differ) == (1, (), False)
    commented = seed("B", body=BODY.replace("x.shape", "x.shape  # why"))
    (group,) = found(tmp_path, {"a.py": seed("A"), "b.py": commented})
    assert (group.clone_type, group.holes, group.texts_differ) == (1, (), True)


def test_holes_of_a_forward_stand_where_they_say(tmp_path: Path) -> None:
    changed = BODY.replace("F.scaled_dot_product_attention(q, k, v)", "flex(q, k, v, self.mask)").replace("qkv", "proj")
    longer = BODY.replace("        return", "        y = self.drop(y)\n        return").replace("        ", "      ")
    longer = longer.replace("b, n,", "é, n,").replace("(b,", "(é,")
    files = {
        "a.py": seed("A"),
        "deep/b.py": "# moved down\n\n\n" + seed("B", body=changed),
        "c.py": "# é\n" + seed("C", body=longer),
    }
    (group,) = found(tmp_path, files)
    assert_exact(tmp_path, group)
    kinds = {hole.kind for hole in group.holes}
    assert kinds >= {HoleKind.CALL, HoleKind.ATTRIBUTE, HoleKind.NAME, HoleKind.STATEMENTS}


def test_a_class_is_read_statement_by_statement(tmp_path: Path) -> None:
    extra = "    def extra_repr(self):\n        return 'wide'\n"
    files = {
        "a.py": written("A", init(4), FORWARD),
        "b.py": written("B", FORWARD, init(2, "SiLU")),
        "c.py": written("C", "    scale = 2\n", init(4), FORWARD, extra),
    }
    (group,) = (group for group in found(tmp_path, files, threshold=60) if group.unit is UnitKind.CLASS)
    assert_exact(tmp_path, group)
    assert sorted(described(group.holes)) == [
        ("attribute", "GELU", "SiLU", "GELU"),
        ("literal", "4", "2", "4"),
        ("statements", "", "", "def extra_repr(self):\n    return 'wide'"),
        ("statements", "", "", "scale = 2"),
    ]


def test_methods_answer_to_each_other_by_name_and_only_their_bodies_are_read(tmp_path: Path) -> None:
    def method(name: str, call: str) -> str:
        return f"    def {name}(self, x):\n        return {call}(x)\n"

    one = [method("first", "f"), method("second", "g"), init(), FORWARD]
    other = [method("second", "g"), method("first", "h"), init(), FORWARD]
    (group,) = (
        group
        for group in found(tmp_path, {"a.py": written("A", *one), "b.py": written("B", *other)})
        if group.unit is UnitKind.CLASS
    )
    assert_exact(tmp_path, group)
    assert described(group.holes) == [("name", "f", "h")]


def test_equal_statements_answer_to_each_other_one_by_one(tmp_path: Path) -> None:
    twice = "    register(1)\n    register(1)\n"
    once = "    register(1)\n"
    files = {"a.py": written("A", twice, init(), FORWARD), "b.py": written("B", once, init(), FORWARD)}
    (group,) = (group for group in found(tmp_path, files) if group.unit is UnitKind.CLASS)
    assert described(group.holes) == [("statements", "register(1)", "")]
    assert_exact(tmp_path, group)


def test_one_renaming_in_many_methods_is_one_hole(tmp_path: Path) -> None:
    renamed = [part.replace("self.up", "self.expand") for part in (init(), FORWARD)]
    files = {"a.py": written("A", init(), FORWARD), "b.py": written("B", *renamed)}
    (group,) = (group for group in found(tmp_path, files) if group.unit is UnitKind.CLASS)
    assert (group.clone_type, described(group.holes)) == (2, [("attribute", "up", "expand")])


def test_what_nests_too_deep_to_be_read_is_one_hole(tmp_path: Path) -> None:
    def body(last: str) -> str:
        return f"        y = x{'.t()' * 150}\n        return y + {last}\n"

    (group,) = found(tmp_path, {"a.py": seed("A", body=body("1")), "b.py": seed("B", body=body("2"))})
    assert_exact(tmp_path, group)
    assert group.holes


def test_statements_on_one_line(tmp_path: Path) -> None:
    line = "    def forward(self, x): x = self.a(self.b(x), 1); y = f(x, 2, x); return g(y, self.c(y), y)\n"
    head = "from torch import nn\nclass {}(nn.Module):\n"
    files = {"a.py": head.format("A") + line, "b.py": "\n" + head.format("B") + line.replace("1", "3")}
    (group,) = found(tmp_path, files, min_size=8, min_size_renamed=8)
    assert described(group.holes) == [("literal", "1", "3")]
    assert_exact(tmp_path, group)


def test_line_ends_and_form_feeds_do_not_move_a_span(tmp_path: Path) -> None:
    one = seed("A", body=BODY.replace("        return", "        z = '\x0c\u2028'\n        return"))
    other = one.replace("dim=-1", "dim=-2").replace("\n", "\r\n").replace("class A", "class B")
    (group,) = found(tmp_path, {"a.py": one, "b.py": other})
    assert described(group.holes) == [("literal", "-1", "-2")]
    assert_exact(tmp_path, group)


def test_what_only_some_have_may_hold_characters_that_end_no_line_for_python(tmp_path: Path) -> None:
    extra = "\n    def extra_repr(self):\n        return 'wi\x0cde\u2028'\n"
    (group,) = found(tmp_path, {"a.py": seed("A"), "b.py": seed("B") + extra})
    assert described(group.holes) == [("statements", "", "def extra_repr(self):\n    return 'wi\x0cde\u2028'")]
    assert_exact(tmp_path, group)
