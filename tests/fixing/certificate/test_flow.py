"""Data flow: the same statements, but values that are lost, stale, unbound, kept for later or seen by handlers."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate, Rejected
from tests.fixing.certificate.programs import Body, program

# One out. ``a`` and ``b`` are bound, ``b`` is given back.
HELPER = """
def _h(module, x):
    a = module.f(x)
    b = module.g(a)
    return b
"""
RUN = "a = self.f(x)\nb = self.g(a)\n"
CALL = "b = _h(self, x)\n"
PLAIN = Body(RUN + "return b", CALL + "return b")
# Two outs.
HELPER_2 = HELPER.replace("return b", "return a, b")
CALL_2 = "a, b = _h(self, x)\n"
PLAIN_2 = Body(RUN + "return a * b", CALL_2 + "return a * b")
# A rebound argument.
HELPER_X = """
def _h(module, x):
    t = module.f(x)
    x = t + x
    return x
"""
RUN_X = "t = self.f(x)\nx = t + x\n"
CALL_X = "x = _h(self, x)\n"
PLAIN_X = Body(RUN_X + "return x", CALL_X + "return x")
# Bound on some ways only.
HELPER_IF = """
def _h(module, x, y):
    if module.training:
        y = module.f(x)
    module.g(x)
    return y
"""
RUN_IF = "if self.training:\n    y = self.f(x)\nself.g(x)\n"
CALL_IF = "y = _h(self, x, y)\n"
PLAIN_IF = Body(RUN_IF + "return y", CALL_IF + "return y")
# Nothing comes back.
HELPER_0 = """
def _h(module, x):
    a = module.f(x)
    module.g(a)
