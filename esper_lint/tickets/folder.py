"""Settings -> the folder of the project's tickets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from esper_lint.config import Config

if TYPE_CHECKING:
    from esper_lint.tickets.store import TicketFolder


def tickets_path(config: Config) -> Path:
    """Where the tickets are, or would be."""
    return Path(config.project, config.tickets)


def shown_path(config: Config, name: str) -> str:
    """The path of a ticket in the project, by its name in the ticket folder."""
    return os.path.relpath(tickets_path(config) / name, config.project).replace(os.sep, "/")


def has_tickets(config: Config) -> bool:
    return os.path.isdir(tickets_path(config))


def ticket_folder(config: Config) -> TicketFolder:
    """The store of the project's tickets, with what was read of them kept beside the index."""
    from esper_lint.index import location, place_in_use
    from esper_lint.tickets.store import TicketFolder

    cache = (place_in_use(config) or location(config)).parent
    return TicketFolder(tickets_path(config), prefixes=config.ticket_prefixes, cache=cache, jobs=config.jobs)
