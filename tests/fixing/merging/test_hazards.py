"""What must not move to a base class stays in the classes, or they stay as they are."""

from __future__ import annotations

import re
from textwrap import indent

import pytest

from tests.fixing.merging.test_merge import BODY, HEAD, two
from tests.fixing.merging.worlds import members, merge, refusal, run


def held(text: str, *names: str) -> dict[str, str]:
    """The names that stay though all classes have them, and the code that says why."""
    notes = [
        re.fullmatch(r"`(\w+)`.* stays in each class \(([A-Z-]+)\): .+", note) for note in merge(text, *names).notes
    ]
    return {note[1]: note[2] for note in notes if note}


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("def more(self):\n    return self.__x", "FX-MANGLE"),
        ("def more(self):\n    self.__x = 1", "FX-MANGLE"),
        ("def __more(self):\n    return 1", "FX-MANGLE"),
        ("def more(self, __x):\n    return 1", "FX-MANGLE"),
        ("def more(self):\n    return super(LowSeed, self).training", "FX-SUPER"),
        ("def more(self):\n    return super(type(self), self).training", "FX-SUPER"),
        ("def more(self):\n    return __class__", "FX-SUPER"),
        ("def more(self):\n    return LowSeed(1)", "FX-SUPER"),
        ("def more(self):\n    return _HAS_FLEX", "FX-GUARDED"),
        ("def more(self):\n    return [flex(x) for x in self]", "FX-GUARDED"),
        ("more = flex", "FX-GUARDED"),
        ("more = later", "FX-EFFECT-ORDER"),
        ("more = twice", "FX-EFFECT-ORDER"),
        ("more = global_too", "FX-EFFECT-ORDER"),
        ("def more(self, x=later):\n    return x", "FX-EFFECT-ORDER"),
        ("def more(self, x: later) -> None:\n    return x", "FX-EFFECT-ORDER"),
        ("@decorated\ndef more(self):\n    return 1", "FX-EFFECT-ORDER"),
        ("@torch.no_grad(torch.empty())\ndef more(self):\n    return 1", "FX-EFFECT-ORDER"),
        ("more, most = 1, 2", "FX-EFFECT-ORDER"),
        ("class more:\n    pass", "FX-EFFECT-ORDER"),
        ("if HEAD:\n    more = 1", "FX-EFFECT-ORDER"),
        ("for more in ():\n    pass", "FX-EFFECT-ORDER"),
        ("more: print() = 1", "FX-EFFECT-ORDER"),
        ("more = []", "FX-ALIAS"),
        ("more = {}", "FX-ALIAS"),
        ("more = torch.empty()", "FX-ALIAS"),
        ("more: dict = {}", "FX-ALIAS"),
        ("def more(self, x=[]):\n    return x", "FX-ALIAS"),
        ("def more(self, *, x=nn.GELU()):\n    return x", "FX-ALIAS"),
        ("__qualname__ = 'more'", "FX-INIT"),
        ("def __init_subclass__(cls):\n    print(cls)", "FX-INIT"),
        ("# fmt: off\nmore = 1", "FX-DIRECTIVE"),
    ],
)
def test_a_statement_that_stays(statement: str, code: str) -> None:
    head = (
        f"{HEAD}HEAD = global_too = twice = 1\n"
        "try:\n    from flex import flex\n    _HAS_FLEX = True\nexcept ImportError:\n    _HAS_FLEX = False\n\n\n"
        "def decorated(method):\n    return method\n\n\ndef f():\n    global global_too\n\n\n"
    )
    text = two(f"{BODY}\n{indent(statement, '    ')}\n", head=head) + "\n\nlater = 1\ntwice = 2\n"
    assert code in held(text, "LowSeed", "LowLargeSeed").values()


