"""Real libraries: no crash, the same result however it is come by, pinned counts, nothing lost.

``tests/corpus/fetch.py FOLDER`` fetches the libraries; the environment variable ``ESPER_CORPORA`` names that folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from esper_lint.analysis import analyse
from esper_lint.findings import Report, UnitKind
from tests.benchmarks.filter_exactness import exactness
from tests.benchmarks.forwards import forwards_of
from tests.benchmarks.recall import declared_recall
from tests.benchmarks.reported import Corpus, Links, measure, report_on, settings
from tests.corpus.counts import COPIED, CORPORA, PINNED, copies, counts

FOLDER = os.environ.get("ESPER_CORPORA", "")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDER, reason="ESPER_CORPORA names no folder; see tests/corpus/fetch.py"),
]


@pytest.fixture(scope="module")
def timm() -> Path:
    return Path(FOLDER) / CORPORA["timm"]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Each corpus once; that this fixture can be had at all is the test that nothing crashes."""
    return {name: report_on(Path(FOLDER) / folder) for name, folder in CORPORA.items()}


@pytest.mark.parametrize("name", CORPORA)
def test_the_counts_are_those_that_are_pinned(name: str, reports: dict[str, Report]) -> None:
    assert counts(reports[name]) == json.loads(PINNED.read_text(encoding="utf-8"))[name]


def test_copies_that_are_declared_are_held_and_those_that_differ_are_told() -> None:
    found = copies(report_on(Path(FOLDER) / CORPORA["transformers"], copied_from=True))
    assert found == json.loads(PINNED.read_text(encoding="utf-8"))[COPIED]


def test_a_run_finds_the_same_cold_and_warm_in_one_process_and_in_two(
    timm: Path, reports: dict[str, Report], tmp_path: Path
) -> None:
    for jobs in (1, 2):
        config = settings(timm, jobs=jobs, cache_dir=str(tmp_path / str(jobs)))
        for _ in ("cold", "warm"):
            assert analyse([str(timm)], config, cwd=str(timm)) == reports["timm"]


def test_files_that_are_new_since_the_last_run_are_compared_with_those_that_were_there(
    timm: Path, reports: dict[str, Report], tmp_path: Path
) -> None:
    tree = tmp_path / "timm"
    config = settings(tree, cache_dir=str(tmp_path / "cache"))
    copytree(timm, tree)
    rmtree(tree / "layers")
    analyse([str(tree)], config, cwd=str(tree))
    copytree(timm / "layers", tree / "layers")
    assert analyse([str(tree)], config, cwd=str(tree)) == reports["timm"]


@pytest.mark.parametrize("kind", UnitKind)
def test_the_candidate_filter_loses_no_pair(kind: UnitKind, timm: Path) -> None:
    found = exactness(Corpus(timm), kind, measure(kind, settings(timm)))
    assert found.alike > 100
    assert found.is_exact


def test_nearly_all_declared_copies_are_named_together(reports: dict[str, Report]) -> None:
    root, package = Path(FOLDER) / "transformers", CORPORA["transformers"].removeprefix("transformers/")
    links = Links(reports["transformers"])
    pairs, missed = declared_recall(root, package, forwards_of(root / package), links)
    assert len(pairs) > 550
    assert len(missed) <= 0.01 * len(pairs), missed
