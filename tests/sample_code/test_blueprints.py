"""Every blueprint, as found and refactored, builds, runs forward and backward, and costs what the registry says."""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tests.sample_code.worlds import PACKAGES, import_package

if TYPE_CHECKING:
    from torch import Tensor, nn

torch = pytest.importorskip("torch")

DIM = 24
NAMES = {
    "cnn": [
        "attention",
        "bottleneck",
        "conv_heavy",
        "conv_light",
        "depthwise",
        "noop",
        "norm",
    ],
    "transformer": [
        "attention",
        "flex_attention",
        "lora",
        "lora_large",
        "mlp",
        "mlp_small",
        "noop",
        "norm",
    ],
}
ALL = [(topology, name) for topology, names in NAMES.items() for name in names]
each_blueprint = pytest.mark.parametrize(("topology", "name"), ALL)


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=[True, False], ids=["flex", "no-flex"])
def blueprints(request: pytest.FixtureRequest, package: str) -> ModuleType:
    return import_package(package, flex=request.param)


def make_input(topology: str) -> Tensor:
    # Odd and pairwise different sizes: a swapped axis or a lost row cannot go unseen.
    shape = (3, 7, DIM) if topology == "transformer" else (3, DIM, 5, 9)
    return torch.randn(*shape, generator=torch.Generator().manual_seed(11))


