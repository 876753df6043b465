"""``contract``: after it, a check is silent; and whoever then changes a member hears of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from esper_lint.fixing.lockstep.declaring import _comment, _stem
from tests.cli.running import SEED, Outcome, Run

ROOT = Path(__file__).parents[2]
OTHER = (
    SEED.format(name="Other").replace("qkv", "packed").replace("b, n, d =", "b, n, width =").replace(" d)", " width)")
)
OTHER = OTHER.replace("d // self", "width // self")

PAIRS = {
    "attention and fallback": ("TransformerAttentionSeed", "FlexAttentionFallback"),
    "attention and flex": ("TransformerAttentionSeed", "FlexAttentionSeed"),
    "all three": ("TransformerAttentionSeed", "FlexAttentionFallback", "FlexAttentionSeed"),
    "mlp": ("TransformerMLPSeed", "TransformerMLPSmallSeed"),
    "lora": ("LoRASeed", "LoRALargeSeed"),
    "convolutions": ("ConvLightSeed", "ConvHeavySeed"),
    "forwards": ("ConvLightSeed.forward", "ConvHeavySeed.forward"),
}


@pytest.fixture
def blueprints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sample"
    shutil.copytree(ROOT / "sample_code" / "blueprints", folder / "blueprints")
    (folder / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


def told(outcome: Outcome) -> list[tuple[str, int]]:
    found = json.loads(outcome.out)["findings"]
    return [(one["rule"], one["line"]) for one in found if not one["suppressed"] and one["rule"].startswith("ESP2")]


@pytest.mark.parametrize("members", PAIRS.values(), ids=PAIRS.keys())
def test_members_of_the_sample_agree_under_what_is_written(
    blueprints: Path, run: Run, members: tuple[str, ...]
) -> None:
    written = run("contract", *members, "--name", "held", "--reason", 'so "it" is')
    assert written.status == 0, written.err
    assert written.err.startswith(f"wrote contract held: {len(members)} members in 1 file")
    assert told(run("check", "--output-format", "json", "--select", "ESP2")) == []
    assert run("fix", "--undo").status == 0
    for path in (blueprints / "blueprints").glob("*.py"):
        assert path.read_bytes() == (ROOT / "sample_code" / "blueprints" / path.name).read_bytes()


@pytest.fixture
def pair(project: Path) -> Path:
    (project / "other.py").write_text(OTHER, encoding="utf-8")
    return project


def test_renames_are_proposed_and_either_side_is_held(pair: Path, run: Run) -> None:
    written = run("contract", "Pair", "Other", "--reason", "apart on purpose")
    assert (written.status, written.err) == (0, "wrote contract pair: 2 members in 2 files\n")
    first = (pair / "pair.py").read_text(encoding="utf-8")
    second = (pair / "other.py").read_text(encoding="utf-8")
    assert '\n# esper: lockstep(pair) reason="apart on purpose"\nclass Pair' in first
    assert "\n# esper: lockstep(pair) of=pair:Pair map=d->width,qkv->packed\nclass Other" in second
    assert told(run("check", "--output-format", "json")) == []
    for name, text in (("pair.py", first), ("other.py", second)):
        (pair / name).write_text(text.replace("return x + ", "return x - "), encoding="utf-8")
        assert [rule for rule, _ in told(run("check", "--output-format", "json"))] == ["ESP201", "ESP201"]
        (pair / name).write_text(text, encoding="utf-8")


def test_the_diff_is_shown_and_nothing_written(pair: Path, run: Run) -> None:
    outcome = run("contract", "pair.py:Pair", "other.py:Other", "--diff")
    assert outcome.status == 1 and outcome.out.count("+# esper: lockstep(pair)") == 2
    assert (pair / "other.py").read_text(encoding="utf-8") == OTHER


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Pair"], "a contract needs two members or more"),
        (["Pair", "Twn"], "no class or function `Twn` among the files compared; did you mean `Twin` (twin.py)?"),
        (["Pair", "forward"], "`forward` names 4 definitions"),
        (["Pair", "Pair"], "`Pair` is in another of these, or named twice"),
        (["Pair", "Pair.forward"], "`Pair.forward` is in another of these"),
        (["Pair", "Twin.forward"], "a class and a function have no contract with each other"),
        (["Pair", "nowhere.py:Twin"], "nowhere.py"),
        (["Pair", "Twin", "--name", "a b"], "'a b' is no name"),
        (["Pair", "Other"], "no map or gap can express how they differ: their parameters or bases differ"),
    ],
)
def test_what_cannot_be_declared_is_one_line(pair: Path, run: Run, arguments: list[str], message: str) -> None:
    (pair / "other.py").write_text(OTHER.replace("(nn.Module)", "(nn.Module, Mixin)"), encoding="utf-8")
    outcome = run("contract", *arguments)
    assert outcome.status == 2 and message in outcome.err and outcome.err.count("\n") == 1
    assert "esper:" not in (pair / "pair.py").read_text(encoding="utf-8")


def test_a_name_is_not_used_twice(pair: Path, run: Run) -> None:
    assert run("contract", "Pair", "Twin").err.startswith("wrote contract pair:")
    assert "there is a contract `pair` already, at pair.py:5" in run("contract", "Pair", "Other", "--name", "pair").err
    assert run("contract", "Pair", "Other", "--diff").err.startswith("would write contract pair-2:")


@pytest.mark.parametrize(
    ("names", "stem"),
    [
        (["TransformerAttentionSeed", "FlexAttentionFallback"], "attention"),
        (["TransformerMLPSeed", "TransformerMLPSmallSeed"], "transformer-mlp-seed"),
        (["ConvLightSeed", "ConvHeavySeed"], "conv-seed"),
        (["Pair", "Twin"], "pair"),
        (["BertLayer", "RobertaLayer", "GPT2Layer"], "layer"),
    ],
)
def test_the_name_is_what_the_names_share(names: list[str], stem: str) -> None:
    assert _stem(names) == stem


def test_long_declarations_go_on_in_the_next_line(pair: Path, run: Run) -> None:
    reason = "because " * 30 + "of it"
    assert run("contract", "Pair", "Other", "--reason", reason).status == 0
    lines = (pair / "pair.py").read_text(encoding="utf-8").split("\n")
    assert max(map(len, lines[:10])) <= 88  # no formatter says otherwise here
    from esper_lint.contracts.declaration import Declaration, parsed

    said = parsed(lines, 1 + next(at for at, line in enumerate(lines) if "esper:" in line))
    assert isinstance(said, Declaration) and said.reason == reason


def test_pieces_are_put_together_as_they_were() -> None:
    pairs = ",".join(f"a{number}->b{number}" for number in range(40))
    lines = _comment(["lockstep(x)", "of=module:Class", f"map={pairs}"], "    ", 100)
    assert max(map(len, lines)) <= 100
    joined = "".join(line.strip().removeprefix("#").lstrip().removesuffix("\\") for line in lines)
    assert joined == f"esper: lockstep(x) of=module:Class map={pairs}"


def test_of_two_statements_that_may_be_the_others_one_the_first_is(blueprints: Path, run: Run) -> None:
    """The heavy seed has a second convolution, as `check` says too, and not another first one."""
    assert run("contract", "ConvLightSeed.forward", "ConvHeavySeed.forward").status == 0
    lines = (blueprints / "blueprints" / "cnn.py").read_text(encoding="utf-8").split("\n")
    gaps = [at for at, line in enumerate(lines) if "# esper: gap(conv-seed)" in line]
    assert [lines[at + 1].strip().partition("(")[0] for at in gaps] == [
        "# esper: end",
        "gate = torch.sigmoid",
        "pooled = F.gelu",
        "mask = torch.sigmoid",
    ]
    assert "self.wide_norm(self.wide(pooled))" in lines[gaps[2] + 1]
    assert any("depthwise->local," in line for line in lines)


def test_a_declaration_is_as_long_as_lines_may_be(blueprints: Path, run: Run) -> None:
    (blueprints / "pyproject.toml").write_text("[tool.esper_lint]\n[tool.ruff]\nline-length = 72\n", encoding="utf-8")
    assert run("contract", "ConvLightSeed.forward", "ConvHeavySeed.forward", "--reason", "word " * 30).status == 0
    lines = (blueprints / "blueprints" / "cnn.py").read_text(encoding="utf-8").split("\n")
    starts = [at for at, line in enumerate(lines) if "esper: lockstep" in line]
    held = [line for at in starts for line in lines[at : at + 3]]
    assert 60 < max(map(len, held)) <= 72
