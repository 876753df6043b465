"""Whatever classes share: they stay what they were, no comment is lost, and nothing else of the file changes."""

from __future__ import annotations

import ast
import io
import tokenize
from textwrap import indent

from hypothesis import given, settings
from hypothesis import strategies as st

from esper_lint.fixing.merging.merge import merged
from esper_lint.fixing.merging.values import Merge, Unmergeable
from tests.fixing.merging.worlds import members, run, sites

_LONG = "[x + i for i in (1, 2)] + [{'a': x, 'b': [x, x * 2]}, (x, x), sum([x, x, 3])]"
_MEMBERS = [
    "width = 1",
    "width = 2",
    "shape: int = 3",
    "items = []",
    "pair = (1, -2)",
    "double = pair",
    "# of what follows\nkind = nn.GELU",
    "def __init__(self, dim=3):\n    super().__init__()\n    self.dim = dim  # as given\n    self.more = [dim] * 3",
    "def __init__(self, dim=4):\n    super().__init__()\n    self.dim = dim",
    f"def forward(self, x):\n    # first\n    y = {_LONG}\n    return y, self.dim",
    f"def forward(self, x):\n    y = {_LONG}\n    return y, self.dim",
    f'def sums(self, x=1):\n    """Sums.\n\n        All of them.\n    """\n    return {_LONG} + \\\n        [x]',
    "@property\ndef size(self):\n    return self.dim * 2\n\n@size.setter\ndef size(self, x):\n    self.dim = x",
    "@staticmethod\ndef twice(x):\n    return (\n        # scaled\n        x * 2\n    )",
    "def captured(self):\n    return scale",
    "def mangled(self):\n    return self.__dim",
    "def __eq__(self, other):\n    return self is other",
    "def __hash__(self):\n    return 1",
    "def above(self, x):\n    return super().forward(x)",
    "if width_by_default:\n    def late(self):\n        return 1",
    "pass",
]
_BODIES = st.lists(st.sampled_from(_MEMBERS), min_size=1, max_size=9)


def _class(name: str, body: list[str], *, documented: bool) -> str:
    parts = [f'"""About {name}."""'] * documented + body
    return f"class {name}(nn.Module):\n" + indent("\n\n".join(parts), "    ")


@st.composite
def _files(draw: st.DrawFn) -> str:
    common = draw(_BODIES)
    text = "from torch import nn\n\nscale = width_by_default = pair = 1\n\n\n"
    for number in range(draw(st.integers(2, 3))):
        own = draw(st.lists(st.sampled_from(_MEMBERS), max_size=3))
        name = f"Seed{number}"
        code = _class(name, draw(st.permutations(common + own)), documented=draw(st.booleans()))
        place = draw(st.sampled_from(["{0}", "def make_{1}(scale=5):\n{2}\n\n    return {1}", "if True:\n{2}"]))
        text += place.format(code, name, indent(code, "    ")) + f"\n\n\n# after {name}\n\n"
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


def _comments(text: str) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return {token.string for token in tokens if token.type == tokenize.COMMENT}


def _rest(text: str) -> str:
    """The code outside of classes and blank lines, and the name of each class."""

    class Empty(ast.NodeTransformer):
        def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
            return None if node.name.endswith("Base") else ast.Pass()

    return ast.dump(Empty().visit(ast.parse(text)))


@given(_files())
@settings(max_examples=300, deadline=None)
def test_law(text: str) -> None:
    found = merged(text, sites(text))
    if isinstance(found, Unmergeable):
        assert found.code != "FX-ENCODING"
        return
    old, new = run(text), run(found.after)
    assert _comments(found.after) == _comments(text)
    assert _rest(found.after) == _rest(text)
    for site in found.classes:
        make, _, name = site.qualname.rpartition(".")
        before, after = ((world[make]() if make else world[name]) for world in (old, new))
        assert after.__qualname__.endswith(name)
        assert before.__doc__ == after.__doc__
        assert members(text, before) == members(found.after, after)
        assert _outcome(before) == _outcome(after)
    names = [site.qualname.rpartition(".")[2] for site in found.classes]
    assert isinstance(merged(found.after, sites(found.after, names)), Unmergeable)


def _outcome(one: type) -> list[object]:
    """What an instance does, or says is wrong."""
    return [_called(one, method) for method in ("forward", "sums", "above", "twice", "captured", "late", "mangled")]


def _called(one: type, method: str) -> object:
    try:
        made = one()
        bound = getattr(made, method)
        return bound(2) if method not in ("captured", "late", "mangled") else bound(), vars(made)
    except (AttributeError, TypeError) as error:
        return repr(error)


def test_the_law_sees_merges() -> None:
    common = [_MEMBERS[number] for number in (0, 3, 7, 9, 11, 12, 14)]
    text = "from torch import nn\n\nscale = 1\n\n\n" + "\n\n\n".join(
        _class(f"Seed{number}", common, documented=True) for number in range(2)
    )
    found = merged(text, sites(text))
    assert isinstance(found, Merge)
    assert found.moved == ("width", "__init__", "forward", "sums", "size", "captured")