@pytest.mark.parametrize(
    "statement",
    [
        "def more(self):\n    return self.__x__",
        "def more(self):\n    return super().forward",
        "def more(self):\n    return later, twice",
        "def more(self, x: 'later', *a: int, **k: torch.Tensor) -> nn.Module:\n    y: known = x",
        "def more(self, x=(1, -2.5, nn.GELU, known)):\n    return x",
        "@staticmethod\n@torch.no_grad()\ndef more(x):\n    return [flexible(x) for flexible in x]",
        "async def more(self):\n    await self",
        "more = known",
        "more = most = 2 * 3 - 1",
        "more: int",
        "def __eq__(self, other):\n    return True",
        "def more(self):\n    try:\n        _HAS_FLEX = 1\n    except ValueError:\n        return _HAS_FLEX",
        "def more(self):\n    class later:\n        x = []\n    return later",
        "def more(self):  # noqa: E501\n    # fmt: off\n    return {}",
    ],
)
def test_a_statement_that_moves(statement: str) -> None:
    guard = "try:\n    import flex, torch.fx\n    _HAS_FLEX = 1\nexcept ImportError:\n    pass\n\n\n"
    head = f"{HEAD}known = 1\ntwice = 1\n{guard}"
    text = two(f"{BODY}\n{indent(statement, '    ')}\n", head=head) + "\n\nlater = 1\ntwice = 2\n"
    assert held(text, "LowSeed", "LowLargeSeed") == {}
    assert len(merge(text, "LowSeed", "LowLargeSeed").moved) > 2


def test_annotations_are_not_evaluated_where_the_file_says_so() -> None:
    body = f"{BODY}\n    def more(self, x: later) -> flex:\n        return x\n"
    head = f"from __future__ import annotations\n\n{HEAD}try:\n    import flex\nexcept ImportError:\n    pass\n"
    text = two(body, head=head) + "\n\nlater = 1\n"
    assert held(text) == {}
    assert held(text.replace("from __future__ import annotations\n", "")) == {"more": "FX-EFFECT-ORDER"}


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("def more(self):\n    return 1", "@more\ndef own(self):\n    return {}", "FX-EFFECT-ORDER"),
        ("more = 1", "own = more + {}", "FX-EFFECT-ORDER"),
        ("more = 1", "def own(self, x=more):\n    return {}", "FX-EFFECT-ORDER"),
        ("more = 1", "del more\nown = {}", "FX-EFFECT-ORDER"),
        ("def more(self):\n    return 1", "def own(self):\n    return super().more, {}", "FX-SUPER"),
        ("def more(self):\n    return 1", "def own(self):\n    return super(nn.Module, self).more, {}", "FX-SUPER"),
        ("def more(self):\n    return super().own", "def own(self):\n    return {}", "FX-SUPER"),
        ("more = 1", '"""What more is."""\nown = {}', "FX-COMMENT"),
        ("more: int = 1", "own: int = {}", ""),
        ("def __hash__(self):\n    return 1", "def __eq__(self, other):\n    return {}", ""),
        ("@property\ndef more(self):\n    return 1", "@more.setter\ndef more(self, x):\n    self.x = {}", ""),
        ("def more(self):\n    return 1", "if {}:\n    more = None", ""),
        ("def more(self, x=own):\n    return 1", "own = {}", "FX-EFFECT-ORDER"),
    ],
)
def test_what_stays_keeps_what_it_needs(first: str, second: str, code: str) -> None:
    """``second`` differs between the classes, so it stays; no code where the two are one part."""
    body = f"{BODY}\n{indent(first, '    ')}\n\n{indent(second, '    ')}\n"
    text = two(body, head=f"{HEAD}own = None\n\n\n").replace("{}", "1", 1).replace("{}", "2", 1)
    found = merge(text)
    assert found.moved == ("__init__", "forward")
    assert held(text) == ({"more": code} if code else {})


def test_what_stays_can_make_more_stay() -> None:
    body = f"{BODY}\n    one = 1\n\n    def two(self, x=one):\n        return x\n\n    own = two, []\n"
    assert held(two(body)) == {"own": "FX-ALIAS", "one": "FX-EFFECT-ORDER", "two": "FX-EFFECT-ORDER"} or held(
        two(body)
    ) == {"own": "FX-EFFECT-ORDER", "one": "FX-EFFECT-ORDER", "two": "FX-EFFECT-ORDER"}


