"""Helpers of sites in several files -> the leaf module that holds them: it imports only the standard library and torch,
so no import of the project can come back to it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from esper_lint.fixing.extraction.annotations import ANY
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.imports import order_of_name
from esper_lint.fixing.extraction.module_names import BUILTINS
from esper_lint.fixing.extraction.sites import Site, Source

_FOREIGN = frozenset(("torch", "torchvision"))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import binds a name to: ``module`` and, if it comes from there, the ``attribute``."""

    module: str
    attribute: str

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.attribute}" if self.attribute else self.module

    def is_root(self, name: str) -> bool:
        """Whether the name stands for the package around the module, as after ``import torch.nn``."""
        return not self.attribute and self.module.partition(".")[0] == name

    def taken_as(self, name: str) -> str:
        """What stands behind ``from module import``."""
        return self.attribute if self.attribute == name else f"{self.attribute} as {name}"

    def statement(self, name: str) -> str:
        """The statement that imports the module itself under a name."""
        root = self.module.partition(".")[0]
        return f"import {self.module}" if name == root else f"import {self.module} as {name}"


def needed_imports(sites: Sequence[Site], statements: Sequence[ast.stmt]) -> dict[str, Imported] | Hazard:
    """The imports that a statement, which every site has in its own words, needs in a leaf module."""
    found: dict[str, Imported] = {}
    for site, one in zip(sites, statements, strict=True):
        for name in sorted(global_names(one, site)):
            imported = _imported(name, site.source)
            line = one.lineno
            if imported is None:
                message = f"`{name}` comes from the project, which a module of its own may not import"
                return Hazard("FX-CYCLE", site.source.path, line, message)
            known = found.setdefault(name, imported)
            if known.dotted != imported.dotted:
                message = f"`{name}` is {known.dotted} in one file and {imported.dotted} in this one"
                return Hazard("FX-SHADOW", site.source.path, line, message)
    return found


def global_names(node: ast.AST, site: Site) -> set[str]:
    """The names that a statement takes from its module, builtins aside."""
    return {
        one.id
        for one in ast.walk(node)
        if isinstance(one, ast.Name)
        and one.id != site.self_name
        and site.kind_of(one.id) == "global"
        and not (one.id in BUILTINS and one.id not in site.source.names.bindings)
    }


def leaf_text(functions: Sequence[cst.FunctionDef], imports: Mapping[str, Imported], layout: cst.Module) -> str:
    """The text of the new module; ``layout`` is a file of the project, whose indentation and line ends it takes."""
    lines: list[str] = ['"""What forwards of several modules share."""', "", "from __future__ import annotations"]
    for group in (1, 2):
        own = {name: one for name, one in imports.items() if _group(one.module) == group}
        plain = sorted({one.statement(name) for name, one in own.items() if not one.attribute})
        taken: dict[str, list[str]] = {}
        for name, one in sorted(own.items(), key=lambda item: order_of_name(item[1].attribute)):
            if one.attribute:
                taken.setdefault(one.module, []).append(one.taken_as(name))
        block = plain + [f"from {module} import {', '.join(names)}" for module, names in sorted(taken.items())]
        lines += ["", *block] if block else []
    head = cst.parse_module("\n".join(lines) + "\n", layout.config_for_parsing)
    gap = [cst.EmptyLine(indent=False)] * 2
    body = [*head.body, *(one.with_changes(leading_lines=gap) for one in functions)]
    module = layout.with_changes(header=[], footer=[], body=body, has_trailing_newline=True)
    return module.code


def is_usable_elsewhere(annotation: ast.expr, sites: Sequence[Site]) -> bool:
    """Whether an annotation can be written in a leaf module and means there what it means at all sites."""
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} - BUILTINS
    for name in names:
        found = [_imported(name, site.source) for site in sites]
        if None in found or len({one.dotted for one in found if one}) != 1:
            return False
    return True


def annotation_imports(texts: Sequence[str], source: Source) -> dict[str, Imported]:
    """The imports that annotations need in a leaf module."""
    found: dict[str, Imported] = {}
    for text in texts:
        for node in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(node, ast.Name) and node.id == ANY:
                found[ANY] = Imported("typing", ANY)
            elif isinstance(node, ast.Name) and (imported := _imported(node.id, source)):
                found[node.id] = imported
    return found


def _imported(name: str, source: Source) -> Imported | None:
    """What the one import of a name at the head of a file binds it to, if that is of the standard library or torch."""
    found = list(_imports(name, source.tree))
    bindings = source.names.bindings.get(name, ())
    if not found or len(found) != len(bindings) or any(binding.is_guarded for binding in bindings):
        return None
    # ``import torch`` and ``import torch.nn`` bind one name to one thing.
    distinct = {Imported(name, "") if one.is_root(name) else one for one in found}
    only = distinct.pop()
    root = only.module.partition(".")[0]
    return only if not distinct and (root in sys.stdlib_module_names or root in _FOREIGN) else None


def _imports(name: str, tree: ast.Module) -> Iterator[Imported]:
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and statement.level == 0:
            for alias in statement.names:
                if (alias.asname or alias.name) == name:
                    yield Imported(statement.module or "", alias.name)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.asname == name or (alias.asname is None and alias.name.partition(".")[0] == name):
                    yield Imported(alias.name, "")


def _group(module: str) -> int:
    return 1 if module.partition(".")[0] in sys.stdlib_module_names else 2
