"""Lines of a text that was changed -> those of the text before, which are the ones that people have before them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from esper_lint.analysis import gather
from esper_lint.config import load
from esper_lint.fixing.places import lines_before, same_lines
from esper_lint.fixing.planning import planned
from esper_lint.fixing.wishes import Wishes
from esper_lint.progress import Silence
from tests.fixing.twins import twins
from tests.trees import BODY, project

texts = st.lists(st.sampled_from("abcdef"), max_size=12)


@given(texts, texts)
def test_every_line_has_one_before_and_their_order_stays(before: list[str], now: list[str]) -> None:
    found = lines_before(before, now)
    assert len(found) == len(now) and found == sorted(found)
    assert all(1 <= line <= max(len(before), 1) for line in found)


@given(texts, texts, texts)
def test_lines_around_a_change_are_known_again(head: list[str], middle: list[str], tail: list[str]) -> None:
    before, now = ["<", *head, ">", *tail, "."], ["<", *head, ">", "+", *middle, "+", *tail, "."]
    found = lines_before(before, now)
    assert found[: len(head) + 1] == list(range(1, len(head) + 2))
    assert found[-1] == len(before)


@given(texts, texts)
def test_stretches_are_equal_in_order_and_as_long_as_can_be(before: list[str], now: list[str]) -> None:
    found = same_lines(before, now)
    assert (found[-1].before_end, found[-1].now_end) == (len(before), len(now))
    for one in found:
        assert before[one.before : one.before_end] == now[one.now : one.now_end]
    for one, following in pairwise(found):
        assert one.before < one.before_end <= following.before and one.now_end <= following.now
        assert (one.before_end, one.now_end) != (following.before, following.now)
    assert sum(one.before_end - one.before for one in found) == LCSseq.similarity(before, now)


def test_a_text_that_did_not_change_has_its_own_lines() -> None:
    assert lines_before("abc", "abc") == [1, 2, 3]
    assert lines_before("abc", "axbc") == [1, 2, 2, 3]
    assert lines_before("abc", "ac") == [1, 3]


def test_what_is_planned_later_speaks_of_the_lines_on_disk(tmp_path: Path) -> None:
    """The first fix makes the file shorter, and what is refused or withheld after it stands further up."""
    other = BODY.replace("F.scaled_dot_product_attention(q, k, v)", "torch.relu(q @ k.mT).softmax(dim=-2) @ v + k")
    text = twins() + twins("Third", "Fourth", body=other, other=other.replace("self.", "self.my_")).partition("nn\n")[2]
    folder = project(tmp_path, {"both.py": text})
    config = load(str(folder), {"jobs": 1}).config
    files, _ = gather([str(folder)], config, cwd=str(folder))
    fixes = planned(files, config, Wishes(), Silence())
    lines = text.splitlines()
    told = [(one.qualname, one.line) for fix in (*fixes.made, *fixes.withheld) for one in fix.members]
    assert len(fixes.made) > 1 and len(told) > 4
    for name, line in told:
        above = [one for one in lines[:line] if one.startswith("class ")]
        assert above[-1].startswith(f"class {name}(") and lines[line - 1].split()[0] in ("def", "class")
