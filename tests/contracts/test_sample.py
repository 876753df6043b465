"""The case that contracts were made for: a fallback that stays what it stands in for, told alike by every front end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.flake8.running import check, flake8
from tests.trees import project, report

BLUEPRINTS = Path(__file__).parents[2] / "sample_code" / "blueprints"
SEED = "    class TransformerAttentionSeed(nn.Module):\n"
FALLBACK = "        class FlexAttentionFallback(nn.Module):\n"
COMMENT = '# esper: lockstep(attention){} reason="version isolation"\n'


@pytest.fixture
def blueprints(tmp_path: Path) -> Path:
    """The sample with a contract between the attention seed and the fallback."""
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints", ignore=shutil.ignore_patterns("__pycache__"))
    project(tmp_path, {}, f'cache-dir = "{(tmp_path / "cache").as_posix()}"')
    place = tmp_path / "blueprints" / "transformer.py"
    target = " of=blueprints.transformer:create_attention_seed.TransformerAttentionSeed"
    text = place.read_text()
    text = text.replace(SEED, f"    {COMMENT.format('')}{SEED}")
    place.write_text(text.replace(FALLBACK, f"        {COMMENT.format(target)}{FALLBACK}"))
    return tmp_path


def edit(folder: Path, name: str, number: int) -> int:
    """Change the number-th line that draws on the qkv layer; its line."""
    place = folder / "blueprints" / name
    lines = place.read_text().split("\n")
    found = [at for at, line in enumerate(lines) if "is_causal=True" in line][number]
    lines[found] = lines[found].replace("True", "False")
    place.write_text("\n".join(lines))
    return found + 1


def test_the_two_are_held_and_the_third_is_still_reported(blueprints: Path) -> None:
    found = report(blueprints, cached=True)
    assert [one.rule for one in found.active].count("ESP201") == 0
    (attention,) = [group for group in found.groups if group.rule == "ESP103"]
    assert attention.suppressed is None  # FlexAttentionSeed is in the group, and in no contract


@pytest.mark.parametrize("number", [0, 1])
def test_breaking_either_is_caught_by_every_front_end(blueprints: Path, number: int) -> None:
    line = edit(blueprints, "transformer.py", number)
    by_command = check(blueprints, "--select=ESP201", "blueprints")
    by_flake8 = flake8(blueprints, "--select=ESP201", "blueprints/transformer.py")
    assert by_command.status == by_flake8.status == 1
    assert by_command.rows == by_flake8.rows
    assert f"blueprints/transformer.py:{line}:" in "\n".join(by_command.rows)
    assert len(by_command.rows) == 2
