"""What work spread over processes, or done without looking for garbage, leaves behind."""

from __future__ import annotations

import gc
import weakref

from esper_lint.parallel import frozen, no_garbage_collection


class Node:
    """In a cycle with itself."""

    def __init__(self) -> None:
        self.node = self


def _collections() -> int:
    return sum(generation["collections"] for generation in gc.get_stats())


def test_what_was_made_is_not_looked_through_afterwards() -> None:
    with no_garbage_collection():
        made = [Node() for _ in range(10_000)]
        before = _collections()
    some = [Node() for _ in range(20)]
    assert gc.isenabled() and _collections() == before
    assert len(made) + len(some) == 10_020


def test_garbage_of_that_time_is_found_later() -> None:
    with no_garbage_collection():
        node = weakref.ref(Node())
    assert node() is not None
    gc.collect()
    assert node() is None


def test_what_is_frozen_stays_so() -> None:
    with frozen():
        count = gc.get_freeze_count()
        with no_garbage_collection():
            pass
        assert gc.get_freeze_count() == count > 0
    assert gc.get_freeze_count() == 0
