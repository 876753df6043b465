"""Forms -> tickets (and contracts): one write at a time, each on what its writer has read.

Nothing is written but through the ticket folder, which refuses a ticket that has changed, and through ``accept``.
"""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from esper_lint.config import Config
from esper_lint.dashboard.board import Board
from esper_lint.dashboard.serving.showing import Shown
from esper_lint.dashboard.serving.ticket_changes import changes
from esper_lint.findings import Group
from esper_lint.tickets.acceptance import Reason, Trigger
from esper_lint.tickets.accepting import Refused, Wish, accept
from esper_lint.tickets.detection import code_of
from esper_lint.tickets.folder import ticket_folder
from esper_lint.tickets.ids import Ids
from esper_lint.tickets.making import Origin, ticket_of
from esper_lint.tickets.patching import CannotPatch, PutReview, SetCell, TicketChanged
from esper_lint.tickets.reading import Reading
from esper_lint.tickets.reviewing import NotReviewed, review_of
from esper_lint.tickets.store import NotWritten
from esper_lint.tickets.ticket import Review, Ticket

_REMEMBERED = 500


