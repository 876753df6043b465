"""Refusals for what code does beside computing: to the state, to the order of things, and to compilers."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import NORMED, file, module, twins
from esper_lint.fixing.refusals.values import Page

_FORWARD = "return self.proj(self.scaled(x))"
_SEEN = """
    def scaled(self, x, seen=[]):
        seen.append(x.shape)
        y = self.norm(x) + len(seen)
        y = y / y.sum(dim=1, keepdim=True).sqrt()
        return x * y.mean(dim=1, keepdim=True) / x.shape[1]
"""

_SHORT = "return x + self.proj(self.norm(x)).relu()"

_RATES = """\
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        y = self.norm(x) * self.rate
        y = self.proj(y) / y.norm(dim=1, keepdim=True)
        y = F.dropout(y.relu() + x, self.rate)
        return x * y.mean(dim=1, keepdim=True) / x.shape[1]


class Decoder(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def freeze(self):
        nn.init.ones_(self.norm.weight)
        nn.init.zeros_(self.norm.bias)
        for parameter in self.norm.parameters():
            parameter.requires_grad_(False)

    def forward(self, x):
        y = self.norm(x) * self.scale
        y = self.proj(y) / y.norm(dim=1, keepdim=True)
        y = F.dropout(y.relu() + x, self.scale)
        return x * y.mean(dim=1, keepdim=True) / x.shape[1]


def anneal(encoder):
    encoder.rate = encoder.rate / 2  # refused: FX-STATE-WRITE
"""

PAGES = (
    Page(
        "FX-ALIAS",
        "A mutable object would be shared, or given away as if it were a plain value.",
        """
A mutable value in the body of a class, or as a default of a method, is made once for each class. In a base class it
would be made once for all, and what one class appends the others see. Extraction gives the value of an attribute to a
helper only if nothing in the file changes it in place: a list that somebody appends to is no plain value.
""",
        """
Make the object in the constructor, give the parameter the default `None`, or the attribute one name in all classes.
""",
        {
            "blocks.py": file(
                module("Encoder", _FORWARD) + _SEEN.replace("=[]):", "=[]):  # refused: FX-ALIAS"),
                module("Decoder", _FORWARD) + _SEEN,
            )
        },
    ),
    Page(
        "FX-EFFECT-ORDER",
        "A difference calls something, or would run at another time, so it stays in place.",
        """
What differs cannot be given to a helper as an argument if it may have effects: it would run before the helper instead
of in the middle of it. Statements are never put into another order. So it stays, and what is left around it is not
worth a helper. In a merge, it is a statement of the class body that runs once for each class, a decorator that may look
at the class, or a name that may mean something else where the base class would stand.
""",
        """
Make the differing expression a statement of its own, at the same place in all forwards; then the statements around
it can move.
""",
        twins(
            """
y = self.norm(x)
y = self.proj(y).relu()  # refused: FX-EFFECT-ORDER
return x + y.flatten(1) / x.shape[1]
""",
            """
y = self.norm(x)
y = self.proj(y.relu())
return x + y.flatten(1) / x.shape[1]
""",
        ),
    ),
    Page(
        "FX-GRAPH",
        "The statements break the graph of `torch.compile`.",
        """
Dynamo cannot resume inside an inlined frame, so a break in a helper is a break in all of its callers. These share the
helper's code object, too, and with it the recompile limit of 8: from the ninth class on nothing is compiled, silently.
So `.item()`, `.tolist()`, printing, logging, conditions on the values of tensors and calls that are disabled for Dynamo
never move, and neither does the call of a submodule or method of which this file shows that it breaks.
""",
        """
Leave it, or take the break out of the forward. Statements before and after it move if they are enough.
""",
        twins("""
y = self.norm(x)
peak = y.max().item()  # refused: FX-GRAPH
return x + self.proj(y / peak) / x.shape[1]
"""),
    ),
    Page(
        "FX-INIT",
        "The way in which instances are made depends on the body of the class.",
        """
A dataclass makes its constructor of what stands in the body, `__slots__` decide how instances are laid out, and
arguments in the header of a class go to what makes it. None of this is the same with a base class. Constructors are
never changed otherwise either: the order of their statements is the order of initialisation, of the keys of the state
dict and of the parameters in the optimizer. A merge moves one only as a whole, word for word. What the forwards have in
common can be extracted all the same; here that is too little.
""",
        """
Merge the classes by hand, or declare the copies with a contract (`docs/contracts.md`).
""",
        {
            "blocks.py": file(
                module("Encoder", _SHORT, has_constructor=True).replace(
                    "    def __init__", "    __slots__ = ()  # refused: FX-INIT\n\n    def __init__"
                ),
                module("Decoder", _SHORT, has_constructor=True).replace(
                    "    def __init__", "    __slots__ = ()\n\n    def __init__"
                ),
            )
        },
    ),
    Page(
        "FX-STATE-WRITE",
        "An attribute that would be given to a helper as a value is set again.",
        """
Where only an attribute differs (`self.rate` and `self.scale`), its value can be an argument, under `--unsafe-fixes`;
but then it is read when the helper is called, and not where the helper uses it. That is no change as long as the
constructor sets the attribute once and nothing else does. Here something in the file sets it again. Statements like
`self.count += 1` that are equal at all sites move like any others.
""",
        """
Give the attribute one name in all classes: then the helper reads it from the module, where the forward did. Or set it
in the constructor only.
""",
        {"blocks.py": _RATES},
    ),
    Page(
        "FX-SCRIPT",
        "`torch.jit.script` compiles one of the classes.",
        """
TorchScript takes no module as a parameter of a function, and every helper takes the module; it takes no class that
inherits from another one of yours as a decorated class either. Found are classes that are scripted by their name
anywhere in the roots: as a decorator, or as an instance that the same scope makes.
""",
        """
Leave it, or share functions of tensors only, by hand and annotated: TorchScript compiles these.
""",
        {
            "blocks.py": file(
                module("Encoder", NORMED).replace("x):", "x):  # refused: FX-SCRIPT"),
                module("Decoder", NORMED),
                "fast = torch.jit.script(Encoder())\n",
                head="import torch\nfrom torch import nn\n",
            )
        },
    ),
)
