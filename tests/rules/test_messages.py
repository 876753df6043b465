from __future__ import annotations

import pytest
from hypothesis import given

from esper_lint.findings import Group, Guard, HoleKind, Member, NearLink, UnitKind
from esper_lint.rules.excerpt import expression, printable, shortened, statement_count, statements
from esper_lint.rules.messages import LIMIT, messages
from tests.output.strategies import groups
from tests.rules.builders import FLEX, NO_FLEX, group, hole, member

SEED = member("create_attention_seed.TransformerAttentionSeed", line=105)
FLEX_SEED = member("create_flex_attention_seed.FlexAttentionSeed", line=210, similarity=0.853, guard=FLEX)
FALLBACK = member("create_flex_attention_seed.FlexAttentionFallback", line=240, guard=NO_FLEX)
ATTENTION = group(
    SEED,
    FLEX_SEED,
    FALLBACK,
    rule="ESP103",
    clone_type=3,
    holes=(
        hole(HoleKind.STATEMENTS, "", "block_mask = self._causal_mask(seq_len, x.device)", ""),
        hole(
            HoleKind.CALL,
            "F.scaled_dot_product_attention(q, k, v, is_causal=True)",
            "flex_attention(q, k, v, block_mask=block_mask)",
            "F.scaled_dot_product_attention(q, k, v, is_causal=True)",
        ),
    ),
)


def first_message(*holes: object, **fields: object) -> str:
    return messages_of(group(member("A"), member("B", "b.py", 7), holes=holes, **fields))[0]  # type: ignore[arg-type]


def messages_of(found: Group) -> list[str]:
    return list(messages(found))


def message(found: Group, one: Member) -> str:
    places = [(member.path, member.qualname) for member in found.members]
    return messages(found)[places.index((one.path, one.qualname))]


def test_a_fallback_and_its_feature_are_told_apart() -> None:
    seed, flex, fallback = messages_of(ATTENTION)
    assert fallback == (
        "forward of `FlexAttentionFallback` repeats `TransformerAttentionSeed` (transformer.py:105), "
        "identical code; and 1 more; fallback under `_HAS_FLEX`"
    )
    assert seed == (
        "forward of `TransformerAttentionSeed` repeats `FlexAttentionFallback` (transformer.py:240), "
        "identical code; and 1 more; `FlexAttentionFallback` is the fallback under `_HAS_FLEX`"
    )
    assert flex.startswith(
        "forward of `FlexAttentionSeed` repeats `TransformerAttentionSeed` (transformer.py:105), "
        "85% alike but for 1 call and 1 statement: flex_attention(…) / F.scaled_dot_pr"
    )
    assert flex.endswith("; and 1 more; guarded by `_HAS_FLEX`")


def test_a_peer_in_another_file_is_named_with_its_folders() -> None:
    pair = group(member("A", "vit/attention.py"), member("B", "text/attention.py", 7))
    assert message(pair, pair.members[0]).startswith("forward of `A` repeats `B` (text/attention.py:7)")


def test_a_pair_of_calls_names_the_functions() -> None:
    pair = group(
        member("A", "a.py"),
        member("B", "b.py", 7, similarity=0.9),
        holes=(hole(HoleKind.CALL, "flex_attention(q, k, v)", "F.scaled_dot_product_attention(q, k, v)"),),
        rule="ESP102",
        clone_type=3,
    )
    assert messages_of(pair) == [
        "forward of `A` repeats `B` (b.py:7), 90% alike but for 1 call: "
        "flex_attention(…) / F.scaled_dot_product_attention(…)",
        "forward of `B` repeats `A` (a.py:1), 90% alike but for 1 call: "
        "F.scaled_dot_product_attention(…) / flex_attention(…)",
    ]


@pytest.mark.parametrize(
    ("texts_differ", "words"), [(False, "identical"), (True, "identical but for comments and layout")]
)
def test_type_1(texts_differ: bool, words: str) -> None:
    assert first_message(texts_differ=texts_differ) == f"forward of `A` repeats `B` (b.py:7), {words}"


def test_a_renaming_is_told_once_however_often_it_occurs() -> None:
    renamed = hole(HoleKind.NAME, "hidden_states", "x")
    text = first_message(renamed, renamed, renamed, clone_type=2)
    assert text == "forward of `A` repeats `B` (b.py:7), identical but for renamed local hidden_states/x"


def test_renamings_are_counted_past_the_second() -> None:
    names = [hole(HoleKind.NAME, f"a{number}", f"b{number}") for number in range(5)]
    attribute = hole(HoleKind.ATTRIBUTE, "q_proj", "query")
    assert first_message(*names, attribute, clone_type=2).endswith(
        "identical but for renamed locals a0/b0, a1/b1 (and 3 more) and renamed attribute q_proj/query"
    )


