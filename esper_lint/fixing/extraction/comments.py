"""The statement that N sites have, each with its own comments -> the one that moves with all of them; or why none can.

A comment above the statement is kept once for every text that it has; others must agree, or stand at one site only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement

_DIRECTIVE = re.compile(
    r"#\s*(type:|noqa|pragma|pylint:|pyright:|mypy:|fmt:|yapf:|isort:|ruff:|flake8:|esper:|nosec)", re.I
)


class _Comments(cst.CSTVisitor):
    def __init__(self) -> None:
        self.found: list[str] = []

    def visit_Comment(self, node: cst.Comment) -> None:
        self.found.append(node.value)


def inner_comments(node: Statement) -> list[str]:
    """The comments of a statement but for those above it."""
    visitor = _Comments()
    node.with_changes(leading_lines=()).visit(visitor)
    return visitor.found


def above(node: Statement) -> list[str]:
    """The comments above a statement."""
    return [line.comment.value for line in node.leading_lines if line.comment]


def merged(nodes: Sequence[Statement], is_renamed: Sequence[bool]) -> Statement | str:
    """The statement to move, written as the first site has it; a string says why there is none.

    ``is_renamed`` tells the sites whose local names are others than those of the first.
    """
    inner = [inner_comments(node) for node in nodes]
    distinct = {tuple(found) for found in inner if found}
    directives = {tuple(one for one in found if _DIRECTIVE.match(one)) for found in inner}
    if len(directives) > 1:
        return "FX-DIRECTIVE"
    if len(distinct) > 1:
        return "FX-COMMENT"
    source = 0
    if distinct and not inner[0]:
        alike = [k for k, found in enumerate(inner) if found and not is_renamed[k]]
        if not alike:
            return "FX-COMMENT"
        source = alike[0]
    chosen = nodes[source]
    known = above(chosen)
    more = [text for node in nodes for text in above(node) if text not in known]
    if any(_DIRECTIVE.match(text) for text in more):
        return "FX-DIRECTIVE"
    extra = [cst.EmptyLine(indent=True, comment=cst.Comment(text)) for text in dict.fromkeys(more)]
    return chosen.with_changes(leading_lines=(*chosen.leading_lines, *extra))
