"""The folder of tickets: all of them read, and one of them written at a time.

What was read is kept, in memory and in a cache on disk, by the file's stamp; both can be thrown away at any time.
"""

from __future__ import annotations

import gc
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath

from esper_lint.parallel import forked_map
from esper_lint.tickets.cache import Cache, Stamp
from esper_lint.tickets.files import NotWritten, created, moved, remove_leftovers, replaced, turn
from esper_lint.tickets.health import UNREADABLE, Diagnostic
from esper_lint.tickets.patching import CannotPatch, Patch, TicketChanged, patched
from esper_lint.tickets.reading import Reading, read_ticket
from esper_lint.tickets.ticket import Ticket
from esper_lint.tickets.writing import render

__all__ = ["CannotPatch", "NotWritten", "TicketChanged", "TicketFolder"]

# To read so many takes longer than to send them from one process to another.
_BATCH = 250
# Markdown files of such a folder that are no tickets.
_NO_TICKETS = re.compile(r"(?:readme|index|template|ticket[-_]template)\.md", re.IGNORECASE)
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_ESCAPES = re.compile(r"[\\:\x00-\x1f]")


class TicketFolder:
    """``folder`` need not be there.  ``prefixes`` are stripped from absolute paths that tickets name; ``cache`` is the
    folder for what was read, None for none; ``jobs`` is in how many processes many tickets may be read."""

    def __init__(self, folder: Path, *, prefixes: Sequence[str] = (), cache: Path | None = None, jobs: int = 1) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._prefixes = tuple(prefixes)
        self._jobs = jobs
        self._cache = Cache(cache, self._folder, self._prefixes)
        self._known: dict[str, tuple[Stamp, Reading]] | None = None
        self._tidied: set[Path] = set()

    def readings(self) -> tuple[Reading, ...]:
        """All tickets, by name.  Never raises for a ticket: one that cannot be read is one with a diagnostic."""
        with _without_collection():
            known = self._cache.known() if self._known is None else self._known
            files = sorted(self._files())
            unread = [one for one in files if one[0] not in known or known[one[0]][0] != one[2]]
            readings = self._read_all([(name, path) for name, path, _ in unread])
            fresh = {name: (stamp, reading) for (name, _, stamp), reading in zip(unread, readings, strict=True)}
            now = {name: fresh.get(name) or known[name] for name, _, _ in files}
            self._cache.keep(fresh, known.keys() - now.keys())
            self._known = {name: entry for name, entry in now.items() if entry[0].is_settled}
        return tuple(reading for _, reading in now.values())

    def names(self) -> tuple[str, ...]:
        """What lies directly in the folder, tickets or not: no new ticket can have such a name."""
        try:
            return tuple(sorted(os.listdir(self._folder)))
        except OSError:
            return ()

    def find(self, id: str) -> Reading | None:
        """The first ticket with this ID, whatever its case."""
        wanted = id.casefold()
        return next((reading for reading in self.readings() if reading.ticket.id.casefold() == wanted), None)

    def create(self, ticket: Ticket, name: str | None = None, *, support_word: str = "SUPPORT") -> Reading:
        """Write a new ticket under ``name``, or its ID's.  Raises NotWritten, also if there is such a file."""
        if name is None:
            name = f"{_NO_NAME.sub('-', ticket.id).strip('-.') or 'ticket'}.md"
        data = render(ticket, support_word=support_word).encode("utf-8", "replace")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritten(f"cannot make {self._folder}: {error.strerror}") from error
        with turn(self._folder):
            path = self._path(name, is_new=True)
            self._write(name, lambda: created(path, data))
        return read_ticket(data, name, self._prefixes)

    def patch(self, name: str, patches: Sequence[Patch], expected: str, *, new_name: str = "") -> Reading:
        """Change a ticket, and give it ``new_name``, such as one in another folder: both or neither.  ``expected`` is
        the digest of what was read.

        Raises TicketChanged if there is something else now, CannotPatch if the ticket does not take it, NotWritten,
        also if there is a file with the new name.
        """
        name_after = new_name or name
        with turn(self._folder):
            path, to = self._path(name), self._path(name_after, is_new=name_after != name)
            before = self._content(name, path)
            data = patched(before, patches, expected=expected)
            if to != path:
                self._write(name_after, lambda: moved(path, to, data))
            elif data != before:
                self._write(name, lambda: replaced(path, data))
        return read_ticket(data, name_after, self._prefixes)

    # -- reading ------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[tuple[str, str, Stamp]]:
        """name, path and stamp of each ticket; links lead out of the folder or twice to one file, and are left out."""
        waiting = [("", str(self._folder))]
        while waiting:
            prefix, folder = waiting.pop()
            try:
                entries = list(os.scandir(folder))
            except OSError:
                if os.path.lexists(folder):  # told like a file that cannot be read
                    yield prefix or "./", folder, Stamp.of(os.lstat(folder))
                continue
            for entry in entries:
                if entry.name.startswith((".", "_")):
                    continue
                try:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                    elif _is_ticket(entry):
                        yield f"{prefix}{entry.name}", entry.path, Stamp.of(entry.stat(follow_symlinks=False))
                except OSError:
                    continue  # it has just been removed

    def _read_all(self, files: Sequence[tuple[str, str]]) -> list[Reading]:
        batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
        found = forked_map(lambda batch: [self._read(*one) for one in batch], batches, self._jobs)
        return [reading for batch in found for reading in batch]

    def _read(self, name: str, path: str) -> Reading:
        try:
            with open(path, "rb") as stream:
                data = stream.read()
        except OSError as error:
            reading = read_ticket(b"", name)
            problem = Diagnostic(name, 1, UNREADABLE, f"the file cannot be read: {error.strerror}")
            return replace(reading, diagnostics=(problem,))
        return read_ticket(data, name, self._prefixes)

    # -- writing ------------------------------------------------------------------------------------------------

    def _path(self, name: str, *, is_new: bool = False) -> Path:
        """Where a ticket lies: always within the folder.  Raises NotWritten for any other name."""
        parts = PurePosixPath(name).parts
        is_name = bool(parts) and name == "/".join(parts) and not name.startswith("/") and name.endswith(".md")
        if not is_name or _ESCAPES.search(name) or any(part.startswith(".") for part in parts):
            raise NotWritten(f"{name!r} is no name of a ticket")
        path = self._folder.joinpath(*parts)
        try:
            if is_new:
                path.parent.mkdir(parents=True, exist_ok=True)
            if os.path.realpath(path.parent) != str(path.parent) or path.is_symlink():
                raise NotWritten(f"{name!r} leads out of the folder of tickets")
        except (OSError, ValueError) as error:
            if isinstance(error, NotWritten):
                raise
            raise NotWritten(f"cannot write {name!r}: {error}") from error
        return path

    def _content(self, name: str, path: Path) -> bytes:
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise NotWritten(f"{name} is no file")
            return path.read_bytes()
        except FileNotFoundError:
            raise TicketChanged(f"{name} is not there any more") from None
        except NotWritten:
            raise
        except OSError as error:
            raise NotWritten(f"cannot read {name}: {error.strerror}") from error

    def _write(self, name: str, write: Callable[[], None]) -> None:
        path = self._folder.joinpath(name)
        if path.parent not in self._tidied:  # once: to list a folder for each of its thousands of files takes minutes
            remove_leftovers(path.parent)
            self._tidied.add(path.parent)
        try:
            write()
        except FileExistsError as error:
            raise NotWritten(f"{name} is there already") from error
        except OSError as error:
            raise NotWritten(f"cannot write {name}: {error.strerror}") from error


@contextmanager
def _without_collection() -> Iterator[None]:
    """Nothing that is read here is garbage, and to look for some three quarters of the time (2.5 s for 0.6 s)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_ticket(entry: os.DirEntry[str]) -> bool:
    return (
        entry.name.endswith(".md")
        and _NO_TICKETS.fullmatch(entry.name) is None
        and entry.is_file(follow_symlinks=False)
    )