def test_comments_of_both_cannot_be_kept() -> None:
    body = f"{BODY}\n    def more(self):\n        return 1  # {{}}\n"
    text = two(body.replace("{", "{").replace('{"sum": (x, y)}', "x").replace("{{}}", "{}"))
    text = text.replace("# {}", "# one", 1).replace("# {}", "# two", 1)
    assert held(text) == {"more": "FX-COMMENT"}
    assert held(text.replace("# two", "# one")) == {}


# -- factories --------------------------------------------------------------------------------------------------------


def factories(body: str, head: str = HEAD, bases: str = "nn.Module") -> str:
    one = "def make_{0}(dim, scale=2):\n    import math\n\n    class {0}({1}):\n{2}\n    return {0}(dim)\n"
    inner = indent(body, "    ")
    return head + "\n\n".join(one.format(name, bases, inner) for name in ("OneSeed", "TwoSeed"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("def more(self):\n    return dim", "FX-CAPTURE"),
        ("def more(self):\n    return [lambda: scale for x in self]", "FX-CAPTURE"),
        ("def more(self):\n    nonlocal scale\n    scale = 1", "FX-CAPTURE"),
        ("def more(self):\n    return math.pi", "FX-CAPTURE"),
        ("more = scale", "FX-CAPTURE"),
        ("def more(self, x=scale):\n    return x", "FX-CAPTURE"),
        ("def more(self, x=nn.FlexThing):\n    return x", "FX-GUARDED"),
        ("def more(self):\n    return OneSeed", "FX-SUPER"),
    ],
)
def test_a_statement_of_an_inner_class_that_stays(statement: str, code: str) -> None:
    assert held(factories(f"{BODY}\n{indent(statement, '    ')}\n")) == {"more": code}


@pytest.mark.parametrize(
    "statement",
    [
        "def more(self, dim):\n    scale = dim\n    return lambda: (dim, scale)",
        "@torch.no_grad()\ndef more(self, x: torch.Tensor, kind=nn.GELU) -> nn.Module:\n    return x",
        "@property\ndef more(self):\n    return 1\n\n@more.setter\ndef more(self, x):\n    pass",
    ],
)
def test_a_statement_of_an_inner_class_that_moves(statement: str) -> None:
    assert merge(factories(f"{BODY}\n{indent(statement, '    ')}\n")).moved == ("__init__", "forward", "more")


def test_what_the_module_looks_up_anyway_is_looked_up_for_the_base_too() -> None:
    body = f"{BODY}\n    def more(self, x=nn.FlexThing):\n        return x\n"
    assert held(factories(body, f"{HEAD}thing = nn.FlexThing\n\n\n")) == {}


@pytest.mark.parametrize(
    ("bases", "head", "code"),
    [
        ("Base", f"{HEAD}", ""),
        ("scale", HEAD, "FX-CAPTURE"),
        ("Later", HEAD, "FX-EFFECT-ORDER"),
        ("Flex", f"{HEAD}try:\n    from flex import Flex\nexcept ImportError:\n    pass\n\n\n", "FX-GUARDED"),
        ("nn.FlexThing", HEAD, "FX-GUARDED"),
    ],
)
def test_bases_of_inner_classes(bases: str, head: str, code: str) -> None:
    text = factories(BODY, f"{head}class Base(nn.Module):\n    pass\n\n\n", bases) + "\n\nclass Later:\n    pass\n"
    if code:
        assert refusal(text, "OneSeed", "TwoSeed").code == code
    else:
        assert f"class _SeedBase({bases})" in merge(text, "OneSeed", "TwoSeed").after


