"""Extractions that are right, each as the text before and after. What is wrong is made from them by small changes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from esper_lint.fixing.certificate.claims import Claim, Rewritten, SiteClaim

PATH = "pkg/seeds.py"
HEAD = """\
from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

"""


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    before: str
    after: str
    helpers: tuple[str, ...]
    stable_attributes: bool = False

    def claim(self, before: str | None = None, after: str | None = None) -> Claim:
        """The claim, of other texts where they are given; the sites are those functions that differ in the example."""
        before = self.before if before is None else before
        file = Rewritten(PATH, before, self.after if after is None else after, "pkg.seeds")
        lines = definitions(before)
        old, new = definitions(self.before), definitions(self.after)
        sites = [key for key in old if key in new and old[key][1] != new[key][1]]
        claims = tuple(
            SiteClaim(PATH, name, lines[name, number][0]) for name, number in sites if (name, number) in lines
        )
        return Claim((file,), tuple((PATH, name) for name in self.helpers), claims, self.stable_attributes)

    def changed(self, *edits: tuple[str, str], before: tuple[tuple[str, str], ...] = ()) -> Claim:
        """The claim with replacements made in the text after, and others in the text before."""
        return self.claim(_edited(self.before, before), _edited(self.after, edits))


def _edited(text: str, edits: tuple[tuple[str, str], ...]) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def definitions(text: str) -> dict[tuple[str, int], tuple[int, str]]:
    """Functions without classes or functions in them, by qualified name and number: the line, and the code."""
    found: dict[tuple[str, int], tuple[int, str]] = {}

    def visit(node: ast.AST, names: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            inner = (*names, child.name) if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else names
            if isinstance(child, ast.FunctionDef) and not any(
                isinstance(part, ast.ClassDef) for part in ast.walk(child)
            ):
                name = ".".join(inner)
                number = sum(key[0] == name for key in found)
                found[name, number] = child.lineno, ast.unparse(child)
            else:
                visit(child, inner)

    visit(ast.parse(text), ())
    return found


ATTENTION = Example(
    "attention",
    HEAD
    + '''
try:
    from torch.nn.attention.flex_attention import flex_attention

    _HAS_FLEX = True
except ImportError:
    _HAS_FLEX = False

_LIMIT = 8


def create_attention_seed(dim: int) -> nn.Module:
    class AttentionSeed(nn.Module):
        @torch.no_grad()
        def forward(self, x: Tensor, *, causal: bool = True) -> Tensor:
            """Attends."""
            batch, seq_len, dim = x.shape
            assert x.device == self.qkv.weight.device
            qkv = self.qkv(x).reshape(batch, seq_len, 3, self.n_head, self.head_dim)
            # To [3, batch, head, sequence, head_dim].
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.0)
            out = out.transpose(1, 2)[:, :seq_len].reshape(batch, seq_len, dim)
            update: Tensor = self.proj(out)  # type: ignore[operator]
            return x + update

    return AttentionSeed(dim)


if _HAS_FLEX:

    def create_flex_seed(dim: int) -> nn.Module:
        class FlexSeed(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return flex_attention(x, x, x)

        return FlexSeed(dim)

else:

    def create_flex_seed(dim: int) -> nn.Module:
        class FlexFallback(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                batch, seq_len, dim = x.shape
                assert x.device == self.qkv.weight.device
                qkv = self.qkv(x).reshape(batch, seq_len, 3, self.n_head, self.head_dim)
                q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
                # The mask, without building it.
                out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.0)
                out = out.transpose(1, 2)[:, :seq_len].reshape(batch, seq_len, dim)
                update: Tensor = self.proj(out)
                return x + update

        return FlexFallback(dim)
''',
    HEAD
    + '''
try:
    from torch.nn.attention.flex_attention import flex_attention

    _HAS_FLEX = True
except ImportError:
    _HAS_FLEX = False

_LIMIT = 8


def _attend(module: Any, x: Tensor) -> Tensor:
    """Causal attention with a residual."""
    batch, seq_len, dim = x.shape
    assert x.device == module.qkv.weight.device
    qkv = module.qkv(x).reshape(batch, seq_len, 3, module.n_head, module.head_dim)
    # To [3, batch, head, sequence, head_dim].
    q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    # The mask, without building it.
    out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.0)
    out = out.transpose(1, 2)[:, :seq_len].reshape(batch, seq_len, dim)
    update: Tensor = module.proj(out)  # type: ignore[operator]
    return x + update


def create_attention_seed(dim: int) -> nn.Module:
    class AttentionSeed(nn.Module):
        @torch.no_grad()
        def forward(self, x: Tensor, *, causal: bool = True) -> Tensor:
            """Attends."""
            return _attend(self, x)

    return AttentionSeed(dim)


if _HAS_FLEX:

    def create_flex_seed(dim: int) -> nn.Module:
        class FlexSeed(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return flex_attention(x, x, x)

        return FlexSeed(dim)

else:

    def create_flex_seed(dim: int) -> nn.Module:
        class FlexFallback(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return _attend(self, x)

        return FlexFallback(dim)
''',
    ("_attend",),
)

OUTS = Example(
    "several outs, and a middle that differs",
    HEAD
    + """
