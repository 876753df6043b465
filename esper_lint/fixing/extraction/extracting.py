"""Sites of one group -> their files with what they have in common in helpers."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import libcst as cst

from esper_lint.fixing.documenting import QUOTES, document
from esper_lint.fixing.extraction import comments
from esper_lint.fixing.extraction.alignment import Alignment, Column, align
from esper_lint.fixing.extraction.annotations import ANY, annotations_of
from esper_lint.fixing.extraction.breaks import unresolved_in
from esper_lint.fixing.extraction.choosing import Choice, Run, chosen
from esper_lint.fixing.extraction.concrete import Replacement, Unfaithful, Written, rewritten
from esper_lint.fixing.extraction.emission import (
    Helper,
    call,
    definition,
    inserted,
    nodes_of_values,
    replacement,
)
from esper_lint.fixing.extraction.flow import bound_within
from esper_lint.fixing.extraction.hazard import Hazard
from esper_lint.fixing.extraction.imports import with_import
from esper_lint.fixing.extraction.leaf import (
    Imported,
    annotation_imports,
    is_usable_elsewhere,
    leaf_text,
    needed_imports,
)
from esper_lint.fixing.extraction.naming import free_name, helper_names, place_of, stem_of
from esper_lint.fixing.extraction.plan import Extraction, SitePlace, Unextractable
from esper_lint.fixing.extraction.sites import Site, Source
from esper_lint.fixing.packages import relative_import

_MODULE = ("module", "owner")


@dataclass(frozen=True, slots=True)
class Options:
    """``helper_name`` names the helper, ``width`` is how long a line may be; see ``chosen`` for ``with_attributes``.

    ``scripted`` are the names of classes that TorchScript compiles, ``patched`` the dotted names that tests replace,
    ``module_of`` gives the dotted names of files, ``is_taken`` tells of a path without suffix whether it is that of a
    module, and ``folder`` is where a module for several files would go.  ``assumes_breaks`` takes a call of what is not
    known for one that breaks the graph.
    """

    helper_name: str = ""
    width: int = 88
    with_attributes: bool = False
    scripted: frozenset[str] = frozenset()
    patched: frozenset[str] = frozenset()
    module_of: Callable[[str], str] = str
    is_taken: Callable[[str], bool] = lambda _: False
    folder: str | None = None
    assumes_breaks: bool = False

    def giving_attributes(self) -> Options:
        """The same, with attributes as values."""
        return replace(self, with_attributes=True)


def extracted(sites: Sequence[Site], options: Options) -> Extraction | Unextractable:
    """The plan for two or more sites: helpers in their file, or in a module of their own if there are several files."""
    obstacle = _obstacle(sites, options)
    if obstacle is not None:
        return Unextractable((obstacle,))
    unknown = partial(_unknown, sites, options)
    alignment = align(sites, unknown, with_attributes=options.with_attributes)
    choice = chosen(alignment, sites, unknown, with_attributes=options.with_attributes)
    if not choice.runs:  # before the concrete trees are made, which takes most of the time
        return Unextractable(_causes(choice, alignment, sites))
    found = _written(sites)
    if isinstance(found, Hazard):
        return Unextractable((found,))
    draft = _Draft(tuple(sites), found, options)
    alignment = align(sites, draft.unmovable, with_attributes=options.with_attributes)
    choice = chosen(alignment, sites, draft.unmovable, with_attributes=options.with_attributes)
    if not choice.runs:
        return Unextractable(_causes(choice, alignment, sites))
    names = draft.names(choice.runs)
    if isinstance(names, Hazard):
        return Unextractable((names,))
    home = draft.home()
    texts = draft.texts(choice.runs, names, home)
    before = {source.path: source.text for source in draft.sources}
    return Extraction(
        _strategy(choice.runs, sites),
        before,
        texts,
        tuple((home, name) for name in names),
        tuple(SitePlace(site.source.path, site.qualname, site.function.lineno) for site in sites),
        sum(column.shapes[0].statements for run in choice.runs for column in run.columns),
        _notes(choice.runs, sites),
        choice.hazards,
    )


def _unknown(sites: Sequence[Site], options: Options, column: Column) -> Hazard | None:
    """A call of what is not known, where that is taken for a break of the graph."""
    for site, statement in zip(sites, column.statements, strict=True) if options.assumes_breaks else ():
        for line, text in unresolved_in(statement, site):
            message = f"what `{text}` is, is not known here, and `assume-breaks` takes it for a break of the graph"
            return Hazard("FX-GRAPH", site.source.path, line, message)
    return None


def _obstacle(sites: Sequence[Site], options: Options) -> Hazard | None:
    """What concerns a whole site, or all of them."""
    for site in sites:
        path, line = site.source.path, site.function.lineno
        if isinstance(site.function, ast.AsyncFunctionDef) or not site.self_name:
            return Hazard("FX-CTRL", path, line, "the forward is not a plain method")
        if site.owner.name in options.scripted:
            message = f"`{site.owner.name}` is compiled by `torch.jit.script`, which takes no module as a parameter"
            return Hazard("FX-SCRIPT", path, line, message)
    paths = {site.source.path for site in sites}
    script = next((site for site in sites if len(paths) > 1 and site.source.is_script), None)
    if script is not None:
        message = "the file may be run as a script, which can import no module from beside it"
        return Hazard("FX-CYCLE", script.source.path, script.function.lineno, message)
    if len(paths) > 1 and options.folder is None:
        message = "the files lie in no package together, so they cannot import a module of its own"
        return Hazard("FX-CYCLE", sites[0].source.path, sites[0].function.lineno, message)
    return None


def _written(sites: Sequence[Site]) -> dict[str, Written] | Hazard:
    """The concrete trees of the files by path."""
    written = {}
    for site in sites:
        tops = frozenset(other.top for other in sites if other.source is site.source)
        try:
            written[site.source.path] = Written.of(site.source, tops)
        except Unfaithful as error:
            return Hazard("FX-ENCODING", site.source.path, site.function.lineno, str(error))
    return written


@dataclass(frozen=True)
class _Draft:
    """The sites and their files while a plan is made of them."""

    sites: tuple[Site, ...]
    written: Mapping[str, Written]
    options: Options

    @property
    def sources(self) -> list[Source]:
        return [one.source for one in self.written.values()]

    @property
    def is_shared(self) -> bool:
        """Whether the helpers go to a module of their own."""
        return len(self.written) > 1

    def unmovable(self, column: Column) -> Hazard | None:
        """A reason that the statements of one site do not give: layout, comments, or what a leaf module lacks."""
        unknown = _unknown(self.sites, self.options, column)
        if unknown:
            return unknown
        for site, statement in zip(self.sites, column.statements, strict=True):
            if statement not in self.written[site.source.path].places:
                message = "the statement shares its line with another one"
                return Hazard("FX-COMMENT", site.source.path, statement.lineno, message)
        found = self._statement(column)
        if isinstance(found, str):
            what = "directives" if found == "FX-DIRECTIVE" else "comments"
            message = f"the {what} at this statement are not the same everywhere"
            return Hazard(found, self.sites[0].source.path, column.statements[0].lineno, message)
        if self.is_shared:
            imports = needed_imports(self.sites, column.statements)
            if isinstance(imports, Hazard):
                return imports
            return self._patched(imports, column)
        return None

    def names(self, runs: Sequence[Run]) -> list[str] | Hazard:
        def is_taken(name: str) -> bool:
            return any(source.names.is_taken(name) for source in self.sources)

        if not self.options.helper_name:
            return helper_names(runs, self.sites, is_taken)
        base = self.options.helper_name
        wanted = [base] + [f"{base}_{number}" for number in range(2, len(runs) + 1)]
        for name in wanted:
            if is_taken(name) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
                message = (
                    f"`{name}` cannot be the name of a helper here: it is taken, or no name, or mangled in a class"
                )
                return Hazard("FX-NAME", self.sites[0].source.path, self.sites[0].function.lineno, message)
        return wanted

    def home(self) -> str:
        """The file that the helpers go to."""
        if not self.is_shared:
            return self.sources[0].path
        folder = self.options.folder
        stem = free_name(f"_{stem_of(self.sites)}_shared", lambda name: self.options.is_taken(f"{folder}/{name}"))
        return f"{folder}/{stem}.py"

    def texts(self, runs: Sequence[Run], names: Sequence[str], home: str) -> dict[str, str]:
        helpers = [self._helper(run, name) for run, name in zip(runs, names, strict=True)]
        first = self.written[self.sites[0].source.path]
        definitions = [
            definition(
                helper,
                run,
                self.sites[0],
                nodes_of_values(first, run, helper.parameters),
                first.module,
                self.options.width,
            )
            for run, helper in zip(runs, helpers, strict=True)
        ]
        texts = {}
        for path, written in self.written.items():
            module = rewritten(written.module, self._edits(path, runs, helpers))
            if not self.is_shared:
                module = inserted(module, definitions, min(site.top for site in self.sites))
                says_any = any(helper.annotations and helper.annotations.says_any for helper in helpers)
                if says_any and not written.source.names.bindings.get(ANY):
                    module = with_import(module, "typing", ANY, self.options.width)
            else:
                for name in names:
                    module = with_import(module, relative_import(path, home), name, self.options.width)
            texts[path] = written.reduced.restored(module.code)
        if self.is_shared:
            texts[home] = leaf_text(definitions, self._imports(runs, helpers), first.module)
        return texts

    @property
    def _may_say_any(self) -> bool:
        """Whether a helper above the sites may be annotated with ``Any``, as it is imported already or can be."""
        if self.is_shared:
            return True
        names = self.sources[0].names
        return not names.bindings.get(ANY) or names.is_bound_before(ANY, min(site.top for site in self.sites))

    def _edits(
        self, path: str, runs: Sequence[Run], helpers: Sequence[Helper]
    ) -> dict[cst.IndentedBlock, list[Replacement]]:
        edits: dict[cst.IndentedBlock, list[Replacement]] = {}
        written = self.written[path]
        for run, helper in zip(runs, helpers, strict=True):
            for k, site in enumerate(self.sites):
                if site.source.path == path:
                    first, last = run.columns[0].statements[k], run.columns[-1].statements[k]
                    (block, start), (_, end) = written.places[first], written.places[last]
                    new = call(helper, run, site, k, first.col_offset, written.module, self.options.width)
                    edits.setdefault(block, []).append(replacement(block, start, end + 1, new))
        return edits

    def _statement(self, column: Column) -> comments.Statement | str:
        renamed = [shape.names != column.shapes[0].names or bool(column.values) for shape in column.shapes]
        sites = zip(self.sites, column.statements, strict=True)
        return comments.merged([self.written[site.source.path].node(one) for site, one in sites], renamed)

    def _helper(self, run: Run, name: str) -> Helper:
        statements = [self._statement(column) for column in run.columns]
        parameters: list[str] = []
        used = {name for column in run.columns for one in column.statements for name in _identifiers(one)}
        module = next((one for one in _MODULE if one not in used), free_name(_MODULE[0], used.__contains__))
        used.add(module)
        for row in run.interface.values:
            hint = next((value.hint for value in row if value.hint), "value")
            parameters.append(free_name(hint, {*used, *parameters}.__contains__))
        is_usable = is_usable_elsewhere if self.is_shared else None
        annotations = annotations_of(run, self.sites, is_usable) if self._may_say_any else None
        return Helper(
            name,
            module,
            tuple(parameters),
            self._docstring(run),
            annotations,
            tuple(one for one in statements if not isinstance(one, str)),
        )

    def _docstring(self, run: Run) -> str:
        place = place_of(run, self.sites)
        what, shorter = f"{place.capitalize()} of the forward of", f"Shared {place} of"
        if place == "forward":
            what = shorter = "Forward of"
        layout = self.written[self.sites[0].source.path].module
        room = self.options.width - len(layout.default_indent) - len(QUOTES)
        return document([site.owner.name for site in self.sites], room, what, shorter)

    def _imports(self, runs: Sequence[Run], helpers: Sequence[Helper]) -> dict[str, Imported]:
        """What the module of the helpers imports: for their statements and for their annotations."""
        found: dict[str, Imported] = {}
        for run, helper in zip(runs, helpers, strict=True):
            for column in run.columns:
                needed = needed_imports(self.sites, column.statements)
                found |= {} if isinstance(needed, Hazard) else needed
            if helper.annotations:
                found |= annotation_imports(helper.annotations.texts, self.sites[0].source)
        return found

    def _patched(self, imports: Mapping[str, Imported], column: Column) -> Hazard | None:
        """A test that replaces a name in a site's module would no longer reach the helper."""
        for site, statement in zip(self.sites, column.statements, strict=True):
            for name in imports:
                if f"{self.options.module_of(site.source.path)}.{name}" in self.options.patched:
                    message = f"`{name}` of this module is replaced by a test, which would not reach another module"
                    return Hazard("FX-PATCHED", site.source.path, statement.lineno, message)
        return None