def test_renamings_leave_the_room_to_other_differences() -> None:
    names = [hole(HoleKind.NAME, f"a{number}", f"b{number}") for number in range(3)]
    assert first_message(*names, hole(HoleKind.LITERAL, "1", "2"), clone_type=2).endswith(
        "identical but for renamed locals a0/b0 (and 2 more) and 1 literal: 1 / 2"
    )


def test_renamings_are_only_counted_where_there_is_no_room() -> None:
    names = [
        hole(kind, "a" * 20 + end, "b" * 20 + end) for kind in (HoleKind.NAME, HoleKind.ATTRIBUTE) for end in "cde"
    ]
    holes = (*names, hole(HoleKind.CALL, "f()", "g()"))
    path = "/".join(["folder"] * 8)
    found = group(member("A" * 30, path + "/a.py"), member("B" * 30, path + "/b.py"), holes=holes, clone_type=2)
    text = message(found, found.members[0])
    assert text.endswith("identical but for 3 renamed locals, 3 renamed attributes and 1 call")


def test_a_renamed_class_is_not_called_a_local() -> None:
    assert first_message(hole(HoleKind.NAME, "LayerScale", "LayerScale2d"), clone_type=2).endswith(
        "but for renamed name LayerScale/LayerScale2d"
    )


def test_names_that_are_not_renamed_one_to_one_are_called_different() -> None:
    holes = (hole(HoleKind.NAME, "q", "k"), hole(HoleKind.NAME, "q", "v"))
    pair = group(member("A"), member("B", similarity=0.9), holes=holes, rule="ESP102", clone_type=3)
    assert message(pair, pair.members[0]).endswith("90% alike but for differing names q/k, q/v")


def test_kinds_are_counted_and_their_texts_follow() -> None:
    holes = (
        hole(HoleKind.LITERAL, "0.1", "0.2"),
        hole(HoleKind.LITERAL, "1", "2"),
        hole(HoleKind.STATEMENTS, "x = drop(x)  # why\n        x = x + 1", ""),
    )
    pair = group(member("A"), member("B", similarity=0.999), holes=holes, rule="ESP102", clone_type=3)
    assert message(pair, pair.members[0]).endswith(
        "99% alike but for 2 literals and 2 statements: 0.1 / 0.2; 1 / 2; x = drop(x); x = x + 1 / nothing"
    )


def test_the_first_member_names_the_most_similar_one_and_how_many_others_there_are() -> None:
    call = hole(HoleKind.CALL, "a()", "b()", "c()", "d()")
    found = group(
        member("A"),
        member("B", similarity=0.81),
        member("C", similarity=0.95),
        member("D", similarity=0.9),
        holes=(call,),
        rule="ESP102",
        clone_type=3,
    )
    assert "repeats `C` (" in message(found, found.members[0])
    assert message(found, found.members[0]).endswith("95% alike but for 1 call: a(…) / c(…); and 2 more")
    assert "repeats `A` (" in message(found, found.members[3])


def test_members_that_agree_with_each_other_name_each_other() -> None:
    call = hole(HoleKind.CALL, "a()", "b()", "b( )  # why")
    found = group(
        member("A"),
        member("B", similarity=0.9),
        member("C", similarity=0.9),
        holes=(call,),
        rule="ESP102",
        clone_type=3,
    )
    assert message(found, found.members[1]) == (
        "forward of `B` repeats `C` (transformer.py:1), identical code; and 1 more"
    )
    assert "repeats `B` (" in message(found, found.members[2])


def test_a_member_names_the_one_it_is_nearest_to_and_not_the_first() -> None:
    call = hole(HoleKind.CALL, "a()", "b()", "c()")
    members = (member("A"), member("B", similarity=0.75), member("C", similarity=0.71))
    found = group(*members, holes=(call,), rule="ESP102", clone_type=3, similarities={(1, 2): 0.9})
    assert message(found, members[2]) == (
        "forward of `C` repeats `B` (transformer.py:1), 90% alike but for 1 call: c(…) / b(…); and 1 more"
    )


def test_what_two_long_texts_begin_with_is_left_out() -> None:
    shared = "first_argument, second_argument, third_argument, fourth_argument, fifth_argument, "
    text = first_message(
        hole(HoleKind.EXPRESSION, shared * 2 + "alpha=1", shared * 2 + "beta=2, gamma=3"), clone_type=2
    )
    assert text.endswith("1 expression: …alpha=1 / …beta=2, gamma=3")


def test_a_nearer_unit_of_another_group_comes_first() -> None:
    link = NearLink("other", "vit.py", "ViTBlock", 0.97)
    near = member("B", similarity=0.85, near=(NearLink("other", "beit.py", "BeitBlock", 0.8), link))
    found = group(member("A"), near, holes=(hole(HoleKind.LITERAL, "1", "2"),), rule="ESP102", clone_type=3)
    assert message(found, near) == (
        "forward of `B` is 97% like `ViTBlock` (vit.py) and repeats `A` (transformer.py:1), "
        "85% alike but for 1 literal: 2 / 1"
    )


