"""Classes that got a common base (strategy S6): texts before and after, and what is claimed -> a certificate.

What an instance finds under a name stays what it was: members of a class come before those of its base, and those
before the members of what used to be its bases. A moved method that calls ``super().name`` looks beyond the new base,
as it looked beyond the class before; a method that stays would now find a moved member there, so it may not look for
one.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from esper_lint.fixing.certificate.claims import Certificate, MergeClaim, Obligation, Rejected
from esper_lint.fixing.certificate.comments import (
    Comments,
    Pairs,
    all_pairs,
    check_kept,
    check_moved,
    check_origin,
    check_present,
    header_comments,
)
from esper_lint.fixing.certificate.definition import is_mangled
from esper_lint.fixing.certificate.diagnostics import check_diagnostics
from esper_lint.fixing.certificate.equality import same
from esper_lint.fixing.certificate.frame import Frame, Site, frame_of
from esper_lint.fixing.certificate.members import bound_names, check_movable, read_at_once, supers
from esper_lint.fixing.certificate.objection import In, Objection, verdict
from esper_lint.fixing.certificate.regions import Lines, body_lines, check_layout, helper_lines
from esper_lint.fixing.certificate.resolution import Module, check_imports, check_taken
from esper_lint.fixing.certificate.scopes import Scope, occurrences
from esper_lint.fixing.certificate.signature import is_bound_above, postponed
from esper_lint.fixing.certificate.source import docstring, first_line, last_line, parsed, without_docstring


def certify_merge(claim: MergeClaim) -> Certificate | Rejected:
    """Proves that classes with a new common base are what they were; never raises, whatever the texts are.

    Moved members are equal in all classes and in the base, and everything else is what it was. That the classes have
    another base now, and functions other qualified names, is left as an obligation.
    """
    return verdict(lambda: _Merge(claim).certificate(), claim.file.path)


@dataclass(frozen=True, slots=True)
class _Split:
    """A claimed class, with its members told apart."""

    site: Site[ast.ClassDef]
    scope: Scope
    moved: tuple[tuple[ast.stmt, ast.stmt], ...]  # before, and in the base
    kept: tuple[tuple[ast.stmt, ast.stmt], ...]  # before and after


class _Merge:
    def __init__(self, claim: MergeClaim) -> None:
        self._claim = claim
        file = claim.file
        if file.before is None or len(claim.classes) < 2 or any(one.path != file.path for one in claim.classes):
            raise Objection("claim", "a merge needs two classes of an existing file", 1, file.path)
        if not claim.base.isidentifier() or is_mangled(claim.base):
            raise Objection("mangled", f"{claim.base} is no name for a class", 1, file.path)
        self._before = Module.of(file, parsed(file.path, file.before, compiles=False))
        self._after = Module.of(file, parsed(file.path, file.after, compiles=True))

    def certificate(self) -> Certificate:
        """Raises ``Objection`` where the proof fails."""
        claim, path = self._claim, self._claim.file.path
        with In(path):
            check_taken([claim.base], self._before)
            before, after = self._before.source, self._after.source
            frame = frame_of(before, after, claim.classes, [claim.base], ast.ClassDef)
            position, base = self._base(frame)
            splits = [self._split(site, base) for site in frame.sites]
            for split in splits:
                self._check_members(split)
            self._check_made_at_once(position, base)
            check_imports(frame.imports, self._before, {}, 0)
            self._check_text(splits, base, [Lines(first_line(node), last_line(node)) for _, node in frame.imports])
            check_diagnostics(before, after.tree)
        return Certificate(claim.classes, ((path, claim.base),), tuple(self._obligations(splits)))

    # -- the base -----------------------------------------------------------------------------------------------------

    def _base(self, frame: Frame[ast.ClassDef]) -> tuple[int, ast.ClassDef]:
        ((position, base),) = frame.helpers
        if not isinstance(base, ast.ClassDef):
            raise Objection("helper", f"{base} is not a class", base.lineno)
        if base.decorator_list or base.keywords or getattr(base, "type_params", None):
            raise Objection("decorated", "the base has a decorator, a keyword or type parameters", base.lineno)
        for site in frame.sites:
            if site.position < position:
                raise Objection("placement", "the base stands below a class", base.lineno)
            if not same(site.before.bases, base.bases):
                raise Objection("bases", "the base has other bases than the class", site.before.lineno)
            if site.before.keywords or getattr(site.before, "type_params", None):
                raise Objection("bases", "the class has keywords or type parameters", site.before.lineno)
            match site.after.bases:
                case [ast.Name(id=name)] if name == base.name:
                    continue
            raise Objection("bases", f"the class does not derive from {base.name} alone", site.after.lineno)
        return position, base

    def _check_made_at_once(self, position: int, base: ast.ClassDef) -> None:
        """What the base reads when it is made is there, and is what the classes read."""
        module, above = self._after.scope, self._after.source.tree.body[:position]
        is_postponed = postponed(self._after.source.tree)
        scope = module.child(base)
        names = [name for member in base.body for name in read_at_once(member, scope, postponed=is_postponed)]
        for expression in base.bases:
            root = expression
            while isinstance(root, ast.Attribute):
                root = root.value
            if not isinstance(root, ast.Name):
                raise Objection("bases", f"{ast.unparse(expression)} is no plain name", expression.lineno)
            names.append(root)
        for name in names:
            if name.id not in scope.bound and not is_bound_above(name.id, above, module):
                raise Objection("unbound", f"{name.id} may not be bound where the base is made", name.lineno)
            if name.id not in scope.bound and not _is_bound_to_one(name.id, module):
                raise Objection("unbound", f"{name.id} is bound more than once", name.lineno)

    # -- the classes --------------------------------------------------------------------------------------------------

    def _split(self, site: Site[ast.ClassDef], base: ast.ClassDef) -> _Split:
        scope = self._before.scope
        for node in site.chain[1:]:
            scope = scope.child(node)
        if not same(docstring(site.before), docstring(site.after)):
            raise Objection("frame", "the docstring of a class has changed", site.before.lineno)
        shared, rest = without_docstring(base), without_docstring(site.after)
        moved: list[tuple[ast.stmt, ast.stmt]] = []
        kept: list[tuple[ast.stmt, ast.stmt]] = []
        for member in without_docstring(site.before):
            if len(kept) < len(rest) and same(member, rest[len(kept)]):
                kept.append((member, rest[len(kept)]))
            elif len(moved) < len(shared) and same(member, shared[len(moved)]):
                moved.append((member, shared[len(moved)]))
            else:
                raise Objection("statement", "a member is neither kept nor moved, or not in order", member.lineno)
        if len(moved) < len(shared):
            raise Objection("statement", f"the base has what {site.claim.qualname} had not", shared[len(moved)].lineno)
        left = rest[len(kept) :]
        if left and not (not kept and len(left) == 1 and isinstance(left[0], ast.Pass)):
            raise Objection("statement", "a member was added to a class", left[0].lineno)
        if not moved:
            raise Objection("site", f"nothing of {site.claim.qualname} has moved", site.before.lineno)
        return _Split(site, scope, tuple(moved), tuple(kept))

    def _check_members(self, split: _Split) -> None:
        is_postponed = postponed(self._after.source.tree)
        names = {one.qualname.rpartition(".")[2] for one in self._claim.classes}
        for member, _ in split.moved:
            check_movable(member, split.scope, names, postponed=is_postponed)
            self._check_unguarded(member, split.scope, is_postponed)
            if isinstance(member, ast.AnnAssign) and split.site.before.decorator_list:
                raise Objection("decorated", "a decorator may look for the annotation", member.lineno)
        moved = {name for member, _ in split.moved for name in bound_names(member)}
        kept = {name for member, _ in split.kept for name in bound_names(member)}
        if moved & kept:
            raise Objection("statement", f"{min(moved & kept)} is both moved and kept", split.site.before.lineno)
        if len({"__eq__", "__hash__"} & moved) == 1:
            raise Objection("special", "__eq__ and __hash__ go together", split.site.before.lineno)
        for pairs, elsewhere in ((split.kept, moved), (split.moved, kept)):
            for member, _ in pairs:
                for name in read_at_once(member, split.scope, postponed=is_postponed):
                    if name.id in elsewhere:
                        raise Objection("member", f"{name.id} is read when the class is made", name.lineno)
        for name_of_super in supers([member for member, _ in split.kept]):
            if name_of_super in moved:
                reason = f"super().{name_of_super} would find the member that has moved"
                raise Objection("super", reason, split.site.before.lineno)

    def _check_unguarded(self, member: ast.stmt, owner: Scope, is_postponed: bool) -> None:
        once = {id(name) for name in read_at_once(member, owner, postponed=is_postponed)}
        inner = [member.body] if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
        later = {id(node) for body in inner for statement in body for node in ast.walk(statement)}
        for name, scope in occurrences([member], owner):
            is_code = id(name) in once or id(name) in later
            bindings = self._before.scope.bound.get(name.id, ()) if scope.resolve(name.id).scope is None else ()
            if is_code and any(binding.nested for binding in bindings):
                raise Objection("guarded", f"{name.id} is bound under a guard", name.lineno)

    # -- the text -----------------------------------------------------------------------------------------------------

    def _check_text(self, splits: Sequence[_Split], base: ast.ClassDef, imports: Sequence[Lines]) -> None:
        before, after = self._before.source, self._after.source
        shared = Comments(after, base, helper_lines(after, base))
        known: list[tuple[Comments, Pairs]] = []
        for split in splits:
            old, new = split.site.before, split.site.after
            lines, new_lines = body_lines(before, old), body_lines(after, new)
            if header_comments(before, old, lines) != header_comments(after, new, new_lines):
                raise Objection("comment", "a comment beside the name of the class has changed", old.lineno)
            comments = Comments(before, old, lines)
            pairs = all_pairs([(there, here) for here, there in split.moved])
            check_present(comments, Comments(after, new, new_lines), [shared])
            check_moved(comments, shared, pairs)
            check_kept(before, after, split.kept)
            known.append((comments, pairs))
        check_origin(shared, known, base.lineno)
        spans = [
            (Lines(old.lineno, last_line(old)), Lines(new.lineno, last_line(new)))
            for old, new in ((split.site.before, split.site.after) for split in splits)
        ]
        check_layout(before, after, spans, [helper_lines(after, base), *imports])

    def _obligations(self, splits: Sequence[_Split]) -> list[Obligation]:
        found = []
        for split in splits:
            claim, node = split.site.claim, split.site.before
            reason = (
                f"nothing looks at the bases or the own names of {claim.qualname}, or at qualified names of methods"
            )
            found.append(Obligation("bases", claim.path, node.lineno, reason))
            for member, _ in split.moved:
                if "__init__" in bound_names(member):
                    reason = f"nothing looks at where {claim.qualname} has its constructor from"
                    found.append(Obligation("constructor", claim.path, member.lineno, reason))
        return found


def _is_bound_to_one(name: str, module: Scope) -> bool:
    """Whether a name of the module means the same thing wherever it is bound: once, or as a package by its modules."""
    nodes = [binding.node for binding in module.bound.get(name, ())]
    statements = [node for node in getattr(module.node, "body", ()) if isinstance(node, ast.Import)]
    packages = {id(alias) for statement in statements for alias in statement.names if alias.asname is None}
    return len(nodes) < 2 or all(id(node) in packages for node in nodes)
