"""A base class for what classes share: word for word, in its place, and nothing else of the file touched."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from esper_lint.fixing.merging.merge import merged
from esper_lint.fixing.merging.values import ClassSite, Unmergeable
from tests.fixing.merging.worlds import members, merge, refusal, run, sites

HEAD = "import torch\nfrom torch import nn\n\n\n"
INIT = """\
    def __init__(self, dim, rank=4):
        super().__init__()
        self.down = nn.Linear(dim, rank)
        self.up = nn.Linear(rank, dim)
        self.rank = rank
        self.dim = dim
"""
FORWARD = """\
    def forward(self, x):
        # low rank
        y = self.up(self.down(x))
        return [x, y, {"sum": (x, y)}]
"""
BODY = f"{INIT}\n{FORWARD}"


def two(body: str = BODY, *, head: str = HEAD, bases: str = "(nn.Module)") -> str:
    """Two classes with that body."""
    return f"{head}class LowSeed{bases}:\n{body}\n\nclass LowLargeSeed{bases}:\n{body}"


def test_a_base_for_all_that_two_classes_are() -> None:
    found = merge(two())
    base = f'class _LowSeedBase(nn.Module):\n    """Shared by LowSeed and LowLargeSeed."""\n\n{BODY}\n\n'
    classes = "class LowSeed(_LowSeedBase):\n    pass\n\n\nclass LowLargeSeed(_LowSeedBase):\n    pass\n"
    assert found.after == f"{HEAD}{base}{classes}"
    assert found.base == "_LowSeedBase"
    assert found.moved == ("__init__", "forward")
    assert [one.qualname for one in found.classes] == ["LowSeed", "LowLargeSeed"]


def test_a_list_of_the_class_stays_in_each() -> None:
    found = merge(two(f"    __constants__ = ['rank']\n\n{BODY}"))
    assert found.moved == ("__init__", "forward")
    assert found.after.count("    __constants__ = ['rank']\n") == 2
    assert any("(FX-ALIAS)" in note for note in found.notes)


def test_what_differs_and_what_belongs_to_the_class_stays() -> None:
    text = (
        f"{HEAD}register = lambda one: one\n\n\n# the small one\n@register\nclass A(nn.Module):  # small\n"
        f'    """Doc of A."""\n\n    width = 1\n\n{INIT}\n    def own(self):\n        return 1  # own\n\n'
        f"{FORWARD}\n    # foot\n\n\n@register\nclass B(nn.Module):\n    width = 2\n    # of forward\n{FORWARD}\n{INIT}"
    )
    found = merge(text.replace("        # low rank\n", ""))
    assert found.moved == ("__init__", "forward")
    base = f'class _ModuleBase(nn.Module):\n    """Shared by A and B."""\n\n{INIT}\n    # of forward\n{FORWARD}'
    first = (
        "# the small one\n@register\nclass A(_ModuleBase):  # small\n"
        '    """Doc of A."""\n\n    width = 1\n\n    def own(self):\n        return 1  # own\n\n    # foot\n'
    )
    second = "@register\nclass B(_ModuleBase):\n    width = 2\n"
    expected = f"{HEAD}register = lambda one: one\n\n\n{base}\n\n{first}\n\n{second}"
    assert found.after == expected.replace("        # low rank\n", "")


def test_inner_classes_get_a_base_of_the_module() -> None:
    inner = (
        indent(BODY, "    ")
        .replace("y = self.up", "y = \\\n                self.up")
        .replace(
            "super().__init__()\n", "super().__init__()\n            self.text = '''\n            kept\n  as it is'''\n"
        )
    )
    factory = "@staticmethod\ndef make_{0}(dim):\n    class {1}(nn.Module):\n{2}\n    return {1}(dim)\n"
    text = HEAD + factory.format("one", "OneSeed", inner) + "\n\n" + factory.format("two", "TwoSeed", inner)
    found = merge(text)
    body = BODY.replace("y = self.up", "y = \\\n            self.up").replace(
        "super().__init__()\n", "super().__init__()\n        self.text = '''\n            kept\n  as it is'''\n"
    )
    base = f'class _SeedBase(nn.Module):\n    """Shared by OneSeed and TwoSeed."""\n\n{body}\n\n'
    rest = "    class {1}(_SeedBase):\n        pass\n\n    return {1}(dim)\n"
    small = ["@staticmethod\ndef make_{0}(dim):\n" + rest for _ in range(2)]
    expected = HEAD + base + small[0].format("one", "OneSeed") + "\n\n" + small[1].format("two", "TwoSeed")
    assert found.after == expected


def test_the_base_stands_outside_of_the_guard() -> None:
    head = f"{HEAD}try:\n    import flex\n\n    _HAS_FLEX = True\nexcept ImportError:\n    _HAS_FLEX = False\n\n"
    inner = indent(f"class Seed(nn.Module):\n{BODY}", "    ")
    text = f"{head}if _HAS_FLEX:\n{inner}\nelse:\n{inner}"
    found = merge(text)
    base = f'\nclass _SeedBase(nn.Module):\n    """Shared by the 2 classes Seed."""\n\n{BODY}\n\n'
    one = "    class Seed(_SeedBase):\n        pass\n"
    assert found.after == f"{head}{base}if _HAS_FLEX:\n{one}\nelse:\n{one}"


def test_properties_and_constants_move_whole() -> None:
    body = (
        "    width: int = 3\n    kind = nn.GELU\n\n"
        "    @property\n    def size(self):\n        return self.width * 2\n\n"
        "    @size.setter\n    def size(self, value):\n        self.width = value // 2\n\n    alias = size\n\n"
        "    @torch.no_grad()\n    def reset(self, eps=-1e-5, kind=nn.GELU):\n        return [self.size, eps, kind]\n"
    )
    found = merge(two(body))
    assert found.moved == ("width", "kind", "size", "alias", "reset")
    assert body in found.after


def test_the_text_with_all_the_comments_is_taken() -> None:
    bare = BODY.replace("        # low rank\n", "")
    found = merge(f"{HEAD}class A(nn.Module):\n{bare}\n\nclass B(nn.Module):\n{BODY}")
    assert found.after.count("# low rank") == 1
    assert f"\n\n{BODY}\n\nclass A" in found.after


def test_what_stays_for_its_hazard_is_told() -> None:
    body = f"{BODY}\n    def twin(self):\n        return __class__.twin\n"
    found = merge(two(body))
    assert found.moved == ("__init__", "forward")
    assert found.notes[-1] == "`twin` stays in each class (FX-SUPER): `__class__` names the class itself"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("unit", ["  ", "\t", "    "])
def test_line_ends_and_indentation_are_those_of_the_file(ends: str, unit: str) -> None:
    text = two().replace("    ", unit).replace("\n", ends)
    after = merge(text).after
    assert after.replace(ends, "\n").replace(unit, "    ") == merge(two()).after
    assert after.count("\n") == after.count(ends)


def test_a_file_without_a_final_newline() -> None:
    assert merge(two().rstrip("\n")).after == merge(two()).after.rstrip("\n")


def test_an_indentation_of_its_own() -> None:
    text = two() + "\n\ndef other():\n  return 1\n"
    after = merge(text.replace("class LowSeed", "if True:\n  pass\n\n\nclass LowSeed")).after
    assert f"\n\n{BODY}\n\nclass LowSeed" in after
    assert after.endswith("\n\ndef other():\n  return 1\n")


@pytest.mark.parametrize(
    ("bases", "base", "rest"),
    [
        ("", "", "(_LowSeedBase)"),
        ("()", "", "(_LowSeedBase)"),
        ("(object)", "(object)", "(_LowSeedBase)"),
        ("(Mixin, nn.Module)", "(Mixin, nn.Module)", "(_LowSeedBase)"),
        ("(nn.Module, metaclass=ABCMeta)", "(nn.Module, metaclass=ABCMeta)", "(_LowSeedBase, metaclass=ABCMeta)"),
        ("(\n    nn.Module,\n)", "(nn.Module)", "(_LowSeedBase)"),
    ],
)
def test_bases(bases: str, base: str, rest: str) -> None:
    head = "from abc import ABCMeta\nfrom torch import nn\n\n\nclass Mixin:\n    pass\n\n\n"
    after = merge(two(head=head, bases=bases), "LowSeed", "LowLargeSeed").after
    assert f"class _LowSeedBase{base}:" in after
    assert f"class LowSeed{rest}:" in after
    assert f"class LowLargeSeed{rest}:" in after


def test_classes_are_what_they_were() -> None:
    text = two(f'    """Doc."""\n    width = 1\n\n{BODY}\n    def own(self):\n        return super().forward(1)\n')
    text = text.replace("width = 1", "width = 2", 1).replace("super().forward(1)", "__class__", 1)
    after = merge(text).after
    old, new = run(text), run(after)
    for name in ("LowSeed", "LowLargeSeed"):
        assert members(text, old[name]) == members(after, new[name])
        assert new[name].__mro__[1].__name__ == "_LowSeedBase"
        assert new[name].__qualname__ == name
        assert vars(new[name](3))["down"].arguments == (3, 4)


def test_a_name_that_is_asked_for() -> None:
    assert merge(two(), base_name="SharedSeed").after == merge(two()).after.replace("_LowSeedBase", "SharedSeed")


@pytest.mark.parametrize("name", ["LowSeed", "nn", "__Base", "class", "a b", "print", "low"])
def test_a_name_that_cannot_be_had(name: str) -> None:
    assert refusal(two(), base_name=name).code == "FX-NAME"


def test_the_next_free_name() -> None:
    assert merge(two() + "\n\n__all__ = ['_LowSeedBase', '_LowSeedBase2']\n").base == "_LowSeedBase3"


def test_merging_again_is_refused() -> None:
    after = merge(two(BODY + "\n    def twin(self):\n        return __class__.twin\n")).after
    assert refusal(after, "LowSeed", "LowLargeSeed").code == "FX-NO-BENEFIT"


@pytest.mark.parametrize(
    "text",
    ["class A(:", "x = 1\rclass A: pass\rclass B: pass\r", "class A: pass\nclass B: pass\n\0"],
)
def test_what_cannot_be_read(text: str) -> None:
    found = merged(text, [ClassSite("A", 2), ClassSite("B", 3)])
    assert isinstance(found, Unmergeable)
    assert found.code in ("FX-ENCODING", "FX-NO-BENEFIT")


def test_lone_carriage_returns_are_not_edited() -> None:
    assert refusal(two().replace("\n", "\r")).code == "FX-ENCODING"


@pytest.mark.parametrize("size", [300, 700, 2000, 20000])
@pytest.mark.parametrize("deep", ["1{}", "x{}"])
def test_code_that_is_nested_too_deeply_is_not_edited(deep: str, size: int) -> None:
    more = deep.format(("+1" if deep[0] == "1" else ".a()") * size)
    text = two(f"{BODY}\n    def more(self):\n        return {more}\n")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("class ")]
    found = merged(text, [ClassSite("", line) for line in lines])
    assert not isinstance(found, Unmergeable) or found.code == "FX-ENCODING"


def test_a_site_that_is_no_class() -> None:
    with pytest.raises(LookupError):
        merged(two(), [ClassSite("A", 1), ClassSite("B", 2)])


def test_one_class_is_not_merged() -> None:
    one = sites(two())[:1]
    assert isinstance(found := merged(two(), one * 2), Unmergeable)
    assert found.code == "FX-NO-BENEFIT"
    assert isinstance(merged(two(), []), Unmergeable)


def test_the_order_of_the_sites_does_not_matter() -> None:
    assert merged(two(), sites(two())[::-1]) == merged(two(), sites(two()))


def test_code_on_the_line_of_the_header_stays() -> None:
    assert refusal("class A: x = 1\nclass B: x = 1\n").code == "FX-NO-BENEFIT"


def test_names_of_parts_that_moved_are_free_in_the_rest() -> None:
    tree = ast.parse(dedent(merge(two()).after))
    assert [type(node).__name__ for node in tree.body] == ["Import", "ImportFrom", "ClassDef", "ClassDef", "ClassDef"]
