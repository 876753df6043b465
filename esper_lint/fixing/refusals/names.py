"""Refusals for what names mean, and where they mean it."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import NORMED, file, module, twins, unmarked
from esper_lint.fixing.refusals.values import Page

_SPLIT = """
y = self.norm(x)
y = self.qkv(y).unflatten(2, (3, -1)).permute(2, 0, 1, 3).contiguous()  # refused: FX-ATTR-KEY
q, k, v = y.unbind(0)
return x + F.scaled_dot_product_attention(q, k, v) / x.shape[1]
"""
_CAPTURE = """\
from torch import nn


def encoder(rate):
    rate = float(rate)

    class Encoder(nn.Module):
        def forward(self, x):
            y = self.norm(x)
            y = y + self.proj(y) * rate  # refused: FX-CAPTURE
            return x * y.mean(dim=1) / x.shape[1]

    return Encoder()


def decoder(rate):
    class Decoder(nn.Module):
        def forward(self, x):
            y = self.norm(x)
            y = y + self.proj(y) * rate
            return x * y.mean(dim=1) / x.shape[1]

    return Decoder()
"""

PAGES = (
    Page(
        "FX-ATTR-KEY",
        "The statements differ in the name of an attribute.",
        """
`self.proj` and `self.out` are keys of the state dict: checkpoints are stored under these names, so they are never
renamed. And a helper is given the module, not its submodules, since hooks fire only where a submodule is called through
it. So the statement stays in place, and what is left around it is not worth a helper.
""",
        """
Where no checkpoint depends on the name, give the attribute the same name in all classes. Else move what is shared
by hand into a function that takes the submodule.
""",
        {
            "blocks.py": file(
                module("Encoder", _SPLIT),
                module("Decoder", unmarked(_SPLIT).replace("self.qkv", "self.to_qkv"), has_constructor=True),
                head="import torch.nn.functional as F\nfrom torch import nn\n",
            )
        },
    ),
    Page(
        "FX-CAPTURE",
        "The code reads a variable of the function around the class.",
        """
A helper stands at module level and gets such a variable as an argument, read when it is called. That is the same only
if the variable is bound once, before the class, and for good. A base class gets no arguments, so a method that reads a
variable of the function around its class never moves to one.
""",
        """
Bind the variable once, under a name of its own, or keep it on the module as `self.rate = rate`.
""",
        {"blocks.py": _CAPTURE},
    ),
    Page(
        "FX-FRAME",
        "The code looks at the frame that it runs in, or at what the body of a class has bound.",
        """
`locals()`, `eval`, `exec`, `inspect.currentframe()` and a `stacklevel` mean the function that they stand in or its
callers. In a helper there is one frame more, with other variables. For a merge, `vars(Class)` and `Class.__dict__`
tell what a class has itself from what it inherits.
""",
        """
Pass what is needed by name.
""",
        twins("""
y = self.norm(x)
self.trace(locals())  # refused: FX-FRAME
return x + self.proj(y).relu() / x.shape[1]
"""),
    ),
    Page(
        "FX-MANGLE",
        "A name with two leading underscores is another name inside its class.",
        """
In the body of `class Encoder`, `self.__mixed` means `self._Encoder__mixed`. In a helper, or in a base class, it would
mean something else, and so it does in each of the classes.
""",
        """
Use one leading underscore, in the definition and wherever it is used.
""",
        twins("""
y = self.norm(x)
y = self.__mixed(x, y)  # refused: FX-MANGLE
return x + self.proj(y).relu() / x.shape[1]
"""),
    ),
    Page(
        "FX-NAME",
        "The name that was asked for cannot be given.",
        """
`--helper-name` says how the helper, or the base class, is to be called. The name is taken in one of the files (also by
a parameter or a word in `__all__`), is no identifier, or begins with two underscores, which a class body would mangle.
Names that esper-lint makes itself get the next free number instead.
""",
        """
Ask for another name, or for none.
""",
        {
            "blocks.py": file(
                module("Encoder", NORMED, parameters="self, x").replace("x):", "x):  # refused: FX-NAME", 1),
                module("Decoder", NORMED),
            )
        },
        "--group ID --helper-name nn",
    ),
    Page(
        "FX-SHADOW",
        "A name does not mean the same thing at all sites.",
        """
At one site the name is a variable or parameter of the forward, at another one it comes from the module; or `self` is
bound to something else; or two files import different things under one name. A helper has one scope, so it can mean
only one of them.
""",
        """
Rename the local variable, or import the same thing under the same name.
""",
        {
            "blocks.py": file(
                "def scale(x):\n    return x / 2\n",
                module(
                    "Encoder",
                    NORMED.replace("self.proj(y).relu()", "scale(self.proj(y))  # refused: FX-SHADOW"),
                ),
                module(
                    "Decoder", NORMED.replace("self.proj(y).relu()", "scale(self.proj(y))"), parameters="self, x, scale"
                ),
            )
        },
    ),
    Page(
        "FX-SUPER",
        "`super` and `__class__` mean the class that they are written in.",
        """
A helper is in no class: `super()` raises there. In a base class, `super().forward` looks one class further up than
before, so a method moves only if nothing in between has what it asks for; `super(Encoder, self)`, and the name of the
class itself, stay in the class.
""",
        """
Take the call of `super()` out of the statements that are shared: bind its result first, at every site.
""",
        twins("""
y = self.norm(x)
y = super().forward(y)  # refused: FX-SUPER
return x + self.proj(y).relu() / x.shape[1]
"""),
    ),
)
