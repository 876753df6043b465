"""Which conditions are guards, which branch lies on which side, and which classes a guard chooses."""

from __future__ import annotations

import ast
from textwrap import dedent, indent

import pytest

from esper_lint.discovery.guards import branches, chosen_classes, import_flags, may_guard, opposite
from esper_lint.findings import Guard

FLAGS = frozenset({"flash", "flash_attn"})


def first(source: str) -> ast.If | ast.Try:
    statement = ast.parse(dedent(source)).body[0]
    assert isinstance(statement, (ast.If, ast.Try))
    return statement


def described(guard: Guard | None) -> str | None:
    """``branch condition`` and, after a colon, the feature with its sign."""
    if guard is None:
        return None
    return f"{guard.branch} {guard.condition}: {'+' if guard.present else '-'}{guard.feature}"


@pytest.mark.parametrize(
    ("test", "feature"),
    [
        ("HAS_FLEX", "+HAS_FLEX"),
        ("_HAS_FLEX", "+_HAS_FLEX"),
        ("HAVE_TRITON", "+HAVE_TRITON"),
        ("FLASH_AVAILABLE", "+FLASH_AVAILABLE"),
        ("_XFORMERS_INSTALLED", "+_XFORMERS_INSTALLED"),
        ("config.HAS_FLEX", "+config.HAS_FLEX"),
        ("not HAS_FLEX", "-HAS_FLEX"),
        ("not not HAS_FLEX", "+HAS_FLEX"),
        ("flash", "+flash"),
        ("flash is None", "-flash"),
        ("flash is not None", "+flash"),
        ("not (flash is None)", "+flash"),
        ("is_flash_attn_2_available()", "+is_flash_attn_2_available()"),
        ("not is_flash_attn_2_available()", "-is_flash_attn_2_available()"),
        ("utils.is_torch_greater_or_equal('2.5')", "+utils.is_torch_greater_or_equal('2.5')"),
        ("has_triton_installed()", "+has_triton_installed()"),
        ("find_spec('apex')", "+find_spec('apex')"),
        ("importlib.util.find_spec('apex')", "+importlib.util.find_spec('apex')"),
        ("hasattr(F, 'scaled_dot_product_attention')", "+hasattr(F, 'scaled_dot_product_attention')"),
        ("hasattr(torch.nn.functional, 'x')", "+hasattr(torch.nn.functional, 'x')"),
        ("sys.version_info >= (3, 11)", "+sys.version_info >= (3, 11)"),
        ("sys.version_info < (3, 11)", "-sys.version_info >= (3, 11)"),
        ("sys.version_info <= (3, 11)", "-sys.version_info > (3, 11)"),
        ("sys.version_info[0] == 3", "+sys.version_info[0] == 3"),
        ("torch.__version__ >= '2.5'", "+torch.__version__ >= '2.5'"),
        ("version.parse(torch.__version__) < version.parse('2.5')",
         "-version.parse(torch.__version__) >= version.parse('2.5')"),
        ("HAS_FLEX and x", "+HAS_FLEX"),
        ("x or HAS_FLEX", "+HAS_FLEX"),
        ("not HAS_FLEX and x", "-HAS_FLEX"),
        ("HAS_FLEX is False", "-HAS_FLEX"),
        ("find_spec('flex') is None", "-find_spec('flex')"),
        ("torch.cuda.is_available()", None),
        ("self.training", None),
        ("x", None),
        ("x is None", None),
        ("x > 1", None),
        ("x.available", None),
        ("hasattr(self, 'bias')", None),
        ("hasattr(x.config, 'bias')", None),
        ("is_training()", None),
        ("is_available", None),
        ("CHAS_FLEX", None),
        ("x and y", None),
        ("True", None),
    ],
)  # fmt: skip
def test_conditions(test: str, feature: str | None) -> None:
    sides = [guard for guard, _ in branches(first(f"if {test}: pass\nelse: pass"), FLAGS)]
    if feature is None:
        assert sides == [None, None]
    else:
        turned = {"+": "-", "-": "+"}[feature[0]] + feature[1:]
        condition = ast.unparse(ast.parse(test))
        assert [described(side) for side in sides] == [f"if {condition}: {feature}", f"else {condition}: {turned}"]
        assert may_guard(f"if {test}: pass") or feature[1:] in FLAGS


@pytest.mark.parametrize(
    ("source", "guards"),
    [
        (
            "try:\n    import a.b, c\nexcept ImportError:\n    pass",
            ["try import a.b, c: +import a.b, c", "except import a.b, c: -import a.b, c"],
        ),
        (
            "try:\n    from a.b import c\nexcept (ModuleNotFoundError, OSError):\n    pass\nelse:\n    pass",
            ["try import a.b: +import a.b", "except import a.b: -import a.b"],
        ),
        (
            "try:\n    from . import c\nexcept ImportError as e:\n    pass\nexcept E:\n    pass\nfinally:\n    pass",
            ["try import .: +import .", "except import .: -import .", None],
        ),
        ("try:\n    import a\nexcept E:\n    pass", [None]),
        ("try:\n    import a\nexcept:\n    pass", ["try import a: +import a", "except import a: -import a"]),
        ("try:\n    import a\n    f()\nexcept:\n    pass", [None]),
        ("try:\n    f()\nexcept ImportError:\n    pass", [None]),
        ("try:\n    import a\nfinally:\n    pass", [None]),
    ],
)
def test_tries(source: str, guards: list[str | None]) -> None:
    found = [described(guard) for guard, block in branches(first(source), FLAGS) if block]
    assert list(dict.fromkeys(found)) == guards


