"""Whether the free names of a helper mean at the helper what they meant at the site."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from esper_lint.fixing.certificate.claims import Rewritten
from esper_lint.fixing.certificate.definition import Helper, identifiers
from esper_lint.fixing.certificate.frame import Import
from esper_lint.fixing.certificate.imports import is_neutral, package_of, root_of, targets
from esper_lint.fixing.certificate.inlining import Inlined
from esper_lint.fixing.certificate.objection import Objection
from esper_lint.fixing.certificate.scopes import Scope, module_scope, occurrences
from esper_lint.fixing.certificate.source import Source

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True)
class Module:
    """A file with the scope of its module."""

    file: Rewritten
    source: Source
    scope: Scope

    @classmethod
    def of(cls, file: Rewritten, source: Source) -> Module:
        return cls(file, source, module_scope(source.tree))


def check_free(inlined: Inlined, site: Scope, module: Module) -> None:
    """Free names of a helper in the same file: each is the module's, never bound under a guard.

    ``module`` is the file before. Raises ``Objection``.
    """
    for name, line in inlined.renaming.free.items():
        if any(binding.nested for binding in module.scope.bound.get(name, ())):
            raise Objection("guarded", f"{name} is bound under a guard", line)
    for argument in inlined.arguments.values():
        if isinstance(argument, ast.Name) and site.resolve(argument.id).scope is None:
            _check_passed(argument, module)


def _check_passed(argument: ast.Name, module: Module) -> None:
    """A name of the module that is passed is read earlier than it was: it must never change."""
    bindings = module.scope.bound.get(argument.id, [])
    if any(binding.nested for binding in bindings):
        raise Objection("guarded", f"{argument.id} is bound under a guard", argument.lineno)
    is_builtin = argument.id in _BUILTINS and not module.scope.stars and not bindings
    if (len(bindings) != 1 and not is_builtin) or declared_global(argument.id, module.source):
        raise Objection("argument", f"{argument.id} of the module may change", argument.lineno)


def check_free_across(inlined: Inlined, helper: Module, site: Module) -> None:
    """Free names of a helper in another file: the same import of a neutral module in both, or a builtin in both.

    ``helper`` is its file after, ``site`` the file before. Raises ``Objection``.
    """
    for name, line in inlined.renaming.free.items():
        origins = [_origins(name, module) for module in (helper, site)]
        if not origins[0] or origins[0] != origins[1]:
            raise Objection("undefined", f"{name} is not the same thing in {helper.file.path}", line)
    for node in ast.walk(inlined.helper.node):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise Objection("import", "a relative import means another module there", node.lineno, helper.file.path)
        if isinstance(node, ast.FunctionDef) and node is not inlined.helper.node:
            raise Objection("closure", "a function is defined in it", node.lineno, helper.file.path)


def _origins(name: str, module: Module) -> set[str]:
    """What a name is bound to, by full names; empty where that cannot be said."""
    bindings = module.scope.bound.get(name, [])
    if declared_global(name, module.source):
        return set()
    if not bindings:
        return {name} if name in _BUILTINS and not module.scope.stars and "__" not in name else set()
    last = max((star.lineno for star in module.scope.stars), default=0)
    if any(binding.nested or getattr(binding.node, "lineno", 0) <= last for binding in bindings):
        return set()
    found = {
        id(alias): target
        for statement in module.source.tree.body
        if isinstance(statement, Import)
        for _, target, alias in targets(statement, module.file)
    }
    origins = {found.get(id(binding.node), "") for binding in bindings}
    return origins if len(origins) == 1 and all(map(is_neutral, origins)) else set()


def check_taken(names: Iterable[str], module: Module) -> None:
    """Raises ``Objection`` where a name means something in the file before, or where one more is noticed there."""
    _check_unlisted(module)
    for name in names:
        if name in _BUILTINS:
            raise Objection("shadowed", f"{name} is a builtin", 1)
        if module.scope.stars and not name.startswith("_"):
            raise Objection("shadowed", f"{name} may come with an import of everything", module.scope.stars[0].lineno)
        text = module.source.text
        if text.isascii() and name not in text:  # identifiers beyond ASCII have several spellings
            continue
        for node in ast.walk(module.source.tree):
            if not isinstance(node, (ast.Attribute, ast.keyword)) and name in (*identifiers(node), *_parts(node)):
                raise Objection("shadowed", f"{name} already means something", getattr(node, "lineno", 1))


def _parts(node: ast.AST) -> list[str]:
    """The parts of the names of modules; the import of a module in a package binds its name in that."""
    dotted = node.name if isinstance(node, ast.alias) else node.module if isinstance(node, ast.ImportFrom) else ""
    return (dotted or "").split(".")


def _check_unlisted(module: Module) -> None:
    """Raises ``Objection`` where the file asks for all names of the module."""
    if "globals" not in module.source.text:
        return
    looked_up = {
        id(node.value.func)
        for node in ast.walk(module.source.tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Call)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.ctx, ast.Load)
    }
    for node in ast.walk(module.source.tree):
        if isinstance(node, ast.Name) and node.id == "globals" and id(node) not in looked_up:
            raise Objection("introspection", "globals() may be asked for all names of the module", node.lineno)


def declared_global(name: str, source: Source) -> bool:
    """Whether a function may bind a variable of the module."""
    if "global" not in source.text:
        return False
    return any(isinstance(node, ast.Global) and name in node.names for node in ast.walk(source.tree))


def check_imports(
    imports: Sequence[tuple[int, Import]], before: Module, helpers: Mapping[str, Rewritten], first_use: int
) -> None:
    """New imports of an existing file: neutral modules, or helpers from their files, under names that were free.

    ``helpers`` are those that the sites of this file call from elsewhere, each with its file; ``first_use`` is the
    position of the first statement of the module after that needs them. Raises ``Objection``.
    """
    imported: set[str] = set()
    if helpers and _is_script(before.source):
        raise Objection("import", "a script can import nothing from beside itself by a relative name", 1)
    for position, statement in imports:
        try:
            check_taken([name for name, _, _ in targets(statement, before.file)], before)
        except Objection as objection:
            raise Objection(objection.kind, objection.reason, statement.lineno) from objection
        for name, target, alias in targets(statement, before.file):
            if name in helpers and name not in imported:
                _check_import_of(name, target, alias, statement, before.file, helpers[name])
                imported.add(name)
                if position > first_use:
                    raise Objection("placement", f"{name} is imported after its first use", statement.lineno)
            elif alias.name == "*" or not is_neutral(target):
                raise Objection("import", f"{target} is neither of the standard library nor of torch", statement.lineno)
            if target.partition(".")[0] == "torch" or name in helpers:
                _check_torch(statement, before.source)
    missing = helpers.keys() - imported
    if missing:
        raise Objection("undefined", f"{', '.join(sorted(missing))} is not imported", 1)


def _is_script(source: Source) -> bool:
    """Whether the file asks if it is run by itself."""
    if source.text.isascii() and "__name__" not in source.text:
        return False
    return any(isinstance(node, ast.Compare) and _is_own_name(node.left) for node in ast.walk(source.tree))


def _is_own_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__name__"


def _check_import_of(
    name: str, target: str, alias: ast.alias, statement: Import, site: Rewritten, helper: Rewritten
) -> None:
    """The import of a helper reaches its file, and runs no package that was not imported before."""
    if isinstance(statement, ast.Import) or target != f"{helper.module}.{alias.name}" or alias.name != name:
        raise Objection("import", f"{target} is not {helper.module}.{name}", statement.lineno)
    if root_of(site) != root_of(helper):
        raise Objection("import", f"{helper.path} lies under another folder", statement.lineno)
    package = package_of(helper)
    if package and not f"{package_of(site)}.".startswith(f"{package}."):
        raise Objection("import", f"{package} is not a package around {site.module}", statement.lineno)


def _check_torch(statement: Import, before: Source) -> None:
    """A file that can do without torch must still be able to."""
    for earlier in before.tree.body:
        if isinstance(earlier, Import):
            roots = (
                [alias.name for alias in earlier.names] if isinstance(earlier, ast.Import) else [earlier.module or ""]
            )
            level = 0 if isinstance(earlier, ast.Import) else earlier.level
            if not level and any(root.partition(".")[0] == "torch" for root in roots):
                return
    raise Objection("guarded", "the module does not import torch without a guard", statement.lineno)


def check_still_local(before: Scope, after: ast.FunctionDef) -> None:
    """Names that were local to a site are not looked up elsewhere now. Raises ``Objection``."""
    assert before.parent is not None
    scope = Scope.of_function(after, before.parent)
    lost: Collection[str] = before.bound.keys() - scope.bound.keys()
    around = {id(outer) for outer in scope.around()}
    for name, inner in occurrences(after.body, scope):
        if name.id in lost:
            owner = inner.resolve(name.id).scope
            if owner is None or id(owner) in around:
                raise Objection("scope", f"{name.id} is no longer local to the site", name.lineno)


def check_helper_names(helper: Helper) -> None:
    """Its own variables do not hide the helper. Raises ``Objection``."""
    if helper.name in helper.scope.bound:
        raise Objection("shadowed", f"{helper.name} is a variable of its own", helper.node.lineno, helper.path)
