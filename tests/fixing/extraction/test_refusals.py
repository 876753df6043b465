"""Every code that an extraction can be refused with has a case that is refused with it, and one that comes close and is
fixed."""

from __future__ import annotations

import pytest

from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import source_of
from tests.fixing.extraction.fixtures import cases

CASES = {case.name: case for case in cases()}

# The code, and fixed cases in which what it is about is kept, passed or left in place.
FIXED = {
    "FX-WIDE": ("six_inputs",),
    "FX-MAYBE-UNBOUND": ("bound_by_both_branches", "conditionally_written", "enters_what_cannot_move_whole"),
    "FX-EARLY-RETURN": ("every_way_returns", "returns_in_nested_blocks", "a_run_returns_in_a_branch"),
    "FX-LOOPCTL": ("for_else", "while_loop"),
    "FX-CTRL": ("writes_a_global",),
    "FX-TRY": ("whole_try", "difference_inside_a_with"),
    "FX-DEL": ("deletes_an_item",),
    "FX-INNERDEF": ("a_lambda_reads_nothing", "a_generator_is_consumed"),
    "FX-SUPER": ("super_stays_behind",),
    "FX-MANGLE": ("dunder_names",),
    "FX-FRAME": ("an_attribute_called_stack",),
    "FX-CAPTURE": ("a_captured_parameter", "a_captured_variable"),
    "FX-SHADOW": ("self_by_another_name", "a_global_called_module"),
    "FX-NAME": ("name_taken_in_the_file", "helper_name_given"),
    "FX-ATTR-KEY": ("another_submodule_in_the_middle", "an_attribute_differs"),
    "FX-EFFECT-ORDER": ("a_break_stays_in_place",),
    "FX-STATE-WRITE": ("returns_nothing", "an_attribute_differs"),
    "FX-ALIAS": ("augmented_assignment", "an_attribute_against_a_number"),
    "FX-GRAPH": ("a_branch_on_a_flag", "a_submodule_of_a_list_is_fine", "known_calls_are_not_assumed_to_break"),
    "FX-SCRIPT": ("whole_forward",),
    "FX-GUARDED": ("guarded_name_stays_behind", "placement_under_a_guard"),
    "FX-CYCLE": ("two_files", "a_leaf_imports_torch"),
    "FX-PATCHED": ("two_packages",),
    "FX-COMMENT": ("comments_before", "comments_inside", "a_shared_line_moves_whole"),
    "FX-DIRECTIVE": ("directives",),
    "FX-NO-BENEFIT": ("whole_forward",),
}


@pytest.mark.parametrize("code", FIXED)
def test_a_code_has_a_case_that_is_refused(code: str) -> None:
    refused = [case for case in CASES.values() if case.expected[0] == code]
    assert refused
    for case in refused:
        plan = case.plan()
        assert isinstance(plan, Unextractable) and plan.hazards[0].message


@pytest.mark.parametrize("code", FIXED)
def test_a_code_has_a_case_that_is_fixed(code: str) -> None:
    for name in FIXED[code]:
        assert isinstance(CASES[name].plan(), Extraction)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.is_refused and case.refusals])
def test_a_refusal_names_a_line_of_the_right_file(name: str) -> None:
    plan = CASES[name].plan()
    assert isinstance(plan, Unextractable)
    for hazard in plan.hazards:
        assert 0 < hazard.line <= len(CASES[name].texts[hazard.path].splitlines())


@pytest.mark.parametrize("spoilt", ["# \N{LATIN SMALL LETTER E WITH ACUTE}\r", "\f        h = self.up(h)"])
def test_a_text_that_would_not_come_back_is_refused(spoilt: str) -> None:
    """LibCST does not give back a carriage return at the end, and cannot read a form feed within an indentation."""
    text = CASES["whole_forward"].texts["whole_forward.py"]
    text = text + spoilt if spoilt.startswith("#") else text.replace("        h = self.up(h)", spoilt)
    sites = [site for site in source_of("m.py", text).sites if site.owner.name in ("First", "Second")]
    plan = extracted(sites, Options())
    assert isinstance(plan, Unextractable) and [one.code for one in plan.hazards] == ["FX-ENCODING"]
