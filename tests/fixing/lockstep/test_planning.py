"""What is planned for a tree: chains in one run, nothing that is silenced or generated, and bytes as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.fixing.lockstep.planning import Plan, plan
from esper_lint.progress import Silence
from esper_lint.selection import on_disk
from tests.fixing.lockstep.copies import BODY, COPY, COPY_OF_COPY, SOURCE, drifted
from tests.trees import project


def planned(folder: Path, *paths: str, **options: object) -> Plan:
    config = load(str(folder), {"jobs": 1, **{key.replace("_", "-"): value for key, value in options.items()}}).config
    return plan(on_disk(paths or (".",), config, str(folder)), config, Silence())


def written(found: Plan) -> dict[str, bytes]:
    return {edit.name: edit.after or b"" for edit in found.edits}


def refused(found: Plan) -> list[tuple[str, str, int]]:
    return [(one.code, one.path, one.line) for one in found.refusals]


def test_nothing_is_planned_where_members_agree(tmp_path: Path) -> None:
    folder = project(tmp_path, {"seed.py": SOURCE, "copy.py": COPY})
    assert planned(folder) == Plan((), (), ())


def test_a_chain_is_mended_from_its_source_on(tmp_path: Path) -> None:
    files = {"a/third.py": COPY_OF_COPY, "copy.py": COPY, "seed.py": drifted(SOURCE)}
    found = planned(project(tmp_path, files))
    assert written(found) == {"a/third.py": drifted(COPY_OF_COPY).encode(), "copy.py": drifted(COPY).encode()}
    assert [one.member.qualname for one in found.fixed] == ["Third", "Copy"] and not found.refusals


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: f"# coding: latin-1\n# élan\n\n{text}".encode("latin-1"),
        lambda text: text.replace("    ", "\t").encode(),
        lambda text: text.replace("# scaled\n", "# scaled\r\n").encode(),
        lambda text: f"x = 1\x0c\n{text}\r\n# end".encode(),
    ],
)
def test_all_other_bytes_stay(tmp_path: Path, encoded: object) -> None:
    assert callable(encoded)
    folder = project(tmp_path, {"seed.py": SOURCE, "copy.py": encoded(drifted(COPY))})
    found = planned(folder)
    assert written(found) == {"copy.py": encoded(COPY)} and not found.refusals


def test_only_members_in_the_paths_are_written(tmp_path: Path) -> None:
    folder = project(tmp_path, {"seed.py": SOURCE, "copy.py": drifted(COPY)})
    assert planned(folder, "seed.py") == Plan((), (), ())
    assert list(written(planned(folder, "copy.py"))) == ["copy.py"]


@pytest.mark.parametrize(
    "copy",
    [
        drifted(COPY).replace("y + 2", "y + 2  # noqa: ESP201"),
        "# flake8: noqa\n" + drifted(COPY),
        "# @generated\n" + drifted(COPY),
    ],
)
def test_what_is_silenced_or_generated_is_left_alone(tmp_path: Path, copy: str) -> None:
    assert planned(project(tmp_path, {"seed.py": SOURCE, "copy.py": copy})).edits == ()


def test_what_the_settings_silence_is_left_alone(tmp_path: Path) -> None:
    files = {"seed.py": SOURCE, "copy.py": drifted(COPY)}
    folder = project(tmp_path, files, 'per-file-ignores = {"copy.py" = ["ESP201"]}')
    assert planned(folder) == Plan((), (), ()) == planned(folder, ignore=["ESP201"])


def test_generated_files_that_are_compared_are_refused(tmp_path: Path) -> None:
    folder = project(tmp_path, {"seed.py": SOURCE, "copy.py": "# @generated\n" + drifted(COPY)})
    assert refused(planned(folder, include_generated=True)) == [("FX-GENERATED", "copy.py", 3)]


def test_a_member_of_which_a_later_difference_is_silenced_is_refused(tmp_path: Path) -> None:
    copy = drifted(COPY).replace("v * x", "v / x").replace("y + 2", "y + 2  # noqa: ESP201")
    found = planned(project(tmp_path, {"seed.py": SOURCE, "copy.py": copy}))
    assert refused(found) == [("FX-SUPPRESSED", "copy.py", 9)] and not found.edits


def test_a_circle_is_refused(tmp_path: Path) -> None:
    seed = SOURCE.replace("lockstep(scale)", "lockstep(scale) of=copy:Copy map=v->w")
    found = planned(project(tmp_path, {"seed.py": seed, "copy.py": drifted(COPY)}))
    assert {code for code, _, _ in refused(found)} == {"FX-CONTRACT"} and not found.edits


def test_a_character_that_the_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    seed = SOURCE.replace("y + 1", "y + '→'")
    copy = b"# coding: latin-1\n\n" + COPY.encode()
    found = planned(project(tmp_path, {"seed.py": seed, "copy.py": copy}))
    assert refused(found) == [("FX-ENCODING", "copy.py", 4)] and not found.edits


def test_fixes_that_undo_each_other_are_not_made(tmp_path: Path) -> None:
    method = "    # esper: lockstep(method) of=other:Other.forward\n    def forward"
    other = BODY.format(name="Other", layer="v").replace("y + 1", "y + 3")
    files = {"seed.py": SOURCE, "copy.py": COPY.replace("    def forward", method), "other.py": other}
    found = planned(project(tmp_path, files))
    assert {code for code, _, _ in refused(found)} == {"FX-OVERLAP"} and not found.edits


def test_copied_from_is_followed_where_the_setting_reads_it(tmp_path: Path) -> None:
    seed = BODY.format(name="SeedLayer", layer="w")
    copy = "# Copied from seed.SeedLayer with Seed->Copy\n" + BODY.format(name="CopyLayer", layer="w")
    folder = project(tmp_path, {"seed.py": seed, "copy.py": drifted(copy)})
    assert planned(folder).edits == ()
    assert written(planned(folder, copied_from=True)) == {"copy.py": copy.encode()}


def test_gaps_at_the_end_of_a_suite_and_inside_methods_count(tmp_path: Path) -> None:
    end = "        return y + 1\n"
    gapped = f"        # esper: gap(own)\n{end}        # esper: end(own)\n"
    seed, copy = SOURCE.replace(end, gapped), COPY.replace(end, gapped.replace("y + 1", "y + 3"))
    assert planned(project(tmp_path, {"seed.py": seed, "copy.py": copy})) == Plan((), (), ())
    found = planned(project(tmp_path, {"seed.py": seed, "copy.py": COPY}))
    assert refused(found) == [("FX-CONTRACT", "copy.py", 9)] and not found.edits
    drift = copy.replace("self.v * x", "self.v / x")
    found = planned(project(tmp_path, {"seed.py": seed, "copy.py": drift}))
    assert written(found) == {"copy.py": copy.encode()}
