"""Classes that get a common base: what may move, and what may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esper_lint.fixing.certificate.claims import Certificate, MergeClaim, Rejected, Rewritten, SiteClaim
from esper_lint.fixing.certificate.merging import certify_merge

PATH = "pkg/seeds.py"
BEFORE = '''\
import torch
import torch.nn.functional as F
from torch import Tensor, nn

try:
    from flex import flex
except ImportError:
    flex = None

LIMIT = 8


# Low rank.
def make_small(rank: int = 8):
    @torch.compile
    class Small(nn.Module):  # noqa: N801
        """Small."""

        _version: int = 2

        # Low, then up.
        def __init__(self, dim: int, scale: float = 1.0) -> None:
            super().__init__()
            self.scale = scale  # type: ignore[assignment]

        @property
        def rank(self) -> int:
            return rank

        @torch.no_grad()
        def reset(self) -> None:
            super().reset()
            nn.init.zeros_(self.up)

        def forward(self, x: Tensor) -> Tensor:
            # The update.
            low = F.linear(x, self.down)
            return x + self.scale * F.linear(low, self.up) * LIMIT

    return Small()


class Large(nn.Module):
    _version: int = 2

    def __init__(self, dim: int, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale

    rank = 32

    @torch.no_grad()
    def reset(self) -> None:
        super().reset()
        nn.init.zeros_(self.up)

    def forward(self, x: Tensor) -> Tensor:
        low = F.linear(x, self.down)
        return x + self.scale * F.linear(low, self.up) * LIMIT

    def extra_repr(self) -> str:
        return super().extra_repr()
'''
AFTER = '''\
import torch
import torch.nn.functional as F
from torch import Tensor, nn

try:
    from flex import flex
except ImportError:
    flex = None

LIMIT = 8


class _LowRank(nn.Module):
    """What Small and Large share."""

    _version: int = 2

    # Low, then up.
    def __init__(self, dim: int, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale  # type: ignore[assignment]

    @torch.no_grad()
    def reset(self) -> None:
        super().reset()
        nn.init.zeros_(self.up)

    def forward(self, x: Tensor) -> Tensor:
        # The update.
        low = F.linear(x, self.down)
        return x + self.scale * F.linear(low, self.up) * LIMIT


# Low rank.
def make_small(rank: int = 8):
    @torch.compile
    class Small(_LowRank):  # noqa: N801
        """Small."""

        @property
        def rank(self) -> int:
            return rank

    return Small()


class Large(_LowRank):
    rank = 32

    def extra_repr(self) -> str:
        return super().extra_repr()
'''
# A decorator may look for the annotation of _version.
BEFORE = BEFORE.replace("_version: int = 2", "_version = 2")
AFTER = AFTER.replace("_version: int = 2", "_version = 2")


def claim(before: str = BEFORE, after: str = AFTER) -> MergeClaim:
    rows = before.split("\n")
    small = next(number for number, row in enumerate(rows, 1) if row.lstrip().startswith("class Small"))
    large = next(number for number, row in enumerate(rows, 1) if row.startswith("class Large"))
    classes = (SiteClaim(PATH, "make_small.Small", small), SiteClaim(PATH, "Large", large))
    return MergeClaim(Rewritten(PATH, before, after), "_LowRank", classes)


def kind_of(merge: MergeClaim) -> str:
    found = certify_merge(merge)
    return found.kind if isinstance(found, Rejected) else "certified"


def test_a_merge_is_certified() -> None:
    found = certify_merge(claim())
    assert isinstance(found, Certificate), found
    assert [(one.kind, one.line) for one in found.obligations] == [
        ("bases", 16),
        ("constructor", 22),
        ("bases", 43),
        ("constructor", 46),
    ]
    assert found.helpers == ((PATH, "_LowRank"),)


def both(old: str, new: str) -> tuple[str, str]:
    """The same change before and after."""
    for text in (BEFORE, AFTER):
        assert old in text, old
    return BEFORE.replace(old, new), AFTER.replace(old, new)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        # What is moved or kept is another thing.
        ("statement", "* LIMIT\n\n\n# Low", "/ LIMIT\n\n\n# Low"),
        ("statement", "scale: float = 1.0", "scale: float = 1"),
        ("statement", "    @torch.no_grad()\n", ""),
        ("statement", "        super().reset()\n", ""),
        ("statement", "    rank = 32\n", "    rank = 33\n"),
        ("statement", "    rank = 32\n\n", ""),
        ("statement", "    rank = 32\n", "    rank = 32\n    other = 1\n"),
        ("statement", "_version = 2\n", "_version = 2\n    other = 1\n"),
        (
            "statement",
            "    rank = 32\n\n    def extra_repr(self) -> str:\n        return super().extra_repr()\n",
            "    def extra_repr(self) -> str:\n        return super().extra_repr()\n\n    rank = 32\n",
        ),
        ("statement", "    _version = 2\n\n", ""),
        ("frame", '"""Small."""', '"""Little."""'),
        ("frame", '        """Small."""\n\n', ""),
        ("frame", "    @torch.compile\n", ""),
        ("frame", "return Small()", "return Small(1)"),
        ("frame", "class Small(", "class Smaller("),
        ("frame", "LIMIT = 8", "LIMIT = 9"),
        ("frame", "# Low rank.\n", "print(1)\n\n\n# Low rank.\n"),
        # The bases.
        ("bases", "class _LowRank(nn.Module)", "class _LowRank(nn.Linear)"),
        ("bases", "class _LowRank(nn.Module)", "class _LowRank"),
        ("bases", "class Large(_LowRank)", "class Large(_LowRank, nn.Module)"),
        ("bases", "class Large(_LowRank)", "class Large(nn.Module)"),
        ("frame", "class Large(_LowRank)", "class Large(_LowRank, metaclass=type)"),
        ("decorated", "class _LowRank", "@torch.compile\nclass _LowRank"),
        ("decorated", "class _LowRank(nn.Module)", "class _LowRank(nn.Module, metaclass=type)"),
        ("frame", "class _LowRank", "class _Other"),
        # The text.
        ("comment", "    # Low, then up.\n", ""),
        ("comment", "        # The update.\n", ""),
        ("comment", "  # noqa: N801", ""),
        ("comment", "  # type: ignore[assignment]", ""),
        ("directive", "(self.up)\n", "(self.up)  # noqa: E501\n"),
        ("layout", "# Low rank.\n", ""),
        ("layout", "LIMIT = 8", "LIMIT  = 8"),
        ("layout", "    rank = 32", "    rank  = 32"),
        ("syntax", "class Large", "class class Large"),
    ],
)
def test_what_is_written_is_wrong(kind: str, old: str, new: str) -> None:
    assert old in AFTER
    assert kind_of(claim(after=AFTER.replace(old, new))) == kind


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("enclosing", "* LIMIT", "* rank"),
        ("guarded", "F.linear(x, self.down)", "flex(x, self.down)"),
        ("own-name", "* LIMIT", "* Large.rank"),
        ("mangled", "self.scale", "self.__scale"),
        ("mangled", "def reset", "def __reset"),
        ("super", "super().reset()", "super(Large, self).reset()"),
        ("super", "super().reset()", "self.p(super())"),
        ("super", "super().reset()", "__class__.p(self)"),
        ("super", "super().extra_repr()", "super().reset()"),
        ("super", "super().extra_repr()", "super().__init__()"),
        ("super", "super().extra_repr()", "getattr(super(), 'reset')()"),
        ("default", "scale: float = 1.0", "scale: float = []"),
        ("default", "scale: float = 1.0", "scale: float = make()"),
        ("shared", "_version = 2", "_version = []"),
        ("shared", "_version = 2", "_version = {1: 2}"),
        ("special", "_version = 2", "__slots__ = ()"),
        ("special", "def reset", "def __init_subclass__"),
        ("special", "def reset", "def __eq__"),
        ("decorated", "@torch.no_grad()", "@register"),
        ("decorated", "_version = 2", "_version: int = 2"),
        ("member", "rank = 32", "rank = _version"),
        ("unbound", "_version = 2", "_version = nowhere"),
        ("unbound", "LIMIT = 8\n", "LIMIT = 8\nlimit = 1\nlimit = 2\n"),
        ("guarded", "_version = 2", "_version = flex"),
        ("member", "_version = 2", "[_version] = 2,"),
        ("scope", "low = F", "global LIMIT; low = F"),
    ],
)
def test_what_may_not_move(kind: str, old: str, new: str) -> None:
    before, after = BEFORE, AFTER
    if new.endswith("limit = 2\n"):
        before, after = both("scale: float = 1.0", "scale: float = limit")
    before, after = before.replace(old, new), after.replace(old, new)
    assert kind_of(claim(before, after)) == kind


def test_two_classes_of_an_existing_file() -> None:
    right = claim()
    assert kind_of(replace(right, classes=right.classes[:1])) == "claim"
    assert kind_of(replace(right, classes=right.classes[:1] * 2)) == "claim"
    assert kind_of(replace(right, file=replace(right.file, before=None))) == "claim"
    assert kind_of(replace(right, base="__Base")) == "mangled"
    assert kind_of(replace(right, base="nn")) == "shadowed"
    wrong = replace(right.classes[0], qualname="make_small")
    assert kind_of(replace(right, classes=(wrong, right.classes[1]))) == "claim"


def test_the_base_stands_above_the_classes() -> None:
    start, end = AFTER.index("class _LowRank"), AFTER.index("# Low rank.")
    moved = AFTER[:start] + AFTER[end:].rstrip("\n") + "\n\n\n" + AFTER[start:end].rstrip("\n") + "\n"
    assert kind_of(claim(after=moved)) == "placement"


def test_a_class_that_everything_leaves_passes() -> None:
    members = "    def forward(self, x):\n        return x\n"
    before = f"import torch\n\n\nclass Small(torch.nn.Module):\n{members}\n\nclass Large(torch.nn.Module):\n{members}"
    after = (
        f"import torch\n\n\nclass _LowRank(torch.nn.Module):\n{members}\n\n"
        "class Small(_LowRank):\n    pass\n\n\nclass Large(_LowRank):\n    pass\n"
    )
    merge = replace(claim(before, after))
    classes = (replace(merge.classes[0], qualname="Small"), merge.classes[1])
    assert kind_of(replace(merge, classes=classes)) == "certified"
