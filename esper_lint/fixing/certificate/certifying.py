"""The certifier: texts before and after, and what is claimed of them -> a certificate or a rejection."""

from __future__ import annotations

import ast
import keyword
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from esper_lint.fixing.certificate.claims import Certificate, Claim, Obligation, Rejected, Rewritten, SiteClaim
from esper_lint.fixing.certificate.comments import Comments, check_comments, check_kept, check_origin
from esper_lint.fixing.certificate.dataflow import check_enclosing, check_flow
from esper_lint.fixing.certificate.definition import Helper, check_definition, check_site, is_mangled
from esper_lint.fixing.certificate.diagnostics import check_diagnostics, unused_imports
from esper_lint.fixing.certificate.equality import same
from esper_lint.fixing.certificate.frame import Frame, Site, frame_of
from esper_lint.fixing.certificate.imports import check_leaf
from esper_lint.fixing.certificate.inlining import Inliner, Place
from esper_lint.fixing.certificate.objection import In, Objection, verdict
from esper_lint.fixing.certificate.regions import Lines, body_lines, check_layout, helper_lines
from esper_lint.fixing.certificate.resolution import (
    Module,
    check_free,
    check_free_across,
    check_helper_names,
    check_imports,
    check_still_local,
    check_taken,
)
from esper_lint.fixing.certificate.scopes import Scope, all_arguments
from esper_lint.fixing.certificate.signature import check_signature
from esper_lint.fixing.certificate.source import docstring, first_line, last_line, parsed
from esper_lint.fixing.certificate.stability import obligations


