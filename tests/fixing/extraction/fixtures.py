"""Fixture files -> cases: what is extracted from which classes, and what must come of it.

A case is a file, or a folder of files that share one group.  Comments at the head of each file say what is asked:

    # classes: First Second
    # expect: S1                      or the codes of a refusal, the gravest first
    # options: helper-name=_common    or with-attributes, assume-breaks, scripted=NAME, patched=NAME, width=60

``# <- FX-CODE`` stands on the line that a refusal names, and is no part of what is extracted from.  The golden text of
``NAME.py`` is ``NAME.fixed.py``; that of a folder is the folder ``NAME.fixed``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import Site, source_of

FOLDER = Path(__file__).parent / "cases"

_MARK = re.compile(r"[ \t]*# <- (FX-[A-Z-]+)")
_HEAD = re.compile(r"# (classes|expect|options): (.*?)\r?$", re.M)


@dataclass(frozen=True)
class Case:
    """``texts`` are without marks; ``refusals`` are (code, path, line) of the marks."""

    name: str
    texts: Mapping[str, str]
    expected: tuple[str, ...]
    options: tuple[str, ...]
    refusals: frozenset[tuple[str, str, int]]

    @property
    def is_refused(self) -> bool:
        return self.expected[0].startswith("FX-")

    def golden(self) -> dict[str, Path]:
        """The files of the golden texts by path."""
        if list(self.texts) == [f"{self.name}.py"]:
            return {f"{self.name}.py": FOLDER / f"{self.name}.fixed.py"}
        root = FOLDER / f"{self.name}.fixed"
        return {file.relative_to(root).as_posix(): file for file in sorted(root.rglob("*.py"))}

    def changed(self, **texts: str) -> Case:
        return replace(self, texts={**self.texts, **texts})

    def plan(self) -> Extraction | Unextractable:
        return extracted(self.sites(), self._options())

    def sites(self) -> list[Site]:
        return [site for path, text in self.texts.items() for site in _sites(path, text)]

    def _options(self) -> Options:
        given = dict(one.partition("=")[::2] for one in self.options)
        shared = len(self.texts) > 1
        return Options(
            helper_name=given.get("helper-name", ""),
            width=int(given.get("width", 88)),
            with_attributes="with-attributes" in given,
            assumes_breaks="assume-breaks" in given,
            scripted=frozenset(filter(None, given.get("scripted", "").split(","))),
            patched=frozenset(filter(None, given.get("patched", "").split(","))),
            module_of=module_of,
            is_taken=lambda stem: f"{stem}.py" in self.texts,
            folder=(None if "no-package" in given else "pkg") if shared else None,
        )


def module_of(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def cases() -> Iterator[Case]:
    for entry in sorted(FOLDER.iterdir()):
        if entry.stem.endswith(".fixed") or entry.name.endswith(".fixed") or entry.name == "__pycache__":
            continue
        files = [entry] if entry.is_file() else sorted(entry.rglob("*.py"))
        root = FOLDER if entry.is_file() else entry
        yield case_of(entry.stem, {file.relative_to(root).as_posix(): _read(file) for file in files})


def case_of(name: str, texts: Mapping[str, str]) -> Case:
    heads = [found for text in texts.values() for found in _HEAD.findall(text)]
    expected = next(value.split() for key, value in heads if key == "expect")
    options = [one for key, value in heads if key == "options" for one in value.split()]
    refusals = frozenset(
        (code, path, number)
        for path, text in texts.items()
        for number, line in enumerate(text.split("\n"), 1)
        for code in _MARK.findall(line)
    )
    return Case(
        name, {path: _MARK.sub("", text) for path, text in texts.items()}, tuple(expected), tuple(options), refusals
    )


def _sites(path: str, text: str) -> list[Site]:
    names = [name for key, value in _HEAD.findall(text) if key == "classes" for name in value.split()]
    known = {site.qualname: site for site in source_of(path, text).sites}
    return [known[name] for name in names]


def _read(file: Path) -> str:
    return file.read_bytes().decode()
