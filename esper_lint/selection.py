"""PATHS, settings and perhaps contents that are not on disk -> the files to compare, and which of them to report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from esper_lint.config import Config
from esper_lint.discovery.files import FileSet, SourceFile, UnknownPath, find_files
from esper_lint.discovery.gitignore import posix


@dataclass(frozen=True, slots=True)
class Buffer:
    """Bytes that stand in for the file of that name (standard input, an editor's unsaved text)."""

    name: str
    data: bytes


def on_disk(paths: Sequence[str], config: Config, cwd: str, buffer: Buffer | None = None) -> FileSet:
    """The files of the roots, and those that PATHS choose; without PATHS the folder of the buffer does, if any.

    Raises UnknownPath for a path that does not exist; the buffer's own need not.
    """
    if buffer is not None:
        place = _place(buffer, cwd)
        if not os.path.isdir(os.path.dirname(place)):
            raise UnknownPath(f"{buffer.name}: no such folder to put standard input in")
        if os.path.isdir(place):
            raise UnknownPath(f"{buffer.name}: is a folder; standard input stands in for a file")
        paths = _others(paths, place, cwd) or [os.path.dirname(place)]
    sources = _others(paths, config.baseline, cwd)
    roots = [os.path.join(config.project, root) for root in config.roots]
    if not roots and config.has_table:
        roots = [config.project]
    found = find_files(
        sources,
        roots=roots,
        project=config.project,
        cwd=cwd,
        exclude=config.exclude,
        respect_gitignore=config.respect_gitignore,
        include_vendored=config.include_generated,
    )
    if paths and not sources:  # only the baseline was asked for, which is no source file
        return replace(found, selected=frozenset(), errors=())
    return found


def with_buffer(found: FileSet, paths: Sequence[str], config: Config, cwd: str, buffer: Buffer) -> FileSet:
    """``found`` with the buffer in the place of its file, which need not exist; the buffer is reported."""
    place = _place(buffer, cwd)
    name = os.path.relpath(place, config.project).replace(os.sep, "/")
    real = os.path.realpath(place)
    others = tuple(file for file in found.files if os.path.realpath(file.path) != real)
    files = with_overlay(replace(found, files=others), {name: buffer.data}, config)
    if not _others(paths, place, cwd):  # only the buffer was asked for, not its folder
        return replace(files, selected=frozenset({name}), errors=())
    return files


def with_overlay(found: FileSet, changed: Mapping[str, bytes], config: Config) -> FileSet:
    """``found`` as it would be with these contents, by name; files that are new by it are reported."""
    paths = {file.name: file.path for file in found.files}
    new = changed.keys() - paths.keys()
    paths |= {name: os.path.normpath(os.path.join(config.project, name)) for name in new}
    files = [file for file in found.files if file.name not in changed]
    files += [SourceFile(paths[name], name, None) for name in changed]
    return replace(
        found,
        files=tuple(sorted(files, key=lambda file: file.name)),
        selected=found.selected | new,
        overlay={**found.overlay, **changed},
    )


def on_file(found: FileSet, path: str, config: Config, cwd: str) -> FileSet:
    """``found`` with one file of the selected ones left to report; it may be called by its place or by a way there."""
    full = os.path.abspath(os.path.join(cwd, path))
    place = os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full))
    names = {posix(os.path.relpath(way, config.project)) for way in (full, place, os.path.realpath(full))}
    if found.selected.isdisjoint(names):  # the way that led to it was another one
        real = os.path.realpath(full)
        names |= {file.name for file in found.files if os.path.realpath(file.path) == real}
    errors = tuple(error for error in found.errors if error.path in names)
    return replace(found, selected=found.selected & names, errors=errors)


def _place(buffer: Buffer, cwd: str) -> str:
    return os.path.abspath(os.path.join(cwd, buffer.name))


def _others(paths: Sequence[str], place: str, cwd: str) -> list[str]:
    return [path for path in paths if os.path.abspath(os.path.join(cwd, path)) != place]
