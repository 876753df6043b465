"""The refactored blueprints are the original ones: seen from outside, in each world, nothing differs by a bit."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

torch = pytest.importorskip("torch")

from tests.sample_code.drawn import BLUEPRINTS, Case, drawn  # noqa: E402
from tests.sample_code.graphs import breaks, compiled_graphs, exported  # noqa: E402
from tests.sample_code.observed import (  # noqa: E402
    RETURNED,
    Observation,
    built,
    differences,
    make_input,
    observed,
    operators,
    profiled_operators,
    pull_back,
    scramble,
)
from tests.sample_code.worlds import PACKAGES, import_package  # noqa: E402

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CASES = 200
each_blueprint = pytest.mark.parametrize(("topology", "name"), BLUEPRINTS, ids=lambda part: part)


@pytest.fixture(params=[True, False], ids=["flex", "no-flex"], scope="module")
def pair(request: pytest.FixtureRequest) -> tuple[ModuleType, ModuleType]:
    """The original and the refactored package of one world."""
    original, refactored = (import_package(package, flex=request.param) for package in PACKAGES)
    return original, refactored


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """What several threads sum up is not the same twice. Eager FlexAttention compiles for sizes that it has not seen."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch._dynamo.reset()
    with torch._dynamo.config.patch(recompile_limit=10_000, accumulated_recompile_limit=10_000):
        yield
    torch._dynamo.reset()
    torch.set_num_threads(threads)


def is_flex(name: str, package: ModuleType) -> bool:
    return name == "flex_attention" and package.transformer._HAS_FLEX


def both(pair: tuple[ModuleType, ModuleType], case: Case) -> tuple[Observation, Observation]:
    original, refactored = pair
    return observed(original, case), observed(refactored, case)


def typical(topology: str, name: str, **changes: object) -> Case:
    """With the default options, on a width that they allow."""
    shape = (3, 7, 24) if topology == "transformer" else (3, 24, 5, 9)
    return replace(Case(topology, name, 24, (), shape, training=True), **changes)  # type: ignore[arg-type]


@each_blueprint
def test_outputs_gradients_and_state_are_equal_bit_by_bit(
    pair: tuple[ModuleType, ModuleType], topology: str, name: str
) -> None:
    returned = raised = 0
    for case in drawn(topology, name):
        if is_flex(name, pair[0]) and case.seed % 10:
            case = replace(case, grad=False)  # it has no backward on a CPU
        old, new = both(pair, case)
        assert [*differences(old, new)] == [], case
        returned += old["outcome"] == RETURNED
        raised += old["outcome"] != RETURNED
        if returned == CASES:
            break
        assert raised <= CASES // 2, old["outcome"]


