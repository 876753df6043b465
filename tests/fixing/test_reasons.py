"""The reasons that a refusal gives are those of the members that it names, and of what stands in their way; and of the
parts of a group that can be fixed a safe one is."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence

from esper_lint.findings import Group, Member, Severity, Tier, UnitKind
from esper_lint.fixing.attempting import STILL_REPORTED, Attempt, attempted
from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import source_of
from esper_lint.fixing.fixes import FixKey
from esper_lint.fixing.proving import Proved
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.refusals.examples import file, module

HEAD = "import torch\nfrom torch import nn\n"
START = """
y = self.norm(x).transpose(1, 2).reshape(x.shape[0], -1, self.heads)
y = self.proj(y).relu() * y.mean(dim=1, keepdim=True)
z = self.gate(y).sigmoid() * torch.cat([x, y], dim=-1)
"""


def hazards(*classes: str) -> Sequence[Hazard]:
    """What keeps the forwards of a file from being extracted."""
    found = extracted(source_of("a.py", file(*classes, head=HEAD)).sites, Options())
    assert isinstance(found, Unextractable), found
    return found.hazards


def attempt(files: Mapping[str, str], variants: Sequence[int], withdrawn: Collection[FixKey] = ()) -> Attempt:
    """What becomes of a group of all the forwards of some files, if some fixes of it have been withdrawn."""
    sources = {path: source_of(path, text) for path, text in files.items()}
    sites = [site for source in sources.values() for site in source.sites]
    members = [
        Member(
            site.source.path,
            site.qualname,
            site.function.lineno,
            site.function.end_lineno or 0,
            0,
            0,
            str(k),
            1.0,
            None,
            variant,
        )
        for k, (site, variant) in enumerate(zip(sites, variants, strict=True))
    ]
    group = Group("0", "ESP102", UnitKind.FORWARD, 3, 0.9, Severity.P3, tuple(members), (), True)
    options = Options(module_of=lambda path: path.removesuffix(".py").replace("/", "."), folder="blocks")
    return attempted(group, members, sources, options, withdrawn)


def test_a_statement_is_not_compared_with_one_that_is_common() -> None:
    """The second lines are equal; the first one of the one class is like nothing but the second of the other."""
    line = "x = x + self.drop2(self.mlp(self.norm2(x)))"
    one = f"x = x + self.drop1(self.mix(self.norm1(x)))\n{line}\nreturn x"
    other = f"x = torch.relu(self.mix(x, self.bias))\n{line}\nreturn x"
    found = hazards(module("First", one), module("Second", other))
    assert [hazard.code for hazard in found] == ["FX-NO-BENEFIT"], found


def test_a_statement_is_not_compared_with_one_in_another_place() -> None:
    """`second` comes before what is common, and `first` after it."""
    one = module("First", "x = self.pool(x) + x.mean()\nx = self.first(x)\nreturn x")
    other = module("Second", "x = self.second(x)\nx = self.pool(x) + x.mean()\nreturn x")
    found = hazards(one, other)
    assert "`first`/`second`" not in " ".join(hazard.message for hazard in found), found


def test_an_equal_statement_that_is_common_elsewhere_does_not_stand_at_another_place() -> None:
    one = "for block, attend in zip(self.blocks, self.attends):\n    x = block(x)\n    x = attend(x)\nreturn x"
    other = "for block in self.blocks:\n    x = block(x)\nreturn x"
    found = hazards(module("First", one), module("Second", other))
    assert "at another place" not in " ".join(hazard.message for hazard in found), found


def test_methods_are_not_called_keys_of_the_state_dict() -> None:
    one = "y = self._down(x.mean(dim=1, keepdim=True), self.kernel, self.bias)\nreturn y * x.shape[1] / x.shape[0] + x"
    first = module("First", one) + "\n    def _down(self, x):\n        return x\n"
    second = module("Second", one.replace("_down", "_up")) + "\n    def _up(self, x):\n        return x\n"
    (found,) = hazards(first, second)
    assert (found.code, found.message) == ("FX-ATTR-KEY", "methods or attributes differ: `_down`/`_up`")


def test_attributes_of_a_context_are_not_called_keys_of_the_state_dict() -> None:
    """The forward of a ``torch.autograd.Function`` has no module."""
    one = module("First", "y = torch.exp(x) * x.mean()\ny = ctx.scale(y)\nreturn y / x.shape[0]")
    first = one.replace("    def forward(self", "    @staticmethod\n    def forward(ctx")
    second = first.replace("First", "Second").replace("ctx.scale", "ctx.shift")
    assert "methods or attributes differ: `scale`/`shift`" in [hazard.message for hazard in hazards(first, second)]


def test_a_tail_that_may_keep_its_return_is_not_refused_for_it() -> None:
    """It ends every way and could move, but is too short to be worth it; only a part of it would return early."""
    tail = "if early:\n    return x\nx = self.fc(x)\nreturn x"
    one = module("First", f"x = self.pool(x)\n{tail}", parameters="self, x, early")
    other = module("Second", f"x = self.flat(x)\n{tail}", parameters="self, x, early")
    assert "FX-EARLY-RETURN" not in {hazard.code for hazard in hazards(one, other)}


def left_out(third: str) -> Refusal:
    """Why the third of three classes is left out, the first two of which differ in the middle, by `mix` and `blend`."""
    end = "z = z * z.softmax(dim=-1) / x.shape[1]\nreturn z"
    starts = [f"x = self.mix(x)\n{START}", f"x = self.blend(x)\n{START}", third]
    text = file(
        *(module(name, start + end) for name, start in zip(("One", "Two", "Three"), starts, strict=True)), head=HEAD
    )
    found = attempt({"blocks/a.py": text}, [0, 1, 2])
    assert isinstance(found.found, Proved)
    assert [one.qualname for one in found.found.members] == ["One", "Two"]
    ((_, cause),) = found.causes
    assert "`Three` is left out" in cause.message
    return cause


def test_a_member_that_is_left_out_is_given_its_own_reason() -> None:
    """What the two that are fixed differ in, in the middle, is not what keeps the third one out."""
    cause = left_out(f"x = self.mix(x)\n{START.replace('self.', 'self.own_')}")
    assert "own_" in cause.message and "blend" not in cause.message


def test_of_parts_of_one_size_the_safe_one_is_fixed() -> None:
    """First and Third share the start, First and Second the end; Second and Third share nothing."""
    end = textwrap.dedent("""
        z = z * z.softmax(dim=-1) / x.shape[1]
        z = self.out(z).reshape(x.shape[0], -1) + self.shift(x, z)
        z = z / z.norm(dim=-1, keepdim=True)
        return z
    """)
    both = module("First", f"{START}z = self.mix(z){end}")
    safe = module("Second", f"z = self.stem(x){end}")
    other = module("Third", f"{START}return self.head(z)")
    files = {"blocks/a.py": file(both, safe, head=HEAD), "blocks/b.py": file(other, head=HEAD)}
    for variants in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]):
        found = attempt(files, variants)
        assert isinstance(found.found, Proved)
        assert found.found.tier is Tier.SAFE and [one.qualname for one in found.found.members] == ["First", "Second"]


def test_a_member_that_alone_is_in_the_way_is_left_out_though_it_is_equal() -> None:
    equal = (
        "y = torch.relu(self.norm(x)) + x\n"
        + "y = torch.tanh(self.proj(y)) * torch.cat([x, y])\n" * 2
        + "return torch.abs(y)"
    )
    guarded = f"{HEAD}if HAS_FX:\n    import torch.fx\n"
    files = {f"blocks/{name}.py": file(module(name, equal), head=HEAD) for name in ("One", "Two")}
    files["blocks/Odd.py"] = file(module("Odd", equal), head=guarded)
    found = attempt(files, [0, 0, 0])
    assert isinstance(found.found, Proved), found.found
    assert [one.qualname for one in found.found.members] == ["One", "Two"]
    ((left_out, cause),) = found.causes
    assert left_out.qualname == "Odd" and cause.code == "FX-GUARDED"


def test_equal_members_are_tried_by_themselves_however_many_others_there_are() -> None:
    others = [
        module(f"Other{k}", "x = self.stem(x)\n" + f"x = self.a{k}(x)\n" * (k + 1) + "return x") for k in range(8)
    ]
    equal = [module(name, f"{START}return z * torch.relu(z)") for name in ("One", "Two")]
    found = attempt({"blocks/a.py": file(*others, *equal, head=HEAD)}, [*range(8), 8, 8])
    assert isinstance(found.found, Proved), found.found
    assert [one.qualname for one in found.found.members] == ["One", "Two"]


def test_what_keeps_equal_members_apart_comes_before_what_an_outlier_does() -> None:
    equal = "x, mask = self.stem(x).chunk(2)\nprint(x)\nreturn x * mask"
    outlier = "x, mask = self.stem(x).unbind(2)\nx = x.half()\nreturn x * mask"
    text = file(module("First", equal), module("Second", equal), module("Third", outlier), head=HEAD)
    found = attempt({"blocks/a.py": text}, [0, 0, 1])
    assert not isinstance(found.found, Proved)
    assert found.found[0].code == "FX-GRAPH", found.found


def test_an_extraction_tells_what_kept_the_rest_in_place() -> None:
    one = module("First", f"{START}z = self.mix(z)\nreturn z")
    other = module("Second", f"{START}z = self.blend(z)\nreturn z")
    found = extracted(source_of("a.py", file(one, other, head=HEAD)).sites, Options())
    assert isinstance(found, Extraction)
    assert [hazard.code for hazard in found.kept] == ["FX-ATTR-KEY"], found.kept


def withdrawn(path: str, *names: str) -> FixKey:
    return FixKey(False, tuple((path, name) for name in sorted(names)))


def test_a_part_is_tried_of_a_fix_that_was_withdrawn() -> None:
    files = {"blocks/a.py": file(*(module(name, f"{START}return z") for name in ("A", "B", "C")), head=HEAD)}
    everyone = withdrawn("blocks/a.py", "A", "B", "C")
    found = attempt(files, [0, 1, 2], [everyone])
    assert isinstance(found.found, Proved) and found.withdrawn == (everyone,)
    assert [one.qualname for one in found.found.members] == ["A", "B"]
    ((left, cause),) = found.causes
    assert (left.qualname, cause.message) == ("C", f"`C` is left out: {STILL_REPORTED}")


def test_no_part_is_tried_of_a_group_whose_fixes_were_withdrawn_again_and_again() -> None:
    files = {"blocks/a.py": file(*(module(name, f"{START}return z") for name in "ABCDE"), head=HEAD)}
    parts = ["ABCDE", "ABCD", "ABCE", "ABDE", "ACDE", "BCDE"]
    assert isinstance(attempt(files, range(5), [withdrawn("blocks/a.py", *part) for part in parts[:5]]).found, Proved)
    found = attempt(files, range(5), [withdrawn("blocks/a.py", *part) for part in parts]).found
    assert not isinstance(found, Proved) and [one.message for one in found] == [STILL_REPORTED]


def test_what_keeps_most_apart_is_told_first() -> None:
    """`first`/`second` stand apart from two small statements, `mix`/`blend` between two large ones."""
    large = "x = x * x.softmax(dim=-1) / x.shape[1] + x.mean(dim=1)\n"
    body = f"x = x + 1\nx = self.first(x)\nx = x * 2\nprint(x)\n{large}x = self.mix(x)\n{large}return x"
    other = body.replace("first", "second").replace("mix", "blend")
    found = hazards(module("First", body), module("Second", other))
    told = [hazard.message.rpartition(": ")[2] for hazard in found if hazard.code == "FX-ATTR-KEY"]
    assert told == ["`mix`/`blend`", "`first`/`second`"]


def test_what_is_kept_in_the_members_that_are_fixed_is_no_reason_to_leave_one_out() -> None:
    cause = left_out(f"x = self.stir(x)\n{START.replace('self.', 'self.own_')}")
    assert "own_" in cause.message and "stir" not in cause.message, cause


def test_an_attribute_is_compared_with_the_one_whose_name_is_most_like_it() -> None:
    start = "x = self.fc1(x) + x.mean(dim=1)\n"
    one = module("First", f"{start}x = self.drop1(x)\nx = self.fc2(x)\nreturn x")
    other = module("Second", f"{start}x = self.norm(x)\nx = self.head_drop(x)\nx = self.fc2(x)\nreturn x")
    assert "`drop1`/`head_drop`" in hazards(one, other)[0].message


def test_of_two_matchings_the_one_of_statements_near_each_other_is_told() -> None:
    """Two lines of each are equal, in the other order; `drop` is in the same place in both."""
    one = module("First", "x = self.fc(x)\nx = self.drop(x)\nx = self.norm(x)\nx = self.down(x)\nreturn x")
    other = module("Second", "x = self.norm(x)\nx = self.drop(x)\nx = self.out(x)\nreturn x")
    moved = [hazard.message for hazard in hazards(one, other) if "another place" in hazard.message]
    assert len(moved) == 1 and "self.norm" in moved[0]