def certify(claim: Claim) -> Certificate | Rejected:
    """Proves that the texts after do what the texts before did; never raises, whatever the texts are.

    Every call of a helper is inlined and compared with the statements that it stands for, and everything else must be
    what it was.
    """
    return verdict(lambda: _Proof(claim).certificate(), claim.files[0].path if claim.files else "")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the claim, read both before and after."""

    file: Rewritten
    before: Module | None
    after: Module
    frame: Frame[ast.FunctionDef]
    helpers: Mapping[str, Helper]


@dataclass(frozen=True, slots=True)
class _Proved:
    """A site whose calls have been inlined."""

    site: Site[ast.FunctionDef]
    inliner: Inliner
    lines: tuple[Lines, Lines]
    comments: Comments  # before


class _Proof:
    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._obligations: list[Obligation] = []
        self._users: dict[int, set[SiteClaim]] = defaultdict(set)
        self._check_claim()
        self._files = {file.path: self._read(file) for file in claim.files}
        self._comments = {
            id(helper.node): Comments(file.after.source, helper.node, helper_lines(file.after.source, helper.node))
            for file in self._files.values()
            for helper in file.helpers.values()
        }

    def certificate(self) -> Certificate:
        """Raises ``Objection`` where the proof fails."""
        proved = [(file, found) for file in self._files.values() for found in self._prove(file)]
        for file in self._files.values():
            for helper in file.helpers.values():
                if len(self._users[id(helper.node)]) < 2:
                    raise Objection("sites", f"{helper.name} has fewer than two sites", helper.node.lineno, helper.path)
                here = [
                    (found.comments, inlined.renaming.pairs)
                    for _, found in proved
                    for inlined in found.inliner.found
                    if inlined.helper is helper
                ]
                with In(helper.path):
                    check_origin(self._comments[id(helper.node)], here, helper.node.lineno)
        for file in self._files.values():
            with In(file.file.path):
                self._obligations.extend(self._unused(file))
        return Certificate(self._claim.sites, self._claim.helpers, tuple(self._obligations))

    def _unused(self, file: _File) -> Iterator[Obligation]:
        """The imports that a file needs no more, now that what used them stands in a new one."""
        before = file.before.source if file.before else None
        if all(other.before for other in self._files.values()):
            check_diagnostics(before, file.after.source.tree)
            return
        added = {alias.asname or alias.name for _, node in file.frame.imports for alias in node.names}
        others = [other.before.source for other in self._files.values() if other.before]
        for name, _ in unused_imports(before, file.after.source.tree, added, others):
            message = f"the import of `{name}` has no use left in this file, and stays"
            yield Obligation("unused-import", file.file.path, self._line_before(file, name), message)

    @staticmethod
    def _line_before(file: _File, name: str) -> int:
        assert file.before is not None
        for node in ast.walk(file.before.source.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    if (alias.asname or alias.name).rpartition(".")[2] == name.rpartition(".")[2]:
                        return node.lineno
        return 1

    # -- reading ----------------------------------------------------------------------------------------------------

    def _check_claim(self) -> None:
        paths = [file.path for file in self._claim.files]
        named = [path for path, _ in self._claim.helpers] + [site.path for site in self._claim.sites]
        if len(set(paths)) != len(paths) or not set(named) <= set(paths):
            raise Objection("claim", "every file must be given once", 1, named[0] if named else "")
        if len(set(self._claim.helpers)) != len(self._claim.helpers):
            raise Objection("claim", "a helper is claimed twice", 1, paths[0])
        for path, name in self._claim.helpers:
            if not name.isidentifier() or keyword.iskeyword(name) or is_mangled(name):
                raise Objection("mangled", f"{name} is no name for a helper", 1, path)

    def _read(self, file: Rewritten) -> _File:
        before = None if file.before is None else Module.of(file, parsed(file.path, file.before, compiles=False))
        after = Module.of(file, parsed(file.path, file.after, compiles=True))
        names = [name for path, name in self._claim.helpers if path == file.path]
        if before is not None:
            with In(file.path):
                check_taken([name for _, name in self._claim.helpers], before)
        sites = [site for site in self._claim.sites if site.path == file.path]
        frame = frame_of(before.source if before else None, after.source, sites, names, ast.FunctionDef)
        helpers = {}
        for position, statement in frame.helpers:
            node = check_definition(statement, file.path)
            helper = helpers[node.name] = Helper(file.path, node, after.scope.child(node))
            check_helper_names(helper)
            check_signature(node, position, before.source if before else None, after.source, after.scope)
        if before is None:
            check_leaf(after.source.tree, file)
        return _File(file, before, after, frame, helpers)

    # -- proving ----------------------------------------------------------------------------------------------------

    def _prove(self, file: _File) -> list[_Proved]:
        """The sites of one file, and what is left of it."""
        before, path = file.before, file.file.path
        if before is None:
            return []
        with In(path):
            available = self._available()
            found = [self._prove_site(site, file, before, available) for site in file.frame.sites]
            self._check_calls(file, before, found)
            added = [helper_lines(file.after.source, helper.node) for helper in file.helpers.values()]
            widened = [(_lines(old), _lines(new)) for old, new in file.frame.widened]
            among = {lines.first for _, lines in widened}
            added += [_lines(node) for _, node in file.frame.imports if first_line(node) not in among]
            check_layout(before.source, file.after.source, [*(one.lines for one in found), *widened], added)
        return found

    def _available(self) -> dict[str, Helper]:
        """The helpers by name; which of them a file imports is seen to later."""
        found: dict[str, Helper] = {}
        for other in self._files.values():
            for name, helper in other.helpers.items():
                if name in found:
                    raise Objection("claim", f"two helpers are called {name}", helper.node.lineno, helper.path)
                found[name] = helper
        return found

    def _prove_site(
        self, site: Site[ast.FunctionDef], file: _File, before: Module, available: Mapping[str, Helper]
    ) -> _Proved:
        scope = before.scope
        for node in site.chain[1:]:
            scope = scope.child(node)
        if not same(docstring(site.before), docstring(site.after)):
            raise Objection("frame", "the docstring of a site has changed", site.before.lineno)
        check_site(site.before)
        inliner = Inliner(available, scope, self._receiver(site, scope))
        inliner.align(site.before.body, site.after.body, Place(tail=True), site.before.lineno)
        if not inliner.found:
            raise Objection("site", f"{site.claim.qualname} calls no helper", site.before.lineno)
        parameters = [arg.arg for arg in all_arguments(site.before.args)]
        check_flow(scope, site.before.body, parameters, inliner.found)
        check_still_local(scope, site.after)
        for inlined in inliner.found:
            check_enclosing(inlined, scope, site.chain)
            check_free(inlined, scope, before)
            if inlined.helper.path != file.file.path:
                check_free_across(inlined, self._files[inlined.helper.path].after, before)
            self._obligations.extend(obligations(inlined, file.file.path))
            self._users[id(inlined.helper.node)].add(site.claim)
        lines = body_lines(before.source, site.before), body_lines(file.after.source, site.after)
        old = Comments(before.source, site.before, lines[0])
        new = Comments(file.after.source, site.after, lines[1])
        check_comments(old, new, inliner, self._comments)
        check_kept(before.source, file.after.source, inliner.kept)
        return _Proved(site, inliner, lines, old)

    def _receiver(self, site: Site[ast.FunctionDef], scope: Scope) -> str | None:
        """The parameter whose attributes may be passed."""
        args = [*site.before.args.posonlyargs, *site.before.args.args]
        if not self._claim.stable_attributes or not args or scope.times_bound(args[0].arg) != 1:
            return None
        return args[0].arg

    def _check_calls(self, file: _File, before: Module, found: list[_Proved]) -> None:
        """Helpers are there when they are called: above the sites, or imported above them."""
        positions = {
            helper.node.name: position for helper in file.helpers.values() for position in [_position(file, helper)]
        }
        elsewhere: dict[str, Rewritten] = {}
        first_use = len(file.after.source.tree.body)
        for proved in found:
            for inlined in proved.inliner.found:
                if inlined.helper.path != file.file.path:
                    other = self._files[inlined.helper.path]
                    elsewhere[inlined.helper.name] = other.file
                    check_leaf(other.after.source.tree, other.file)
                    first_use = min(first_use, proved.site.position)
                elif positions[inlined.helper.name] > proved.site.position:
                    line = inlined.helper.node.lineno
                    raise Objection("placement", f"{inlined.helper.name} stands below a site", line)
        check_imports(file.frame.imports, before, elsewhere, first_use)


def _lines(node: ast.stmt) -> Lines:
    return Lines(first_line(node), last_line(node))


def _position(file: _File, helper: Helper) -> int:
    return next(position for position, node in file.frame.helpers if node is helper.node)
