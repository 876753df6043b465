"""Random histories of two copies: what is said is what a reader of the list of all states would say."""

from __future__ import annotations

import subprocess
from itertools import pairwise, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from esper_lint.history.one_sided import OneSided, one_sided
from esper_lint.history.tracing import Step, Trace
from esper_lint.history.versions import Version
from tests.history.stories import BOTH, FIXED, GUARDED, Story, copy
from tests.trees import BODY

VARIANTS = (BODY, FIXED, GUARDED, BOTH)


class State(NamedTuple):
    """What the copies say after a commit, by the number of the variant, and the names of their files."""

    mine: int
    theirs: int
    my_file: str = "a.py"
    their_file: str = "b.py"


VARIANT = st.integers(0, len(VARIANTS) - 1)
EDITS = st.one_of(
    st.builds(lambda variant: {"mine": variant}, VARIANT),
    st.builds(lambda variant: {"theirs": variant}, VARIANT),
    st.builds(lambda variant: {"mine": variant, "theirs": variant}, VARIANT),
    st.builds(lambda mine, theirs: {"mine": mine, "theirs": theirs}, VARIANT, VARIANT),
    st.sampled_from([{"my_file": "a.py"}, {"my_file": "a/moved.py"}, {"their_file": "b.py"}, {"their_file": "z.py"}]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[State]:
    states = [State(draw(VARIANT), draw(VARIANT))]
    for edit in draw(st.lists(EDITS, max_size=10)):
        states.append(states[-1]._replace(**edit))
    return states


def expected(states: list[State]) -> list[tuple[int, str]]:
    """(number of the state, who was changed alone), newest first."""
    agreed = [number for number, state in enumerate(states) if state.mine == state.theirs]
    if not agreed or agreed[-1] == len(states) - 1:
        return []
    since = range(agreed[-1] + 1, len(states))
    mine = [at for at in since if states[at].mine != states[at - 1].mine]
    theirs = [at for at in since if states[at].theirs != states[at - 1].theirs]
    # Every two moments at which the copies said the same; what both did until then is made up for.
    meetings = [
        (i, j)
        for i, j in product(range(len(mine) + 1), range(len(theirs) + 1))
        if states[([agreed[-1], *mine])[i]].mine == states[([agreed[-1], *theirs])[j]].theirs
    ]
    start = agreed[-1]
    i, j = max(meetings, key=lambda one: (sum(one), sorted(([start, *mine][one[0]], [start, *theirs][one[1]]))))
    found = [(at, "mine") for at in mine[i:] if at not in theirs]
    found += [(at, "theirs") for at in theirs[j:] if at not in mine]
    return sorted(found, reverse=True)


def traced(states: list[State]) -> Trace:
    versions = [Version(f"e{number}", f"l{number}", f"r{number}", 99) for number in range(len(VARIANTS))]
    steps = [Step(None, (versions[one.mine], versions[one.theirs]), (number + 1,)) for number, one in enumerate(states)]
    return (*steps[:-1], steps[-1]._replace(parents=()))


@given(histories())
def test_a_list_of_states_is_judged_as_a_reader_would(states: list[State]) -> None:
    found = one_sided(traced(states[::-1]), [0, 1], 1)
    last = len(states) - 1
    assert [(last - one.step, ("mine", "theirs")[one.changed]) for one in found] == expected(states)


@given(histories())
def test_with_the_members_exchanged_only_their_numbers_are(states: list[State]) -> None:
    # Where a commit changes both, two meetings can be as recent as each other, and the order of members decides.
    assume(all(now.mine == one.mine or now.theirs == one.theirs for one, now in pairwise(states)))
    trace = traced(states[::-1])
    exchanged = tuple(step._replace(versions=step.versions[::-1]) for step in trace)
    found = one_sided(exchanged, [0, 1], 1)
    assert [OneSided(one.step, one.unchanged, one.changed) for one in found] == one_sided(trace, [0, 1], 1)


@settings(max_examples=25)
@given(histories())
def test_a_repository_is_judged_as_a_reader_of_its_states_would(states: list[State]) -> None:
    with TemporaryDirectory() as folder:
        story = Story(Path(folder), {})
        stream = []
        for number, state in enumerate(states):
            stream.append(f"commit refs/heads/told\ncommitter x <x> {number} +0000\ndata <<.\n{number}\n.\ndeleteall\n")
            for path, name, variant in (
                (state.my_file, "A", state.mine),
                (state.their_file, "B", state.theirs),
                ("pyproject.toml", "", None),
            ):
                text = "[tool.esper_lint]\n" if variant is None else copy(name, VARIANTS[variant])
                stream.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
        command = ["git", "-C", folder, "fast-import", "--quiet"]
        subprocess.run(command, input="".join(stream).encode(), check=True)
        story.git("checkout", "--quiet", "told")
        wanted = expected(states)
        said = [one.message for one in story.findings()]
        if not wanted:
            assert said == []
            return
        newest, who = wanted[0]
        more = len(wanted) - 1
        assert len(said) == 2
        for message in said:
            is_of_changed = message.startswith("changed in `" + ("A" if who == "mine" else "B"))
            assert is_of_changed or message.startswith("not changed in `" + ("B" if who == "mine" else "A"))
            assert f" '{newest}'" in message
            assert message.endswith(f"; and {more} more commit{'s' if more > 1 else ''}") == (more > 0)
