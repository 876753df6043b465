"""Whole classes in torch, in processes of their own: what is told of each way in which two versions can fare."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from esper_lint.config import load
from esper_lint.progress import Silence
from esper_lint.verification.checks import CASE_ROWS
from esper_lint.verification.pairing import Inventory, Pair, inventory, paired
from esper_lint.verification.records import ClassRecord, Mode, Status
from esper_lint.verification.running import Asked, verified
from esper_lint.verification.sourcing import sourced
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec
from esper_lint.verification.verifying import NO_CASE, Verifier, Wants
from esper_lint.verification.versions import of_places
from tests.trees import write

pytest.importorskip("torch")

WANTS = Wants(cases=2, time_limit_s=6, memory_mb=4_096, with_timing=False, with_compile=False)
HEAD = """\
import os, sys, time
import torch
from torch import nn

try:
    import esper_nothing_of_that_name as extra
except ImportError:
    extra = None
try:
    import colorsys
except ImportError:
    colorsys = None
"""
CLASS = """

class {name}(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.second = nn.Linear(dim, dim)

    def forward(self, x):
{body}
"""
BODY = "y = self.first(x)\nreturn self.second(y.relu())"
# What the forward of each class was, and what it became.
CHANGES = {
    "Same": (BODY, BODY.replace("return", "out =") + "\nreturn out"),
    "Swapped": (BODY, BODY.replace("second", "third").replace("first", "second").replace("third", "first")),
    "Fallback": ("if colorsys is None:\n    x = x + 1\n" + BODY, "if colorsys is None:\n    x = x + 2\n" + BODY),
    "Hanging": (BODY, "time.sleep(600)\n" + BODY),
    "Quitting": (BODY, "print('bye')\nos._exit(3)\n" + BODY),
    "Exiting": ("sys.exit('no')", "sys.exit('no')"),
    "Crashing": ("os.abort()", BODY),
    "Greedy": (BODY, "kept = torch.ones(10**10)\n" + BODY),
    "Raising": ("raise ValueError('as ever')", "raise ValueError('as ever')"),
    "Random": (f"x = x + time.time_ns() % 1000 * 1e-9\n{BODY}", f"x = x + time.time_ns() % 999 * 1e-9\n{BODY}"),
    "Loud": ("print('x' * 10**6)\n" + BODY, "print('y' * 10**6)\n" + BODY),
    "Unbuilt": (BODY, BODY),
    "Uncalled": (BODY, BODY + "  # changed"),
}


def text(side: int) -> str:
    bodies = {name: "".join(f"        {line}\n" for line in both[side].splitlines()) for name, both in CHANGES.items()}
    return HEAD + "".join(CLASS.format(name=name, body=body.rstrip("\n")) for name, body in bodies.items())


def case(name: str, *shape: int, dim: object = 6, module: str = "old.net") -> Case:
    build = Build(f"{module}:{name}", Arguments((dim,)))  # type: ignore[arg-type]
    return Case(build, Call(Arguments((TensorSpec(shape),))))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Inventory, Inventory]:
    folder = tmp_path_factory.mktemp("pair")
    for side, name in enumerate(("old", "new")):
        write(folder, {f"{name}/__init__.py": "", f"{name}/net.py": text(side)})
    config = load(str(folder), {"jobs": 1}).config
    places = of_places(str(folder / "old"), str(folder / "new"))
    old, new = (inventory(one, (), config, Silence(), use_cache=False) for one in places)
    return old, new


# The status, and how what is told of it begins: what differs, or what is missing.
EXPECTED = {
    "Same": (Status.TESTED, ""),
    "Loud": (Status.TESTED, ""),
    "Random": (Status.TESTED, ""),
    "Swapped": (Status.REFUTED, "outputs: "),
    "Fallback": (Status.REFUTED, "outputs: "),
    "Hanging": (Status.REFUTED, "outcome: returned became: the new version hung: no reply within 12 s"),
    "Quitting": (Status.REFUTED, "outcome: returned became: the new version left with exit status 3 (its last"),
    "Greedy": (Status.REFUTED, "outcome: returned became RuntimeError at call"),
    "Exiting": (Status.UNVERIFIED, "raised SystemExit at call: no"),
    "Raising": (Status.UNVERIFIED, "raised ValueError at call: as ever"),
    "Crashing": (Status.UNVERIFIED, "the original killed by SIGABRT"),
    "Unbuilt": (Status.UNVERIFIED, "raised TypeError at build"),
    "Uncalled": (Status.UNVERIFIED, NO_CASE),
}


def told(record: ClassRecord) -> list[str]:
    if record.refutation is not None:
        return [f"{record.refutation.check.name}: {record.refutation.check.detail}"]
    return [*record.missing, ""]


def test_what_becomes_of_each_class(versions: tuple[Inventory, Inventory]) -> None:
    """In one test, since one pair of processes can serve nearly all of them."""
    pairs = {pair.old.qualname: pair for pair in paired(*versions).pairs}
    cases = {name: [case(name, 5, 6), case(name, 3, 6)] for name in CHANGES}
    cases |= {"Unbuilt": [case("Unbuilt", 3, 6, dim="wide")], "Uncalled": []}
    cases |= {name: [case(name, 3, 6)] for name in ("Hanging", "Quitting", "Crashing", "Greedy")}
    with Verifier(*versions, WANTS, lambda cases, count: ()) as verifier:
        found = {name: verifier.record(pairs[name], "old.net", own) for name, own in cases.items()}

    assert {name: record.status for name, record in found.items()} == {
        name: status for name, (status, _) in EXPECTED.items()
    }
    for name, (status, beginning) in EXPECTED.items():
        record = found[name]
        assert any(one.startswith(beginning) for one in told(record)), (name, told(record))
        # What is refuted in the first mode of its first case has not returned yet.
        assert (record.cases > 0) == (status is Status.TESTED or name == "Fallback")
        assert record.refutation is None or record.refutation.case == case(name, 3, 6)

    same = found["Same"]
    worlds = [(one.name, one.cases) for one in same.worlds]
    assert worlds == [("as installed", 2), ("without esper_nothing_of_that_name", 0), ("without colorsys", 2)]
    missing = "esper_nothing_of_that_name cannot be imported here, so nothing was run with it: install it"
    assert same.missing == (missing,)
    refutation = found["Fallback"].refutation
    assert refutation is not None and (refutation.world, refutation.mode) == ("without colorsys", Mode(grad=True))
    rows = {check.name: check.outcome for check in same.checks}
    assert {name for name, outcome in rows.items() if outcome == "equal"} == {*CASE_ROWS, "checkpoints"}
    assert [list(one) for one in same.sources] == [["old/__init__.py", "old/net.py"], ["new/__init__.py", "new/net.py"]]


def test_graphs_export_and_timing_are_compared_once_a_class(versions: tuple[Inventory, Inventory]) -> None:
    (pair,) = (pair for pair in paired(*versions).pairs if pair.old.qualname == "Same")
    with Verifier(*versions, Wants(cases=1), lambda cases, count: ()) as verifier:
        record = verifier.record(pair, "old.net", [case("Same", 3, 6)])
    rows = {check.name: check for check in record.checks}
    assert rows["graphs"].outcome == rows["export"].outcome == "equal" and "ratio" in rows["timing"].detail
    assert rows["graphs"].detail.startswith("eval: 1 graphs")


def test_further_cases_are_asked_for_and_run(versions: tuple[Inventory, Inventory]) -> None:
    asked = []

    def more(cases: Sequence[Case], count: int) -> Iterator[Case]:
        asked.append((tuple(cases), count))
        yield from (case("Same", size, 6) for size in range(1, count + 1))

    (pair,) = (pair for pair in paired(*versions).pairs if pair.old.qualname == "Same")
    given = (case("Same", 10, 6),)
    wants = Wants(cases=4, with_timing=False, with_compile=False)
    with Verifier(*versions, wants, more) as verifier:
        record = verifier.record(pair, "old.net", given)
    assert asked == [(given, 3)] and record.cases == 4


def test_packages_that_import_each_other_are_not_compared(tmp_path: Path) -> None:
    body = "        return x\n"
    for name, imported in (("old", "from new.base import scale"), ("new", "scale = 1")):
        files = {
            "__init__.py": "",
            "base.py": "scale = 1",
            "net.py": f"{HEAD}{imported}\n" + CLASS.format(name="A", body=body),
        }
        write(tmp_path / name, files)
    config = load(str(tmp_path), {"jobs": 1}).config
    asked = Asked(*of_places(str(tmp_path / "old"), str(tmp_path / "new")))
    found = verified(asked, [case("A", 3, 6)], WANTS, config, Silence())
    (record,) = found.records
    assert record.status is Status.UNVERIFIED
    assert "one version imports new/base.py of the other: give two projects, or git revisions" in record.missing
    assert (found.unchanged, found.only_old, found.only_new) == (0, (), ())


class TestSources:
    """Cases are found for a class by the name of its module, however it was imported; no torch is needed."""

    @pytest.fixture
    def pairs(self, versions: tuple[Inventory, Inventory]) -> Mapping[str, Pair]:
        return {pair.old.qualname: pair for pair in paired(*versions).pairs}

    @pytest.mark.parametrize(
        ("module", "known"),
        [("old.net", "old.net"), ("net", "net"), ("new.net", "old.net"), ("FOLDER.old.net", "FOLDER.old.net")],
    )
    def test_a_module_goes_by_any_end_of_its_path(
        self, versions: tuple[Inventory, Inventory], pairs: Mapping[str, Pair], module: str, known: str
    ) -> None:
        folder = os.path.basename(versions[0].version.tree.root)
        recorded = [case("Same", 3, 6, module=module.replace("FOLDER", folder)), case("Same", 3, 6, module="else.net")]
        found = sourced(pairs.values(), recorded, versions[0].version, versions[1].version)
        known = known.replace("FOLDER", folder)
        assert list(found) == [pairs["Same"]]
        assert (found[pairs["Same"]].module, found[pairs["Same"]].cases) == (known, (case("Same", 3, 6, module=known),))
