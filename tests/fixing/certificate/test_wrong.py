"""Wrong refactors are rejected, each for its own reason: small changes of right ones."""

from __future__ import annotations

import pytest

from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Rejected
from tests.fixing.certificate import examples as of
from tests.fixing.certificate.examples import Example

Edit = tuple[str, str]

# What was done wrong; the example; the kind of the rejection; edits of the text after.
CASES: tuple[tuple[str, Example, str, tuple[Edit, ...]], ...] = (
    # -- the helper is not what the sites did -----------------------------------------------------------------------
    ("statement dropped", of.ATTENTION, "statement", (("    assert x.device == module.qkv.weight.device\n", ""),)),
    ("assert weakened", of.ATTENTION, "operator", (("x.device == module", "x.device != module"),)),
    (
        "assert became a raise",
        of.ATTENTION,
        "statement",
        (
            ("    assert x.device ==", "    if not x.device =="),
            ("weight.device\n", "weight.device:\n        raise 1\n"),
        ),
    ),
    (
        "statements swapped",
        of.OUTS,
        "name",
        (
            (
                "    batch, length, width = x.shape\n    hidden = module.norm(x)\n",
                "    hidden = module.norm(x)\n    batch, length, width = x.shape\n",
            ),
        ),
    ),
    (
        "statement added",
        of.OUTS,
        "name",
        (("    hidden = hidden.view", "    gate = gate + 0\n    hidden = hidden.view"),),
    ),
    ("statement doubled", of.FACTORY, "call", (("    y = y[..., offset:]\n", "    y = y[..., offset:]\n" * 2),)),
    ("arguments of a call swapped", of.ATTENTION, "name", (("attention(q, k, v,", "attention(k, q, v,"),)),
    ("constant 0.0 became 0", of.ATTENTION, "constant", (("dropout_p=0.0", "dropout_p=0"),)),
    ("constant True became 1", of.ATTENTION, "constant", (("is_causal=True", "is_causal=1"),)),
    ("constant 1 became 1.0", of.LOOPS, "constant", (("    scale = 1\n", "    scale = 1.0\n"),)),
    ("constant -0.0 became 0.0", of.VALUES, "constant", (("1, -0.0, flag", "1, 0.0, flag"),)),
    ("constant became -0", of.VALUES, "constant", (("1, -0.0, flag", "1, -0, flag"),)),
    ("constant 1 passed as True", of.VALUES, "constant", (("_dropped(self, x, 1,", "_dropped(self, x, True,"),)),
    ("constant passed to another parameter", of.VALUES, "constant", (("0.5, -1.0, kind", "-1.0, 0.5, kind"),)),
    ("constants of the sites swapped", of.VALUES, "constant", (('kind="a"', 'kind="b"'),)),
    ("keyword renamed", of.ATTENTION, "call", (("dropout_p=0.0", "dropout=0.0"),)),
    ("keyword dropped", of.ATTENTION, "call", ((", dropout_p=0.0", ""),)),
    ("comparison changed", of.LOOPS, "operator", (("while x.dim() > 3", "while x.dim() >= 3"),)),
    ("is became ==", of.RETURNS, "operator", (("if mask is None", "if mask == None"),)),
    ("not lost", of.RETURNS, "operator", (("if not module.training or", "if module.training or"),)),
    ("or became and", of.RETURNS, "operator", (("module.training or", "module.training and"),)),
    ("operator changed", of.ATTENTION, "operator", (("    return x + update", "    return x - update"),)),
    ("operands swapped", of.ATTENTION, "name", (("    return x + update", "    return update + x"),)),
    ("submodule called through forward", of.ATTENTION, "name", (("module.proj(out)", "module.proj.forward(out)"),)),
    ("submodule called as a function", of.ATTENTION, "name", (("module.proj(out)", "F.linear(out)"),)),
    ("attribute renamed", of.ATTENTION, "attribute", (("module.proj(out)", "module.out_proj(out)"),)),
    ("slice changed", of.ATTENTION, "slice", (("[:, :seq_len]", "[:, seq_len:]"),)),
    ("step of a slice added", of.FACTORY, "slice", (("[..., offset:]", "[..., offset::1]"),)),
    ("annotation changed", of.ATTENTION, "annotation", (("update: Tensor = module", "update: Any = module"),)),
    ("annotation dropped", of.ATTENTION, "statement", (("update: Tensor = module", "update = module"),)),
    ("annotation of the result dropped", of.RESULT, "annotation", (("c: Tensor = _product", "c = _product"),)),
    (
        "annotation of the result added",
        of.RESULT,
        "annotation",
        (("        x = _product", "        x: Tensor = _product"),),
    ),
    (
        "annotation of an out added",
        of.VALUES,
        "annotation",
        (("        h = _dropped", "        h: Tensor = _dropped"),),
    ),
    ("f-string changed", of.NAMES, "constant", (("} and {", "} or {"),)),
    ("conversion of an f-string lost", of.NAMES, "string", (("{x.shape!r:>", "{x.shape:>"),)),
    ("loop variable captured by another name", of.NAMES, "name", (("[item for item in row", "[key for item in row"),)),
    ("comprehension filters something else", of.NAMES, "operator", (("item is not x", "item is x"),)),
    ("pattern changed", of.NAMES, "constant", (('{"only": only', '{"all": only'),)),
    ("exception type widened", of.NAMES, "name", (("except (ImportError,", "except (Exception,"),)),
    ("cause of an exception lost", of.NAMES, "statement", (("(problem) from problem", "(problem)"),)),
    ("else of a loop lost", of.LOOPS, "statement", (("    else:\n        x = x.contiguous()\n", ""),)),
    ("break became continue", of.LOOPS, "statement", (("            break", "            continue"),)),
    (
        "augmented assignment written out",
        of.EFFECTS,
        "statement",
        (("    module.seen += 1", "    module.seen = module.seen + 1"),),
    ),
    ("return value lost", of.RETURNS, "statement", (("        return x.softmax(-1)", "        x.softmax(-1)"),)),
    ("returns None", of.RETURNS, "constant", (("        return None", "        return x"),)),
    ("context manager lost", of.RETURNS, "statement", (("    with torch.no_grad():", "    if torch.no_grad():"),)),
    ("default of a lambda added", of.EFFECTS, "closure", (("lambda t: t", "lambda t=None: t"),)),
    ("argument of a lambda renamed", of.EFFECTS, "closure", (("lambda t: t + x", "lambda u: u + x"),)),
    ("imported name changed", of.NAMES, "statement", (("import math as m", "import cmath as m"),)),
    # -- values are lost, stale or not bound --------------------------------------------------------------------------
    (
        "wrong out",
        of.FACTORY,
        "outs",
        (("    y = F.pad(y, (0, offset))\n    return y", "    y = F.pad(y, (0, offset))\n    return x"),),
    ),
    ("outs in another order", of.LOOPS, "outs", (("    return x, total", "    return total, x"),)),
    (
        "targets in another order",
        of.OUTS,
        "outs",
        (("batch, length, width, hidden, gate = _", "batch, width, length, hidden, gate = _"),),
    ),
    (
        "out not assigned",
        of.LOOPS,
        "live-out",
        (("x, total = _stages", "total = _stages"), ("return x, total", "return total")),
    ),
    (
        "out dropped",
        of.RESULT,
        "outs",
        (("c: Tensor = _product(self, x)\n        return c.relu()", "_product(self, x)\n        return c.relu()"),),
    ),
    (
        "live-in lost",
        of.OUTS,
        "live-in",
        ((", gate: Tensor, *,", ", *,"), ("hidden, gate, batch=", "hidden, batch="), ("h, g, batch=", "h, batch=")),
    ),
    ("live-in of the module instead", of.LOOP_BODY, "live-in", (("block: Any, x", "x"), ("_step(block, ", "_step("))),
    (
        "arguments swapped",
        of.LOOP_BODY,
        "name",
        (
            (
                "        x, carried = _step(block, x, carried)\n            self",
                "        x, carried = _step(block, carried, x)\n            self",
            ),
        ),
    ),
    (
        "loop-carried value not given back",
        of.LOOP_BODY,
        "live-out",
        (("    return x, carried", "    return x"), ("x, carried = _step", "x = _step")),
    ),
    (
        "the rest of the site reads another name",
        of.OUTS,
        "statement",
        (("        return h - y", "        return g - y"),),
    ),
    (
        "early return before more code",
        of.RETURNS,
        "return",
        (("        return _masked(self, x, mask)", "        x = _masked(self, x, mask)\n        return x"),),
    ),
    (
        "wrong target",
        of.RESULT,
        "outs",
        (("        x = _product(self, x)\n        return x, x", "        a = _product(self, x)\n        return x, x"),),
    ),
    (
        "call left out",
        of.EFFECTS,
        "statement",
        (("        y = self.body(x)\n        _note(self, y)\n", "        y = self.body(x)\n"),),
    ),
    (
        "call moved",
        of.EFFECTS,
        "statement",
        (("        _note(self, x)\n        y = self.body(x)\n", "        y = self.body(x)\n        _note(self, x)\n"),),
    ),
    ("attribute passed without leave", of.ATTENTION, "argument", (("_attend(self, x)", "_attend(self, self.x)"),)),
    ("expression passed", of.EFFECTS, "argument", (("_note(self, y)", "_note(self, self.body(x))"),)),
    ("argument missing", of.ATTENTION, "signature", (("_attend(self, x)", "_attend(self)"),)),
    ("argument given twice", of.VALUES, "signature", (('kind="a", flag=None)', 'kind="a", p=None)'),)),
    ("arguments unpacked", of.ATTENTION, "signature", (("_attend(self, x)", "_attend(*(self, x))"),)),
    (
        "closure variable lost",
        of.FACTORY,
        "live-in",
        ((", offset: int)", ")"), ("scale, offset)", "scale)"), ("factor, offset)", "factor)")),
    ),
    (
        "closure variable of the other factory",
        of.FACTORY,
        "name",
        (("_padded(self, x, factor, offset)", "_padded(self, x, dim, offset)"),),
    ),
    (
        "constant for a closure variable",
        of.FACTORY,
        "constant",
        (("_padded(self, x, factor, offset)", "_padded(self, x, 2.0, offset)"),),
    ),
    # -- what a helper may be -----------------------------------------------------------------------------------------
    ("helper decorated", of.ATTENTION, "decorated", (("def _attend", "@torch.no_grad()\ndef _attend"),)),
    (
        "helper with a mutable default",
        of.NAMES,
        "default",
        (("ys: list[Tensor]) -> Tensor:\n    sizes", "ys: list[Tensor] = []) -> Tensor:\n    sizes"),),
    ),
    (
        "helper with any default",
        of.ATTENTION,
        "default",
        (("def _attend(module: Any, x: Tensor)", "def _attend(module: Any, x: Tensor = None)"),),
    ),
    ("helper asynchronous", of.ATTENTION, "async", (("def _attend", "async def _attend"),)),
    (
        "helper takes anything",
        of.ATTENTION,
        "signature",
        (("(module: Any, x: Tensor)", "(module: Any, x: Tensor, *args: Any)"),),
    ),
    ("helper under a guard", of.ATTENTION, "frame", (("def _attend", "if True:\n  def _attend"),)),
    (
        "helper is a generator",
        of.EFFECTS,
        "generator",
        (("    module.last = x\n", "    module.last = x\n    yield\n"),),
    ),
    (
        "helper below its sites",
        of.FACTORY,
        "placement",
        (
            (of.FACTORY.after[of.FACTORY.after.index("def _padded") : of.FACTORY.after.index("def make_scaled")], ""),
            (
                "    return Fixed()\n",
                "    return Fixed()\n\n\n"
                + of.FACTORY.after[
                    of.FACTORY.after.index("def _padded") : of.FACTORY.after.index("def make_scaled")
                ].rstrip()
                + "\n",
            ),
        ),
    ),
    (
        "helper writes a global",
        of.EFFECTS,
        "scope",
        (("    module.seen += 1", "    global seen\n    module.seen += 1"),),
    ),
    (
        "helper sees its frame",
        of.EFFECTS,
        "introspection",
        (("    module.last = x\n", "    module.last = locals()\n"),),
    ),
    ("helper counts frames", of.EFFECTS, "introspection", (("    module.last = x\n", "    module.warn(x, x, 2)\n"),)),
    (
        "helper counts frames by name",
        of.EFFECTS,
        "introspection",
        (("    module.last = x\n", "    module.warn(stacklevel=2)\n"),),
    ),
    ("helper looks for its frame", of.EFFECTS, "introspection", (("(lambda t: t + x)", "(torch._getframe())"),)),
    ("helper reads super", of.EFFECTS, "super", (("    module.last = x\n", "    module.last = super()\n"),)),
    ("helper reads a mangled name", of.EFFECTS, "mangled", (("    module.last = x\n", "    module.__last = x\n"),)),
    # -- the frame ----------------------------------------------------------------------------------------------------
    ("signature changed", of.ATTENTION, "frame", (("causal: bool = True)", "causal: bool = True, mask=None)"),)),
    ("default changed", of.ATTENTION, "frame", (("causal: bool = True)", "causal: bool = 1)"),)),
    ("argument annotation changed", of.ATTENTION, "frame", (("causal: bool =", "causal: int ="),)),
    ("decorator lost", of.ATTENTION, "frame", (("        @torch.no_grad()\n", ""),)),
    ("docstring changed", of.ATTENTION, "frame", (('"""Attends."""', '"""Attends!"""'),)),
    ("docstring lost", of.ATTENTION, "frame", (('            """Attends."""\n', ""),)),
    (
        "another function changed",
        of.ATTENTION,
        "frame",
        (("flex_attention(x, x, x)", "flex_attention(x, x, x, None)"),),
    ),
    ("a global changed", of.ATTENTION, "frame", (("_LIMIT = 8", "_LIMIT = 8.0"),)),
    ("a guard changed", of.ATTENTION, "frame", (("except ImportError", "except Exception"),)),
    (
        "a class lost",
        of.ATTENTION,
        "frame",
        ((of.ATTENTION.after[of.ATTENTION.after.index("\n\nif _HAS_FLEX") :], "\n"),),
    ),
    ("default of the factory changed", of.FACTORY, "frame", (("scale: float = 1.0", "scale: float = 1"),)),
    ("base class changed", of.OUTS, "frame", (("class Second(nn.Module)", "class Second(First)"),)),
    ("statement added to the module", of.OUTS, "frame", (("class First", "torch.manual_seed(0)\n\n\nclass First"),)),
    ("import of the project added", of.OUTS, "import", (("import torch\n", "import torch\nimport pkg.other\n"),)),
    (
        "import added over a name",
        of.OUTS,
        "shadowed",
        (("import torch\n", "import torch\nfrom math import tau as nn\n"),),
    ),
    (
        "import order changed",
        of.OUTS,
        "frame",
        (("import torch\nimport torch.nn.functional as F\n", "import torch.nn.functional as F\nimport torch\n"),),
    ),
    ("not Python", of.OUTS, "syntax", (("class First", "class class First"),)),
    ("does not compile", of.LOOPS, "syntax", (("    scale = 1\n", "    scale = 1\n    break\n"),)),
    # -- comments and layout ------------------------------------------------------------------------------------------
    ("comment lost", of.ATTENTION, "comment", (("    # The mask, without building it.\n", ""),)),
    ("comment at the site lost", of.OUTS, "comment", (("        # The part that is its own.\n", ""),)),
    ("comment at the site changed", of.OUTS, "comment", (("# The part that is its own.", "# A part."),)),
    ("directive lost", of.ATTENTION, "comment", (("  # type: ignore[operator]", ""),)),
    (
        "directive on another statement",
        of.ATTENTION,
        "directive",
        (("  # type: ignore[operator]\n    return x + update", "\n    return x + update  # type: ignore[operator]"),),
    ),
    (
        "directive left behind",
        of.ATTENTION,
        "directive",
        (
            (
                "            return _attend(self, x)\n\n    return A",
                "            return _attend(self, x)  # type: ignore[operator]\n\n    return A",
            ),
        ),
    ),
    ("directive added", of.ATTENTION, "directive", (("    q, k, v = qkv", "    # fmt: off\n    q, k, v = qkv"),)),
    (
        "directive added at the site",
        of.OUTS,
        "comment",
        (("hidden = hidden.flip(1)", "hidden = hidden.flip(1)  # noqa: F841"),),
    ),
    ("line outside reformatted", of.ATTENTION, "layout", (("_LIMIT = 8", "_LIMIT  = 8"),)),
    ("statement of the site reformatted", of.OUTS, "layout", (("hidden.flip(1)", "hidden.flip( 1 )"),)),
    ("blank line outside added", of.ATTENTION, "layout", (("    return AttentionSeed", "\n    return AttentionSeed"),)),
    ("blank line outside lost", of.ATTENTION, "layout", (("\n_LIMIT = 8", "_LIMIT = 8"),)),
)


@pytest.mark.parametrize(("what", "example", "kind", "edits"), CASES, ids=[case[0] for case in CASES])
def test_a_wrong_refactor_is_rejected(what: str, example: Example, kind: str, edits: tuple[Edit, ...]) -> None:
    claim = example.changed(*edits)
    assert claim.files != example.claim().files
    found = certify(claim)
    assert isinstance(found, Rejected)
    assert found.kind == kind, found
    assert found.path == of.PATH
    assert 1 <= found.line <= max(text.count("\n") for text in (example.before, claim.files[0].after)) + 1