def test_a_class_is_called_a_class() -> None:
    assert first_message(rule="ESP104", unit=UnitKind.CLASS).startswith("class `A` repeats `B` (b.py:7)")


def test_classes_of_one_name_in_one_file_are_told_by_their_factories() -> None:
    found = group(member("small.Seed", line=3), member("large.Seed", line=20))
    assert message(found, found.members[0]).startswith("forward of `small.Seed` repeats `large.Seed` (")


def test_the_guard_that_has_both_sides_in_the_group_is_the_one_named() -> None:
    old = Guard("sys.version_info < (3, 10)", "if", 1, "sys.version_info >= (3, 10)", False)
    found = group(member("Old", guard=old), member("New", guard=FLEX), member("Plain", guard=NO_FLEX), rule="ESP103")
    assert [one.rpartition("; ")[2] for one in messages_of(found)] == [
        "`Plain` is the fallback under `_HAS_FLEX`",
        "guarded by `_HAS_FLEX`",
        "fallback under `_HAS_FLEX`",
    ]


def test_a_negated_guard_is_named_by_its_feature() -> None:
    absent = Guard("not HAS_FLASH", "if", 4, "HAS_FLASH", False)
    present = Guard("not HAS_FLASH", "else", 4, "HAS_FLASH", True)
    found = group(member("Slow", guard=absent), member("Fast", guard=present), rule="ESP103")
    slow, fast = messages_of(found)
    assert slow.endswith("; fallback under `HAS_FLASH`") and fast.endswith("; guarded by `HAS_FLASH`")


def test_long_texts_give_way_and_names_stay() -> None:
    expression = " + ".join(f"term_{number}" for number in range(60))
    holes = tuple(hole(HoleKind.EXPRESSION, expression + str(number), "0") for number in range(4))
    path = "/".join(["package"] * 20) + "/modeling.py"
    found = group(member("A" * 80, path), member("B" * 80, "other/" + path, 9), holes=holes, clone_type=2)
    text = message(found, found.members[0])
    assert len(text) <= LIMIT
    assert "…" in text and "/modeling.py:9)" in text and "4 expressions" in text


@given(groups())
def test_every_message_is_one_printable_line_of_bounded_length(found: Group) -> None:
    for text in messages_of(found):
        assert text.isprintable()
        assert len(text) <= LIMIT
        assert text.encode()


def test_printable_escapes_what_could_forge_a_line() -> None:
    assert printable("a\x1b[31m\n\u202eb\udcff") == r"a\x1b[31m\n\u202eb\udcff"
    assert printable("größe") == "größe"


def test_shortened_never_exceeds_its_limit() -> None:
    assert [len(shortened("abcdef", limit)) for limit in range(8)] == [1, 1, 2, 3, 4, 5, 6, 6]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("a = 1", ("a = 1",)),
        ("a = 1\n        b = 2", ("a = 1", "b = 2")),
        ("if x:\n            y()", ("if x: y()",)),
        ("if x:\n            y()\n        z()", ("if x: y()", "z()")),
        ("f(\n    x,  # why\n)", ("f(x)",)),
        ("not a statement\n at all", ("not a statement at all",)),
        ("s = '\\d'", ("s = '\\\\d'",)),
    ],
)
def test_statements(text: str, expected: tuple[str, ...]) -> None:
    assert statements(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f( x )", "f(x)"),
        ("f(\n    x,  # why\n    y,\n)", "f(x, y)"),
        ("self,\n    x: int = 1,", "self, x: int = 1,"),
    ],
)
def test_expression(text: str, expected: str) -> None:
    assert expression(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\ny = 2",
        "x = 1\n        y = 2",
        "x = f(\n    1,\n)\ny = 2  # (",
        "x = f(\n            1,\n        )\n        y = '('",
        "if x:\n    y = 1\nelse:\n    y = 2\nz = 3",
        "if x:\n            y = 1\n        z = 3",
        "if x: y = 1\nz = 2",
        "if (\n    x\n):\n    y = 1\n    z = 2",
        "for x in y:\n    for z in x:\n        z()\n    else:\n        x()",
        "with a, b:\n    # why\n    c()\n\nd()",
        "try:\n    x()\nexcept E:\n    y()\nfinally:\n    z()",
        "x = '''\ny\n'''\nz = 1",
        "x = 1; y = 2\nz = 3",
        "x = \\\n    1\ny = 2",
        "@f\ndef g():\n    x = 1\n    return x\ng()",
        "'text'\nx = \"#\"\ny = 2",
        "# why\nx = 1\n# how\ny = 2",
    ],
)
def test_statements_are_counted_as_the_parser_does(text: str) -> None:
    assert statement_count(text) == len(statements(text))