# -- whole classes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("class LowLargeSeed(nn.Module)", "class LowLargeSeed(nn.Linear)", "FX-NO-BENEFIT"),
        ("class LowLargeSeed(nn.Module)", "class LowLargeSeed(nn.Module, metaclass=type)", "FX-NO-BENEFIT"),
        ("class LowLargeSeed", "@print\nclass LowLargeSeed", "FX-NO-BENEFIT"),
        ("(nn.Module)", "(Generic[T])", "FX-EFFECT-ORDER"),
        ("(nn.Module)", "(make())", "FX-EFFECT-ORDER"),
        ("(nn.Module)", "(*bases)", "FX-EFFECT-ORDER"),
        ("(nn.Module)", "(nn.Module, flag=1)", "FX-INIT"),
        ("(nn.Module)", "(nn.Module, **flags)", "FX-INIT"),
        ("(nn.Module)", "(\n    nn.Module,  # a comment\n)", "FX-COMMENT"),
        ("class Low", "@dataclass\nclass Low", "FX-INIT"),
        ("class Low", "@attr.s(auto_attribs=True)\nclass Low", "FX-INIT"),
        ("class Low", "@torch.jit.script\nclass Low", "FX-SCRIPT"),
        ("class Low", "# Copied from transformers.models.bert.modeling_bert.BertPooler\nclass Low", "FX-CONTRACT"),
        ("class Low", "# esper: lockstep(low)\nclass Low", "FX-CONTRACT"),
        ("        # low rank\n", "        # esper: gap(low)\n", "FX-CONTRACT"),
        ("    def forward", "    __slots__ = ()\n\n    def forward", "FX-INIT"),
        ("    def forward", "    locals()['x'] = 1\n\n    def forward", "FX-FRAME"),
        ("import torch\n", "import torch\nfast = lambda: torch.jit.script(LowSeed)\n", "FX-SCRIPT"),
        ("import torch\n", "import torch\nnames = lambda: vars(LowSeed)\n", "FX-FRAME"),
        ("import torch\n", "import torch\nnames = lambda: LowSeed.__dict__['forward']\n", "FX-FRAME"),
        ("import torch\n", "import torch\ndef cut():\n    del LowSeed.forward\n", "FX-FRAME"),
        ("import torch\n", "import torch\ndef f():\n    class Both(LowSeed, LowLargeSeed): pass\n", "FX-SUPER"),
        ("from torch import nn\n", "import torch.nn as nn\nif torch.x:\n    nn = None\n", "FX-GUARDED"),
        ("class LowSeed(nn.Module)", "class Base:\n    def __init_subclass__(cls):\n        print(cls)\n\n\n"
         "class LowSeed(nn.Module)", "FX-INIT"),
    ],
)  # fmt: skip
def test_classes_that_stay_as_they_are(old: str, new: str, code: str) -> None:
    text = two()
    assert old in text
    text = text.replace(old, new)
    if "class Base" in new:
        text = text.replace("nn.Module", "Base")
    assert refusal(text, "LowSeed", "LowLargeSeed").code == code


def test_one_in_another_is_an_overlap() -> None:
    inner = indent(f"class Inner(nn.Module):\n{BODY}", "    ")
    assert refusal(f"{HEAD}class Outer(nn.Module):\n{BODY}\n{inner}").code == "FX-OVERLAP"


def test_too_little_in_common() -> None:
    more = "\n    def more(self):\n        return [" + ", ".join(f"self.x@.y{i}(1)" for i in range(60)) + "]\n"
    text = two(BODY + more).replace("@", "1", 60).replace("@", "2")
    assert refusal(text).code == "FX-NO-BENEFIT"
    assert refusal(two("    def forward(self, x):\n        return x\n")).code == "FX-NO-BENEFIT"
    assert refusal(two("    x = 1\n" * 40)).code == "FX-NO-BENEFIT"


def test_if_a_hazard_holds_the_most_it_is_what_is_refused() -> None:
    found = refusal(factories(BODY.replace("nn.Linear(dim", "nn.Linear(scale")))
    assert (found.code, found.line) == ("FX-CAPTURE", 9)


def test_a_subclass_elsewhere_is_what_it_was() -> None:
    text = two() + "\n\nclass Sub(LowSeed):\n    def forward(self, x):\n        return super().forward([x])\n"
    after = merge(text, "LowSeed", "LowLargeSeed").after
    assert members(text, run(text)["Sub"]) == members(after, run(after)["Sub"])
    assert run(after)["Sub"](2)(3) == run(text)["Sub"](2)(3)


def test_super_alone_could_look_up_anything() -> None:
    assert refusal(two(f"{BODY}\n    def more(self):\n        return super\n")).code == "FX-SUPER"