def _strategy(runs: Sequence[Run], sites: Sequence[Site]) -> str:
    values = [value for run in runs for row in run.interface.values for value in row]
    if values:
        return "S4" if any(value.kind == "attribute" for value in values) else "S3"
    if len(runs) > 1:
        return "S2"
    return "S0" if all(runs[0].is_whole(k, site) for k, site in enumerate(sites)) else "S1"


def _causes(choice: Choice, alignment: Alignment, sites: Sequence[Site]) -> tuple[Hazard, ...]:
    """What stood in the way; that nothing is worth moving is said where nothing else can be."""
    if choice.hazards:
        return choice.hazards
    longest = max(alignment.common_runs, default=0)
    message = f"no run of statements is worth a helper (the longest that all have is of {longest})"
    return (Hazard("FX-NO-BENEFIT", sites[0].source.path, sites[0].function.lineno, message),)


def _notes(runs: Sequence[Run], sites: Sequence[Site]) -> tuple[str, ...]:
    notes = ["temporaries of a helper end their lives when it returns", "all sites share the compiled code of a helper"]
    unresolved = {
        name
        for run in runs
        for column in run.columns
        for site, statement in zip(sites, column.statements, strict=True)
        for _, name in unresolved_in(statement, site)
    }
    if unresolved:
        listed = ", ".join(f"`{name}`" for name in sorted(unresolved))
        notes.append(f"graph: whether {listed} break the graph is not known")
    return tuple(notes)


def _identifiers(node: ast.stmt) -> set[str]:
    """Every name that a statement reads or binds, in whatever scope."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return names | {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)} | bound_within([node])
