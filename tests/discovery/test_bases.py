"""Which classes are module classes, by bases in any file of the tree."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.discovery.bases import module_classes, outline_of
from esper_lint.discovery.modules import SourceFacts
from esper_lint.discovery.reading import facts_of

FORWARD = "    def forward(self, x): return x\n"


def modules(files: Mapping[str, str], module_bases: Sequence[str] = ()) -> set[str]:
    """The qualnames of the module classes of a tree."""
    facts: dict[str, SourceFacts] = {}
    for name, text in files.items():
        found, _ = facts_of(text.encode())
        assert not found.error
        facts[name] = found.source
    places = module_classes({name: outline_of(one) for name, one in facts.items()}, module_bases)
    return {facts[name].classes[index].qualname for name, index in places}


def in_one_file(header: str, imports: str = "from torch import nn") -> bool:
    return modules({"a.py": f"{imports}\n\nclass A{header}:\n{FORWARD}"}) == {"A"}


@pytest.mark.parametrize(
    ("imports", "header", "expected"),
    [
        ("from torch import nn", "(nn.Module)", True),
        ("import torch", "(torch.nn.Module)", True),
        ("import torch.nn as layers", "(layers.Module)", True),
        ("from torch.nn import Module", "(Module)", True),
        ("from torch.nn import Module as M", "(M)", True),
        ("from .common import nn", "(nn.Module)", True),
        ("from .common import *", "(nn.Module)", True),
        ("def factory():\n    from torch import nn as layers", "(layers.Module)", True),
        ("from torch.nn.modules.module import Module", "(Module)", True),
        ("import torch as t", "(t.nn.Linear)", True),
        ("import torch", "(torch.ao.nn.quantized.Linear)", True),
        ("try:\n    from torch import nn\nexcept ImportError:\n    nn = None", "(nn.Module)", True),
        ("from torch import nn", "(Mixin, nn.Sequential)", True),
        ("from torch import nn", "(nn.Module, Generic[T])", True),
        ("from torch import nn", "(nn.Module, metaclass=M)", True),
        ("from torch import nn", "(nn.Parameter)", False),
        ("from torch import nn", "(nn.functional.relu)", False),
        ("from torch import nn", "", False),
        ("from torch import nn", "(object)", False),
        ("from torch import nn\nfrom typing import Protocol", "(Protocol)", False),
        ("from torch import nn\nfrom typing import Generic", "(Generic[T])", False),
        ("from torch import nn\nfrom abc import ABC", "(ABC)", False),
        # A base that cannot be resolved, in a file that imports torch or does not.
        ("from torch import nn\nfrom elsewhere import Base", "(Base)", True),
        ("from torch import nn", "(make_base())", True),
        ("from torch import nn", "(bases[0])", True),
        ("from elsewhere import Base", "(Base)", False),
        ("import numpy as nn", "(nn.Module)", False),
        ("import torch", "(torch.autograd.Function)", True),
        ("from torch.utils.data import Dataset", "(Dataset)", True),
    ],
)
def test_by_its_own_header(imports: str, header: str, expected: bool) -> None:
    assert in_one_file(header, imports) is expected


def test_a_class_without_a_forward_counts_by_its_base_only() -> None:
    assert modules({"a.py": "from torch import nn\nclass A(nn.Module): pass\nclass B(C): pass\n"}) == {"A"}


def test_bases_in_other_files_are_followed_through_their_imports() -> None:
    files = {
        "model/base.py": "from torch import nn\nclass Base(nn.Module): pass\n",
        "model/middle.py": "from .base import Base as B\nclass Middle(B): pass\n",
        "model/top.py": f"from model import middle as m\nclass Top(m.Middle):\n{FORWARD}",
        "other/plain.py": f"class Base: pass\nclass Plain(Base):\n{FORWARD}",
    }
    assert modules(files) == {"Base", "Middle", "Top"}


def test_the_import_tells_which_of_two_classes_of_one_name_is_meant() -> None:
    files = {
        "a/base.py": "class Base: pass\n",
        "b/base.py": "from torch import nn\nclass Base(nn.Module): pass\n",
        "c.py": f"from a.base import Base\nclass Plain(Base):\n{FORWARD}",
        "d.py": f"from b.base import Base\nclass Seed(Base):\n{FORWARD}",
        "e.py": f"from b import base\nclass Second(base.Base):\n{FORWARD}",
    }
    assert modules(files) == {"Base", "Seed", "Second"}


def test_a_package_may_hold_its_base_in_its_init() -> None:
    files = {
        "model/__init__.py": "from torch import nn\nclass Base(nn.Module): pass\n",
        "x/base.py": "class Base: pass\n",
        "use.py": f"from model import Base\nclass Seed(Base):\n{FORWARD}",
    }
    assert modules(files) == {"Base", "Seed"}


def test_the_class_of_the_same_file_comes_first() -> None:
    files = {
        "a.py": "from torch import nn\nclass Base(nn.Module): pass\n",
        "b.py": f"import torch\nclass Base: pass\nclass Plain(Base):\n{FORWARD}",
    }
    assert modules(files) == {"Base"}


def test_a_class_that_redefines_its_base_of_the_same_name_is_one_too() -> None:
    files = {
        "a.py": "from torch import nn\nclass Seed(nn.Module): pass\n",
        "b.py": f"from a import Seed\nclass Seed(Seed):\n{FORWARD}",
        "c.py": f"import torch\nclass Twice(torch.nn.Module): pass\nclass Twice(Twice):\n{FORWARD}",
    }
    assert modules(files) == {"Seed", "Twice"}


def test_cycles_of_bases_lead_nowhere_and_end() -> None:
    files = {
        "a.py": f"import torch\nfrom b import B\nclass A(B):\n{FORWARD}",
        "b.py": f"import torch\nfrom a import A\nclass B(A):\n{FORWARD}",
    }
    assert modules(files) == set()
    assert modules(files | {"d.py": f"import torch\nclass D(A, torch.nn.Module):\n{FORWARD}"}) >= {"D"}


def test_a_cycle_does_not_hide_a_module_behind_it() -> None:
    files = {
        "a.py": f"from b import B\nclass A(B):\n{FORWARD}",
        "b.py": f"import torch\nfrom a import A\nclass B(A, torch.nn.Module):\n{FORWARD}",
    }
    for order in itertools.permutations(files):
        assert modules({name: files[name] for name in order}) == {"A", "B"}


def test_a_chain_may_be_as_long_as_its_author_pleased() -> None:
    length = 3_000
    chain = "".join(f"class C{number}(C{number + 1}): pass\n" for number in range(length))
    files = {"a.py": f"import torch\n{chain}class C{length}(torch.nn.Module): pass\n"}
    assert len(modules(files)) == length + 1


def test_configured_base_names_count_in_full_or_by_their_last_part() -> None:
    files = {"a.py": f"from my.lib import Layer\nclass A(Layer):\n{FORWARD}class B(A): pass\n"}
    assert modules(files) == set()
    assert modules(files, ["Layer"]) == modules(files, ["my.lib.Layer"]) == {"A", "B"}
    assert modules(files, ["other.Layer"]) == set()


def test_plain_classes_with_a_forward_are_none() -> None:
    files = {"a.py": f"import torch\nclass Mailbox:\n{FORWARD}class Sub(Mailbox):\n{FORWARD}"}
    assert modules(files) == set()


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16), st.integers(0, 7))
def test_law_a_class_is_a_module_if_a_way_leads_to_one(edges: Sequence[tuple[int, int]], module: int) -> None:
    bases: dict[int, list[int]] = {number: [base for one, base in edges if one == number] for number in range(8)}
    lines = []
    for number, found in bases.items():
        names = [f"C{base}" for base in dict.fromkeys(found) if base != number] + ["nn.Module"] * (number == module)
        lines.append(f"class C{number}({', '.join(names)}):\n{FORWARD}" if names else f"class C{number}:\n{FORWARD}")
    files = {f"f{number}.py": f"from torch import nn\n{text}" for number, text in enumerate(lines)}
    expected, pending = set(), {module}
    while pending:
        expected |= pending
        pending = {number for number, found in bases.items() if expected & set(found)} - expected
    assert modules(files) == {f"C{number}" for number in expected}


@pytest.mark.parametrize(
    "header",
    [
        "class Base(  # noqa: N801\n    nn.Module,\n):",
        "class Base(nn.Module, Generic[T, U]):",
        "class Base(Mid[int]):",
        "class Base[T](nn.Module):",
    ],
)
def test_headers_of_many_forms_are_read_without_parsing(header: str) -> None:
    base = f"from torch import nn\n\n\nclass Mid(nn.Module):\n    pass\n\n\n{header}\n    pass\n"
    derived = f"from base import Base\n\n\nclass A(Base):\n{FORWARD}"
    assert "A" in modules({"base.py": base, "a.py": derived})
