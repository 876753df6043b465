"""Laws: right extractions of random functions are certified, and what is certified behaves as before."""

from __future__ import annotations

import ast
import copy
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from esper_lint.fixing.certificate import certifying
from esper_lint.fixing.certificate.certifying import certify
from esper_lint.fixing.certificate.claims import Certificate, Claim, Rejected, Rewritten, SiteClaim

NAMES = ("a", "b", "c", "d")

# -- functions ----------------------------------------------------------------------------------------------------

_name = st.sampled_from(NAMES)
_value = st.one_of(
    _name,
    st.sampled_from(["1", "1.0", "True", "None"]),
    st.builds("self.{}({})".format, st.sampled_from("fgh"), _name),
    st.builds("self.{}({}, {})".format, st.sampled_from("fgh"), _name, _name),
    st.builds("({}, {})".format, _name, _name),
    st.builds("[{} for {} in self.items({})]".format, _name, _name, _name),
)
_plain = st.one_of(
    st.builds("{} = {}".format, _name, _value),
    st.builds("{} = {}".format, _name, _value),
    st.builds("self.note({}, {})".format, _name, _name),
    st.builds("{}, {} = self.pair({})".format, _name, _name, _name),
    st.builds("{} += {}".format, st.just("self.total"), st.builds("len(str({}))".format, _name)),
)
_wild = st.one_of(
    _plain,
    _plain,
    st.builds("{} = self.risky({})".format, _name, _name),
    st.builds("self.keep(lambda: {})".format, _name),
    st.builds("self.keep(({} for z in self.items({})))".format, _name, _name),
    st.builds("del {}".format, _name),
    st.builds("return {}".format, _name),
    st.builds("if (({} := self.f({})) is None): pass".format, _name, _name),
)


def _indented(lines: list[str]) -> str:
    return "\n".join(f"    {line}" for text in lines for line in text.split("\n"))


def _blocks(inner: st.SearchStrategy[str], *, wild: bool) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(_indented)
    branches = [
        st.builds("if self.p({}):\n{}".format, _name, body),
        st.builds("if self.p({}):\n{}\nelse:\n{}".format, _name, body, body),
    ]
    if wild:
        leaving = st.sampled_from(["", "\n    if self.p(a): break", "\n    if self.p(b): continue"])
        branches += [
            st.builds("for {} in self.items({}):\n{}{}".format, _name, _name, body, leaving),
            st.builds("for {} in self.items({}):\n{}{}\nelse:\n{}".format, _name, _name, body, leaving, body),
            st.builds("while self.again():\n{}{}".format, body, leaving),
            st.builds("try:\n{}\nexcept ValueError as {}:\n{}".format, body, _name, body),
            st.builds("try:\n{}\nexcept ValueError:\n{}\nelse:\n{}".format, body, body, body),
            st.builds("try:\n{}\nfinally:\n{}".format, body, body),
            st.builds("with self.manager() as {}:\n{}".format, _name, body),
            st.builds(
                "match self.pair({}):\n    case (1, {}) if self.p({}):\n{}\n    case {}:\n{}".format,
                _name,
                _name,
                _name,
                body.map(lambda text: _indented(text.split("\n"))),
                st.sampled_from(["_", *NAMES]),
                body.map(lambda text: _indented(text.split("\n"))),
            ),
        ]
    return st.one_of(inner, *branches)


def _bodies(*, wild: bool) -> st.SearchStrategy[list[str]]:
    statement = st.recursive(_wild if wild else _plain, lambda inner: _blocks(inner, wild=wild), max_leaves=6)
    return st.lists(statement, min_size=2, max_size=7)


# -- extractions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extraction:
    """Where a run stands, and how it is to be called."""

    block: int
    start: int
    end: int
    arguments: tuple[str, ...]
    outs: tuple[str, ...]
    tail: bool


def _suites(function: ast.FunctionDef) -> list[list[ast.stmt]]:
    found = [function.body]
    for node in ast.walk(function):
        if node is not function:
            for field in ("body", "orelse", "finalbody"):
                suite = getattr(node, field, None)
                if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
                    found.append(suite)
    return found


def _source(body: list[str]) -> str:
    text = "\n".join(body)
    classes = [
        f"class S{number}:\n\n    def forward(self, {', '.join(NAMES)}):\n" + _indented(_indented([text]).split("\n"))
        for number in range(2)
    ]
    return ast.unparse(ast.parse("import math\nprint(math.pi)\n" + "\n".join(classes))) + "\n"


def _forwards(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "forward"]


