"""What a worker answers: JSON, whatever the module does; and what a checkpoint, a compiler or a clock says of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from esper_lint.verification.comparing import (  # noqa: E402
    compare_checkpoints,
    compare_export,
    compare_graphs,
)
from esper_lint.verification.encoding import encode_case  # noqa: E402
from esper_lint.verification.handlers import HANDLERS, Handlers  # noqa: E402
from esper_lint.verification.lookup import Refused  # noqa: E402
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec  # noqa: E402
from tests.verification.replaying import settled_torch, version  # noqa: E402
from tests.verification.wrong_refactors.variant import HEAD  # noqa: E402

Ask = Callable[..., Any]
NET = """
class Net(nn.Module):
    def __init__(self, dim: int = 5) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.body = nn.Linear(dim, dim)
        self.register_buffer("shift", torch.ones(dim), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.norm(x)) + self.shift
"""
CASE = Case(Build("proj:Net"), Call(Arguments((TensorSpec((2, 3, 5)),))))


@pytest.fixture
def settled() -> Iterator[None]:
    with settled_torch():
        yield


def asked(text: str, do: str, case: Case = CASE, **fields: object) -> Any:
    """The answer of a fresh table to one request, there and back through JSON."""
    with version(HEAD + text, "proj", "proj_here"):
        table = Handlers().table()
        table["configure"]({"names": [["proj", "proj_here"]], "project_modules": ["proj_here"], "threads": 1})
        request: Mapping[str, Any] = json.loads(json.dumps({"case": encode_case(case), **fields}))
        return json.loads(json.dumps(table[do](request)))


def test_the_table_is_what_the_protocol_names() -> None:
    assert set(HANDLERS) == {"configure", "observe", "state", "load", "graphs", "export", "time"}


@pytest.mark.parametrize("do", ["observe", "graphs", "export", "time"])
def test_what_a_module_raises_is_an_answer(settled: None, do: str) -> None:
    found = asked(NET.replace("super()", "raise ValueError(3)\n        super()"), do)
    outcome = found["eval"]["outcome"] if do == "graphs" else found["outcome"]
    assert outcome == {"kind": "raised", "stage": "build", "type": "ValueError", "message": "3"}


@pytest.mark.parametrize("do", ["observe", "state", "load", "graphs", "export", "time"])
def test_a_name_that_a_case_must_not_name_is_no_answer(settled: None, do: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        asked(NET, do, Case(Build("os:system"), Call(Arguments(("true",)))), path=str(tmp_path / "state"))


def loaded(saver: str, loader: str, path: Path) -> tuple[Any, Any]:
    """What the one observes, and the other after loading its checkpoint."""
    assert asked(saver, "state", path=str(path)) == {"outcome": {"kind": "returned"}}
    return asked(saver, "observe"), asked(loader, "load", path=str(path))


NORM = "        self.norm = nn.BatchNorm1d(3)\n"
BODY = "        self.body = nn.Linear(dim, dim)\n"
OTHERS = {
    "equal": (NET, "equal"),
    "made in another order": (NET.replace(NORM + BODY, BODY + NORM), "equal"),
    "renamed": (NET.replace("self.body", "self.mix"), "differs"),
    "more": (NET.replace(", persistent=False", ""), "differs"),
    "wider": (NET.replace("nn.Linear(dim, dim)", "nn.Linear(dim, 1)"), "differs"),
    "another eps": (NET.replace("BatchNorm1d(3)", "BatchNorm1d(3, eps=1e-3)"), "differs"),
}


@pytest.mark.parametrize(("text", "outcome"), OTHERS.values(), ids=OTHERS)
def test_checkpoints_are_loaded_both_ways(settled: None, tmp_path: Path, text: str, outcome: str) -> None:
    old, by_new = loaded(NET, text, tmp_path / "old")
    new, by_old = loaded(text, NET, tmp_path / "new")
    found = compare_checkpoints(old, by_new, new, by_old)
    assert found.outcome == outcome, found


def test_a_checkpoint_that_brings_nothing_is_noticed(settled: None, tmp_path: Path) -> None:
    """Its numbers are not those that are there anyway."""
    lazy = NET + "\n    def load_state_dict(self, state, strict=True):\n        return None\n"
    old, by_new = loaded(NET, lazy, tmp_path / "old")
    assert compare_checkpoints(old, by_new, old, old).outcome == "differs"


def test_a_checkpoint_is_read_without_pickles(settled: None, tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    class Hostile:
        def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
            return Path.touch, (Path(ran),)  # type: ignore[return-value]

    torch.save({"body.weight": Hostile()}, tmp_path / "state")
    outcome = asked(NET, "load", path=str(tmp_path / "state"))["outcome"]
    assert (outcome["stage"], outcome["type"]) == ("load", "UnpicklingError") and not ran.exists()


BREAKS = "        print(end='')\n        return"


def test_graphs_and_breaks_are_told(settled: None) -> None:
    one, other = asked(NET, "graphs"), asked(NET.replace("        return", BREAKS), "graphs")
    assert compare_graphs(one, asked(NET, "graphs")).outcome == "equal"
    assert one["eval"]["breaks"] == [] and len(one["eval"]["graphs"]) == 1
    assert other["eval"]["breaks"] == ["Failed to trace builtin operator"]
    assert compare_graphs(one, other).outcome == "differs"


def test_export_tells_order_from_wiring(settled: None) -> None:
    two = NET.replace("return ", "a = x.sin(); b = x.cos(); return a - b + ")
    swapped = two.replace("a = x.sin(); b = x.cos()", "b = x.cos(); a = x.sin()")
    crossed = two.replace("a - b", "b - a")
    one = asked(two, "export")
    assert one["outcome"] == {"kind": "returned"}
    assert compare_export(one, asked(swapped, "export")).outcome == "equal"
    assert compare_export(one, asked(crossed, "export")).outcome == "differs"
    assert asked(swapped, "export")["lines"] != one["lines"]


def test_export_keeps_the_order_of_writes(settled: None) -> None:
    writes = NET.replace("return ", "y = x.clone(); y.mul_(2); y.add_(1); return y + ")
    other = writes.replace("y.mul_(2); y.add_(1)", "y.add_(1); y.mul_(2)")
    assert compare_export(asked(writes, "export"), asked(other, "export")).outcome == "differs"


def test_what_cannot_be_exported_is_an_outcome(settled: None) -> None:
    text = NET.replace("        return", "        if x.sum() > 0:\n            return x\n        return")
    one = asked(text, "export")
    assert one["outcome"]["stage"] == "export" and "\n" not in one["outcome"]["message"]
    assert compare_export(one, asked(text, "export")).outcome == "equal"
    assert compare_export(one, asked(NET, "export")).outcome == "differs"


def test_rounds_are_timed(settled: None) -> None:
    found = asked(NET, "time", rounds=3)
    assert found["calls"] >= 1 and len(found["ns_per_call"]) == 3 and min(found["ns_per_call"]) > 0
    slow = asked(NET.replace("        return", "        import time\n        time.sleep(0.01)\n        return"), "time")
    assert min(slow["ns_per_call"]) > 1e7
    assert len(slow["ns_per_call"]) == 5 and len(asked(NET, "time", rounds=10**6)["ns_per_call"]) < 10**4


def test_a_module_is_kept_between_rounds_until_a_fresh_one_is_asked_for(settled: None) -> None:
    with version(
        HEAD + NET.replace("super()", "_built.append(1)\n        super()") + "\n\n_built = []\n", "proj", "here"
    ):
        table = Handlers().table()
        table["configure"]({"names": [["proj", "here"]], "project_modules": ["here"]})
        for seed in (0, 0, 1, 1):
            case = Case(CASE.build, CASE.call, seed)
            assert table["time"]({"case": encode_case(case), "rounds": 1})["outcome"]["kind"] == "returned"  # type: ignore[index]
        assert len(sys.modules["here"]._built) == 2
        table["time"]({"case": encode_case(case), "rounds": 1, "fresh": True})
        assert len(sys.modules["here"]._built) == 3
