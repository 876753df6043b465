"""What of a report was not there in an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from esper_lint.analysis import gather
from esper_lint.config import load
from esper_lint.findings import Report
from esper_lint.judging import judged
from esper_lint.novelty import only_new
from tests.trees import BODY, groups, places, project, seed

EDITED = BODY.replace("        y = F", "        q = q * self.scale\n        y = F")
OTHER = "".join(f"        x = self.layer_{at}(x, {at})\n" for at in range(12)) + "        return x\n"
PAIR = {"a.py": seed("A"), "b.py": seed("B")}
BROKEN = {"broken.py": "def forward(:\n"}
UNUSED = seed("U", body=OTHER, noqa="  # noqa: ESP101")


def whole(folder: Path, files: Mapping[str, str], **settings: Any) -> Report:
    config = load(str(project(folder, files)), {"jobs": 1} | settings).config
    found, evidence = gather([str(folder)], config, cwd=str(folder), use_cache=False)
    return judged(found, evidence, config, None, whole=False)[0]


def since(tmp_path: Path, before: Mapping[str, str], after: Mapping[str, str], **settings: Any) -> tuple[Report, int]:
    earlier = whole(tmp_path / "before", before)
    return only_new(whole(tmp_path / "after", after, **settings), earlier)


@pytest.mark.parametrize(
    "after",
    [
        PAIR,
        {
            "a.py": "\n" * 200 + PAIR["a.py"],
            "b.py": PAIR["b.py"].replace("x.shape", "(\n            x.shape\n        )"),
        },
        {"deep/a.py": PAIR["a.py"], "c.py": PAIR["b.py"]},
        {"both.py": PAIR["a.py"] + "\n\n" + PAIR["b.py"].partition("\n\n\n")[2]},
    ],
    ids=["the same", "moved down and reformatted", "moved to other files", "in one file"],
)
def test_what_is_no_change_of_the_code_is_not_new(tmp_path: Path, after: Mapping[str, str]) -> None:
    new, left_out = since(tmp_path, PAIR, after)
    assert (new.groups, new.findings, left_out) == ((), (), 1)
    assert (new.summary.groups, new.summary.findings) == (0, 0)


def test_a_new_group_is_new_and_the_old_one_is_left_out(tmp_path: Path) -> None:
    new, left_out = since(tmp_path, PAIR, PAIR | {"c.py": seed("C", body=OTHER), "d.py": seed("D", body=OTHER)})
    assert groups(new) == [("ESP104", ["C", "D"])]
    assert [path for path, _, _ in places(new)] == ["c.py", "d.py"]
    assert left_out == 1 and new.summary.findings == 2 and new.summary.groups == 1


def test_a_group_that_won_a_member_is_shown_as_a_whole(tmp_path: Path) -> None:
    new, left_out = since(tmp_path, PAIR, PAIR | {"c.py": seed("C")})
    assert groups(new) == [("ESP104", ["A", "B", "C"])]
    assert len(new.findings) == 3 and left_out == 0


@pytest.mark.parametrize(
    "body", [EDITED, BODY.replace("chunk(3", "chunk(4"), BODY.replace("dim=-1", "dim=1"), BODY.replace("qkv(", "mix(")]
)
def test_an_edit_of_one_copy_is_shown(tmp_path: Path, body: str) -> None:
    new, _ = since(tmp_path, PAIR, PAIR | {"b.py": seed("B", body=body)})
    assert [qualnames for _, qualnames in groups(new)] == [["A", "B"]]


def test_a_copy_that_is_gone_is_no_news(tmp_path: Path) -> None:
    three = PAIR | {"c.py": seed("C")}
    new, left_out = since(tmp_path, three, PAIR)
    assert (new.findings, left_out) == ((), 1)


def test_one_of_equal_copies_with_one_name_goes(tmp_path: Path) -> None:
    # The others take over its fingerprint, and are not edited for that.
    named = {name: seed("Same") for name in ("a.py", "b.py", "c.py", "d.py")}
    left = {name: text for name, text in named.items() if name != "a.py"}
    new, left_out = since(tmp_path, named, left)
    assert (new.findings, left_out) == ((), 1)
    new, _ = since(tmp_path / "back", left, named)
    assert len(new.findings) == 4


def test_a_comment_that_was_taken_away_brings_its_member_back(tmp_path: Path) -> None:
    before = PAIR | {"c.py": seed("C", noqa="  # noqa: ESP104")}
    new, _ = since(tmp_path, before, PAIR | {"c.py": seed("C")})
    assert len(places(new)) == 3
    new, left_out = since(tmp_path / "other", PAIR | {"c.py": seed("C")}, before)
    assert (new.findings, left_out) == ((), 1)


def test_errors_and_unused_comments_are_new_once(tmp_path: Path) -> None:
    new, _ = since(tmp_path, BROKEN, BROKEN | {"b.py": "\n\n" + BROKEN["broken.py"], "u.py": UNUSED})
    assert places(new) == [("b.py", 3, "ESP900"), ("u.py", 6, "ESP202")]
    assert [error.path for error in new.errors] == ["b.py"]
    new, _ = since(tmp_path / "again", BROKEN | {"u.py": UNUSED}, BROKEN | {"u.py": "\n" + UNUSED})
    assert (new.findings, new.errors) == ((), ())


def test_a_second_comment_of_the_same_kind_is_new(tmp_path: Path) -> None:
    two = UNUSED + seed("V", body=OTHER.replace("layer", "stage"), noqa="  # noqa: ESP101").partition("\n\n\n")[2]
    new, _ = since(tmp_path, {"u.py": UNUSED}, {"u.py": two})
    assert len([one for one in new.findings if one.rule == "ESP202"]) == 1