@each_blueprint
def test_a_case_is_one_that_could_differ(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    """The seeds do something, their gradients arrive, and another seed gives something else."""
    if name == "noop":
        pytest.skip("does nothing")
    case = typical(topology, name, grad=not is_flex(name, pair[0]))
    found = observed(pair[0], case)
    assert found["outcome"] == RETURNED
    assert not torch.equal(found["output"], make_input(case))
    assert all(one.any() for _, one in found["gradients"] if one is not None)
    assert len(found["gradients"]) > 1 and (found["gradients"][1][1] is not None) is case.grad
    assert [*differences(found, observed(pair[0], replace(case, seed=1)))]


@each_blueprint
def test_an_optimizer_does_the_same(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    case = typical(topology, name)
    if name == "noop" or is_flex(name, pair[0]):
        pytest.skip("nothing to learn, or no backward on the CPU")
    seen = []
    for package in pair:
        seed = built(package, case)
        scramble(seed)
        optimizer = torch.optim.AdamW(seed.parameters(), lr=0.1)
        for _ in range(2):
            optimizer.zero_grad()
            torch.manual_seed(0)
            pull_back(seed(make_input(case)))
            optimizer.step()
        seen.append((optimizer.state_dict(), seed.state_dict()))
    assert seen[0][0]["state"]
    assert [*differences(seen[0], seen[1])] == []


@each_blueprint
def test_checkpoints_load_both_ways(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    case = typical(topology, name, training=False, grad=False)
    for there, here in (pair, pair[::-1]):
        saved = built(there, case)
        scramble(saved)
        file = io.BytesIO()
        torch.save(saved.state_dict(), file)
        file.seek(0)
        loaded = built(here, case)
        state = torch.load(file, weights_only=True)
        assert [*state] == [*loaded.state_dict()]
        loaded.load_state_dict(state, strict=True)
        with torch.no_grad():
            assert [*differences(saved(make_input(case)), loaded(make_input(case)))] == []


@each_blueprint
def test_the_same_operators_run(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    case = typical(topology, name)
    if is_flex(name, pair[0]):
        counts = [profiled_operators(package, case) for package in pair]
        assert counts[0] == counts[1] and sum(counts[0].values()) > 50
        return
    for one in [case, *islice((one for one in drawn(topology, name) if observed(pair[0], one)["outcome"] == RETURNED), 20)]:
        old, new = (operators(package, one) for package in pair)
        assert old == new
        assert old or name == "noop"


@each_blueprint
def test_compiled_graphs_are_the_same(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    case = typical(topology, name, training=False, grad=not is_flex(name, pair[0]))
    with torch.set_grad_enabled(case.grad):
        old, new = (compiled_graphs(built(package, case), make_input(case)) for package in pair)
        assert old == new
        assert len(old) == (name != "noop")
        counts = [breaks(built(package, case), make_input(case)) for package in pair]
    assert counts[0] == counts[1] and counts[0][0] == len(old)


@pytest.mark.parametrize(
    ("topology", "name", "option"),
    [
        ("cnn", "bottleneck", ("drop_path", 0.3)),
        ("transformer", "mlp", ("use_checkpoint", True)),
        ("transformer", "mlp_small", ("use_checkpoint", True)),
    ],
)
def test_graphs_of_what_differs_in_training_are_the_same(
    pair: tuple[ModuleType, ModuleType], topology: str, name: str, option: tuple[str, float]
) -> None:
    found = []
    for training in (True, False):
        case = typical(topology, name, options=(option,), training=training)
        old, new = (compiled_graphs(built(package, case), make_input(case)) for package in pair)
        assert old == new
        found.append(old)
    assert found[0] != found[1]


@each_blueprint
def test_exported_programs_are_isomorphic(pair: tuple[ModuleType, ModuleType], topology: str, name: str) -> None:
    case = typical(topology, name, training=False, grad=False)
    with torch.no_grad():
        old, new = (exported(built(package, case), make_input(case)) for package in pair)
    assert old == new
    assert len(old[0]) >= 2


# -- the comparison itself ------------------------------------------------------------------------------------------

WRONG = {
    "layers made in another order": (
        "mlp",
        "        self.fc1 = nn.Linear(dim, dim * expansion)\n        self.fc2 = nn.Linear(dim * expansion, dim)\n",
        "        self.fc2 = nn.Linear(dim * expansion, dim)\n        self.fc1 = nn.Linear(dim, dim * expansion)\n",
    ),
    "a constant lost": ("mlp", ', approximate="tanh"', ""),
    "a condition lost": ("mlp", " and self.training and x", " and x"),
    "parameters made in another order": (
        "lora",
        "        self.down = nn.Parameter(torch.empty(rank, dim))\n        self.up = nn.Parameter(torch.zeros(dim, rank))\n",
        "        self.up = nn.Parameter(torch.zeros(dim, rank))\n        self.down = nn.Parameter(torch.empty(rank, dim))\n",
    ),
    "another initialisation": ("lora", "a=math.sqrt(5)", "a=math.sqrt(6)"),
    "the input written to": ("lora", "return x + self.scaling *", "return x.add_(0) + self.scaling *"),
    "a submodule not called": ("attention", "module.proj(out)", "F.linear(out, module.proj.weight, module.proj.bias)"),
    "heads and positions swapped": ("attention", "out.transpose(1, 2).reshape", "out.reshape"),
    "an operator more": ("attention", ".unbind(0)\n", ".clone().unbind(0)\n"),
}


@pytest.mark.parametrize(("name", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_a_wrong_refactor_is_seen(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    folder = tmp_path / "sample_code" / "refactored"
    shutil.copytree(ROOT / "sample_code" / "refactored", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder.parent / "__init__.py").touch()
    text = (folder / "transformer.py").read_text(encoding="utf-8")
    assert text.count(right) == 1
    (folder / "transformer.py").write_text(text.replace(right, wrong), encoding="utf-8")
    original = import_package("blueprints", flex=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        changed = import_package("refactored", flex=False)
    assert changed.__file__ == str(folder / "__init__.py")
    cases = [typical("transformer", name), *islice(drawn("transformer", name), 20)]
    seen = any([*differences(observed(original, one), observed(changed, one))] for one in cases)
    assert seen or operators(original, cases[0]) != operators(changed, cases[0])
