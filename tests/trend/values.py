"""Records to make trends of, by hand and at random."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from esper_lint.findings import UnitKind
from esper_lint.history.log import Commit
from esper_lint.trend import CommitRecord, GroupRecord, MemberRecord


def member(name: str, code: str = "same", silent: str = "") -> MemberRecord:
    """The member called ``name``, in a file of its own."""
    return MemberRecord(f"{name}.py", name.upper(), f"print of {name}", code, (), silent)


def group(*names: str, codes: str = "", similarity: float = 1.0, suppressed: str = "") -> GroupRecord:
    """A group of these members; ``codes`` has a letter for what each says, by default the same for all."""
    members = tuple(member(name, code) for name, code in zip(names, codes or "a" * len(names), strict=True))
    return GroupRecord(
        min(one.fingerprint for one in members), "ESP101", UnitKind.FORWARD, similarity, members, suppressed
    )


def record(number: int, *groups: GroupRecord, lines: int = 0, subject: str = "a subject") -> CommitRecord:
    commit = Commit(f"{number:040x}", 1_700_000_000 + 86_400 * number, subject)
    return CommitRecord(commit, 1, 2, 3, 4, lines, groups)


def records_of(*states: Sequence[GroupRecord]) -> list[CommitRecord]:
    return [record(number, *groups) for number, groups in enumerate(states)]


@st.composite
def partitions(draw: st.DrawFn) -> list[GroupRecord]:
    """Groups of a commit: a member is in one of them at most."""
    names = draw(st.lists(st.sampled_from("abcdefghij"), unique=True))
    found = []
    while len(names) >= 2:
        size = draw(st.integers(2, max(2, min(5, len(names)))))
        own, names = names[:size], names[size:]
        codes = "".join(draw(st.sampled_from("xyz")) for _ in own)
        similarity = 1.0 if len(set(codes)) == 1 else draw(st.sampled_from([0.8, 0.9]))
        suppressed = draw(st.sampled_from(["", "", "", "noqa", "contract"]))
        found.append(group(*own, codes=codes, similarity=similarity, suppressed=suppressed))
    return found


def histories() -> st.SearchStrategy[list[CommitRecord]]:
    return st.lists(partitions(), max_size=6).map(lambda states: records_of(*states))
