"""Refusals for the ways that control takes through a forward."""

from __future__ import annotations

from esper_lint.fixing.refusals.examples import twins
from esper_lint.fixing.refusals.values import Page

PAGES = (
    Page(
        "FX-CTRL",
        "`yield`, `await`, `global` and the like belong to the function that they stand in.",
        """
In a helper, `yield` would make a generator of the helper, and `nonlocal` would find another scope. An `async def
forward`, and one without `self`, are refused as a whole.
""",
        """
Move what is shared by hand into a function that does not need the statement, or declare the copies with a contract
(`docs/contracts.md`).
""",
        twins("""
for y in x.unbind(1):
    y = self.norm(y)
    yield y + self.proj(y).relu()  # refused: FX-CTRL
yield x.mean(dim=1)
"""),
    ),
    Page(
        "FX-DEL",
        "A name of the forward is deleted among the statements that would move.",
        """
`del y` ends the life of the forward's own variable. A helper could only delete its copy of it, and the tensor would
live on in the forward. Statements on either side can still move, if they are enough to be worth a helper.
""",
        """
Leave out the `del`, at every site: what a helper no longer needs is freed when it returns.
""",
        twins("""
y = self.norm(x)
x = x + self.proj(y)
del y  # refused: FX-DEL
return x.flatten(1).relu() / x.shape[1]
"""),
    ),
    Page(
        "FX-EARLY-RETURN",
        "`return` ends the forward on some ways through the statements, and on others it goes on.",
        """
A helper could not tell its caller whether to return or to go on, without a flag that both must know. Where every way
through the statements ends in a `return`, they move, and the forward becomes `return _helper(self, x)`.
""",
        """
Make the last statements equal too, so that the whole end of the forward can move, or turn the early `return` into a
branch of an `if` and `else`.
""",
        twins(
            """
x = self.norm(x)
if x.dim() == 2:
    return self.proj(x)  # refused: FX-EARLY-RETURN
return self.proj(x.flatten(1)).relu()
""",
            """
x = self.norm(x)
if x.dim() == 2:
    return self.proj(x)
return self.proj(x.flatten(1)).gelu()
""",
        ),
    ),
    Page(
        "FX-INNERDEF",
        "A function, a class, a lambda, a generator or `:=` ties a statement to the variables of the forward.",
        """
A function or a class inside the forward, a lambda and a generator that is not used up at once read variables of the
forward when they run, which may be later: after the helper would have returned, or when the forward has bound them
again. `:=` binds a variable in the middle of an expression.
""",
        """
Make the inner function a method or a function of the module, and `:=` an assignment of its own.
""",
        twins("""
y = self.norm(x)

def mixed(z):  # refused: FX-INNERDEF
    return z + self.proj(z).relu()

return checkpoint(mixed, y) + x.mean(dim=1)
"""),
    ),
    Page(
        "FX-LOOPCTL",
        "`break` or `continue` leaves the statements that would move, but not the forward.",
        """
The loop stays in the forward, since it differs, and a helper cannot end the loop of its caller. Whole loops move, with
each `break` and `continue` in them.
""",
        """
Make the loops equal, so that they can move as a whole, or let an `if` do what `continue` does.
""",
        twins(
            """
for y in x.unbind(1):
    y = self.norm(y)
    if y.dim() == 2:
        break  # refused: FX-LOOPCTL
    x = x + self.proj(y)
return x
""",
            """
for y in x.unbind(1)[1:]:
    y = self.norm(y)
    if y.dim() == 2:
        break
    x = x + self.proj(y)
return x
""",
        ),
    ),
    Page(
        "FX-MAYBE-UNBOUND",
        "A variable may not be bound where the helper would take it or give it back.",
        """
The statements that would move bind the variable on some ways only, and others read it, or the other way round. The
helper would have to give it back, or take it; both read it at once, whether it is needed or not. Where that raises, the
forward did not raise before. What the moved statements alone bind and read is no such variable.
""",
        """
Bind the variable before, at every site, as with `noise = None`.
""",
        twins(
            """
x = self.proj(self.norm(x)) / x.shape[1]
if self.training:  # refused: FX-MAYBE-UNBOUND
    noise = torch.randn_like(x) * self.scale(x)
elif self.is_noisy:
    noise = torch.rand_like(x) * self.scale(x)
return self.head(x, noise)
""",
            """
x = self.proj(self.norm(x.mean())) / x.shape[1]
if self.training:
    noise = torch.randn_like(x) * self.scale(x)
elif self.is_noisy:
    noise = torch.rand_like(x) * self.scale(x)
return self.head(noise)
""",
        ),
    ),
    Page(
        "FX-TRY",
        "The difference lies inside a `try`, or a handler reads what the statements bind.",
        """
A `try` moves as a whole or not at all. A helper that is called inside one would have bound nothing yet when it
raises, and a handler that reads the variables would find them unbound, or as they were before.
""",
        """
Take what differs out of the `try`, for instance by binding it to a variable above, so that the `try` is equal
everywhere.
""",
        twins(
            """
try:  # refused: FX-TRY
    x = self.proj(self.norm(x))
except RuntimeError:
    x = self.proj(self.norm(x.float()))
return x.relu() / x.shape[1]
""",
            """
try:
    x = self.proj(self.norm(x))
except ValueError:
    x = self.proj(self.norm(x.float()))
return x.relu() / x.shape[1]
""",
        ),
    ),
)
