"""Plans, each made on the files as the one before would leave them -> what they come to together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from esper_lint.fixing.fixes import Advice, Fixes, GroupFix, GroupRefusal, Spots, rewritten_by
from esper_lint.fixing.rounds import Round

_Said = TypeVar("_Said")


def joined(plans: Sequence[Round]) -> Fixes:
    """Of plans of which all is proved.  Raises TreeChanged."""
    assert not any(plan.claimed for plan in plans)
    made: list[GroupFix] = []
    withheld: Mapping[Spots, GroupFix] = {}
    refused: Mapping[Spots, GroupRefusal] = {}
    left_out: Mapping[tuple[str, str], GroupRefusal] = {}
    advice: list[Advice] = []
    for plan in (one for one in plans if one.made or one is plans[0]):  # another one only says it all again
        withheld = {**plan.withheld, **_still_true(withheld, plan)}
        refused = {**_of_others(plan.refused, made), **_still_true(refused, plan)}
        left_out = {**plan.left_out, **left_out}
        fixed_now = {fix.group for fix in plan.made}
        advice = [one for one in advice if one.group not in fixed_now or one.suggestion.kind != "contract"]
        advice += plan.advice
        made += plan.made
    fixed = rewritten_by((*made, *withheld.values()))
    alone = (one for spot, one in left_out.items() if spot not in fixed)
    told = _by_group((*refused.values(), *alone))
    return Fixes(
        plans[-1].drafts.edits(),
        tuple(made),
        tuple(withheld.values()),
        tuple(sorted(told, key=lambda one: (one.causes[0].path, one.causes[0].line, one.group))),
        tuple(dict.fromkeys(advice)),
        tuple(dict.fromkeys(one for plan in plans for one in plan.overridden)),
    )


def _still_true(said: Mapping[Spots, _Said], plan: Round) -> Mapping[Spots, _Said]:
    """What was said of members none of which a later ``plan`` rewrites; of the others it has said what is left."""
    rewritten = rewritten_by(plan.made)
    return {spots: one for spots, one in said.items() if rewritten.isdisjoint(spots)}


def _of_others(refused: Mapping[Spots, GroupRefusal], made: Sequence[GroupFix]) -> Mapping[Spots, GroupRefusal]:
    """Without those of classes that stay alike as wholes after a fix that was ``made`` before."""
    rewritten = rewritten_by(made)
    return {spots: one for spots, one in refused.items() if one.rule != "ESP104" or rewritten.isdisjoint(spots)}


def _by_group(refused: Iterable[GroupRefusal]) -> list[GroupRefusal]:
    """One refusal for each group, of which several parts may have been refused, or taken back, each with its causes."""
    found: dict[str, GroupRefusal] = {}
    for one in refused:
        known = found.get(one.group, replace(one, members=(), causes=()))
        members, causes = (*known.members, *one.members), (*known.causes, *one.causes)
        found[one.group] = replace(
            known, members=tuple(sorted(dict.fromkeys(members))), causes=tuple(dict.fromkeys(causes))
        )
    return list(found.values())
