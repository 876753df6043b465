"""What is seen of one case: at every stage at which it may end, and of every kind of module."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from esper_lint.verification.comparing import compare  # noqa: E402
from esper_lint.verification.lookup import Names, Refused  # noqa: E402
from esper_lint.verification.observing import observe, options  # noqa: E402
from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec, Value  # noqa: E402
from tests.verification.replaying import settled_torch, version  # noqa: E402
from tests.verification.wrong_refactors.variant import HEAD  # noqa: E402


@contextmanager
def project(text: str) -> Iterator[Names]:
    with settled_torch(), version(HEAD + text, "proj", "proj_here") as names:
        yield names


def seen(text: str, *inputs: Value, name: str = "proj:Net", seed: int = 0, **how: Any) -> dict[str, Any]:
    with project(text) as names:
        case = Case(Build(name), Call(Arguments(inputs or (TensorSpec((2, 3, 5)),))), seed=seed)
        found = observe(case, options(how, case), names)
        json.dumps(found)
        return found


def net(forward: str, init: str = "pass") -> str:
    return (
        "class Net(nn.Module):\n"
        f"    def __init__(self):\n        super().__init__()\n        {init}\n\n"
        f"    def forward(self, x):\n        {forward}\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "outcome"),
    [
        ("", "proj:Net", ("import", "Absent")),
        ("", "proj.models:Net", ("import", "Absent")),
        (net("return x", "raise ValueError(3)"), "proj:Net", ("build", "ValueError")),
        (net("return x", "raise SystemExit(3)"), "proj:Net", ("build", "SystemExit")),
        (net("return x", "self(1, 2)"), "proj:Net", ("build", "TypeError")),
        (net("raise KeyError(x.shape)"), "proj:Net", ("call", "KeyError")),
        (net("exit(3)"), "proj:Net", ("call", "SystemExit")),
        (net("return self.missing(x)"), "proj:Net", ("call", "AttributeError")),
        (net("x.mul_(2); return x"), "proj:Net", None),
        (net("y = x.exp(); z = y.sin(); y.zero_(); return z"), "proj:Net", ("backward", "RuntimeError")),
    ],
)
def test_an_exception_is_an_outcome_with_its_stage(text: str, name: str, outcome: tuple[str, str] | None) -> None:
    found = seen(text, name=name, grad=True)["outcome"]
    if outcome is None:
        assert found == {"kind": "returned"}
    else:
        assert (found["kind"], found["stage"], found["type"]) == ("raised", *outcome)


@pytest.mark.parametrize("how", [{}, {"watch": False}, {"grad": True}])
def test_an_argument_that_cannot_be_built_is_an_outcome(how: dict[str, Any]) -> None:
    text = net("return x") + "\n\nclass Part(nn.Module):\n    def __init__(self):\n        raise KeyError(3)\n"
    outcome = seen(text, Build("proj:Part"), **how)["outcome"]
    assert (outcome["stage"], outcome["type"]) == ("call", "KeyError")


@pytest.mark.parametrize(
    "method", ["state_dict(self, **_)", "train(self, mode=True)", "named_parameters(self, *_, **__)"]
)
def test_a_module_whose_own_methods_raise_is_an_outcome(method: str) -> None:
    text = net("return x") + f"\n    def {method}:\n        raise KeyError(3)\n"
    outcome = seen(text)["outcome"]
    assert (outcome["stage"], outcome["type"]) == ("build", "KeyError")


def test_a_message_loses_what_no_two_runs_have_in_common() -> None:
    message = 'f"{object()} at /tmp/{id(self)}/net.py:31, line 7 of {type(self)} in proj_here.net and C:\\\\a\\\\b.py"'
    found = seen(net(f"raise ValueError({message})"))["outcome"]["message"]
    assert found == "<object object at 0x> at PATH, line of <class 'proj.Net'> in proj.net and PATH"


def test_an_argument_error_does_not_tell_which_class_has_the_method() -> None:
    text = "class Base(nn.Module):\n    def forward(self, x, y):\n        return x\n\n\nclass Net(Base):\n    pass\n"
    assert seen(text)["outcome"]["message"] == "forward() missing 1 required positional argument: 'y'"


MODULES = {
    "plain": net("return self.a(x)", "self.a = nn.Linear(5, 5)"),
    "dropout": net("return F.dropout(x)"),
    "nested outputs": net('return {"a": [x, (x * 2, None)], 3: {1.5, "b"}, "c": torch.Size([3])}'),
    "named tuple": net("return torch.max(x, 1)"),
    "integers": net("return x.argmax(-1), x > 0"),
    "complex": net("return torch.fft.rfft(x)"),
    "sparse": net("return x.relu().to_sparse()"),
    "quantised": net("return torch.quantize_per_tensor(x.detach().float(), 0.1, 0, torch.quint8)"),
    "empty": net("return x[:0], x.sum()"),
    "conjugate": net("return torch.complex(x.float(), x.float()).conj()"),
    "meta": net('return torch.empty(3, device="meta")'),
    "not a number": net('return x * float("nan"), float("nan"), x.new_tensor(float("inf"))'),
    "lazy": net("return self.a(x)", "self.a = nn.LazyLinear(5)"),
    "uninitialised": net("return x + self.a", "self.a = torch.empty(2, 3, 5)"),
    "transformer": net("return self.a(x)", "self.a = nn.TransformerEncoderLayer(5, 5, 7, batch_first=True)"),
    "recurrent": net("return self.a(x)", "self.a = nn.LSTM(5, 7, 2)"),
    "tied": net(
        "return self.b(self.a(x))", "self.a = nn.Linear(5, 5); self.b = nn.Linear(5, 5); self.b.weight = self.a.weight"
    ),
    "nothing": net("return None"),
    "loops": net("self.own = [self.__dict__, self]; self.own.append(self.own); return x"),
    "compiled": net("return torch.compile(torch.sin, backend='eager')(x)"),
    "weight norm": net("return self.a(x)", "self.a = nn.utils.parametrizations.weight_norm(nn.Linear(5, 5))"),
}
MODES: tuple[dict[str, object], ...] = (
    {},
    {"grad": True, "training": True},
    {"precision": "bfloat16", "grad": True},
    {"precision": "autocast"},
    {"scramble": False, "watch": False},
)


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("kind", MODULES)
def test_a_module_is_seen_alike_twice(kind: str, mode: dict[str, Any]) -> None:
    one, other = seen(MODULES[kind], **mode), seen(MODULES[kind], **mode)
    one.pop("warnings", None), other.pop("warnings", None)  # torch gives some of its own only once
    assert one == other
    assert [check for check in compare(one, other) if check.outcome == "differs"] == []


def test_most_of_these_modules_return() -> None:
    """Else the test above would be of exceptions."""
    outcomes = {kind: seen(text)["outcome"] for kind, text in MODULES.items()}
    assert {kind: one for kind, one in outcomes.items() if one["kind"] != "returned"} == {}


def test_numbers_depend_on_the_seed_of_the_case() -> None:
    one, other = seen(MODULES["plain"]), seen(MODULES["plain"], seed=1)
    assert one["outputs"] != other["outputs"] and one["initial"] != other["initial"]


def test_what_a_checkpoint_and_an_optimizer_get_is_listed_in_order() -> None:
    init = "self.b = nn.Linear(5, 5, bias=False); self.a = nn.Parameter(torch.ones(2), False)"
    found = seen(net("return x", init + '; self.register_buffer("t", torch.ones(1), persistent=False)'))
    assert found["parameters"] == [["a", [2], "float32", False], ["b.weight", [5, 5], "float32", True]]
    assert [row[:3] for row in found["state"]] == [["a", [2], "float32"], ["b.weight", [5, 5], "float32"]]
    assert found["buffers"] == [["t", [1], "float32", False]]
    assert [name for name, _ in found["initial"]] == ["a", "b.weight", "t"]


def test_gradients_keep_what_has_none() -> None:
    found = seen(
        net("return self.a(x) + self.b.detach()", "self.a = nn.Linear(5, 5); self.b = nn.Parameter(torch.ones(5))"),
        grad=True,
    )
    gradients = dict(found["gradients"])
    assert list(gradients) == ["input.0", "b", "a.weight", "a.bias"]
    assert gradients["b"] is None and gradients["a.bias"]["digest"]


def test_gradients_tell_outputs_apart_that_have_equal_sums() -> None:
    one, other = seen(net("return x * 2, x * 3"), grad=True), seen(net("return x * 3, x * 2"), grad=True)
    flipped = seen(net("return (x * 2).flip(0), x * 3"), grad=True)
    assert one["gradients"] == other["gradients"]  # a sum of both is all that an input can see
    assert one["gradients"] != flipped["gradients"]


def test_a_written_input_is_seen_with_and_without_gradients() -> None:
    for grad in (False, True):
        one, other = seen(net("return x * 2"), grad=grad), seen(net("x.mul_(2); return x + 0"), grad=grad)
        assert one["outcome"] == other["outcome"] == {"kind": "returned"}
        assert one["inputs_after"] != other["inputs_after"]


def test_memory_that_is_shared_is_named() -> None:
    found = seen(net("return x, x[0], self.a, x * 1", "self.a = nn.Parameter(torch.ones(3))"))["outputs"]
    assert [one["tensor"]["alias"] for one in found["tuple"][1]] == ["arguments[0][0]", "arguments[0][0]", "a", None]


def test_what_a_forward_leaves_behind_is_seen() -> None:
    text = net("self.seen = [x.shape, self.n]; self.last = x; self.train(); return x", "self.n = 3")
    ((name, training, kept),) = seen(text)["attributes_after"]
    assert (name, training) == ("", True)
    assert json.dumps(kept).count("last") == 1 and "[2, 3, 5]" in json.dumps(kept)


def test_a_module_of_torch_keeps_what_is_not_the_projects() -> None:
    assert seen("", name="torch.nn:ReLU")["attributes_after"] == []


def test_hooks_are_told_in_order_and_not_of_what_is_bypassed() -> None:
    init = "self.a = nn.Linear(5, 5); self.b = nn.Sequential(nn.ReLU())"
    found = [line.partition("(")[0] for line in seen(net("return self.b(self.a(x))", init))["hooks"]]
    assert found == [
        "before the module",
        "before a",
        "after a",
        "before b",
        "before b.0",
        "after b.0",
        "after b",
        "after the module",
    ]
    assert len(seen(net("return self.b.forward(self.a.forward(x))", init))["hooks"]) == 4


def test_operations_are_told_with_shapes_and_constants() -> None:
    found = seen(net("return F.layer_norm(x, (5,), eps=0.125).sum(1)"))["ops"]["list"]
    assert found == [
        "aten.native_layer_norm.default(float32[2x3x5], [5], None, None, 0.125)",
        "aten.sum.dim_IntList(float32[2x3x5], [1])",
    ]


def test_values_are_written_and_read_without_pickles(tmp_path: Path) -> None:
    path = tmp_path / "values.pt"
    found = seen(net('return {"a": x * 2}'), grad=True, values=str(path))
    values = torch.load(path, weights_only=True)
    assert list(values) == ["output[a]", "gradient of input.0"]
    assert found["outcome"] == {"kind": "returned"}


def test_values_are_those_of_the_first_call(tmp_path: Path) -> None:
    init = 'self.register_buffer("n", torch.zeros(1))'
    seen(net("self.n += 1; return self.n", init), scramble=False, values=str(tmp_path / "values.pt"))
    assert torch.load(tmp_path / "values.pt", weights_only=True)["output"].tolist() == [1.0]


@pytest.mark.parametrize("how", [{"precision": "float8"}, {"presicion": "float32"}, {"precision": None}])
def test_options_that_do_not_exist_are_refused(how: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="options: "):
        seen(net("return x"), **how)


def test_warnings_are_collected_and_not_shown(recwarn: pytest.WarningsRecorder) -> None:
    found = seen(net("import warnings; warnings.warn('old'); return x"))
    assert found["warnings"] == [["UserWarning", "old"]]
    assert list(recwarn) == []
