"""``# Copied from`` comments -> pairs of classes whose forwards their own authors declare to be copies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.forwards import Key, Method, classes_in, python_files

_COPIED_FROM = re.compile(r"\s*#\s*Copied from\s+(\S+)")


def declared_copies(root: Path, package: str) -> list[tuple[Key, Key]]:
    """(original, copy), by path relative to the package and qualname.

    ``package`` is a folder under ``root``, ``transformers/models`` for instance; the comments name their originals by a
    dotted path from ``root``.  A comment counts above a class that has a forward, naming a class, and above a forward,
    naming a forward; both sides must lie in the package.
    """
    folder = root / package
    holders: dict[str, Key] = {}
    comments: list[tuple[Key, str]] = []
    for path in python_files(folder):
        text = path.read_text(encoding="utf-8")
        if "def forward(" not in text:
            continue
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        lines = text.splitlines()
        for qualname, owner in classes_in(tree):
            forward = next((node for node in owner.body if isinstance(node, Method) and node.name == "forward"), None)
            if forward is None:
                continue
            key = (path.relative_to(folder).as_posix(), qualname)
            holders[f"{module}.{qualname}"] = key
            comments.extend((key, name) for name in _named_above(owner, lines))
            named = _named_above(forward, lines)
            comments.extend((key, name.removesuffix(".forward")) for name in named if name.endswith(".forward"))
    return [(holders[name], key) for key, name in comments if name in holders and holders[name] != key]


def _named_above(node: ast.ClassDef | Method, lines: list[str]) -> Iterator[str]:
    """What the block of comments right above a definition, decorators included, says it is copied from."""
    number = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 2
    while number >= 0 and lines[number].lstrip().startswith("#"):
        if match := _COPIED_FROM.match(lines[number]):
            yield match[1]
        number -= 1