def scramble(seed: nn.Module) -> None:
    """Overwrite every parameter: with the last layer at zero, any seed looks like the identity."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in seed.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))


def is_flex(name: str, blueprints: ModuleType) -> bool:
    return name == "flex_attention" and blueprints.transformer._HAS_FLEX


@each_blueprint
def test_seed_is_the_identity_when_built(blueprints: ModuleType, topology: str, name: str) -> None:
    seed = blueprints.get(topology, name).build(DIM)
    x = make_input(topology)
    with torch.no_grad():
        torch.testing.assert_close(seed(x), x, rtol=0, atol=0)


@each_blueprint
def test_param_estimate_is_the_parameter_count(blueprints: ModuleType, topology: str, name: str) -> None:
    blueprint = blueprints.get(topology, name)
    for dim in (DIM, 40):
        seed = blueprint.build(dim)
        assert blueprint.param_estimate(dim) == sum(p.numel() for p in seed.parameters())


@each_blueprint
def test_forward_and_backward(blueprints: ModuleType, topology: str, name: str) -> None:
    seed = blueprints.get(topology, name).build(DIM)
    scramble(seed)
    x = make_input(topology).requires_grad_()
    if is_flex(name, blueprints):
        pytest.skip("FlexAttention has no backward on the CPU: see the tests below")
    y = seed(x)
    assert y.shape == x.shape
    assert name == "noop" or not torch.equal(y, x)
    (y * torch.linspace(-1, 1, y.numel()).reshape(y.shape)).sum().backward()
    for gradient in [x.grad, *(parameter.grad for parameter in seed.parameters())]:
        assert gradient is not None
        assert torch.isfinite(gradient).all()
        assert gradient.any()


@each_blueprint
def test_a_new_seed_can_learn(blueprints: ModuleType, topology: str, name: str) -> None:
    """Starting at zero must not mean staying there: some parameter has a gradient at birth."""
    if name == "noop" or is_flex(name, blueprints):
        pytest.skip("nothing to learn, or no backward on the CPU")
    seed = blueprints.get(topology, name).build(DIM)
    seed(make_input(topology)).square().sum().backward()
    assert any(p.grad is not None and p.grad.any() for p in seed.parameters())


def test_flex_attention_has_no_backward_on_the_cpu(package: str) -> None:
    seed = import_package(package, flex=True).get("transformer", "flex_attention").build(DIM)
    x = make_input("transformer").requires_grad_()
    with torch.no_grad():
        assert seed(x).shape == x.shape
    with pytest.raises(NotImplementedError):
        seed(x).sum().backward()


def test_attention_checkpoints_load_into_flex_attention_and_back(blueprints: ModuleType) -> None:
    attention = blueprints.get("transformer", "attention").build(DIM)
    flexible = blueprints.get("transformer", "flex_attention").build(DIM)
    expected = [(key, value.shape) for key, value in attention.state_dict().items()]
    assert [(key, value.shape) for key, value in flexible.state_dict().items()] == expected
    assert [k for k, _ in flexible.named_parameters()] == [k for k, _ in expected]
    flexible.load_state_dict(attention.state_dict(), strict=True)
    attention.load_state_dict(flexible.state_dict(), strict=True)


def test_fallback_repeats_the_forward_of_attention(blueprints: ModuleType) -> None:
    """The example stands or falls with this: only comments may differ between the two."""
    source = Path(blueprints.transformer.__file__).read_text(encoding="utf-8")
    bodies: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            forward = next((one for one in node.body if getattr(one, "name", "") == "forward"), None)
            if isinstance(forward, ast.FunctionDef):
                bodies[node.name] = [ast.dump(statement) for statement in forward.body]
    assert bodies["FlexAttentionFallback"] == bodies["TransformerAttentionSeed"]
    assert bodies["FlexAttentionSeed"] != bodies["TransformerAttentionSeed"]


def test_attention_and_flex_attention_agree(blueprints: ModuleType) -> None:
    attention = blueprints.get("transformer", "attention").build(DIM)
    flexible = blueprints.get("transformer", "flex_attention").build(DIM)
    scramble(attention)
    flexible.load_state_dict(attention.state_dict())
    x = make_input("transformer")
    with torch.no_grad():
        expected, actual = attention(x), flexible(x)
    assert not torch.equal(expected, x)
    if blueprints.transformer._HAS_FLEX:
        torch.testing.assert_close(actual, expected)
    else:
        torch.testing.assert_close(actual, expected, rtol=0, atol=0)


def test_attention_and_fallback_have_equal_gradients(package: str) -> None:
    blueprints = import_package(package, flex=False)
    gradients = []
    for name in ("attention", "flex_attention"):
        seed = blueprints.get("transformer", name).build(DIM)
        scramble(seed)
        x = make_input("transformer").requires_grad_()
        y = seed(x)
        (y * torch.linspace(-1, 1, y.numel()).reshape(y.shape)).sum().backward()
        gradients.append([x.grad, *(parameter.grad for parameter in seed.parameters())])
    for expected, actual in zip(*gradients, strict=True):
        torch.testing.assert_close(actual, expected, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["attention", "flex_attention"])
def test_attention_is_causal(blueprints: ModuleType, name: str) -> None:
    seed = blueprints.get("transformer", name).build(DIM)
    scramble(seed)
    x = make_input("transformer")
    later = x.clone()
    later[:, 4:] += 1
    with torch.no_grad():
        torch.testing.assert_close(seed(later)[:, :4], seed(x)[:, :4])
        assert not torch.allclose(seed(later)[:, 4:] - later[:, 4:], seed(x)[:, 4:] - x[:, 4:])


@pytest.mark.parametrize("name", ["attention", "flex_attention"])
def test_attention_rejects_a_width_that_its_heads_do_not_divide(blueprints: ModuleType, name: str) -> None:
    with pytest.raises(ValueError, match="24 is not divisible by n_head 5"):
        blueprints.get("transformer", name).build(DIM, n_head=5)


def test_block_masks_are_cached_bounded_and_left_out_of_copies(package: str) -> None:
    blueprints = import_package(package, flex=True)
    limit = blueprints.transformer._MAX_CACHED_MASKS
    seed = blueprints.get("transformer", "flex_attention").build(DIM)
    first = seed._causal_mask(1, torch.device("cpu"))
    assert seed._causal_mask(1, torch.device("cpu")) is first
    for length in range(2, limit + 1):
        seed._causal_mask(length, torch.device("cpu"))
    # Used again, the oldest outlives the second oldest.
    seed._causal_mask(1, torch.device("cpu"))
    seed._causal_mask(limit + 1, torch.device("cpu"))
    lengths = [length for length, _ in seed._masks]
    assert lengths == [*range(3, limit + 1), 1, limit + 1]
    assert not copy.deepcopy(seed)._masks
    assert len(seed._masks) == limit


@pytest.mark.parametrize("name", ["mlp", "mlp_small"])
def test_checkpointing_changes_no_gradient(blueprints: ModuleType, name: str) -> None:
    gradients = []
    for use_checkpoint in (False, True):
        seed = blueprints.get("transformer", name).build(DIM, use_checkpoint=use_checkpoint)
        scramble(seed)
        recomputed: list[int] = []
        seed.fc1.register_forward_hook(lambda *_, calls=recomputed: calls.append(1))
        x = make_input("transformer").requires_grad_()
        seed.train()(x).square().sum().backward()
        assert len(recomputed) == (2 if use_checkpoint else 1)
        gradients.append([x.grad, *(parameter.grad for parameter in seed.parameters())])
    for expected, actual in zip(*gradients, strict=True):
        torch.testing.assert_close(actual, expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("small", "large", "option", "value"),
    [("mlp_small", "mlp", "expansion", 4), ("lora", "lora_large", "rank", 32)],
)
def test_variants_differ_only_in_a_default(
    blueprints: ModuleType, small: str, large: str, option: str, value: int
) -> None:
    one = blueprints.get("transformer", small).build(DIM, **{option: value})
    other = blueprints.get("transformer", large).build(DIM)
    scramble(one)
    other.load_state_dict(one.state_dict())
    x = make_input("transformer")
    assert torch.equal(one(x), other(x))


def test_stochastic_depth_drops_whole_samples(blueprints: ModuleType) -> None:
    seed = blueprints.get("cnn", "bottleneck").build(DIM, drop_path=0.5)
    scramble(seed)
    x = make_input("cnn").repeat(8, 1, 1, 1)
    with torch.no_grad():
        full = seed.eval()(x) - x
        torch.manual_seed(3)
        dropped = seed.train()(x) - x
    kept = dropped.flatten(1).any(dim=1)
    assert kept.any()
    assert not kept.all()
    torch.testing.assert_close(dropped[kept], 2 * full[kept])


def test_conv_heavy_rejects_a_dilation_of_one(blueprints: ModuleType) -> None:
    with pytest.raises(ValueError, match="dilation 1"):
        blueprints.get("cnn", "conv_heavy").build(DIM, dilation=1)


def test_listing_is_sorted(blueprints: ModuleType) -> None:
    assert [(b.topology, b.name) for b in blueprints.available()] == ALL
    for topology, names in NAMES.items():
        assert [b.name for b in blueprints.available(topology)] == names
    assert all(b.description for b in blueprints.available())


def test_unknown_blueprint_names_the_known_ones(blueprints: ModuleType) -> None:
    with pytest.raises(blueprints.UnknownBlueprintError) as raised:
        blueprints.get("transformer", "conv_light")
    assert str(raised.value) == (
        "no transformer blueprint 'conv_light'; registered: attention, flex_attention, lora, "
        "lora_large, mlp, mlp_small, noop, norm"
    )
    with pytest.raises(LookupError, match="no rnn blueprint 'norm'; registered: none"):
        blueprints.get("rnn", "norm")


def test_a_name_is_taken_once_per_topology(blueprints: ModuleType) -> None:
    enter = blueprints.register("norm", "cnn", params=lambda dim: 0, description="another")
    with pytest.raises(ValueError, match="cnn blueprint 'norm' is already registered"):
        enter(torch.nn.Identity)
    assert blueprints.get("cnn", "norm").description == "Global response normalisation"
