from __future__ import annotations

import time

from hypothesis import given

from esper_lint.findings import Group, HoleKind
from esper_lint.rules.comparison import Comparison, Difference, one_to_one, renames_only
from esper_lint.rules.messages import messages
from tests.output.strategies import groups
from tests.rules.builders import group, hole, member


@given(groups())
def test_no_other_member_is_nearer_than_the_nearest(found: Group) -> None:
    comparison = Comparison(found)
    variants = [member.variant for member in found.members]
    for mine, own in enumerate(variants):
        peer = comparison.nearest(mine)
        assert peer.index != mine
        assert peer.differences == comparison.differences(mine, peer.index)
        assert peer.similarity == found.likeness(own, variants[peer.index])
        assert peer.similarity == max(found.likeness(own, other) for at, other in enumerate(variants) if at != mine)
        if variants.count(own) > 1:
            assert not peer.differences


@given(groups())
def test_the_nearest_different_one_differs_if_any_does(found: Group) -> None:
    comparison = Comparison(found)
    peer = comparison.nearest_different(0)
    assert bool(peer.differences) == any(comparison.differences(0, other) for other in range(1, len(found.members)))


@given(groups())
def test_differences_mirror_each_other(found: Group) -> None:
    comparison = Comparison(found)
    assert [Difference(one.kind, one.theirs, one.mine) for one in comparison.differences(0, 1)] == list(
        comparison.differences(1, 0)
    )


def test_among_equally_similar_ones_the_one_with_fewer_differences_is_nearest() -> None:
    found = group(
        member("A"),
        member("B"),
        member("C"),
        holes=(hole(HoleKind.NAME, "x", "y", "y"), hole(HoleKind.NAME, "p", "q", "p")),
        clone_type=2,
    )
    assert Comparison(found).nearest(0).index == 2


def test_the_work_does_not_grow_with_the_square_of_the_members() -> None:
    def seconds(members: int) -> float:
        texts = ["a()" if number % 2 else "b( )  # why" for number in range(members)]
        found = group(
            *(member(f"M{number}", f"{number}.py", similarity=0.9) for number in range(members)),
            holes=tuple(hole(HoleKind.CALL, *texts) for _ in range(4)),
            rule="ESP103",
            clone_type=3,
        )
        start = time.process_time()
        assert len(messages(found)) == members
        return time.process_time() - start

    seconds(10)
    assert seconds(4_000) < 20 * max(min(seconds(500), seconds(500)), 0.01)


def test_renaming_is_one_to_one_or_it_is_none() -> None:
    swap = (Difference(HoleKind.NAME, "a", "b"), Difference(HoleKind.NAME, "b", "a"))
    merge = (Difference(HoleKind.NAME, "a", "c"), Difference(HoleKind.NAME, "b", "c"))
    assert one_to_one(swap) and renames_only(swap)
    assert not one_to_one(merge) and not renames_only(merge)
    assert not renames_only((*swap, Difference(HoleKind.LITERAL, "1", "2")))
