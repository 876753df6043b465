"""Python files -> their forwards as the benchmarks see them: by ``ast`` and ``tokenize``, without any of our own code.

What the benchmarks hold the tool against must not share its mistakes, so nothing here imports ``esper_lint``.
"""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str, str]  # path relative to the corpus, and qualname
Method = ast.FunctionDef | ast.AsyncFunctionDef

_LAYOUT = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
)


@dataclass(frozen=True, slots=True)
class Forward:
    """One forward: where it stands, its syntax tree, and its body as tokens in three normal forms.

    ``raw`` is the body without comments and layout, ``renamed`` has its locals numbered by first occurrence, ``blind``
    has one word for every identifier and one for every number and string.  ``statements`` counts nested ones too.
    """

    path: str
    qualname: str
    node: Method
    source: str
    raw: tuple[str, ...]
    renamed: tuple[str, ...]
    blind: tuple[str, ...]
    statements: int

    @property
    def key(self) -> Key:
        return self.path, self.qualname


def python_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def forwards_of(folder: Path) -> list[Forward]:
    """Every forward that is defined directly in a class, whatever the class; a file that does not parse has none."""
    found: list[Forward] = []
    for path in python_files(folder):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "def forward(" in text:
            try:
                found.extend(forwards_in(text, path.relative_to(folder).as_posix()))
            except SyntaxError:
                continue
    return found


def forwards_in(text: str, path: str) -> Iterator[Forward]:
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in _LAYOUT]
    starts = [token.start for token in tokens]
    for qualname, owner in classes_in(ast.parse(text)):
        for node in owner.body:
            if not isinstance(node, Method) or node.name != "forward":
                continue
            body = body_of(node)
            if body:
                first = bisect_left(starts, (body[0].lineno, 0))
                last = bisect_right(starts, (body[-1].end_lineno or 0, 1 << 30))
                passage = tokens[first:last]
                yield Forward(
                    path,
                    qualname,
                    node,
                    text,
                    tuple(token.string for token in passage),
                    tuple(_renamed(passage, _locals(node, body))),
                    tuple(map(_blind, passage)),
                    sum(isinstance(part, ast.stmt) for statement in body for part in ast.walk(statement)),
                )


def classes_in(tree: ast.AST, scope: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class with its qualname, through functions, classes and whatever statements stand between."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield scope + node.name, node
        if isinstance(node, (ast.ClassDef, *_METHODS)):
            yield from classes_in(node, f"{scope}{node.name}.")
        elif isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from classes_in(node, scope)


_METHODS = (ast.FunctionDef, ast.AsyncFunctionDef)


def body_of(node: Method) -> list[ast.stmt]:
    """The statements after the docstring."""
    first = node.body[0]
    has_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return node.body[1:] if has_docstring else node.body


def _locals(node: Method, body: Sequence[ast.stmt]) -> set[str]:
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    stored = {
        part.id
        for statement in body
        for part in ast.walk(statement)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return stored | {parameter.arg for parameter in parameters if parameter is not None}


def _renamed(tokens: Sequence[tokenize.TokenInfo], names: set[str]) -> Iterator[str]:
    numbers: dict[str, int] = {}
    before = ""
    for place, token in enumerate(tokens):
        text = token.string
        if token.type == tokenize.NAME and text in names and before != "." and not _names_an_argument(tokens, place):
            text = f"v{numbers.setdefault(text, len(numbers))}"
        yield text
        before = token.string


def _names_an_argument(tokens: Sequence[tokenize.TokenInfo], place: int) -> bool:
    """Whether the name at ``place`` is the keyword of a call: ``f(name=...)``."""
    after = tokens[place + 1].string if place + 1 < len(tokens) else ""
    if after != "=" or place == 0 or tokens[place - 1].string not in ("(", ","):
        return False
    depth = 0
    for number in range(place - 1, 0, -1):
        text = tokens[number].string
        if text in (")", "]", "}"):
            depth += 1
        elif text in ("(", "[", "{"):
            if depth == 0:
                called = tokens[number - 1]
                is_name = called.type == tokenize.NAME and not keyword.iskeyword(called.string)
                return text == "(" and (is_name or called.string in (")", "]"))
            depth -= 1
    return False


def _blind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        return "ID"
    return "LIT" if token.type in (tokenize.NUMBER, tokenize.STRING) else token.string
