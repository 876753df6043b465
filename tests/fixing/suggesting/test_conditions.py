"""What conditions on torch and on other packages come to wherever a project is installed."""

from __future__ import annotations

import ast

import pytest
from packaging.version import Version

from esper_lint.fixing.suggesting.conditions import Certain, Conditions
from esper_lint.fixing.suggesting.releases import FIRST_RELEASES
from esper_lint.fixing.suggesting.requirements import Bound, Requirements

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom packaging import version\n"


def requiring(torch: str | None, **others: str) -> Requirements:
    bounds = {name.replace("_", "-"): Bound(Version(text), "pyproject.toml") for name, text in others.items()}
    if torch is not None:
        bounds["torch"] = Bound(Version(torch) if torch else None, "pyproject.toml")
    return Requirements(bounds)


def outcome(test: str, torch: str | None = "2.1", head: str = HEAD) -> bool | None:
    """What the test of an ``if`` at the end of a module comes to."""
    found = certain(test, torch, head)
    return None if found is None else found.holds


def certain(test: str, torch: str | None = "2.1", head: str = HEAD) -> Certain | None:
    tree = ast.parse(f"{head}\nif {test}:\n    pass\n")
    statement = tree.body[-1]
    assert isinstance(statement, ast.If)
    return Conditions(tree, requiring(torch, flash_attn="2.0", pillow="9")).of(statement.test)


VERSIONS = [
    "torch.__version__",
    "version.parse(torch.__version__)",
    "Version(torch.__version__)",
    "parse_version(torch.__version__.split('+')[0])",
    "version.parse(version.parse(torch.__version__).base_version)",
    "TORCH_VERSION",
    "version.parse(importlib.metadata.version('torch'))",
]
NUMBERS = [
    "version.parse(torch.__version__).release",
    "version.parse(torch.__version__).release[:2]",
    "tuple(int(x) for x in torch.__version__.split('.')[:2])",
    "[int(x) for x in torch.__version__.split('+')[0].split('.')[:2]]",
    "tuple(map(int, torch.__version__.split('.')[:2]))",
    "torch_version",
]
NAMED = f"{HEAD}TORCH_VERSION = version.parse(torch.__version__)\ntorch_version = TORCH_VERSION.release\n"