def test_every_block_of_a_statement_is_a_branch() -> None:
    source = "try:\n    import a\n    A\nexcept ImportError:\n    B\nexcept E:\n    C\nelse:\n    D\nfinally:\n    G"
    found = {}
    for guard, block in branches(first(source), FLAGS):
        for name in ast.walk(ast.Module(list(block), [])):
            if isinstance(name, ast.Name):
                found[name.id] = guard.branch if guard else None
    assert found == {"A": "try", "B": "except", "C": None, "D": "try", "G": None}


def test_flags_are_what_a_try_assigns_around_an_import() -> None:
    source = """
        try:
            from a import b
            enabled = True
            (x, y) = 1, 2
        except ImportError:
            b = None
        try:
            other = f()
        except ImportError:
            other = None
        if x:
            try:
                import c
            except ImportError:
                c = None
        """
    assert import_flags(ast.parse(dedent(source))) == {"enabled", "x", "y", "b", "c"}


# -- chosen classes ---------------------------------------------------------------------------------------------------


def chosen(source: str) -> dict[str, str | None]:
    tree = ast.parse(dedent(source))
    names = frozenset({"Flash", "Plain", "Other"})
    return {name: described(guard) for name, guard in chosen_classes(tree, names, import_flags(tree)).items()}


BOTH = {"Flash": "if HAS_FLASH: +HAS_FLASH", "Plain": "else HAS_FLASH: -HAS_FLASH"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Attention = Flash if HAS_FLASH else Plain", BOTH),
        ("attention: type = Flash if HAS_FLASH else Plain", BOTH),
        ("def f(dim):\n    return Flash(dim) if HAS_FLASH else Plain(dim)", BOTH),
        ("def f(dim):\n    if HAS_FLASH:\n        return Flash(dim)\n    else:\n        return Plain(dim)", BOTH),
        ("class A:\n    def f(self):\n        self.a = Flash(1) if HAS_FLASH else Plain(1)", BOTH),
        ("for x in y:\n    if HAS_FLASH: f(Flash)\n    else: f(Plain)", BOTH),
        ("match x:\n    case 1:\n        y = Flash if HAS_FLASH else Plain", BOTH),
        ("try:\n    f()\nexcept E:\n    y = Flash if HAS_FLASH else Plain", BOTH),
        (
            "try:\n    import flash\n    A = Flash\nexcept ImportError:\n    A = Plain",
            {"Flash": "try import flash: +import flash", "Plain": "except import flash: -import flash"},
        ),
        ("if HAS_FLASH:\n    A = Flash", {"Flash": "if HAS_FLASH: +HAS_FLASH"}),
        ("A = Plain if not HAS_FLASH else Flash",
         {"Flash": "else not HAS_FLASH: +HAS_FLASH", "Plain": "if not HAS_FLASH: -HAS_FLASH"}),
        # On both sides, so not chosen.
        ("A = [Flash, Other] if HAS_FLASH else [Plain, Other]", BOTH),
        # No guard, or no reference.
        ("A = Flash if fast else Plain", {}),
        ("if HAS_FLASH:\n    Flash = 1", {}),
        ("if HAS_FLASH:\n    A = x.Flash", {}),
    ],
)  # fmt: skip
def test_chosen_classes(source: str, expected: dict[str, str]) -> None:
    assert chosen(source) == expected


def test_a_guard_clause_chooses_what_is_returned_behind_it() -> None:
    """``if HAS_FLASH: return Flash(dim)`` leaves the rest of the function for where it has not."""
    found = chosen("def f(dim):\n" + indent("if HAS_FLASH:\n    return Flash(dim)\nreturn Plain(dim)", "    "))
    assert found["Flash"] == "if HAS_FLASH: +HAS_FLASH"


# -- opposite sides ---------------------------------------------------------------------------------------------------


def guard(
    branch: str, present: bool, *, line: int = 1, condition: str = "HAS_FLEX", feature: str = "HAS_FLEX"
) -> Guard:
    return Guard(condition, branch, line, feature, present)


@pytest.mark.parametrize(
    ("left", "right", "same_file", "are_opposite"),
    [
        (guard("if", True), guard("else", False), True, True),
        (guard("if", True), guard("else", False), False, True),  # one feature, asked in two files
        (guard("if", True), guard("if", True), True, False),
        (guard("if", True), guard("if", False, line=9, condition="not HAS_FLEX"), True, True),
        (guard("if", True), guard("else", False, line=9, condition="HAS_TRITON", feature="HAS_TRITON"), True, False),
        (guard("if", True, feature="a"), guard("else", False, feature="b"), True, True),  # one statement
        (guard("if", True, feature="a"), guard("else", False, feature="b"), False, False),
    ],
)
def test_opposite(left: Guard, right: Guard, same_file: bool, are_opposite: bool) -> None:
    expected = (left, right) if are_opposite else None
    assert opposite([left], [right], same_file=same_file) == expected
    turned = opposite([right], [left], same_file=same_file)
    assert turned == (expected and (right, left))
    assert opposite([], [right], same_file=same_file) is None


def test_any_guard_of_one_may_be_opposite_to_any_of_the_other() -> None:
    inner = guard("if", True, line=5, condition="x_available()", feature="x_available()")
    assert opposite([inner, guard("if", True)], [guard("else", False)], same_file=True) == (
        guard("if", True),
        guard("else", False),
    )
