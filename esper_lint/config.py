"""Settings: one option table, one frozen ``Config``, resolved once and passed down.

The command line, the docs and every later front end read the same ``OPTIONS`` table; ``load`` returns the settings with
the place that each value came from, which is what ``esper-lint config`` prints.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from esper_lint.pyproject import ConfigError, governing

__all__ = ["OPTIONS", "Config", "ConfigError", "Option", "Resolved", "did_you_mean", "load", "require_known_codes"]

DEFAULT = "default"
COMMAND_LINE = "command line"
SUPPORTING = ("SUPPORT", "ENDORSE", "AGREE", "APPROVE")
"""The words of reviewers for one and the same verdict."""

KINDS: Mapping[str, str] = {
    "integer": "an integer",
    "boolean": "true or false",
    "strings": 'a list of strings, such as ["one", "two"]',
    "folder": "a string",
    "project folder": "a string",
    "file": "a string",
    "folders": 'a list of strings, such as ["src", "lib"]',
    "table": 'a table of lists of strings, such as {"tests/*" = ["ESP101"]}',
    "scheme": 'a string with `{number}` in it, such as "{batch}-{agent}-{number:02}"',
    "word": "one of " + ", ".join(f'"{word}"' for word in SUPPORTING),
    "cases": 'a table with cases, such as {cases = [{class = "pkg.blocks:Block", inputs = ["3x7x24"]}]}',
}


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: its key in ``pyproject.toml``, its default, and the sentence that documents it."""

    key: str
    kind: str  # one of KINDS
    default: Any
    help: str
    minimum: int | None = None
    maximum: int | None = None
    affects_matching: bool = True
    chooses: bool = False  # among findings, once all is compared

    @property
    def attribute(self) -> str:
        return self.key.replace("-", "_")

    @property
    def is_table(self) -> bool:
        """Whether its value has no form that anybody would type on a command line."""
        return self.kind in ("table", "cases")


