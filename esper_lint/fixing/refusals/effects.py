"""Refusals for what code does beside computing: to the state, to the order of things, and to compilers."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import NORMED, file, module, twins
from esper_lint.fixing.refusals.values import Page

_SEEN = """
seen.append(x.shape)
y = self.norm(x) + len(seen)
y = self.proj(y).relu().sigmoid()
y = y / y.sum(dim=1, keepdim=True).sqrt()
return x * y.mean(dim=1, keepdim=True) / x.shape[1]
"""

PAGES = (
    Page(
        "FX-ALIAS",
        "Objects that each class has for itself would become one that all of them share.",
        """
A mutable value in the body of a class, or as a default of a method, is made once for each class. In a base class it
would be made once for all, and what one class appends the others see. This concerns merges (ESP104) only.
""",
        """
Make the object in the constructor, or give the parameter the default `None`.
""",
        {
            "blocks.py": file(
                module("Encoder", _SEEN, parameters="self, x, seen=[]").replace("=[]):", "=[]):  # refused: FX-ALIAS"),
                module("Decoder", _SEEN, parameters="self, x, seen=[]"),
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
dict and of the parameters in the optimizer. A merge moves one only as a whole, word for word.
""",
        """
Merge the classes by hand, or declare the copies with a contract (`docs/contracts.md`).
""",
        {
            "blocks.py": file(
                module("Encoder", NORMED, has_constructor=True).replace(
                    "    def __init__", "    __slots__ = ()  # refused: FX-INIT\n\n    def __init__"
                ),
                module("Decoder", NORMED, has_constructor=True).replace(
                    "    def __init__", "    __slots__ = ()\n\n    def __init__"
                ),
            )
        },
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