@pytest.mark.parametrize("seen", VERSIONS)
@pytest.mark.parametrize("constant", ["'{}'", "version.parse('{}')"])
@pytest.mark.parametrize(
    ("test", "number", "expected"),
    [
        (">=", "2.0", True),
        (">=", "2.1", True),
        (">=", "2.1.0", True),
        (">=", "2.1.1", None),
        (">", "2.0", True),
        (">", "2.1", None),
        ("<", "2.0", False),
        ("<", "2.1", False),
        ("<", "2.2", None),
        ("<=", "2.0", False),
        ("<=", "2.1", None),
        ("==", "2.0", False),
        ("==", "2.1", None),
        ("!=", "2.0", True),
        ("!=", "2.2", None),
        ("in", "2.0", None),
    ],
)
def test_versions(seen: str, constant: str, test: str, number: str, expected: bool | None) -> None:
    text = constant.format(number)
    assert outcome(f"{seen} {test} {text}", head=NAMED) is expected
    mirrored = {">=": "<=", ">": "<", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
    if test in mirrored:
        assert outcome(f"{text} {mirrored[test]} {seen}", head=NAMED) is expected
        assert outcome(f"not {seen} {test} {text}", head=NAMED) is (None if expected is None else not expected)


@pytest.mark.parametrize("seen", NUMBERS)
@pytest.mark.parametrize(
    ("test", "expected"),
    [(">= (2, 0)", True), (">= (2, 1)", True), ("> (2, 0)", True), ("< (2,)", False), (">= (2, 2)", None)],
)
def test_numbers(seen: str, test: str, expected: bool | None) -> None:
    operator, _, constant = test.partition(" ")
    pair = constant.replace("(", "[").replace(")", "]").replace(",]", "]") if seen.startswith("[") else constant
    assert outcome(f"{seen} {operator} {pair}", head=NAMED) is expected


@pytest.mark.parametrize(
    ("test", "torch", "expected"),
    [
        ("version.parse(torch.__version__).release[:2] > (2, 0)", "2.0.1", None),
        ("version.parse(torch.__version__) > version.parse('2.0')", "2.0.1", True),
        ("version.parse(torch.__version__).major >= 2", "2.0", True),
        ("int(torch.__version__.split('.')[0]) >= 2", "2.0", True),
        ("int(torch.__version__.split('.')[0]) < 2", "2.0", False),
        ("torch.__version__ >= '1.8'", "1.9", None),  # it was a mere text then
        ("torch.__version__ >= '1.8'", "1.10", True),
        ("torch.__version__ >= (1, 8)", "1.10", True),
        ("version.parse(torch.__version__) >= version.parse('1.8')", "1.9", True),
        ("version.parse(torch.__version__) >= version.parse('2.0.0.dev20230101')", "2.0", True),
        ("torch.__version__ >= '2.0'", "", None),
        ("torch.__version__ >= '2.0'", None, None),
        ("torch.__version__[:3] >= '2.0'", "2.1", None),
        ("torch.__version__.split('+')[0] >= '2.0'", "2.1", None),
        ("torch.__version__.split('.')[:2] >= ['2', '0']", "2.1", None),
        ("torch.__version__.split('.')[1] >= 0", "2.1", None),
        ("tuple(int(x) for x in torch.__version__.split('.') if x) >= (2, 0)", "2.1", None),
        ("'1.0' <= torch.__version__ < '3.0'", "2.1", None),
        ("torch.__version__ >= 'nonsense'", "2.1", None),
        ("torch.__version__ >= minimum", "2.1", None),
        ("np.__version__ >= '1.0'", "2.1", None),
        ("is_torch_version('>=', '2.0')", "2.1", True),
        ("is_torch_version('<', '2.0')", "2.1", False),
        ("is_torch_version('>=', '2.2')", "2.1", None),
        ("is_torch_version('>=', minimum)", "2.1", None),
        ("is_torch_greater_or_equal('2.1')", "2.1", True),
        ("is_torch_greater_or_equal('2.2')", "2.1", None),
    ],
)
def test_shapes(test: str, torch: str | None, expected: bool | None) -> None:
    assert outcome(test, torch) is expected


@pytest.mark.parametrize(
    ("test", "torch", "expected"),
    [
        ("hasattr(F, 'scaled_dot_product_attention')", "2.0", True),
        ("hasattr(F, 'scaled_dot_product_attention')", "1.13", None),
        ("hasattr(torch.nn.functional, 'scaled_dot_product_attention')", "2.0", True),
        ("not hasattr(nn, 'RMSNorm')", "2.4", False),
        ("hasattr(nn, 'RMSNorm')", "2.3.9", None),
        ("hasattr(torch, 'compile') and hasattr(F, 'gelu')", "2.4", None),
        ("hasattr(torch, 'compile') and hasattr(torch, 'vmap')", "2.4", True),
        ("hasattr(torch, 'compile') or hasattr(F, 'gelu')", "2.4", True),
        ("not hasattr(torch, 'compile') and unknown", "2.4", False),
        ("not hasattr(torch, 'compile') or unknown", "2.4", None),
        ("hasattr(torch, 'unheard_of')", "2.4", None),
        ("hasattr(self, 'compile')", "2.4", None),
        ("hasattr(torch, name)", "2.4", None),
        ("find_spec('flash_attn') is not None", "2.4", True),
        ("importlib.util.find_spec('flash_attn') is None", "2.4", False),
        ("find_spec('flash_attn')", "2.4", True),
        ("find_spec('xformers') is not None", "2.4", None),
        ("find_spec('PIL') is not None", "2.4", True),
        ("find_spec('google') is not None", "2.4", None),
        ("x + 1", "2.4", None),
    ],
)
def test_features(test: str, torch: str, expected: bool | None) -> None:
    assert outcome(test, torch) is expected


FLEX = "from torch.nn.attention.flex_attention import flex_attention, create_block_mask"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", True),
        (f"try:\n    {FLEX}\nexcept ImportError:\n    FLAG = False\nelse:\n    FLAG = True\n", True),
        (f"FLAG = False\ntry:\n    {FLEX}\n    FLAG = True\nexcept Exception:\n    pass\n", True),
        (f"try:\n    {FLEX}\n    FLAG = 0\nexcept ImportError:\n    FLAG = 1\n", False),
        ("try:\n    import flash_attn as FLAG\nexcept ImportError:\n    FLAG = None\n", True),
        ("try:\n    from flash_attn import FLAG\nexcept ImportError:\n    FLAG = None\n", True),
        ("try:\n    import torch.nn.attention.flex_attention as FLAG\nexcept ImportError:\n    FLAG = None\n", True),
        ("FLAG = hasattr(torch, 'compile')\n", True),
        ("FLAG: bool = torch.__version__ >= '2.0'\n", True),
        ("OTHER = hasattr(torch, 'compile')\nFLAG = not OTHER\n", False),
        ("from utils import is_torch_greater_or_equal_than_2_1 as FLAG\n", True),
        ("from utils import is_torch_greater_or_equal_than_2_7 as FLAG\n", None),
        ("from utils import FLAG\n", None),
        ("", None),
        ("FLAG = True\n", None),
        (f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = True\n", None),
        (f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = probe()\n", None),
        (f"try:\n    {FLEX}\n    FLAG = probe()\nexcept ImportError:\n    FLAG = False\n", None),
        (f"try:\n    {FLEX}\n    probe()\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        (f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = False\nFLAG = False\n", None),
        (f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = False\nFLAG = FLAG and x\n", None),
        (
            f"if x:\n    try:\n        {FLEX}\n        FLAG = True\n    except ImportError:\n        FLAG = False\n",
            None,
        ),
        (
            f"try:\n    {FLEX}\n    FLAG = True\nexcept ImportError:\n    FLAG = False\nfinally:\n    FLAG = False\n",
            None,
        ),
        (
            f"try:\n    {FLEX}\n    FLAG = True\nexcept:\n    FLAG = False\ndef f():\n    global FLAG\n    FLAG = x\n",
            None,
        ),
        (f"try:\n    {FLEX}, later\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("try:\n    from .flex import f\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("try:\n    import flash_attn.deep\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("try:\n    from flash_attn.deep import f\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("try:\n    import flash_attn, xformers\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("try:\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n", None),
        ("FLAG, OTHER = hasattr(torch, 'compile'), 1\n", None),
        ("if x:\n    FLAG = hasattr(torch, 'compile')\n", None),
        ("if x:\n    torch = None\nFLAG = hasattr(torch, 'compile')\n", None),
    ],
)
def test_flags(head: str, expected: bool | None) -> None:
    assert outcome("FLAG", "2.6", HEAD + head) is expected
    assert outcome("not FLAG", "2.6", HEAD + head) is (None if expected is None else not expected)


def test_a_name_compared_with_none() -> None:
    head = f"{HEAD}try:\n    import flash_attn\nexcept ImportError:\n    flash_attn = None\n"
    assert outcome("flash_attn is not None", head=head) is True
    assert outcome("flash_attn is None", head=head) is False
    falsy = "try:\n    import flash_attn\n    NO = False\nexcept ImportError:\n    NO = True\n"
    assert outcome("NO is None", head=falsy) is None
    assert outcome("NO == False", head=falsy) is True
    assert outcome("NO is not True", head=falsy) is True


def test_why() -> None:
    head = f"{HEAD}try:\n    {FLEX}\n    import flash_attn\n    FLAG = True\nexcept ImportError:\n    FLAG = False\n"
    assert certain("FLAG", "2.6", head) == Certain(
        True,
        (
            "the project requires torch >= 2.6 (pyproject.toml)",
            "`torch.nn.attention.flex_attention` is in torch since 2.5",
            "the project requires flash_attn (pyproject.toml)",
        ),
    )


def test_the_releases_are_in_order() -> None:
    """A name is never older than the module that it stands in."""
    for path, release in FIRST_RELEASES.items():
        assert FIRST_RELEASES.get(path.rpartition(".")[0], release) <= release
    assert all(path.startswith("torch.") for path in FIRST_RELEASES)
