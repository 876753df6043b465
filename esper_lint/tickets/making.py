"""A clone group -> the ticket that it gets when nobody has written one yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from esper_lint import __version__
from esper_lint.config import Config
from esper_lint.findings import Group, Member, UnitKind
from esper_lint.output.format import Sources, Style
from esper_lint.output.legend import legend
from esper_lint.output.snippet import snippet
from esper_lint.rules import RULES
from esper_lint.rules.comparison import Comparison
from esper_lint.rules.excerpt import one_line, printable
from esper_lint.rules.messages import messages, percent
from esper_lint.tickets.ids import Ids, problem_with_word
from esper_lint.tickets.places import relative
from esper_lint.tickets.ticket import Box, Mark, Place, Site, State, Ticket

AGENT = "EL"
"""Who finds what the tool finds."""
MAINTAINABILITY = "Code quality / maintainability"
CATEGORIES = (
    "Correctness bug",
    "Race condition / concurrency",
    "Memory leak / resource issue",
    "Performance bottleneck",
    "Numerical stability",
    "torch.compile compatibility",
    "Dead code / unwired functionality",
    "API design / contract violation",
    "Test coverage gap",
    "Documentation / naming",
    "Defensive programming violation",
    "Legacy code policy violation",
    MAINTAINABILITY,
)
VERIFICATION = (
    "Verify output equivalence after the refactor",
    "Run the existing tests",
    "Compare forward pass timing",
    "Compare the keys of state_dict",
    "Compare the graphs of torch.compile",
)
_EVIDENCE = Style(color=False, width=120)
_MEMBERS = 50


class Origin(NamedTuple):
    """What of a ticket is not in its group: who is to be named as having found it, in which batch, and when."""

    batch: str
    agent: str
    today: str


class Maker:
    """Makes the tickets of groups that have none; each gets an id that no other ticket has."""

    def __init__(
        self,
        config: Config,
        tickets: Sequence[Ticket],
        sources: Sources,
        *,
        today: str,
        batch: str = "",
        agent: str = AGENT,
        files: Iterable[str] = (),
    ) -> None:
        """``tickets`` are all that there are; without a ``batch`` new ones belong to the latest of theirs.  ``files``
        are the names of files, whatever the ids of the tickets in them: none of them is given to another one."""
        taken = (one.rpartition("/")[2].removesuffix(".md") for one in files)
        self._ids = Ids(config.ticket_id, (*(one.id for one in tickets), *taken))
        self._origin = Origin(batch or latest_batch(tickets), agent, today)
        self._sources = sources

    def __call__(self, group: Group) -> Ticket:
        fields = {"batch": self._origin.batch, "agent": self._origin.agent, "rule": group.rule}
        return ticket_of(group, self._ids.next(fields), self._origin, self._sources)


def latest_batch(tickets: Sequence[Ticket]) -> str:
    """The batch of the ticket that was created last, as far as an id can be made of it; 1 if there is none."""
    known = [one for one in tickets if problem_with_word(one.batch) is None]
    latest = max(known, key=lambda one: (one.created, len(one.batch), one.batch), default=None)
    return latest.batch if latest else "1"


def ticket_of(group: Group, identity: str, origin: Origin, sources: Sources) -> Ticket:
    """The ticket of a group under the id ``identity``, for people to go on with."""
    first = group.members[0]
    return Ticket(
        id=identity,
        title=title_of(group),
        severity=group.severity,
        status=State.OPEN,
        batch=origin.batch,
        agent=origin.agent,
        created=origin.today,
        updated=origin.today,
        rule=group.rule,
        fingerprint=first.fingerprint,
        group=group.id,
        places=(place_of(first),),
        names=(one_line(first.qualname),),
        members=tuple(site_of(member) for member in group.members),
        summary=one_line(messages(group, {first.path})[0]),
        categories=tuple(Box(text, Mark.TICKED if text == MAINTAINABILITY else Mark.EMPTY) for text in CATEGORIES),
        wrong="\n".join(_wrong(group)),
        evidence=_evidence(group, sources),
        why=_why(group),
        recommendation=_recommendation(group),
        verification=tuple(Box(text) for text in VERIFICATION),
        report_file=f"esper-lint check ({__version__})",
        report_section=f"{group.rule} {RULES[group.rule].name}",
    )


def title_of(group: Group) -> str:
    """What a group is called in one line."""
    what = "Class" if group.unit is UnitKind.CLASS else "Forward of"
    names = list(dict.fromkeys(one_line(member.qualname).rpartition(".")[2] for member in group.members))
    if len(names) == 1:
        return f"{what} {names[0]} is there {len(group.members)} times"
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"{what} {names[0]} is repeated by {names[1]}{more}"


def site_of(member: Member) -> Site:
    return Site(one_line(member.qualname), place_of(member), member.fingerprint)


def place_of(member: Member) -> Place:
    """As a reader of the ticket finds it, to whom a backslash parts folders; else each sync would mend it."""
    return Place(relative(printable(member.path), ()), member.line, member.end_line)


def _wrong(group: Group) -> Iterator[str]:
    """Each member and what it says of its nearest one."""
    unit = "classes" if group.unit is UnitKind.CLASS else "forwards"
    kind = {1: "the same code", 2: "the same code under other names"}.get(group.clone_type, "nearly the same code")
    yield f"{len(group.members)} {unit} are {kind} ({group.rule}, {percent(group.similarity)}% alike at the least):"
    yield ""
    for member in group.members[:_MEMBERS]:
        guard = f", `{_inline(member.guard.branch)}` of `{_inline(member.guard.condition)}`" if member.guard else ""
        yield f"- `{_inline(member.qualname)}` in `{_inline(member.path)}`{guard}"
    if len(group.members) > _MEMBERS:
        yield f"- and {len(group.members) - _MEMBERS} more"


def _evidence(group: Group, sources: Sources) -> str:
    """The first member beside the nearest one that differs, and what stands in the places where members differ."""
    right = Comparison(group).nearest_different(0).index
    lines: Sequence[str] = [*snippet(group, 0, right, sources, _EVIDENCE), *legend(group)]
    return _fenced("\n".join(line.rstrip() for line in lines) or "The members are equal.", "text")


def _why(group: Group) -> str:
    points = [
        "- What is mended in one of them must be mended in all.",
        "- They can drift apart without anybody noticing.",
    ]
    if group.rule == "ESP103":
        points.append(
            "- One of them stands in for another where a feature is missing, and must do the same as it does."
        )
    return "\n".join(points)


def _recommendation(group: Group) -> str:
    command = f"esper-lint fix --group {group.id} --diff"
    accept = "esper-lint tickets accept"
    return (
        f"`{command}` shows what can be shared, with a certificate that nothing else changes, or says why nothing can"
        f" be. If the duplicate is meant, `{accept}` holds its members in lock-step."
    )


def _fenced(text: str, language: str) -> str:
    """A block of code, in a fence that is longer than any in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _inline(text: str) -> str:
    """Text that is fit to stand between back ticks."""
    return one_line(text).replace("`", "'")
