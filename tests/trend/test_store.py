"""Records come back from the store as they were, and nothing that is not one does."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.config import load
from esper_lint.trend import CommitRecord
from esper_lint.trend.rows import MALFORMED, group_from, group_names, group_row, record_from, record_row
from esper_lint.trend.store import Store
from tests.trend.values import group, histories, record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


@given(histories())
def test_records_come_back_as_they_were(records: list[CommitRecord]) -> None:
    with TemporaryDirectory() as folder:
        config = load(folder, {"cache-dir": folder}).config
        stores = [Store(config, "mine"), Store(config, "theirs")]
        for one in records:
            stores[0].add(one)
        wanted = [one.commit.id for one in records] + ["unknown"]
        again = Store(config, "mine")
        assert again.records(wanted) == {one.commit.id: one for one in records}
        assert (again.holds_any, stores[1].holds_any, stores[1].records(wanted)) == (bool(records), False, {})
        for store in (*stores, again):
            store.close()


def test_names_that_are_no_text_come_back(tmp_path: Path) -> None:
    config = load(str(tmp_path), {"cache-dir": str(tmp_path)}).config
    one = record(1, group("\udc80", "b"), subject="\ud800 \0 \u202e")
    store = Store(config, "mine")
    store.add(one)
    assert store.records([one.commit.id]) == {one.commit.id: one}
    store.close()


def test_equal_groups_of_several_commits_are_one_value(tmp_path: Path) -> None:
    config = load(str(tmp_path), {"cache-dir": str(tmp_path)}).config
    store = Store(config, "mine")
    for number in range(3):
        store.add(record(number, group("a", "b")))
    found = list(store.records(f"{number:040x}" for number in range(3)).values())
    assert len(found) == 3 and len({id(one.groups[0]) for one in found}) == 1
    store.close()


@given(JSON)
def test_what_is_no_record_and_no_group_is_refused(value: Any) -> None:
    for read in (group_from, group_names, lambda row: record_from(row, {})):
        try:
            read(value)
        except (*MALFORMED, IndexError):
            continue
        assert read is not group_from or isinstance(value, list)


@pytest.mark.parametrize("place", range(7))
@pytest.mark.parametrize("instead", [None, "x", 1.5, True, [], {}])
def test_a_record_with_a_wrong_field_is_refused(place: int, instead: object) -> None:
    own = group("a", "b")
    row = json.loads(json.dumps(record_row(record(1, own), ["name"])))
    assert record_from(row, {"name": own}) == record(1, own)
    row[place] = instead
    if place == 6 and instead in ([], {}):
        return  # a record of no group
    with pytest.raises(MALFORMED):
        record_from(row, {"name": own})


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("instead", [None, {}, [[]], [["a"]], [[1, 2, 3, 4, 5]]])
def test_a_group_with_a_wrong_field_is_refused(place: int, instead: object) -> None:
    row = json.loads(json.dumps(group_row(group("a", "b"))))
    assert group_from(row) == group("a", "b")
    row[place] = instead
    with pytest.raises(MALFORMED):
        group_from(row)
