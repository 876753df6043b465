"""Recording changes the outcome of no test, and ends in one file, in one process or in several."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from textwrap import dedent

import pytest

from esper_lint.verification.recordings import read_recording
from tests.trees import write

pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
SURROUNDINGS = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))},
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
}

BLOCKS = """
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, dim, width=2, *, rate=0.0):
            super().__init__()
            self.first = nn.Linear(dim, dim * width)
            self.drop = nn.Dropout(rate)
            self.last = nn.Linear(dim * width, dim)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.last(self.drop(self.first(x).relu()))

    class Lazy(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.proj = nn.LazyLinear(dim)

        def forward(self, x):
            return self.proj(x)

    class Stack(nn.Module):
        def __init__(self, *blocks, names=()):
            super().__init__()
            self.blocks = nn.ModuleList(blocks)
            self.names = list(names)

        def forward(self, x):
            for block in self.blocks:
                x = block(x)
            return x

    class Breaking(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.block = Block(dim)

        def forward(self, x):
            y = self.block(x)
            torch._dynamo.graph_break()
            return self.block(y)

    class Callback(nn.Module):
        def __init__(self, act):
            super().__init__()
            self.act = act

        def forward(self, x):
            return self.act(x)

    class Embed(nn.Module):
        def __init__(self, count, dim):
            super().__init__()
            self.table = nn.Embedding(count, dim)

        def forward(self, indices, mask=None):
            return self.table(indices)

    def make(dim):
        class Inner(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.proj = nn.Linear(dim, dim)

            def forward(self, x):
                return self.proj(x)

        return Inner(dim)
"""

# Everything that a recorder could disturb: each test holds without one.
SUITE = """
    import copy
    import gc
    import inspect
    import os
    import pickle
    import random
    import sys
    import traceback
    import warnings
    import weakref
    import pytest
    import torch
    from torch import nn
    from pkg.blocks import Block, Breaking, Callback, Embed, Lazy, Stack, make

    AT_IMPORT = Block(3)

    class Own(nn.Module):
        def forward(self, x):
            return x

    @pytest.fixture(params=[3, 5])
    def block(request):
        return Block(request.param)

    def graphs_of(module, *inputs):
        found = []
        def backend(graph, example):
            found.append([str(node.target) for node in graph.graph.nodes])
            return graph.forward
        torch._dynamo.reset()
        torch._dynamo.utils.counters.clear()
        compiled = torch.compile(module, backend=backend)
        outputs = [compiled(*inputs) for _ in range(3)]
        return found, outputs

    def test_shape(block):
        x = torch.randn(2, block.first.in_features)
        assert block(x).shape == x.shape

    def test_numbers():
        torch.manual_seed(0)
        block = Block(4, rate=0.5)
        x = torch.randn(3, 4, requires_grad=True)
        block(x).square().sum().backward()
        assert repr(x.grad.sum().item()) == os.environ.setdefault("SUM", repr(x.grad.sum().item()))
        print("gradient", x.grad.sum().item(), torch.rand(1).item())
        assert random.Random(0).random() == 0.8444218515250481

    def test_hooks():
        block = Block(3)
        fired = []
        block.register_forward_pre_hook(lambda *_: fired.append("pre"))
        block.register_forward_hook(lambda module, args, kwargs, out: fired.append("post"), with_kwargs=True)
        block.register_full_backward_hook(lambda *_: fired.append("back"))
        block(torch.randn(2, 3, requires_grad=True)).sum().backward()
        assert fired == ["pre", "post", "back"]
        assert len(block._forward_hooks) == 1 and not nn.Linear(2, 2)._forward_hooks
        assert not nn.modules.module._has_any_global_hook()

    def test_signatures():
        assert str(inspect.signature(Block)) == "(dim, width=2, *, rate=0.0)"
        assert str(inspect.signature(Own)) == "(*args: Any, **kwargs: Any) -> None"
        assert str(inspect.signature(nn.Module.__init__)) == "(self, *args: Any, **kwargs: Any) -> None"
        assert "def __init__(self, dim, width=2" in inspect.getsource(Block)
        assert sorted(vars(Own())) == sorted(vars(nn.Module()))

    def test_errors():
        with pytest.raises(TypeError, match=r"^Block.__init__\\(\\) missing 1 required positional argument: 'dim'$"):
            Block()
        with pytest.raises(TypeError, match=r"^Own.__init__\\(\\) takes 1 positional argument but 2 were given$"):
            Own(1)
        with pytest.raises(AttributeError, match="cannot assign module before Module.__init__"):
            class Early(nn.Module):
                def __init__(self):
                    self.block = Block(3)
            Early()
        with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
            Block(3)(torch.randn(2, 4))

    def test_copies(block):
        for copied in (copy.deepcopy(block), copy.copy(block), pickle.loads(pickle.dumps(block))):
            assert sorted(vars(copied)) == sorted(vars(block))
            assert all(torch.equal(a, b) for a, b in zip(block.parameters(), copied.parameters(), strict=True))
            copied(torch.randn(2, block.first.in_features))

    def test_state(tmp_path):
        torch.save(Block(3).state_dict(), tmp_path / "state")
        Block(3).load_state_dict(torch.load(tmp_path / "state", weights_only=True))
        torch.save(Block(3), tmp_path / "whole")
        assert type(torch.load(tmp_path / "whole", weights_only=False)) is Block

    def test_memory():
        block = make(3)
        block(torch.randn(2, 3))
        gone = [weakref.ref(block), weakref.ref(type(block))]
        del block
        gc.collect()
        assert [one() for one in gone] == [None, None]

    def test_locals():
        class Takes(nn.Module):
            def __init__(self, dim, rate=0.5):
                given = locals()
                super().__init__()
                self.given = sorted(given)
        assert Takes(3).given == ["__class__", "dim", "rate", "self"]

    def test_compile_is_one_graph():
        graphs, outputs = graphs_of(Block(3), torch.randn(2, 3))
        assert len(graphs) == 1
        print(graphs)
        assert torch.compile(Block(3), backend="eager", fullgraph=True)(torch.randn(2, 3)).shape == (2, 3)

    @pytest.mark.filterwarnings("ignore")
    def test_compile_breaks_where_it_did():
        graphs, outputs = graphs_of(Breaking(3), torch.randn(2, 3))
        assert len(graphs) == 2
        print(graphs)
        assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 2
        assert sum(torch._dynamo.utils.counters["graph_break"].values()) == 1
        print(torch._dynamo.utils.counters)

    def test_compile_with_hooks():
        block, fired = Block(3), []
        block.first.register_forward_hook(lambda *_: fired.append(1))
        graphs, outputs = graphs_of(block, torch.randn(2, 3))
        print(graphs, fired)

    def test_compile_of_a_function_that_builds():
        def function(x):
            return Block(3)(x)
        torch._dynamo.reset()
        torch.compile(function, backend="eager")(torch.randn(2, 3))

    def test_compile_in_place():
        block = Block(3)
        block.compile(backend="eager", fullgraph=True)
        assert block(torch.randn(2, 3)).shape == (2, 3)

    def test_compiled_function_of_a_module():
        block = Block(3)
        graphs = graphs_of(lambda x: block(x) + 1, torch.randn(2, 3))[0]
        print(graphs)

    @pytest.mark.filterwarnings("ignore")
    def test_explain():
        explained = torch._dynamo.explain(Breaking(3))(torch.randn(2, 3))
        assert (explained.graph_count, explained.graph_break_count) == (2, 1)
        print(explained.op_count, len(explained.out_guards))

    @pytest.mark.parametrize("strict", [False, True])
    def test_export(strict):
        program = torch.export.export(Block(3).eval(), (torch.randn(2, 3),), strict=strict)
        assert len(list(program.graph.nodes)) == 11
        assert program.module()(torch.randn(2, 3)).shape == (2, 3)

    @pytest.mark.filterwarnings("ignore")
    def test_script():
        scripted = torch.jit.script(Block(3))
        assert scripted(torch.randn(2, 3)).shape == (2, 3)
        assert scripted.code.count("relu") == 1

    @pytest.mark.filterwarnings("ignore")
    def test_trace():
        traced = torch.jit.trace(Stack(Block(3), Block(3)), torch.randn(2, 3))
        assert traced(torch.randn(2, 3)).shape == (2, 3)
        print(len(list(traced.inlined_graph.nodes())))

    def test_fx():
        graph = torch.fx.symbolic_trace(Stack(Block(3), Block(3)))
        assert [node.op for node in graph.graph.nodes].count("call_module") == 6
        assert len(list(graph.graph.nodes)) == 12

    def test_lazy():
        lazy = Lazy(4)
        assert lazy(torch.randn(2, 3)).shape == (2, 4)
        assert type(lazy.proj) is nn.Linear

    def test_vmap_and_functional_call():
        block = Block(3).eval()
        assert torch.vmap(block)(torch.randn(5, 2, 3)).shape == (5, 2, 3)
        parameters = dict(block.named_parameters())
        loss = lambda given, x: torch.func.functional_call(block, given, (x,)).sum()
        assert set(torch.func.grad(loss)(parameters, torch.randn(2, 3))) == set(parameters)

    def test_modes():
        from torch.utils._python_dispatch import TorchDispatchMode
        seen = []
        class Ops(TorchDispatchMode):
            def __torch_dispatch__(self, function, types, args=(), kwargs=None):
                seen.append(str(function))
                return function(*args, **(kwargs or {}))
        embed = Embed(10, 3)
        with Ops():
            embed(torch.tensor([1, 2]))
        assert seen == ["aten._to_copy.default", "aten.embedding.default"] or len(seen) <= 4
        print(seen)

    def test_profile():
        embed, indices = Embed(10, 3), torch.randint(10, (5000,))
        with torch.profiler.profile() as profile:
            embed(indices)
        print(sorted(event.key for event in profile.key_averages() if event.key.startswith("aten::")))

    def test_anomalies_and_warnings(recwarn):
        with torch.autograd.set_detect_anomaly(False):
            Block(3)(torch.randn(2, 3)).sum().backward()
        Embed(10, 3)(torch.tensor([[1, 9]]), mask=torch.ones(1, 2, dtype=torch.bool))
        Callback(lambda x: x)(torch.zeros(2))
        assert [str(one.message) for one in recwarn] == []

    def test_subclass_hooks():
        made = []
        class Base(nn.Module):
            def __init_subclass__(cls, tag=None, **kwargs):
                super().__init_subclass__(**kwargs)
                made.append((cls.__name__, tag))
        class Sub(Base, tag=3):
            pass
        assert made == [("Sub", 3)]
        with pytest.raises(TypeError, match="takes no keyword arguments"):
            class Bad(nn.Module, tag=3):
                pass

    def test_inner_classes():
        assert make(3)(torch.randn(2, 3)).shape == (2, 3)

    def test_at_import():
        AT_IMPORT(torch.randn(2, 3))
        Own()(torch.zeros(1))

    def test_traceback():
        try:
            Block(3)(torch.randn(2, 4))
        except RuntimeError:
            assert "forward" in traceback.format_exc() and "esper_lint/verification/s" not in traceback.format_exc()

    def test_that_fails(block):
        print("before the failure")
        assert block(torch.randn(2, block.first.in_features)).shape == (9, 9)

    def test_that_errs():
        Block("dim")

    @pytest.mark.xfail(strict=True)
    def test_expected_failure():
        Block(3)(None)

    def test_that_exits():
        Block(3)(torch.randn(2, 3))
        print("leaving", file=sys.stderr)
        sys.exit(3)

    @pytest.mark.skip
    def test_skipped():
        raise AssertionError
"""
PYPROJECT = """
    [tool.esper_lint]
    [tool.pytest.ini_options]
    filterwarnings = ["error", "ignore:Failed to initialize NumPy"]
    pythonpath = ["src"]
"""
PROJECT = {
    "pyproject.toml": dedent(PYPROJECT),
    "src/pkg/__init__.py": "",
    "src/pkg/blocks.py": dedent(BLOCKS),
    "tests/test_blocks.py": dedent(SUITE),
}
SMALL = """
    import os, signal, time
    import pytest, torch
    from pkg.blocks import Block, Callback, make

    @pytest.mark.parametrize("dim", range(1, 9))
    def test_block(dim):
        Block(dim)(torch.zeros(2, dim))

    @pytest.mark.parametrize("rows", range(30))
    def test_rows(rows):
        make(3)(torch.zeros(rows, 3))

    def test_callback():
        Callback(lambda x: x)(torch.zeros(2))
        Callback(torch.relu)(torch.zeros(2))
"""

LATE = """
    import pytest

    @pytest.mark.parametrize("dim", range(1, 9))
    def test_block(dim):
        import torch
        from pkg.blocks import Block
        Block(dim)(torch.zeros(2, dim))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, PROJECT)
    return tmp_path


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "esper_lint.pytest_plugin", "-p", "no:logging", *arguments]
    return subprocess.run(
        command, cwd=folder, env={**SURROUNDINGS, **more}, capture_output=True, text=True, check=False, timeout=600
    )


def outcomes(path: Path) -> dict[str, tuple[str, ...]]:
    """Of every test what happened, with messages and output, without addresses and folders of this run."""
    found = {}
    for case in ElementTree.parse(path).iter("testcase"):
        parts = [f"{one.tag}: {one.get('message')} {one.text if one.tag.startswith('system') else ''}" for one in case]
        # Addresses, folders of this run, and what the profiler says of the time differ anyway.
        found[f"{case.get('name')}"] = tuple(re.sub(r"0x[0-9a-f]+|pytest-\d+|USDT:.*", "", part) for part in parts)
    return found


@pytest.mark.slow
def test_no_outcome_changes(project: Path) -> None:
    runs = {
        "plain": [],
        "recorded": ["--esper-record", "r.json"],
        "distributed": ["--esper-record", "d.json", "-n2"],
    }
    found = {}
    for name, arguments in runs.items():
        done = run(project, "-q", "-o", "junit_logging=out-err", "--junitxml", f"{name}.xml", *arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        found[name] = outcomes(project / f"{name}.xml")
    failed = [name for name, parts in found["plain"].items() if any(part.startswith(("fail", "err")) for part in parts)]
    assert sorted(failed) == ["test_that_errs", "test_that_exits", "test_that_fails[3]", "test_that_fails[5]"]
    assert found["recorded"] == found["plain"]
    assert found["distributed"] == found["plain"]
    assert (project / "r.json").read_bytes() == (project / "d.json").read_bytes()
    recording = read_recording(project / "r.json")
    assert {case.build.name for case in recording.cases} == {
        f"pkg.blocks:{name}" for name in ("Block", "Breaking", "Embed", "Lazy", "Stack", "make.Inner")
    }
    assert {one.name for one in recording.left_out} == {"pkg.blocks:Block", "pkg.blocks:Callback"}


def test_the_summary_is_one_section(project: Path) -> None:
    write(project, {"tests/test_blocks.py": dedent(SMALL)})
    done = run(project, "-q", "--esper-record=out.json")
    assert done.returncode == 0, done.stdout
    section = done.stdout.partition("esper-lint recording")[2].splitlines()[1:-1]
    assert section == [
        "recorded 3 classes in 25 cases, of 40 constructions and 40 calls, in out.json",
        "of recorded classes, the file lists 1 reason why a part of them was left out",
    ]
    [left_out] = read_recording(project / "out.json").left_out
    assert left_out.name == "pkg.blocks:Callback"
    assert left_out.reason == "argument 1 holds the function test_callback.<locals>.<lambda>, which no module holds" + (
        " under this name"
    )


def test_the_order_of_the_tests_does_not_matter(project: Path) -> None:
    write(project, {"tests/test_blocks.py": dedent(SMALL)})
    write(project, {"conftest.py": "def pytest_collection_modifyitems(items):\n    items.reverse()\n"})
    assert run(project, "--esper-record=a.json").returncode == 0
    (project / "conftest.py").unlink()
    assert run(project, "--esper-record=b.json", "-n2").returncode == 0
    assert (project / "a.json").read_bytes() == (project / "b.json").read_bytes()


def test_without_the_option_nothing_happens(project: Path) -> None:
    write(
        project,
        {
            "tests/test_blocks.py": "import sys\n\ndef test_it():\n"
            "    assert not [name for name in sys.modules if name.startswith('esper_lint.')\n"
            "                and name != 'esper_lint.pytest_plugin']\n"
        },
    )
    done = run(project, "-q")
    assert done.returncode == 0, done.stdout
    assert "esper" not in done.stdout


def test_recording_does_not_import_torch(project: Path) -> None:
    write(project, {"tests/test_blocks.py": "import sys\n\ndef test_it():\n    assert 'torch' not in sys.modules\n"})
    done = run(project, "-q", "--esper-record=r.json")
    assert done.returncode == 0, done.stdout
    assert "recorded 0 classes in 0 cases" in done.stdout


def test_torch_may_come_late(project: Path) -> None:
    write(project, {"tests/test_blocks.py": dedent(LATE)})
    done = run(project, "-q", "--esper-record=r.json")
    assert done.returncode == 0, done.stdout
    assert "recorded 1 class in 8 cases" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["-n2"]])
