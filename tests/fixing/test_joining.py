"""What several plans, one on top of the other, are told to come to."""

from __future__ import annotations

from unittest.mock import Mock

from esper_lint.contracts.book import Place
from esper_lint.findings import Tier
from esper_lint.fixing.drafts import Drafts
from esper_lint.fixing.fixes import Advice, GroupFix, GroupRefusal, Overridden, Rewritten, spots_of
from esper_lint.fixing.joining import joined
from esper_lint.fixing.refusals import Refusal
from esper_lint.fixing.rounds import Round, Setting
from esper_lint.fixing.suggesting.values import Kind, Suggestion
from esper_lint.tickets.objections import Objection
from esper_lint.tickets.ticket import Scope

PATH = "a.py"


def plan(
    *made: GroupFix,
    withheld: tuple[GroupFix, ...] = (),
    refused: tuple[GroupRefusal, ...] = (),
    left_out: tuple[GroupRefusal, ...] = (),
) -> Round:
    drafts = Mock(spec=Drafts)
    drafts.edits.return_value = ()
    round_ = Round(Mock(spec=Setting), drafts, {_spots(one): one for one in refused}, {}, Mock())
    round_.made += made
    round_.withheld |= {spots_of(one.members): one for one in withheld}
    round_.left_out |= {_spots(one)[0]: one for one in left_out}
    return round_


def _spots(one: GroupRefusal) -> tuple[tuple[str, str], ...]:
    return tuple((place.path, place.qualname) for place in one.members)


def fix(*names: str, group: str = "0") -> GroupFix:
    members = tuple(Rewritten(PATH, name, 1) for name in names)
    return GroupFix(group, "ESP102", "S1", Tier.SAFE, "", members, (), (), ())


def refusal(*names: str, group: str = "0", rule: str = "ESP102") -> GroupRefusal:
    places = tuple(Place(PATH, name, 1) for name in names)
    return GroupRefusal(group, rule, places, (Refusal("FX-CYCLE", PATH, 1, "".join(names)),))


def advice(kind: Kind, group: str) -> Advice:
    return Advice(group, "ESP104", Suggestion(kind, PATH, 1, "do it by hand"))


def test_what_was_said_of_members_that_are_fixed_later_is_not_told() -> None:
    first = plan(fix("A", "B"), withheld=(fix("C", "D"), fix("E", "F")), refused=(refusal("G", "H"), refusal("I", "J")))
    found = joined([first, plan(fix("C", "K"), fix("H", "L"))])
    assert [one.members[0].qualname for one in found.made] == ["A", "C", "H"]
    assert found.withheld == (fix("E", "F"),) and found.refused == (refusal("I", "J"),)


def test_what_a_later_plan_says_of_these_is_told() -> None:
    first = plan(fix("A", "B"), withheld=(fix("C", "D"),), refused=(refusal("G", "H"),))
    found = joined([first, plan(fix("C", "G"), withheld=(fix("D", "K"),), refused=(refusal("H", "L"),))])
    assert found.withheld == (fix("D", "K"),) and found.refused == (refusal("H", "L"),)


def test_of_members_that_both_speak_of_the_first_is_told() -> None:
    """Its lines are those of the files as people have them, and its group the one that a check finds in them."""
    first = plan(fix("A", "B"), refused=(refusal("C", "D", group="1"),), left_out=(refusal("E", group="1"),))
    later = plan(fix("F", "G"), refused=(refusal("C", "D", group="2"),), left_out=(refusal("E", group="2"),))
    (only,) = joined([first, later]).refused
    assert only.group == "1" and [cause.message for cause in only.causes] == ["CD", "E"]


def test_a_member_that_was_left_out_is_not_told_once_it_is_in_a_fix() -> None:
    first = plan(fix("A", "B"), left_out=(refusal("C"), refusal("D"), refusal("E")))
    found = joined([first, plan(fix("C", "X"), withheld=(fix("D", "Y"),))])
    assert [cause.message for one in found.refused for cause in one.causes] == ["E"]


def test_what_both_say_alike_is_told_once() -> None:
    plans = [plan(fix("A", "B")), plan(fix("C", "D"))]
    merge = advice("merge", "0")
    override = Overridden("0", Objection("T-1", "T-1.md", "me", Scope.ALL), "it is time")
    for one in plans:
        one.advice.append(merge)
        one.overridden.append(override)
    found = joined(plans)
    assert found.advice == (merge,) and found.overridden == (override,)


def test_classes_that_stay_alike_after_their_fix_are_not_told_as_refused() -> None:
    """Neither does one plan say so of what it has fixed itself; of their forwards it would be another thing."""
    later = plan(fix("C", "D"), refused=(refusal("A", "B", group="1", rule="ESP104"), refusal("A", "X", group="2")))
    assert [one.group for one in joined([plan(fix("A", "B")), later]).refused] == ["2"]


def test_nobody_is_advised_to_keep_what_is_fixed_later() -> None:
    first = plan(fix("A", "B"))
    first.advice += [advice("contract", "1"), advice("merge", "1"), advice("contract", "2")]
    found = joined([first, plan(fix("C", "D", group="1"))])
    assert found.advice == (advice("merge", "1"), advice("contract", "2"))


def test_a_plan_that_comes_to_nothing_adds_nothing() -> None:
    found = joined([plan(fix("A", "B")), plan(refused=(refusal("C", "D"),), withheld=(fix("E", "F"),))])
    assert not found.refused and not found.withheld
    assert joined([plan(refused=(refusal("C", "D"),))]).refused == (refusal("C", "D"),)
