"""What is claimed of a fix, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewritten:
    """One file of the fix."""

    path: str  # relative to the project, with "/"
    before: str | None  # None: the file is new
    after: str
    module: str = ""  # dotted name; needed where a helper is shared across files


@dataclass(frozen=True, slots=True)
class SiteClaim:
    """A method, or a class to merge, that is said to be rewritten."""

    path: str
    qualname: str  # dotted through functions and classes, as in ``create_seed.Seed.forward``
    line: int  # of its ``def`` or ``class`` in the text before


@dataclass(frozen=True, slots=True)
class Claim:
    """Some sites now call new helpers, and that is all that changed."""

    files: tuple[Rewritten, ...]
    helpers: tuple[tuple[str, str], ...]  # path and name of every new helper
    sites: tuple[SiteClaim, ...]
    stable_attributes: bool = False  # attributes of self may be arguments, each at the price of an obligation


@dataclass(frozen=True, slots=True)
class MergeClaim:
    """Some classes of a file now derive from one new class, which holds what they had in common."""

    file: Rewritten
    base: str
    classes: tuple[SiteClaim, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """What the proof takes for granted: "stable-attribute", "hoisted-read", "unused-import", "bases" or "constructor".

    ``line`` is one of the text before.
    """

    kind: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The claim holds, as far as the obligations do."""

    sites: tuple[SiteClaim, ...]
    helpers: tuple[tuple[str, str], ...]
    obligations: tuple[Obligation, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why the claim was not proved: one line, a slug, and the place.

    ``line`` is one of the text before where a site or the rest of the file is at fault, and one of the text after where
    a helper, an import or a call is.
    """

    reason: str
    path: str
    line: int
    kind: str
