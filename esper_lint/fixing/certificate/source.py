"""One text, parsed: its lines as they are, its syntax tree, and the tokens of a stretch of it."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from dataclasses import dataclass
from functools import lru_cache

from esper_lint.fixing.certificate.objection import Objection

# Not ``str.splitlines``: the parser counts these ends of lines and no others.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Source:
    """``lines`` keep their ends."""

    path: str
    text: str
    lines: tuple[str, ...]
    tree: ast.Module

    def tokens(self, first: int, last: int) -> list[tokenize.TokenInfo]:
        """The tokens of these lines, which must be whole statements; rows are those of the text.

        Raises ``Objection`` where they are no tokens.
        """
        rows = iter(line.rstrip("\r\n") + "\n" for line in self.lines[first - 1 : last])
        try:
            found = list(tokenize.generate_tokens(lambda: next(rows, "")))
        except (tokenize.TokenError, SyntaxError) as error:
            raise Objection("syntax", f"tokens cannot be read: {error}", first, self.path) from error
        moved = first - 1
        return [
            token._replace(start=(token.start[0] + moved, token.start[1]), end=(token.end[0] + moved, token.end[1]))
            for token in found
        ]


@lru_cache(maxsize=64)  # the same file is proposed changed in several ways; nothing changes a tree
def parsed(path: str, text: str, *, compiles: bool) -> Source:
    """Raises ``Objection`` where the text is no module, or with ``compiles`` no module that can be compiled."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            if compiles:
                compile(tree, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Objection("syntax", f"not Python: {error.msg}", error.lineno or 1, path) from error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Objection("syntax", f"not Python: {error}", 1, path) from error
    return Source(path, text, tuple(_LINE.findall(text)), tree)


def first_line(node: ast.AST) -> int:
    """Where a statement starts, its decorators included."""
    line: int = getattr(node, "lineno", 1)
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([line, *(decorator.lineno for decorator in decorators)])


def last_line(node: ast.AST) -> int:
    line: int = getattr(node, "end_lineno", 1)
    return line


def docstring(node: ast.Module | Definition) -> ast.stmt | None:
    """The statement that is the docstring."""
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str())) as statement, *_]:
            return statement
    return None


def without_docstring(node: Definition) -> list[ast.stmt]:
    return node.body[1:] if docstring(node) else node.body