def test_an_interrupted_run_keeps_what_it_saw(project: Path, arguments: list[str]) -> None:
    write(
        project,
        {
            "tests/test_blocks.py": dedent(SMALL)
            + "\ndef test_waits():\n    open('waiting', 'w').close()\n    time.sleep(600)\n"
        },
    )
    started = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "esper_lint.pytest_plugin", "--esper-record=r.json", *arguments],
        cwd=project,
        env=SURROUNDINGS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    for _ in range(1200):
        if (project / "waiting").exists() or started.poll() is not None:
            break
        time.sleep(0.1)
    time.sleep(0.5)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does it
    said, _ = started.communicate(timeout=120)
    assert started.returncode == 2, said
    assert "esper-lint recording" in said
    assert len(read_recording(project / "r.json").cases) >= 8


@pytest.mark.parametrize(
    ("target", "said"),
    [("none/r.json", "there is no folder for such a file"), ("src", "there is no folder for such a file")],
)
def test_a_file_that_cannot_be_is_said_at_once(project: Path, target: str, said: str) -> None:
    done = run(project, f"--esper-record={target}")
    assert done.returncode == 4
    assert said in done.stderr


def test_settings_that_cannot_be_used_are_said(project: Path) -> None:
    write(project, {"pyproject.toml": "[tool.esper_lint]\nrots = []\n"})
    done = run(project, "--esper-record=r.json")
    assert done.returncode == 4
    assert "unknown setting 'rots'" in done.stderr


def test_installed_packages_are_recorded_when_named(project: Path) -> None:
    installed = project / "venv/lib/site-packages"
    write(installed, {"pkg/__init__.py": "", "pkg/blocks.py": dedent(BLOCKS)})
    (project / "src/pkg/blocks.py").unlink()
    (project / "src/pkg/__init__.py").unlink()
    write(project, {"tests/test_blocks.py": dedent(SMALL)})
    path = os.pathsep.join([str(ROOT), str(installed)])
    done = run(project, "-q", "--esper-record=r.json", PYTHONPATH=path)
    assert "recorded 0 classes" in done.stdout
    assert "to record those of pkg: --esper-record-package pkg" in done.stdout
    done = run(project, "-q", "--esper-record=r.json", "--esper-record-package=pkg", PYTHONPATH=path)
    assert "recorded 3 classes" in done.stdout


def test_roots_are_those_of_the_settings(project: Path) -> None:
    write(project, {"pyproject.toml": PROJECT["pyproject.toml"].replace("lint]", 'lint]\nroots = ["other"]')})
    write(project, {"tests/test_blocks.py": dedent(SMALL)})
    assert "recorded 0 classes" in run(project, "-q", "--esper-record=r.json").stdout
