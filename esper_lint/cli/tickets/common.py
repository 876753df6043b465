"""What the verbs for tickets have in common: the project's tickets against its code, and the one that an ID means."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import click

from esper_lint import git
from esper_lint.cli.progress import TerminalProgress
from esper_lint.cli.settings import resolve
from esper_lint.config import Config, did_you_mean
from esper_lint.discovery.files import UnknownPath
from esper_lint.findings import Group
from esper_lint.git import GitError
from esper_lint.rules.excerpt import printable
from esper_lint.sources import FileLines
from esper_lint.tickets.detection import Found
from esper_lint.tickets.folder import shown_path
from esper_lint.tickets.making import AGENT, Maker
from esper_lint.tickets.project_scan import Scanned, scanned
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.sites import sites_of
from esper_lint.tickets.store import NotWritten
from esper_lint.tickets.vanishing import Vanishing
from esper_lint.tree import TreeChanged


@dataclass(frozen=True, slots=True)
class Project:
    """All that a verb needs to know; ``groups`` are those of the report, by their ids."""

    config: Config
    sources: FileLines
    scanned: Scanned

    @property
    def found(self) -> Sequence[Found]:
        return self.scanned.scan.found

    def maker(self, batch: str = "", agent: str = AGENT) -> Maker:
        """Makes the tickets of groups that have none."""
        tickets = [one.reading.ticket for one in self.found]
        files = self.scanned.folder.names()
        return Maker(self.config, tickets, self.sources, today=today(), batch=batch, agent=agent, files=files)

    def created(self, group: Group) -> Reading:
        """The new ticket of a group that has none.  Raises NotWritten."""
        return self.scanned.folder.create(self.maker()(group))

    def history(self) -> Vanishing:
        """Where the findings went that are gone."""
        gone = self.scanned.scan.gone()
        return Vanishing(self.config.project, [sites_of(one.ticket) for one in gone])

    def file(self, name: str) -> str:
        """The path of a ticket in the project."""
        return shown_path(self.config, name)


def settings_of(given: Mapping[str, Any]) -> Config:
    """Those of the project that the working directory is in."""
    return resolve([os.curdir], given).config


def project_of(config: Config) -> Project:
    """The tickets against the code of now."""
    sources = FileLines(config.project)
    with TerminalProgress() as progress, told():
        return Project(config, sources, scanned(config, sources, progress))


@contextmanager
def told() -> Iterator[None]:
    """What cannot be read or written is one line."""
    try:
        yield
    except (UnknownPath, TreeChanged) as error:
        raise click.UsageError(str(error)) from error
    except NotWritten as error:
        raise click.ClickException(printable(str(error))) from error


def meant(project: Project, name: str) -> Found | Group:
    """What an ID names: a ticket, else a group by its id or the beginning of it: its only ticket, or itself if it has
    none.  Raises a usage error."""
    same = [one for one in project.found if one.reading.ticket.id.casefold() == name.casefold()]
    if len(same) > 1:
        files = ", ".join(printable(project.file(one.reading.name)) for one in same)
        raise click.UsageError(f"{len(same)} tickets have the ID {name!r}: {files}")
    if same:
        return same[0]
    groups = [one for one in project.scanned.report.groups if name and one.id.startswith(name)]
    if len(groups) == 1:
        tickets = project.scanned.scan.by_group().get(groups[0].id, ())
        if len(tickets) > 1:
            ids = ", ".join(printable(one.reading.ticket.id) for one in tickets)
            raise click.UsageError(f"{len(tickets)} tickets are on group {groups[0].id}: say which of {ids}")
        return tickets[0] if tickets else groups[0]
    if groups:
        raise click.UsageError(f"{len(groups)} groups begin with {name!r}")
    near = did_you_mean(name, (one.reading.ticket.id for one in project.found))
    raise click.UsageError(f"no ticket and no group {name!r}{near}")


def reviewer_of(given: str) -> str:
    """The name that was given, or else git's user.name.  Raises a usage error."""
    if given:
        return given
    try:
        return git.line(os.curdir, "config", "user.name")
    except GitError:
        raise click.UsageError("git knows no user.name: say who you are with --reviewer") from None


def today() -> str:
    return date.today().isoformat()
