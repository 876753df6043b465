"""A case of one member of a clone group -> the same for another: other names, arguments by the names of parameters.

Copies are built and called alike more often than not.  A transferred case that does not fit raises alike in both
versions and counts for nothing, so only what cannot even be tried is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from esper_lint.verification.generating import SignatureOf
from esper_lint.verification.signatures import Missing, Signature
from esper_lint.verification.specs import Arguments, Build, Case, Factory, Value


@dataclass(frozen=True, slots=True)
class Target:
    """The class that needs a case, ``MODULE:QUALNAME``, and the function around it if it is an inner one."""

    name: str
    factory: str | None = None


@dataclass(frozen=True, slots=True)
class Untransferable:
    """``reason`` says what is missing, in words for whoever has to supply it."""

    reason: str


def transferred(case: Case, target: Target, signature_of: SignatureOf) -> Case | Untransferable:
    """The case with its module replaced by one of ``target``; the call stays as it is.

    Arguments go by the names of the parameters of the outermost call, that of the factory or else of the class.  What
    the target does not take is dropped, and what it needs is looked for in the construction of the source too.
    """
    build = case.build
    outer, arguments = (build.factory.name, build.factory.arguments) if build.factory else (build.name, build.arguments)
    wanted = signature_of(target.factory or target.name)
    given = signature_of(outer)
    moved: Arguments | Untransferable
    if wanted is None or given is None:
        # Of signatures that are not known, the safest guess is that copies have equal ones.
        moved = arguments if (target.factory is None) == (build.factory is None) else _unknown(target)
    else:
        inner = signature_of(build.name) if build.factory else None
        within = inner.bound(build.arguments) if inner else {}
        moved = _moved({**within, **_with_defaults(given, arguments)}, arguments, given, wanted)
    if isinstance(moved, Untransferable):
        return moved
    if target.factory is None:
        return replace(case, build=Build(target.name, moved), source="sibling")
    own = signature_of(target.name)
    inner_arguments = build.arguments
    if own is not None:
        # Those of the class itself matter only where the factory returns the class.
        fitting = _moved(_named(build.arguments, signature_of(build.name)), build.arguments, None, own)
        inner_arguments = fitting if isinstance(fitting, Arguments) else build.arguments
    made = Build(target.name, inner_arguments, Factory(target.factory, moved))
    return replace(case, build=made, source="sibling")


def _moved(
    named: dict[str, Value], arguments: Arguments, given: Signature | None, wanted: Signature
) -> Arguments | Untransferable:
    known = {one.name for one in wanted.parameters}
    missing = [one for one in wanted.parameters if _is_required(one.default) and one.name not in named]
    spare = [value for name, value in _own(given, arguments) if name not in known]
    if missing and len(missing) == len(spare):
        # As many are left over as are missing: they were renamed, in their order.
        named = {**named, **dict(zip((one.name for one in missing), spare, strict=True))}
        missing = []
    if missing:
        return Untransferable(f"no value is known for {', '.join(one.name for one in missing)}")
    positional: list[Value] = []
    keywords: list[tuple[str, Value]] = []
    for place, one in enumerate(wanted.parameters):
        if one.name in named and not _is_default(named[one.name], one.default):
            if not one.is_keyword_only and len(positional) == place:
                positional.append(named[one.name])
            else:
                keywords.append((one.name, named[one.name]))
    return Arguments(tuple(positional), tuple(keywords))


def _own(given: Signature | None, arguments: Arguments) -> list[tuple[str, Value]]:
    return list(given.bound(arguments).items()) if given else []


def _named(arguments: Arguments, signature: Signature | None) -> dict[str, Value]:
    return signature.bound(arguments) if signature else dict(arguments.keywords)


def _with_defaults(signature: Signature, arguments: Arguments) -> dict[str, Value]:
    """The arguments by name, with the defaults that were in force: a copy may have others."""
    defaults: dict[str, Value] = {
        one.name: one.default for one in signature.parameters if not isinstance(one.default, Missing)
    }
    return {**defaults, **signature.bound(arguments)}


def _is_required(default: object) -> bool:
    return isinstance(default, Missing) and default.is_required


def _is_default(value: Value, default: object) -> bool:
    return type(value) is type(default) and value == default


def _unknown(target: Target) -> Untransferable:
    return Untransferable(f"the parameters of {target.factory or target.name} are not known")