OPTIONS: tuple[Option, ...] = (
    Option("roots", "folders", (), "Folders whose files are compared with each other, relative to the project folder."),
    Option("threshold", "integer", 80, "Similarity in percent from which two units are alike.", 50, 100),
    Option(
        "group-threshold",
        "integer",
        86,
        "Similarity in percent that a member of a group and the one that its finding names have to reach for the group"
        " not to be loose. Loose groups are reported as others are, and shown last, in short. No group is loose of"
        " which two such members are equal after renaming, are in opposite branches of one guard, or are forwards of"
        " which one is the other with something added. Of forwards under 100 symbols the classes must have something"
        " in common too.",
        50,
        100,
    ),
    Option(
        "min-size",
        "integer",
        24,
        "Symbols that a forward body needs to be compared, without statements like `a, b = _helper(self, x)` that only"
        " call a helper.",
        4,
    ),
    Option(
        "min-size-renamed",
        "integer",
        48,
        "Symbols that a unit needs when it equals another only after renaming attributes of self.",
        4,
    ),
    Option(
        "min-size-renamed-near",
        "integer",
        128,
        "Symbols that a unit needs when it is merely like another, and that only after renaming attributes of self.",
        4,
    ),
    Option("min-class-size", "integer", 40, "Symbols that a whole class needs to be compared.", 4),
    Option("min-class-size-near", "integer", 64, "Symbols that a whole class needs to be merely like another.", 4),
    Option("module-bases", "strings", (), "Further base class names that make a class a module class."),
    Option(
        "select",
        "strings",
        (),
        "Rule codes or prefixes to report; empty means all that are on by default, and others need their full code.",
        affects_matching=False,
        chooses=True,
    ),
    Option("ignore", "strings", (), "Rule codes or prefixes not to report.", affects_matching=False, chooses=True),
    Option(
        "per-file-ignores",
        "table",
        (),
        "Patterns of paths, each with the rule codes that are silent there.",
        affects_matching=False,
        chooses=True,
    ),
    Option(
        "baseline", "file", "", "File of known groups, which are not reported.", affects_matching=False, chooses=True
    ),
    Option("exclude", "strings", (), "Further git-ignore style patterns of files that are not read."),
    Option("respect-gitignore", "boolean", True, "Leave out what git ignores."),
    Option("include-generated", "boolean", False, "Compare generated and vendored files too."),
    Option(
        "copied-from",
        "boolean",
        False,
        "Read `# Copied from` comments, as Hugging Face's repositories have them, as contracts.",
        affects_matching=False,
        chooses=True,
    ),
    Option(
        "assume-breaks",
        "boolean",
        False,
        "Let `fix` take every call that it cannot resolve for one that breaks the graph of `torch.compile`.",
        affects_matching=False,
    ),
    Option("jobs", "integer", 0, "Worker processes; 0 means one per core.", 0, affects_matching=False),
    Option("cache-dir", "folder", "", "Folder of the index, if not in the user's cache.", affects_matching=False),
    Option(
        "cold-start-limit",
        "integer",
        10,
        "Seconds that flake8 gives a comparison that is not in the index yet; 0 means as many as it takes.",
        0,
        affects_matching=False,
    ),
    Option(
        "tickets",
        "project folder",
        "docs/findings",
        "Folder of the tickets, which `fix` and the verbs for tickets read, and nothing else does.",
        affects_matching=False,
    ),
    Option(
        "ticket-id",
        "scheme",
        "B{batch}-{agent}-{number:02}",
        "How new tickets are called: `{number}` is the next that is free, `{rule}` the rule's code, and `{batch}` and"
        " `{agent}` are what `tickets sync` is told.",
        affects_matching=False,
    ),
    Option(
        "ticket-prefixes",
        "strings",
        (),
        "What absolute paths in tickets begin with on the machines that wrote them, which is left out.",
        affects_matching=False,
    ),
    Option("reviewers", "integer", 3, "Verdicts that a finding needs to be decided.", 1, affects_matching=False),
    Option(
        "support-word",
        "word",
        SUPPORTING[0],
        "What a verdict in favour of a finding is written as.",
        affects_matching=False,
    ),
    Option(
        "verify",
        "cases",
        "{}",
        "Cases for `verify`, written by hand: how a class is built and what it is called with"
        " ([recording.md](recording.md#cases-by-hand) has the form).",
        affects_matching=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting resolved, and where the project is: all that a stage may know of its surroundings.

    ``project`` is absolute and holds no links; paths in reports are relative to it, and so are ``roots``.
    ``has_table`` tells that its ``pyproject.toml`` holds our table, which makes it the default root.  ``baseline``
    is absolute, or empty for none; ``cache_dir`` is absolute, or empty for the user's; ``tickets`` is
    relative to the project, as ``roots`` are.  ``verify`` is its table as JSON, of which ``verification.entries`` makes
    cases.
    """

    project: str
    has_table: bool
    roots: tuple[str, ...]
    threshold: int
    group_threshold: int
    min_size: int
    min_size_renamed: int
    min_size_renamed_near: int
    min_class_size: int
    min_class_size_near: int
    module_bases: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...]
    baseline: str
    exclude: tuple[str, ...]
    respect_gitignore: bool
    include_generated: bool
    copied_from: bool
    assume_breaks: bool
    jobs: int
    cache_dir: str
    cold_start_limit: int
    tickets: str
    ticket_id: str
    ticket_prefixes: tuple[str, ...]
    reviewers: int
    support_word: str
    verify: str

    def digest(self) -> str:
        """A name for all that can change what matches what: runs with equal digests may share an index."""
        settings = {option.key: getattr(self, option.attribute) for option in OPTIONS if option.affects_matching}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings and, by key, where each came from: ``default``, ``pyproject.toml:12`` or ``command line``."""

    config: Config
    origins: Mapping[str, str]


def load(start: str, overrides: Mapping[str, object]) -> Resolved:
    """The settings for files in or under the folder ``start``; ``overrides``, by key, are the command line's.

    Raises ConfigError, one line that names place and key, for whatever cannot be used.
    """
    project = governing(os.path.abspath(start))
    values: dict[str, Any] = {option.key: option.default for option in OPTIONS}
    origins = dict.fromkeys(values, DEFAULT)
    given = [(key, raw, project.place(key), project.folder) for key, raw in (project.table or {}).items()]
    given += [(key, raw, COMMAND_LINE, os.getcwd()) for key, raw in overrides.items()]
    for key, raw, place, base in given:
        option = _option(key, place)
        value = _checked(option, raw, place)
        if option.kind == "folders":
            value = tuple(_in_project(one, base, project.folder) for one in value)
        elif option.kind == "project folder":
            value = _in_project(value, base, project.folder)
        elif option.kind in ("folder", "file") and value:
            value = os.path.abspath(os.path.join(base, os.path.expanduser(value)))
        values[key], origins[key] = value, place
    settings = {option.attribute: values[option.key] for option in OPTIONS}
    return Resolved(Config(project=project.folder, has_table=project.table is not None, **settings), origins)


def _in_project(path: str, base: str, project: str) -> str:
    """A path that is meant from ``base`` on, relative to the project."""
    return Path(os.path.relpath(os.path.join(base, path), project)).as_posix()


def common_folder(paths: Iterable[str], cwd: str) -> str:
    """The deepest folder, absolute, that holds every path (a folder holds itself): where ``load`` starts."""
    full = (os.path.abspath(os.path.join(cwd, path)) for path in paths)
    try:
        return os.path.commonpath([path if os.path.isdir(path) else os.path.dirname(path) for path in full])
    except ValueError:  # no paths, or paths on different drives
        return cwd


def require_known_codes(resolved: Resolved, codes: Collection[str]) -> None:
    """Raise ConfigError if a setting names a rule that is not among ``codes``, in full or as a prefix."""
    config = resolved.config
    per_file = [code for _, silent in config.per_file_ignores for code in silent]
    for key, chosen in (("select", config.select), ("ignore", config.ignore), ("per-file-ignores", per_file)):
        for code in chosen:
            if not code or not any(known.startswith(code) for known in codes):
                raise ConfigError(f"{resolved.origins[key]}: {key}: no such rule {code!r}{did_you_mean(code, codes)}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about a misspelt ``word``: ``; did you mean 'x'?``, or nothing if none is near."""
    import difflib  # few runs have anything to correct

    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _option(key: str, place: str) -> Option:
    for option in OPTIONS:
        if option.key == key:
            return option
    raise ConfigError(f"{place}: unknown setting {key!r}{did_you_mean(key, (option.key for option in OPTIONS))}")


def _checked(option: Option, raw: object, place: str) -> Any:
    """``raw`` in the type that Config holds."""
    match option.kind, raw:
        case ("boolean", bool()) | ("folder" | "file" | "project folder", str()):
            return raw
        case "integer", int() if not isinstance(raw, bool):
            low, high = option.minimum, option.maximum
            if (low is not None and raw < low) or (high is not None and raw > high):
                wanted = f"at least {low}" if high is None else f"from {low} to {high}"
                raise ConfigError(f"{place}: {option.key}: must be {wanted}, not {raw}")
            return raw
        case ("strings" | "folders", list() | tuple()) if _are_strings(raw):
            return tuple(raw)
        case "table", dict() if all(isinstance(codes, list) and _are_strings(codes) for codes in raw.values()):
            return tuple((pattern, tuple(codes)) for pattern, codes in raw.items())
        case "scheme", str():
            from esper_lint.tickets.ids import problem_with  # as few

            problem = problem_with(raw)
            if problem:
                raise ConfigError(f"{place}: {option.key}: {problem}")
            return raw
        case "word", str() if raw in SUPPORTING:
            return raw
        case "cases", dict():
            from esper_lint.verification.entries import cases_in  # few projects have any

            cases_in(raw, f"{place}: {option.key}")
            return json.dumps(raw)
    raise ConfigError(f"{place}: {option.key}: must be {KINDS[option.kind]}, not {raw!r}")


def _are_strings(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