def _extracted(before: str, extraction: Extraction, spoil: Callable[[list[ast.stmt]], None] | None = None) -> Claim:
    """A claim, as this extraction has it."""
    tree = ast.parse(before)
    lines = [function.lineno for function in _forwards(tree)]
    arguments = ["self", *extraction.arguments]
    moved: list[ast.stmt] = []
    for function in _forwards(tree):
        suite = _suites(function)[extraction.block]
        moved = suite[extraction.start : extraction.end]
        text = f"_h({', '.join(arguments)})"
        if extraction.tail:
            text = f"return {text}"
        elif extraction.outs:
            text = f"{', '.join(extraction.outs)} = {text}"
        suite[extraction.start : extraction.end] = ast.parse(text).body
    body = copy.deepcopy(moved)
    if spoil is not None:
        spoil(body)
    if extraction.outs and not extraction.tail:
        body += ast.parse(f"return {', '.join(extraction.outs)}").body
    helper = ast.parse(f"def _h({', '.join(arguments)}): pass").body[0]
    assert isinstance(helper, ast.FunctionDef)
    helper.body = body
    tree.body.insert(2, helper)
    after = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    sites = tuple(SiteClaim("m.py", f"S{number}.forward", line) for number, line in enumerate(lines))
    return Claim((Rewritten("m.py", before, after),), (("m.py", "_h"),), sites)


def _mentioned(nodes: list[ast.stmt], kind: type[ast.expr_context] | None = None) -> list[str]:
    """Names of ours in this code, in order; those of comprehensions too."""
    found: list[str] = []
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Name) and node.id in NAMES and (kind is None or isinstance(node.ctx, kind)):
            found.append(node.id)
        if isinstance(node, ast.ExceptHandler) and node.name and kind is not ast.Load:
            found.append(node.name)
        if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name and kind is not ast.Load:
            found.append(node.name)
    return list(dict.fromkeys(found))


# -- behaviour ------------------------------------------------------------------------------------------------------


class Fake:
    """An object whose methods note what they are called with, and answer by chance that depends on nothing else."""

    def __init__(self, seed: int) -> None:
        self.trace: list[str] = []
        self.kept: list[Any] = []
        self.total = 0
        self._seed, self._left = seed, 5

    def _number(self, *what: object) -> int:
        self.trace.append(repr(what))
        return zlib.crc32(repr((self._seed, len(self.trace), what)).encode())

    def f(self, *args: object) -> object:
        return self._number("f", args) % 4

    def g(self, *args: object) -> object:
        return self._number("g", args) % 5

    def h(self, *args: object) -> object:
        return self._number("h", args) % 2 or None

    def p(self, *args: object) -> bool:
        return self._number("p", args) % 2 == 0

    def note(self, *args: object) -> None:
        self._number("note", args)

    def pair(self, *args: object) -> tuple[int, int]:
        return self._number("pair", args) % 2, self._number("pair") % 3

    def items(self, *args: object) -> list[int]:
        return list(range(self._number("items", args) % 3))

    def risky(self, *args: object) -> int:
        number = self._number("risky", args)
        if number % 2:
            raise ValueError(number % 3)
        return number % 7

    def keep(self, kept: object) -> None:
        self.kept.append(kept)

    def again(self) -> bool:
        self._left -= 1
        return self._left > 0

    def manager(self) -> Fake:
        return self

    def __enter__(self) -> int:
        return self._number("enter") % 3

    def __exit__(self, kind: object, *_: object) -> bool:
        return kind is ValueError and self._number("exit") % 2 == 0

    def __repr__(self) -> str:
        return "<fake>"

    def __call__(self) -> Fake:
        return self


def _behaviour(text: str, seed: int) -> list[str]:
    """What both forwards do, and what comes of the functions and generators that they leave behind."""
    namespace: dict[str, Any] = {"print": lambda *_: None}
    exec(compile(text, "m.py", "exec"), namespace)
    found: list[str] = []
    for name in ("S0", "S1"):
        fake = Fake(seed)
        found.append(_outcome(lambda: namespace[name].forward(fake, 1, 2, 3, 4)))  # noqa: B023
        for kept in fake.kept:
            found.append(_outcome(kept if callable(kept) else lambda: list(kept)))  # noqa: B023
        found += [*fake.trace, str(fake.total)]
    return found


def _outcome(call: Callable[[], object]) -> str:
    try:
        return repr(call())
    except Exception as error:
        return f"{type(error).__name__}: {error if isinstance(error, ValueError) else ''}"