class First(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        batch, length, width = x.shape
        hidden = self.norm(x)
        gate = torch.sigmoid(self.gate(hidden))
        # The part that is its own.
        hidden = hidden.flip(1)
        hidden = self.mix(hidden) * gate
        hidden = hidden.view(batch, length, width)
        return hidden + x


class Second(nn.Module):
    def forward(self, y: Tensor) -> Tensor:
        b, n, d = y.shape
        h = self.norm(y)
        g = torch.sigmoid(self.gate(h))
        if self.training:
            h = h.roll(1)
        h = self.mix(h) * g
        h = h.view(b, n, d)
        return h - y
""",
    HEAD
    + """
def _gated_norm(module: Any, x: Tensor) -> tuple[Any, ...]:
    batch, length, width = x.shape
    hidden = module.norm(x)
    gate = torch.sigmoid(module.gate(hidden))
    return batch, length, width, hidden, gate


def _mixed(module: Any, hidden: Tensor, gate: Tensor, *, batch: int, length: int, width: int) -> Tensor:
    hidden = module.mix(hidden) * gate
    hidden = hidden.view(batch, length, width)
    return hidden


class First(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        batch, length, width, hidden, gate = _gated_norm(self, x)
        # The part that is its own.
        hidden = hidden.flip(1)
        hidden = _mixed(self, hidden, gate, batch=batch, length=length, width=width)
        return hidden + x


class Second(nn.Module):
    def forward(self, y: Tensor) -> Tensor:
        b, n, d, h, g = _gated_norm(self, y)
        if self.training:
            h = h.roll(1)
        h = _mixed(self, h, g, batch=b, length=n, width=d)
        return h - y
""",
    ("_gated_norm", "_mixed"),
)

LOOPS = Example(
    "loops",
    HEAD
    + """
class Narrow(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        skips = []
        scale = 1
        for index, block in enumerate(self.blocks):
            x = F.relu(block(x) * scale)
            scale = scale * 2 + index
            skips.append(x)
        total = sum(s.mean() for s in skips)
        while x.dim() > 3:
            x = x.squeeze(-1)
            if x.numel() == 0:
                break
        else:
            x = x.contiguous()
        return self.head(x) + total


class Wide(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        kept = []
        scale = 1
        for index, block in enumerate(self.blocks):
            x = F.relu(block(x) * scale)
            scale = scale * 2 + index
            kept.append(x)
        total = sum(k.mean() for k in kept)
        while x.dim() > 3:
            x = x.squeeze(-1)
            if x.numel() == 0:
                break
        else:
            x = x.contiguous()
        x = self.tail(x)
        return x - total
""",
    HEAD
    + """
def _stages(module: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    skips = []
    scale = 1
    for index, block in enumerate(module.blocks):
        x = F.relu(block(x) * scale)
        scale = scale * 2 + index
        skips.append(x)
    total = sum(s.mean() for s in skips)
    while x.dim() > 3:
        x = x.squeeze(-1)
        if x.numel() == 0:
            break
    else:
        x = x.contiguous()
    return x, total


class Narrow(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x, total = _stages(self, x)
        return self.head(x) + total


class Wide(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        x, total = _stages(self, x)
        x = self.tail(x)
        return x - total
""",
    ("_stages",),
)

LOOP_BODY = Example(
    "a run inside a loop",
    HEAD
    + """
class A(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        carried = x * 0
        for block in self.blocks:
            x = block(x)
            carried = carried + x.mean()
            x = x / carried
            self.count += 1
        return x


class B(nn.Module):
    def forward(self, x: Tensor, steps: int) -> Tensor:
        carried = x.sum()
        for step in range(steps):
            block = self.blocks[step]
            x = block(x)
            carried = carried + x.mean()
            x = x / carried
        return x
""",
    HEAD
    + """
def _step(block: Any, x: Tensor, carried: Tensor) -> tuple[Tensor, Tensor]:
    x = block(x)
    carried = carried + x.mean()
    x = x / carried
    return x, carried


class A(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        carried = x * 0
        for block in self.blocks:
            x, carried = _step(block, x, carried)
            self.count += 1
        return x


class B(nn.Module):
    def forward(self, x: Tensor, steps: int) -> Tensor:
        carried = x.sum()
        for step in range(steps):
            block = self.blocks[step]
            x, carried = _step(block, x, carried)
        return x
""",
    ("_step",),
)

FACTORY = Example(
    "factories",
    HEAD
    + """
def make_scaled(dim: int, scale: float = 1.0) -> nn.Module:
    offset = dim // 2
    half = offset / 2

    class Scaled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = self.proj(x) * scale
            y = y[..., offset:]
            y = F.pad(y, (0, offset))
            return y + half

    return Scaled()


def make_fixed(dim: int, factor: float = 2.0) -> nn.Module:
    offset = dim // 4

    class Fixed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = self.proj(x) * factor
            y = y[..., offset:]
            y = F.pad(y, (0, offset))
            return y

    return Fixed()
""",
    HEAD
    + """
def _padded(module: Any, x: Tensor, scale: float, offset: int) -> Tensor:
    y = module.proj(x) * scale
    y = y[..., offset:]
    y = F.pad(y, (0, offset))
    return y


def make_scaled(dim: int, scale: float = 1.0) -> nn.Module:
    offset = dim // 2
    half = offset / 2

    class Scaled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = _padded(self, x, scale, offset)
            return y + half

    return Scaled()


def make_fixed(dim: int, factor: float = 2.0) -> nn.Module:
    offset = dim // 4

    class Fixed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return _padded(self, x, factor, offset)

    return Fixed()
""",
    ("_padded",),
)

RETURNS = Example(
    "early returns at the end",
    HEAD
    + """
class One(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        x = self.embed(x)
        if mask is None:
            return self.plain(x)
        if not self.training or mask.all():
            return None
        with torch.no_grad():
            x = x.masked_fill(mask, -1e9)
            return x.softmax(-1)


class Two(nn.Module):
    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor | None:
        if inputs.dim() == 2:
            inputs = inputs[None]
        else:
            if mask is None:
                return self.plain(inputs)
            if not self.training or mask.all():
                return None
            with torch.no_grad():
                inputs = inputs.masked_fill(mask, -1e9)
                return inputs.softmax(-1)
""",
    HEAD
    + """
def _masked(module: Any, x: Tensor, mask: Tensor | None) -> Tensor | None:
    if mask is None:
        return module.plain(x)
    if not module.training or mask.all():
        return None
    with torch.no_grad():
        x = x.masked_fill(mask, -1e9)
        return x.softmax(-1)


class One(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor | None:
        x = self.embed(x)
        return _masked(self, x, mask)


class Two(nn.Module):
    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor | None:
        if inputs.dim() == 2:
            inputs = inputs[None]
        else:
            return _masked(self, inputs, mask)
""",
    ("_masked",),
)

GUARDED = Example(
    "try and with",
    HEAD
    + """
class Careful(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        try:
            low = self.down(x)
            low = self.act(low)
            up = self.up(low)
        except RuntimeError as error:
            self.log(error)
            return x
        finally:
            self.calls += 1
        with torch.autocast("cuda"):
            z = self.first(up)
            z = z.relu()
            w = self.second(z)
        return w + x


class Bold(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        low = self.down(x)
        low = self.act(low)
        up = self.up(low)
        z = self.first(up)
        z = z.relu()
        w = self.second(z)
        return w * x
""",
    HEAD
    + """
def _adapted(module: Any, x: Tensor) -> Tensor:
    low = module.down(x)
    low = module.act(low)
    up = module.up(low)
    return up


def _projected(module: Any, up: Tensor) -> Tensor:
    z = module.first(up)
    z = z.relu()
    return module.second(z)


class Careful(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        try:
            up = _adapted(self, x)
        except RuntimeError as error:
            self.log(error)
            return x
        finally:
            self.calls += 1
        with torch.autocast("cuda"):
            w = _projected(self, up)
        return w + x


class Bold(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        up = _adapted(self, x)
        w = _projected(self, up)
        return w * x
""",
    ("_adapted", "_projected"),
)

VALUES = Example(
    "values as parameters",
    HEAD
    + """
class Gelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = self.fc1(x)
        h = F.dropout(h, 0.5, training=self.training)
        h = torch.clamp(h, min=-1.0)
        h = dict(kind="a", value=h)
        self.store(h, None)
        return h


class Relu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = self.fc1(x)
        h = F.dropout(h, 1, training=self.training)
        h = torch.clamp(h, min=-0.0)
        h = dict(kind="b", value=h)
        self.store(h, True)
        return h
""",
    HEAD
    + """
def _dropped(module: Any, x: Tensor, p: float, low: float, kind: str, flag: bool | None) -> Tensor:
    h = module.fc1(x)
    h = F.dropout(h, p, training=module.training)
    h = torch.clamp(h, min=low)
    h = dict(kind=kind, value=h)
    module.store(h, flag)
    return h


class Gelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _dropped(self, x, 0.5, -1.0, kind="a", flag=None)


class Relu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = _dropped(self, x, 1, -0.0, flag=True, kind="b")
        return h
""",
    ("_dropped",),
)

STABLE = Example(
    "attributes as parameters",
    HEAD
    + """
class Damped(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        y = y * self.damping
        y = y.clamp(max=self.top)
        return y


class Boosted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        y = y * self.boost
        y = y.clamp(max=3)
        return y
""",
    HEAD
    + """
def _weighed(module: Any, x: Tensor, weight: float, top: float) -> Tensor:
    y = module.norm(x)
    y = y * weight
    y = y.clamp(max=top)
    return y


class Damped(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _weighed(self, x, self.damping, self.top)


class Boosted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return _weighed(self, x, self.boost, 3)
""",
    ("_weighed",),
    stable_attributes=True,
)

NAMES = Example(
    "all kinds of names",
    HEAD
    + """
_CACHE: dict[Any, Any] = {}


class Left(nn.Module):
    def forward(self, x: Tensor, ys: list[Tensor]) -> Tensor:
        sizes = {key: [item for item in row if item is not x] for key, row in self.rows(ys)}
        if (found := _CACHE.get(len(sizes))) is None:
            found = f"{x.shape!r:>{len(ys)}} and {sizes}"
        try:
            import math as m

            x = x * m.pi
        except (ImportError, *self.errors) as problem:
            raise RuntimeError(problem) from problem
        match ys:
            case [first, *rest] if rest:
                x = x + first
            case {"only": only, **others}:
                x = x + only + len(others)
            case _:
                pass
        joined = ", ".join(str(y) for y in ys)
        self.names[found] = joined
        del joined
        return self.end(x, found)


class Right(nn.Module):
    def forward(self, inputs: Tensor, others: list[Tensor]) -> Tensor:
        inputs = self.begin(inputs)
        shapes = {name: [one for one in line if one is not inputs] for name, line in self.rows(others)}
        if (hit := _CACHE.get(len(shapes))) is None:
            hit = f"{inputs.shape!r:>{len(others)}} and {shapes}"
        try:
            import math as numbers

            inputs = inputs * numbers.pi
        except (ImportError, *self.errors) as error:
            raise RuntimeError(error) from error
        match others:
            case [head, *tail] if tail:
                inputs = inputs + head
            case {"only": single, **more}:
                inputs = inputs + single + len(more)
            case _:
                pass
        text = ", ".join(str(other) for other in others)
        self.names[hit] = text
        del text
        return self.end(inputs, hit)
""",
    HEAD
    + """
_CACHE: dict[Any, Any] = {}


def _named(module: Any, x: Tensor, ys: list[Tensor]) -> Tensor:
    sizes = {key: [item for item in row if item is not x] for key, row in module.rows(ys)}
    if (found := _CACHE.get(len(sizes))) is None:
        found = f"{x.shape!r:>{len(ys)}} and {sizes}"
    try:
        import math as m

        x = x * m.pi
    except (ImportError, *module.errors) as problem:
        raise RuntimeError(problem) from problem
    match ys:
        case [first, *rest] if rest:
            x = x + first
        case {"only": only, **others}:
            x = x + only + len(others)
        case _:
            pass
    joined = ", ".join(str(y) for y in ys)
    module.names[found] = joined
    del joined
    return module.end(x, found)


class Left(nn.Module):
    def forward(self, x: Tensor, ys: list[Tensor]) -> Tensor:
        return _named(self, x, ys)


class Right(nn.Module):
    def forward(self, inputs: Tensor, others: list[Tensor]) -> Tensor:
        inputs = self.begin(inputs)
        return _named(self, inputs, others)
""",
    ("_named",),
)

RESULT = Example(
    "one statement less",
    HEAD
    + """
class P(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        a = self.a(x)
        b = self.b(a)
        c: Tensor = a @ b
        return c.relu()


class Q(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        a = self.a(x)
        b = self.b(a)
        x = a @ b
        return x, x


class R(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.ndim:
            u = self.a(x)
            v = self.b(u)
            return u @ v
        return x
""",
    HEAD
    + """
def _product(module: Any, x: Tensor) -> Tensor:
    a = module.a(x)
    b = module.b(a)
    return a @ b


class P(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        c: Tensor = _product(self, x)
        return c.relu()


class Q(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = _product(self, x)
        return x, x


class R(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.ndim:
            return _product(self, x)
        return x
""",
    ("_product",),
)

EFFECTS = Example(
    "nothing comes back",
    HEAD
    + """
class Noted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        self.seen += 1
        self.last = x
        self.hooks.append(lambda t: t + x)
        y = self.body(x)
        return y


class Kept(nn.Module):
    def forward(self, x: Tensor) -> None:
        y = self.body(x)
        self.seen += 1
        self.last = y
        self.hooks.append(lambda t: t + y)
""",
    HEAD
    + """
def _note(module: Any, x: Tensor) -> None:
    module.seen += 1
    module.last = x
    module.hooks.append(lambda t: t + x)


class Noted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        _note(self, x)
        y = self.body(x)
        return y


class Kept(nn.Module):
    def forward(self, x: Tensor) -> None:
        y = self.body(x)
        _note(self, y)
""",
    ("_note",),
)

EXAMPLES = (
    ATTENTION,
    OUTS,
    LOOPS,
    LOOP_BODY,
    FACTORY,
    RETURNS,
    GUARDED,
    VALUES,
    STABLE,
    NAMES,
    RESULT,
    EFFECTS,
)