"""
RUN_0 = "a = self.f(x)\nself.g(a)\n"
CALL_0 = "_h(self, x)\n"
PLAIN_0 = Body(RUN_0 + "return x", CALL_0 + "return x")


def around(start: str, run: str, call: str, end: str, depth: int = 0) -> Body:
    """A site in which the run stands between other lines."""
    inside = ["".join("    " * depth + line + "\n" for line in text.splitlines()) for text in (run, call)]
    return Body(dedent(start) + inside[0] + dedent(end), dedent(start) + inside[1] + dedent(end))


RIGHT = {
    "unbound on some ways, and bound by the run alone": (
        "def _h(module, x):\n    if x:\n        a = module.f(x)\n    module.p(x)\n    if x:\n        module.p(a)",
        Body("if x:\n    a = self.f(x)\nself.p(x)\nif x:\n    self.p(a)\nreturn y", "_h(self, x)\nreturn y"),
        Body("if y:\n    a = self.f(y)\nself.p(y)\nif y:\n    self.p(a)\nreturn x", "_h(self, y)\nreturn x"),
    ),
    "the out alone is read later": (HELPER, PLAIN, around("", RUN, CALL, "a = 1\nreturn a + b")),
    "two outs": (HELPER_2, PLAIN_2, PLAIN_2),
    "an out that is not read is dropped": (HELPER, PLAIN, around("", RUN, "_h(self, x)\n", "return x")),
    "a rebound argument": (HELPER_X, PLAIN_X, around("for i in y:\n", RUN_X, CALL_X, "return x", 1)),
    "bound on some ways and passed in": (HELPER_IF, PLAIN_IF, around("y = 1\n", RUN_IF, CALL_IF, "return y")),
    "a branch that ends": (HELPER, PLAIN, around("if y:\n    a = 1\n    return a\n", RUN, CALL, "return b")),
    "the same name is bound anew": (HELPER, PLAIN, around("a = 1\nself.p(a)\n", RUN, CALL, "a = 2\nreturn a, b")),
    "in a loop, read by the next round": (
        HELPER,
        PLAIN,
        around("b = 0\nfor x in y:\n    self.p(b)\n", RUN, CALL, "return b", 1),
    ),
    "in a try, and the handler reads nothing of it": (
        HELPER,
        PLAIN,
        around("try:\n", RUN, CALL, "except ValueError:\n    return x\nreturn b", 1),
    ),
    "in a try, bound by the last statement": (
        HELPER,
        PLAIN,
        around("b = 0\ntry:\n", RUN, CALL, "except ValueError:\n    return b\nreturn b", 1),
    ),
    "in a handler": (
        HELPER,
        PLAIN,
        around("try:\n    x = y()\nexcept ValueError:\n", RUN, CALL, "    return b\nreturn x", 1),
    ),
    "in a finally": (HELPER, PLAIN, around("try:\n    x = y()\nfinally:\n", RUN, CALL, "return b", 1)),
    "in a with": (HELPER, PLAIN, around("with y:\n", RUN, CALL, "    return b\n", 1)),
    "in a match": (HELPER, PLAIN, around("match y:\n    case 1:\n", RUN, CALL, "        return b\n", 2)),
    "in a branch of a loop": (HELPER, PLAIN, around("while y:\n    if x:\n", RUN, CALL, "        y = b\nreturn y", 2)),
    "in the else of a loop": (
        HELPER,
        PLAIN,
        around("for i in y:\n    if i: break\nelse:\n", RUN, CALL, "    return b\nreturn x", 1),
    ),
    "a comprehension elsewhere": (HELPER, PLAIN, around("z = [x for x in y]\n", RUN, CALL, "return [b for z in y]")),
    "a generator consumed on the spot": (HELPER, PLAIN, around("", RUN, CALL, "return sum(b for z in y)")),
    "a lambda on names that the run does not bind": (
        HELPER,
        PLAIN,
        around("z = lambda a: y\n", RUN, CALL, "return b, z"),
    ),
    "twice in one site": (HELPER, around("", RUN + "x = b\n" + RUN, CALL + "x = b\n" + CALL, "return b"), PLAIN),
    "nothing comes back": (HELPER_0, PLAIN_0, around("if y:\n", RUN_0, CALL_0, "return x", 1)),
    "at the end, in both branches": (
        HELPER,
        Body(
            "if y:\n    a = self.f(x)\n    b = self.g(a)\n    return b\n"
            "else:\n    a = self.f(y)\n    b = self.g(a)\n    return b",
            "if y:\n    return _h(self, x)\nelse:\n    return _h(self, y)",
        ),
        PLAIN,
    ),
    "deleted within": (
        "def _h(module, x):\n    a = module.f(x)\n    b = module.g(a)\n    del a\n    return b",
        Body(RUN + "del a\nreturn b", CALL + "return b"),
        Body(RUN + "del a\nreturn b", "return _h(self, x)"),
    ),
    "a variable of a handler": (
        "def _h(module, x):\n    try:\n        module.f(x)\n    except OSError as e:\n        module.g(e)",
        Body("try:\n    self.f(x)\nexcept OSError as e:\n    self.g(e)\nreturn x", "_h(self, x)\nreturn x"),
        Body(
            "e = x\ntry:\n    self.f(e)\nexcept OSError as f:\n    self.g(f)\nreturn e", "e = x\n_h(self, e)\nreturn e"
        ),
    ),
    "in a with that lets exceptions pass": (
        HELPER_2,
        PLAIN_2,
        around("a = b = 0\nwith torch.no_grad(), torch.amp.autocast('cuda'):\n", RUN, CALL_2, "return a * b", 1),
    ),
    "the site sees other names": (HELPER, PLAIN, around("", RUN, CALL, "return b, dir(b), vars(self)")),
    "one value passed twice": (
        "def _h(module, p, q):\n    a = module.f(p)\n    b = module.g(a, q)\n    return b",
        Body("a = self.f(x)\nb = self.g(a, y)\nreturn b", "b = _h(self, x, y)\nreturn b"),
        Body("a = self.f(x)\nb = self.g(a, x)\nreturn b", "return _h(self, x, x)"),
    ),
    "a walrus": (
        "def _h(module, x):\n    if (a := module.f(x)) is not None:\n        module.g(a)\n    return a",
        Body("if (a := self.f(x)) is not None:\n    self.g(a)\nreturn a", "return _h(self, x)"),
        Body("if (c := self.f(x)) is not None:\n    self.g(c)\nself.p(c)", "c = _h(self, x)\nself.p(c)"),
    ),
    "a global passed": (
        "def _h(module, x, act):\n    a = act(module.f(x))\n    b = module.g(a)\n    return b",
        Body("a = _ONE(self.f(x))\nb = self.g(a)\nreturn b", "return _h(self, x, _ONE)"),
        Body("a = abs(self.f(x))\nb = self.g(a)\nreturn b", "return _h(self, x, act=abs)"),
    ),
}


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT.keys())
def test_right(case: tuple[str, Body, Body]) -> None:
    helper, *sites = case
    found = certify(program(helper, *sites, head="\ndef _ONE(x):\n    return x\n"))
    assert isinstance(found, Certificate), found


TURN = "        if x:\n            self.p(a)\n        a = self.f(x)\n        return self.g(a)\n"
PASSED = "    except OSError:\n        pass"
WRONG: dict[str, tuple[str, str, Body, Body]] = {
    "live-out lost": ("live-out", HELPER, PLAIN, around("", RUN, CALL, "return a + b")),
    "live-out of the other branch": (
        "live-out",
        HELPER,
        PLAIN,
        around("a = 0\nif y:\n", RUN, CALL, "    self.p(b)\nreturn a", 1),
    ),
    "live-out read after the loop": (
        "live-out",
        HELPER,
        PLAIN,
        around("a = 0\nfor i in y:\n", RUN, CALL, "    self.p(b)\nreturn a", 1),
    ),
    "live-out read by the next round": (
        "live-out",
        HELPER,
        PLAIN,
        around("a = 0\nfor i in y:\n    self.p(a)\n", RUN, CALL, "return b", 1),
    ),
    "live-out read by a condition of the loop": (
        "live-out",
        HELPER,
        PLAIN,
        around("a = b = 0\nwhile a:\n", RUN, CALL, "return b", 1),
    ),
    "live-out read after break": (
        "live-out",
        HELPER,
        PLAIN,
        around("a = b = 0\nfor i in y:\n", RUN, CALL, "    if b: break\n    a = 1\nreturn a, b", 1),
    ),
    "live-out augmented later": ("live-out", HELPER, PLAIN, around("", RUN, CALL, "a += 1\nreturn b")),
    "live-out deleted later": ("live-out", HELPER, PLAIN, around("", RUN, CALL, "del a\nreturn b")),
    "live-out read in a comprehension": ("live-out", HELPER, PLAIN, around("", RUN, CALL, "return b, [a for i in y]")),
    "live-out read in an f-string": ("live-out", HELPER, PLAIN, around("", RUN, CALL, "return b, f'{a}'")),
    "live-out read by a guard of a case": (
        "live-out",
        HELPER,
        PLAIN,
        around("", RUN, CALL, "match b:\n    case 1 if a:\n        return 1"),
    ),
    "live-out dropped by a bare call": ("live-out", HELPER, PLAIN, around("", RUN, "_h(self, x)\n", "return b")),
    "rebound argument not given back": (
        "live-out",
        HELPER_X.replace("    return x", "    module.p(x)"),
        around("", RUN_X + "self.p(x)\n", "_h(self, x)\n", "return t and None"),
        around("", RUN_X + "self.p(x)\n", "_h(self, x)\n", "return x"),
    ),
    "handler reads what may have been bound": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("a = 0\ntry:\n", RUN, CALL_2, "except ValueError:\n    return a\nreturn a * b", 1),
    ),
    "finally reads what may have been bound": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("a = 0\ntry:\n", RUN, CALL_2, "finally:\n    self.p(a)\nreturn a * b", 1),
    ),
    "code after the try reads it": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("a = 0\ntry:\n", RUN, CALL_2, "except ValueError:\n    b = 1\nreturn a * b", 1),
    ),
    "code after a with reads it": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("a = b = 0\nwith y:\n", RUN, CALL_2, "return a * b", 1),
    ),
    "code after a with of some other torch reads it": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("torch = y\na = b = 0\nwith torch.no_grad():\n", RUN, CALL_2, "return a * b", 1),
    ),
    "code after a with of several managers reads it": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around("a = b = 0\nwith torch.no_grad(), y:\n", RUN, CALL_2, "return a * b", 1),
    ),
    "outer handler reads it": (
        "exception",
        HELPER_2,
        PLAIN_2,
        around(
            "a = 0\ntry:\n  try:\n",
            RUN,
            CALL_2,
            "  except OSError:\n    b = 1\nexcept ValueError:\n  return a\nreturn b",
            2,
        ),
    ),
    "finally reads what is bound before a return": (
        "exception",
        HELPER,
        PLAIN,
        Body(
            "a = 0\ntry:\n    a = self.f(x)\n    b = self.g(a)\n    return b\nfinally:\n    self.p(a)",
            "a = 0\ntry:\n    return _h(self, x)\nfinally:\n    self.p(a)",
        ),
    ),
    "argument may be unbound": (
        "unbound",
        HELPER_IF,
        PLAIN_IF,
        around("del y\nif x:\n    y = 1\n", RUN_IF, CALL_IF, "return y"),
    ),
    "argument bound by a loop that may not run": (
        "unbound",
        HELPER,
        PLAIN,
        Body("for z in y: pass\na = self.f(z)\nb = self.g(a)\nreturn b", "for z in y: pass\nreturn _h(self, z)"),
    ),
    "argument deleted by a handler": (
        "unbound",
        HELPER,
        PLAIN,
        Body(
            "z = 0\ntry:\n    self.p(x)\nexcept OSError as z:\n    pass\na = self.f(z)\nb = self.g(a)\nreturn b",
            "z = 0\ntry:\n    self.p(x)\nexcept OSError as z:\n    pass\nreturn _h(self, z)",
        ),
    ),
    "argument unbound after a handler that continues": (
        "unbound",
        HELPER,
        PLAIN,
        Body(
            "z = 0\nfor i in y:\n    a = self.f(z)\n    b = self.g(a)\n    try:\n"
            "        self.p(b)\n    except OSError as z:\n        continue\n    z = 0",
            "z = 0\nfor i in y:\n    b = _h(self, z)\n    try:\n"
            "        self.p(b)\n    except OSError as z:\n        continue\n    z = 0",
        ),
    ),
    "out bound on some ways only": (
        "unbound",
        HELPER_IF.replace(", y):", "):"),
        around("", RUN_IF, "y = _h(self, x)\n", "return y"),
        around("", RUN_IF, "y = _h(self, x)\n", "return y"),
    ),
    "loop-carried value not passed": (
        "live-in",
        "def _h(module, x, y):\n    for i in y:\n        module.p(a)\n        a = module.f(x)\n    return x",
        Body("for i in y:\n    self.p(a)\n    a = self.f(x)\nreturn x", "return _h(self, x, y)"),
        Body("a = 1\nfor i in y:\n    self.p(a)\n    a = self.f(x)\nreturn x", "a = 1\nreturn _h(self, x, y)"),
    ),
    "value of the turn before not passed": (
        "live-in",
        "def _h(module, x):\n    if x:\n        module.p(a)\n    a = module.f(x)",
        Body("for i in y:\n    if x:\n        self.p(a)\n    a = self.f(x)", "for i in y:\n    _h(self, x)"),
        Body("for i in x:\n    if x:\n        self.p(a)\n    a = self.f(x)", "for i in x:\n    _h(self, x)"),
    ),
    "value of a turn that a handler has ended not passed": (
        "live-in",
        "def _h(module, x):\n    if x:\n        module.p(a)\n    a = module.f(x)\n    return module.g(a)",
        Body(f"for i in y:\n    try:\n{TURN}{PASSED}", f"for i in y:\n    try:\n        return _h(self, x)\n{PASSED}"),
        Body(f"for i in x:\n    try:\n{TURN}{PASSED}", f"for i in x:\n    try:\n        return _h(self, x)\n{PASSED}"),
    ),
    "target not bound by the run": (
        "clobbered",
        "def _h(module, x):\n    a = module.f(x)\n    b = module.g(a)\n    return b, x",
        around("", RUN, "b, x = _h(self, x)\n", "return b, x"),
        around("", RUN, "b, x = _h(self, x)\n", "return b, x"),
    ),
    "captured by a lambda before": ("captured", HELPER, PLAIN, around("z = lambda: a\n", RUN, CALL, "return b, z()")),
    "captured by a lambda after": ("captured", HELPER, PLAIN, around("", RUN, CALL, "return lambda: b")),
    "captured by a function": ("captured", HELPER, PLAIN, around("def z():\n    return b\n", RUN, CALL, "return z()")),
    "captured by a generator": (
        "captured",
        HELPER,
        PLAIN,
        around("", RUN, CALL, "z = (b for i in y)\nb = 0\nreturn z"),
    ),
    "bound by an inner function": (
        "captured",
        HELPER,
        PLAIN,
        around("b = 0\ndef z():\n    nonlocal b\n    b = 1\n", RUN, CALL, "z()\nreturn b"),
    ),
    "a lambda of the helper keeps what is bound again": (
        "captured",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(lambda: x)",
        Body("a = self.f(x)\nself.g(lambda: x)\nreturn x", "_h(self, x)\nreturn x"),
        Body("a = self.f(x)\nself.g(lambda: x)\nx = 1\nreturn self()", "_h(self, x)\nx = 1\nreturn self()"),
    ),
    "a lambda in a loop keeps a variable of the loop": (
        "captured",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(lambda: a)",
        Body("a = self.f(x)\nself.g(lambda: a)\nreturn x", "_h(self, x)\nreturn x"),
        Body(
            "for i in y:\n    a = self.f(x)\n    self.g(lambda: a)\nreturn x", "for i in y:\n    _h(self, x)\nreturn x"
        ),
    ),
    "a generator of the helper keeps what is bound again": (
        "captured",
        "def _h(module, x):\n    a = module.f(x)\n    return (x for i in a)",
        Body("a = self.f(x)\nz = (x for i in a)\nreturn z", "z = _h(self, x)\nreturn z"),
        Body("a = self.f(x)\nz = (x for i in a)\nx = 0\nreturn z", "z = _h(self, x)\nx = 0\nreturn z"),
    ),
    "deleted argument": (
        "del",
        "def _h(module, x):\n    a = module.f(x)\n    del x\n    return a",
        Body("a = self.f(x)\ndel x\nreturn a", "a = _h(self, x)\nreturn a"),
        Body("a = self.f(x)\ndel x\nreturn a", "return _h(self, x)"),
    ),
    "deleted and read again": (
        "live-out",
        "def _h(module, x):\n    a = module.f(x)\n    b = module.g(a)\n    del a\n    return b",
        Body(RUN + "del a\nreturn b", CALL + "return b"),
        Body(
            "a = 0\nfor i in y:\n    self.p(a)\n    a = self.f(x)\n    b = self.g(a)\n    del a",
            "a = 0\nfor i in y:\n    self.p(a)\n    _h(self, x)",
        ),
    ),
    "a constant that is bound again": (
        "rebound",
        HELPER_X,
        PLAIN_X,
        Body("x = 1\nt = self.f(x)\nx = t + x\nreturn x", "x = 1\nx = _h(self, 1)\nreturn x"),
    ),
    "one value passed twice and bound again": (
        "renaming",
        "def _h(module, p, q):\n    p = module.f(p)\n    b = module.g(p, q)\n    return b",
        Body("x = self.f(x)\nb = self.g(x, y)\nreturn b", "return _h(self, x, y)"),
        Body("x = self.f(x)\nb = self.g(x, x)\nreturn b", "return _h(self, x, x)"),
    ),
    "local turned global": (
        "scope",
        HELPER,
        PLAIN,
        Body(
            "if y:\n    return a\na = self.f(x)\nb = self.g(a)\nreturn b",
            "if y:\n    return a\nreturn _h(self, x)",
        ),
    ),
    "falls off where the site goes on": (
        "tail",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(a)",
        PLAIN_0,
        Body("if y:\n    a = self.f(x)\n    self.g(a)\nreturn x", "if y:\n    return _h(self, x)\nreturn x"),
    ),
    "falls off in a loop": (
        "tail",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(a)",
        PLAIN_0,
        Body("for i in y:\n    a = self.f(x)\n    self.g(a)", "for i in y:\n    return _h(self, x)"),
    ),
    "falls off in a finally": (
        "tail",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(a)",
        PLAIN_0,
        Body(
            "try:\n    x = y()\nfinally:\n    a = self.f(x)\n    self.g(a)",
            "try:\n    x = y()\nfinally:\n    return _h(self, x)",
        ),
    ),
    "falls off into the else of a try": (
        "tail",
        "def _h(module, x):\n    a = module.f(x)\n    module.g(a)",
        PLAIN_0,
        Body(
            "try:\n    a = self.f(x)\n    self.g(a)\nexcept OSError:\n    pass\nelse:\n    self.p(x)",
            "try:\n    return _h(self, x)\nexcept OSError:\n    pass\nelse:\n    self.p(x)",
        ),
    ),
    "early return where the site goes on": (
        "return",
        "def _h(module, x):\n    if module.f(x):\n        return x\n    x = module.g(x)\n    return x",
        Body("if self.f(x):\n    return x\nx = self.g(x)\nreturn x", "return _h(self, x)"),
        Body("if self.f(x):\n    return x\nx = self.g(x)\nself.p(x)\nreturn x", "x = _h(self, x)\nself.p(x)\nreturn x"),
    ),
    "one target for two values": (
        "outs",
        HELPER_2,
        PLAIN_2,
        around("", RUN, "a = _h(self, x)\n", "return a[0]"),
    ),
    "a global passed that may change": (
        "argument",
        "def _h(module, x, n):\n    a = module.f(x)\n    b = module.g(a, n)\n    return b",
        Body("a = self.f(x)\nb = self.g(a, COUNT)\nreturn b", "return _h(self, x, COUNT)"),
        Body("a = self.f(x)\nb = self.g(a, 1)\nreturn b", "return _h(self, x, 1)"),
    ),
    "guarded name in the helper": (
        "guarded",
        "def _h(module, x):\n    a = module.f(x)\n    b = flex(a)\n    return b",
        Body("a = self.f(x)\nb = flex(a)\nreturn b", "return _h(self, x)"),
        Body("a = self.f(x)\nb = flex(a)\nreturn b", "return _h(self, x)"),
    ),
    "guarded name passed": (
        "guarded",
        "def _h(module, x, act):\n    a = module.f(x)\n    b = act(a)\n    return b",
        Body("a = self.f(x)\nb = flex(a)\nreturn b", "return _h(self, x, flex)"),
        Body("a = self.f(x)\nb = abs(a)\nreturn b", "return _h(self, x, abs)"),
    ),
    "super moved": (
        "super",
        "def _h(module, x):\n    a = super().forward(x)\n    b = module.g(a)\n    return b",
        Body("a = super().forward(x)\nb = self.g(a)\nreturn b", "return _h(self, x)"),
        Body("a = super().forward(x)\nb = self.g(a)\nreturn b", "return _h(self, x)"),
    ),
    "private name moved": (
        "mangled",
        "def _h(module, x):\n    a = module.__f(x)\n    b = module.g(a)\n    return b",
        Body("a = self.__f(x)\nb = self.g(a)\nreturn b", "return _h(self, x)"),
        Body("a = self.__f(x)\nb = self.g(a)\nreturn b", "return _h(self, x)"),
    ),
    "the site sees its variables": ("introspection", HELPER, PLAIN, around("", RUN, CALL, "return b, locals()")),
    "the site sees their names": ("introspection", HELPER, PLAIN, around("", RUN, CALL, "return b, dir()")),
    "inner class moved": (
        "closure",
        "def _h(module, x):\n    class A:\n        pass\n    return A",
        Body("class A:\n    pass\nreturn A", "return _h(self, x)"),
        Body("class A:\n    pass\nreturn A", "return _h(self, x)"),
    ),
    "name of the helper taken": (
        "shadowed",
        HELPER.replace("_h", "taken"),
        Body(PLAIN.before, PLAIN.after.replace("_h", "taken")),
        Body(PLAIN.before, PLAIN.after.replace("_h", "taken")),
    ),
    "name of the helper is a local": (
        "shadowed",
        HELPER,
        PLAIN,
        around("_h = 1\n", RUN, CALL, "return b"),
    ),
    "not called": ("site", HELPER, PLAIN, Body(PLAIN.before, PLAIN.before)),
    "argument bound by an inner function": (
        "captured",
        HELPER,
        PLAIN,
        around("def bump():\n    nonlocal x\n    x += 1\nself.hook = bump\n", RUN, CALL, "return b"),
    ),
    "argument bound by a lazy generator": (
        "captured",
        HELPER,
        PLAIN,
        around("self.lazy = (x := x + i for i in y)\n", RUN, CALL, "return b"),
    ),
    "argument bound by a generator that min compares": (
        "captured",
        HELPER,
        PLAIN,
        around("self.p(min((x := x + i for i in y), y))\n", RUN, CALL, "return b"),
    ),
    "argument bound by a test that python -O leaves out": (
        "unbound",
        HELPER,
        Body(PLAIN.before, PLAIN.after, "x"),
        Body(f"assert (x := y)\n{RUN}return b", f"assert (x := y)\n{CALL}return b", "y"),
    ),
    "stacklevel of a bare warn": (
        "introspection",
        HELPER.replace("module.f(x)", "warn(x, y, 2)"),
        Body(PLAIN.before.replace("self.f(x)", "warn(x, y, 2)"), PLAIN.after),
        Body(PLAIN.before.replace("self.f(x)", "warn(x, y, 2)"), PLAIN.after),
    ),
}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* is new in 3.11")
def test_handlers_that_may_all_run_are_not_followed() -> None:
    start = "a = 0\ntry:\n    self.p(x)\nexcept* ValueError:\n"
    site = around(start, RUN, CALL, "    self.p(b)\nexcept* TypeError:\n    self.p(a)\nreturn x", 1)
    found = certify(program(HELPER, PLAIN, site))
    assert isinstance(found, Rejected) and found.kind == "flow", found


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type` and [T] are new in 3.12")
@pytest.mark.parametrize("start", ["type T = a\n", "def inner[T: a]():\n    pass\n"])
def test_scopes_of_types_are_not_followed(start: str) -> None:
    found = certify(program(HELPER, PLAIN, around(f"a = x\n{start}", RUN, CALL, "return b")))
    assert isinstance(found, Rejected) and found.kind == "flow", found


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("from ._h import other\n", "shadowed"),
        ("import pkg._h\n", "shadowed"),
        ("NAMES = [one for one in globals()]\n", "introspection"),
        ("globals().update(_h=None)\n", "introspection"),
        ("globals()['_' + 'h'] = None\n", "introspection"),
        ("NAME = globals()['__name__']\n", ""),
    ],
)
def test_what_may_notice_another_name_of_the_module(head: str, kind: str) -> None:
    found = certify(program(HELPER, PLAIN, PLAIN, head=f"\n{head}"))
    assert (found.kind if isinstance(found, Rejected) else "") == kind, found


def test_a_torch_that_another_module_has_is_not_trusted() -> None:
    """Its ``no_grad`` may swallow an exception, after which the call has bound nothing, and the statements may have."""
    site = around("a = b = 0\nwith torch.no_grad():\n", RUN, CALL_2, "return a * b", 1)
    assert isinstance(certify(program(HELPER_2, PLAIN_2, site)), Certificate)
    found = certify(program(HELPER_2, PLAIN_2, site, head="\nfrom fake import torch\n"))
    assert isinstance(found, Rejected), found


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_wrong(case: tuple[str, str, Body, Body]) -> None:
    kind, helper, *sites = case
    head = (
        "\nCOUNT = 0\n\ndef count():\n    global COUNT\n    COUNT += 1\n\ndef taken():\n    pass\n"
        "\ntry:\n    from flex import flex\nexcept ImportError:\n    flex = None\n"
    )
    name = "taken" if "def taken" in helper else "_h"
    found = certify(program(helper, *sites, head=head, names=(name,)))
    assert isinstance(found, Rejected)
    assert found.kind == kind, found