def _certified(claim: Claim) -> Certificate | Rejected:
    """Random code has variables that are not used in a helper; that is no matter of behaviour."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifying, "check_diagnostics", lambda *_: None)
        return certify(claim)


# -- laws -----------------------------------------------------------------------------------------------------------


def _straight(data: st.DataObject, source: str) -> tuple[list[ast.stmt], Extraction]:
    """A right extraction from a function without jumps, whose names are all bound from the start."""
    function = _forwards(ast.parse(source))[0]
    suites = _suites(function)
    block = data.draw(st.integers(0, len(suites) - 1))
    start = data.draw(st.integers(0, len(suites[block]) - 1))
    end = data.draw(st.integers(start + 1, len(suites[block])))
    run = suites[block][start:end]
    last = max(getattr(node, "end_lineno", 0) for node in run)
    below = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node.lineno > last]
    bound = _mentioned(run, ast.Store)
    outs = tuple(name for name in bound if name in _mentioned(below, ast.Load) and name in _assigned(run))
    return run, Extraction(block, start, end, tuple(_mentioned(run)), outs, tail=False)


def _assigned(run: list[ast.stmt]) -> set[str]:
    """Names bound in the function itself, not in a comprehension."""
    inner = {
        id(name)
        for statement in run
        for node in ast.walk(statement)
        if isinstance(node, ast.comprehension)
        for name in ast.walk(node.target)
    }
    nodes = [node for statement in run for node in ast.walk(statement) if id(node) not in inner]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(body=_bodies(wild=False), data=st.data(), seed=st.integers(0, 99))
def test_a_right_extraction_is_certified(body: list[str], data: st.DataObject, seed: int) -> None:
    before = _source([*body, "return a, b"])
    run, extraction = _straight(data, before)
    assume(not any(isinstance(node, ast.Return) for node in run))
    claim = _extracted(before, extraction)
    found = _certified(claim)
    assert isinstance(found, Certificate), (found, claim.files[0].after)
    assert _behaviour(before, seed) == _behaviour(claim.files[0].after, seed)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(body=_bodies(wild=False), data=st.data())
def test_a_spoiled_extraction_is_rejected(body: list[str], data: st.DataObject) -> None:
    before = _source([*body, "return a, b"])
    run, extraction = _straight(data, before)
    assume(not any(isinstance(node, ast.Return) for node in run))
    right = _extracted(before, extraction)
    seed = data.draw(st.integers(0, 2**32))
    wrong = _extracted(before, extraction, lambda helper: _spoil(helper, random.Random(seed)))
    assume(_forwards_and_helper(right) != _forwards_and_helper(wrong))
    assert not isinstance(certify(wrong), Certificate), wrong.files[0].after


def _forwards_and_helper(claim: Claim) -> str:
    return ast.dump(ast.parse(claim.files[0].after))


def _spoil(helper: list[ast.stmt], chance: random.Random) -> None:
    """Drops, doubles, swaps or changes one thing."""
    statements = [(suite, number) for suite in _all_suites(helper) for number in range(len(suite))]
    suite, number = chance.choice(statements)
    match chance.randrange(4):
        case 0:
            suite[number : number + 1] = [] if len(suite) > 1 else [ast.Pass()]
        case 1:
            suite.insert(number, copy.deepcopy(suite[number]))
        case 2:
            other = chance.randrange(len(suite))
            suite[number], suite[other] = suite[other], suite[number]
        case _:
            leaves = [
                node for node in ast.walk(suite[number]) if isinstance(node, (ast.Name, ast.Constant, ast.Attribute))
            ]
            if leaves:
                _change(chance.choice(leaves), chance)


def _change(node: ast.AST, chance: random.Random) -> None:
    match node:
        case ast.Name():
            node.id = chance.choice([name for name in (*NAMES, "self", "e") if name != node.id])
        case ast.Attribute():
            node.attr = "k"
        case ast.Constant(value=value):
            node.value = {"1": 1.0, "1.0": True, "True": 1, "None": False}.get(repr(value), "x")


def _all_suites(statements: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    yield statements
    for statement in statements:
        for field in ("body", "orelse"):
            if getattr(statement, field, None):
                yield from _all_suites(getattr(statement, field))


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(body=_bodies(wild=True), data=st.data())
def test_what_is_certified_behaves_as_before(body: list[str], data: st.DataObject) -> None:
    try:
        before = _source(body)
        function = _forwards(ast.parse(before))[0]
        compile(before, "m.py", "exec")
    except SyntaxError:
        assume(False)
    suites = _suites(function)
    block = data.draw(st.integers(0, len(suites) - 1))
    start = data.draw(st.integers(0, len(suites[block]) - 1))
    end = data.draw(st.integers(start + 1, len(suites[block])))
    run = suites[block][start:end]
    arguments = [name for name in _mentioned(run) if data.draw(st.integers(0, 9)) or name in _mentioned(run, ast.Load)]
    bound = [name for name in NAMES if name in _assigned(run)]
    outs = [name for name in bound if data.draw(st.booleans())]
    tail = end == len(suites[block]) and data.draw(st.booleans())
    claim = _extracted(before, Extraction(block, start, end, tuple(arguments), tuple(outs), tail))
    if isinstance(_certified(claim), Certificate):
        after = claim.files[0].after
        for seed in range(12):
            assert _behaviour(before, seed) == _behaviour(after, seed), after


def test_the_law_is_not_empty() -> None:
    """Some random extractions are certified, and some are not."""
    counts = {True: 0, False: 0}

    @settings(max_examples=100, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(body=_bodies(wild=True), start=st.integers(0, 3), size=st.integers(1, 3))
    def count(body: list[str], start: int, size: int) -> None:
        try:
            before = _source(body)
            compile(before, "m.py", "exec")
        except SyntaxError:
            return
        run = _suites(_forwards(ast.parse(before))[0])[0][start : start + size]
        if run:
            outs = tuple(name for name in NAMES if name in _assigned(run))
            claim = _extracted(before, Extraction(0, start, start + size, tuple(_mentioned(run)), outs, False))
            counts[isinstance(_certified(claim), Certificate)] += 1

    count()
    if min(counts.values()) < 5:
        pytest.fail(str(counts))
