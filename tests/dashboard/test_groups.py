"""The matrix, the pair and the code table say what the members' files say."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings

from esper_lint.dashboard.code_table import code_table, packed
from esper_lint.dashboard.group_page import group_page, nearest
from esper_lint.dashboard.matrix import letter, matrix_of
from esper_lint.dashboard.pair import Pair, pair_of
from esper_lint.dashboard.visible import visible
from esper_lint.findings import Group, HoleKind, Span
from esper_lint.output.legend import numbered
from tests.dashboard.boards import any_line, board
from tests.dashboard.html_reading import Page
from tests.output.samples import FLEX_GROUP, REPORT, sources
from tests.output.strategies import groups
from tests.rules.builders import group, hole, member


def pair(found: Group = FLEX_GROUP, left: int = 0, right: int = 1) -> Pair:
    made = pair_of(found, left, right, sources)
    assert made is not None
    return made


@given(groups())
def test_a_cell_of_the_matrix_is_what_its_members_have_there(found: Group) -> None:
    matrix = matrix_of(found)
    assert sorted(index for variant in matrix.variants for index in variant.members) == list(range(len(found.members)))
    assert [column.number for column in matrix.columns] == sorted(set(numbered(found)))
    for number, place in zip(numbered(found), found.holes, strict=True):
        column = next(at for at, one in enumerate(matrix.columns) if one.number == number)
        for variant in matrix.variants:
            for index in variant.members:
                text = variant.cells[column]
                assert index in text.members
            said = place.texts[variant.members[0]]
            if "\n" not in said:
                assert text.full == visible(said)


@given(groups())
def test_letters_tell_equal_texts_the_most_frequent_first(found: Group) -> None:
    for column in matrix_of(found).columns:
        assert [one.letter for one in column.texts] == [letter(rank) for rank in range(len(column.texts))]
        counts = [len(one.members) for one in column.texts]
        assert counts == sorted(counts, reverse=True)


def test_letters_go_on_after_z() -> None:
    assert [letter(rank) for rank in (0, 25, 26, 27, 52, 701, 702)] == ["a", "z", "aa", "ab", "ba", "zz", "aaa"]


def test_a_long_text_is_cut_and_there_in_full() -> None:
    text = matrix_of(FLEX_GROUP).columns[1].texts[1]
    assert text.is_cut and text.brief.endswith("…") and len(text.brief) <= 30
    assert text.full == "F.scaled_dot_product_attention(q, k, v)"


def test_a_pair_has_every_line_once_and_in_order() -> None:
    rows = [row for stretch in pair().stretches for row in stretch.rows]
    assert [row.left.number for row in rows if row.left] == list(range(1, 12))
    assert [row.right.number for row in rows if row.right] == list(range(2, 12))


def test_equal_runs_are_folded_and_nothing_else_is() -> None:
    for stretch in pair().stretches:
        assert not stretch.is_folded or all(row.what == "equal" for row in stretch.rows)
    assert any(stretch.is_folded for stretch in pair().stretches)


def test_holes_are_numbered_and_coloured() -> None:
    html = "".join(row.left.html for stretch in pair().stretches for row in stretch.rows if row.left)
    marks = Page(html).all("mark")
    assert [one["class"] for one in marks] == ["h1", "h2"]
    assert '<span class="n">1</span>' in html and '<span class="n">2</span>' in html


def test_comments_and_docstrings_are_told_from_code() -> None:
    lines = ["def forward(self, x):", '    """What it', '    does."""', "    return x  # all"]
    found = group(member("A", "a.py", 1, length=4), member("B", "a.py", 1, length=4))

    def files(path: str) -> Sequence[str]:
        return lines

    made = pair_of(found, 0, 1, files)
    assert made is not None
    html = {row.left.number: row.left.html for stretch in made.stretches for row in stretch.rows if row.left}
    assert '<span class="tc">&#34;&#34;&#34;What it</span>' in html[2]
    assert '<span class="tc"># all</span>' in html[4]
    assert '<span class="tk">return</span>' in html[4]


def test_wide_characters_before_a_hole_do_not_move_it() -> None:
    lines = ['    x = "世界" + value']
    column = lines[0].index("value") + 1
    name = hole(HoleKind.NAME, "value", "other", spans=(Span(1, column, 1, column + 5),) * 2)
    found = group(member("A", "a.py", 1, length=1), member("B", "b.py", 1, length=1), holes=(name,), clone_type=2)
    made = pair_of(found, 0, 1, lambda path: lines)
    assert made is not None
    cell = made.stretches[0].rows[0].left
    assert cell is not None and '<mark class="h1"><span class="n">1</span>value</mark>' in cell.html


@settings(deadline=None)
@given(groups())
def test_the_text_of_a_pair_is_that_of_the_files(found: Group) -> None:
    made = pair_of(found, 0, 1, any_line)
    for stretch in made.stretches if made else ():
        for row in stretch.rows:
            assert row.left or row.right
            for cell in (row.left, row.right):
                assert cell is None or Page(cell.html).text.isprintable()


def test_a_source_that_is_gone_makes_no_pair() -> None:
    found = group(member("A", "gone.py", 1, length=2), member("B", "gone.py", 9, length=2))
    assert pair_of(found, 0, 1, sources) is None


def test_a_query_chooses_the_pair_and_else_it_is_the_nearest_that_differs() -> None:
    other = hole(HoleKind.LITERAL, "1", "1", "2")
    found = group(member("A", "flex.py", 1), member("B", "plain.py", 2), member("C", "plain.py", 2), holes=(other,))
    shown = board(replace(REPORT, groups=(found,), findings=()))
    page = group_page(shown, found, {})
    assert (page.left, page.right) == (0, 2)
    assert nearest(found, 2) == 0
    chosen = group_page(shown, found, {"left": "2", "right": "1"})
    assert (chosen.left, chosen.right) == (2, 1)
    assert group_page(shown, found, {"left": "7", "right": "²"}).left == 0


def test_the_code_table_has_every_member_line_by_line() -> None:
    table = json.loads(gzip.decompress(base64.b64decode(packed(code_table([FLEX_GROUP], sources)))))
    found = table["groups"][FLEX_GROUP.id]
    for index, (one, place) in enumerate(zip(found["members"], FLEX_GROUP.members, strict=True)):
        name, path, line, body, marks = one
        assert (name, path, line) == (place.qualname, place.path, place.line)
        lines = [table["lines"][index] for index in table["bodies"][body]]
        assert [text.strip() for text in lines] == [
            text.strip() for text in sources(path)[place.line - 1 : place.end_line]
        ]
        marked = [lines[row][start:end] for row, start, end in zip(marks[::5], marks[1::5], marks[2::5], strict=True)]
        assert marked == [text for text in (one.texts[index] for one in FLEX_GROUP.holes) if text]
    assert found["texts"] == [[0, 0], [1, 1]]


def test_the_table_is_the_same_for_the_same_report() -> None:
    assert packed(code_table([FLEX_GROUP], sources)) == packed(code_table([FLEX_GROUP], sources))
