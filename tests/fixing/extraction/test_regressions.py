"""The six faults that a popular refactoring tool was seen to make when it extracts "similar" code: each of them is done
right here, or refused."""

from __future__ import annotations

import textwrap

from esper_lint.fixing.extraction.extracting import Options, extracted
from esper_lint.fixing.extraction.plan import Extraction, Unextractable
from esper_lint.fixing.extraction.sites import source_of
from esper_lint.fixing.proving import Proved, proved_extraction
from tests.fixing.extraction.fixtures import module_of

RUN = """\
h = self.norm(x)
mask = self.build(h)
h = self.up(h, mask)
h = self.act(h)
"""


def test_a_variable_that_is_live_after_the_other_match_only_is_given_back() -> None:
    text = _classes(RUN + "return self.first(h)", RUN + "return self.second(h, mask)")
    after = _fixed(text)
    assert after.count("h, mask = _first_start(self, x)") == 2
    assert "return h, mask\n" in after


def test_super_is_not_moved_out_of_its_class() -> None:
    run = "x = super().forward(x)\n" + RUN
    after = _fixed(_classes(run + "return self.first(h)", run + "return self.second(h, mask)"))
    assert after.count("x = super().forward(x)") == 2
    assert "super" not in after[: after.index("class First")]


def test_a_mangled_name_is_not_moved_out_of_its_class() -> None:
    run = RUN + "h = self.__scaled(h)\n"
    after = _fixed(_classes(run + "return self.first(h)", run + "return self.second(h, x)"))
    assert after.count("h = self.__scaled(h)") == 2
    assert "__scaled" not in after[: after.index("class First")]


def test_a_closure_variable_of_a_factory_is_passed() -> None:
    run = RUN.replace("self.up(h, mask)", "self.up(h, mask) * gain")
    text = _factories(run + "return self.first(h)", run + "return self.second(h, x)")
    after = _fixed(text)
    assert after.count("(self, x, gain)") == 2
    assert "def _first_start(module, x, gain):" in after


def test_the_comments_of_both_matches_are_kept() -> None:
    first = RUN.replace("mask = ", "# What may be seen.\nmask = ")
    second = RUN.replace("h = self.act(h)", "h = self.act(h)  # not in place")
    after = _fixed(_classes(first + "return self.first(h)", second + "return self.second(h, x)"))
    assert after.count("# What may be seen.") == after.count("# not in place") == 1


def test_the_name_of_an_existing_function_is_not_bound_again() -> None:
    existing = "def _first_start(module):\n    return module\n\n\n"
    text = existing + _classes(RUN + "return self.first(h)", RUN + "return self.second(h, x)")
    after = _fixed(text)
    assert after.startswith(existing) and "def _first_start_2(module, x):" in after
    refused = _plan(text, helper_name="_first_start")
    assert isinstance(refused, Unextractable) and refused.hazards[0].code == "FX-NAME"


def _classes(first: str, second: str) -> str:
    return "\n\n".join(_class(name, body) for name, body in (("First", first), ("Second", second)))


def _factories(first: str, second: str) -> str:
    return "\n\n".join(
        f"def create_{name.lower()}(gain):\n" + textwrap.indent(_class(name, body), "    ") + f"    return {name}()\n"
        for name, body in (("First", first), ("Second", second))
    )


def _class(name: str, body: str) -> str:
    return f"class {name}(Base):\n    def forward(self, x):\n{textwrap.indent(body, ' ' * 8)}\n"


def _plan(text: str, helper_name: str = "") -> Extraction | Unextractable:
    return extracted(source_of("m.py", text).sites, Options(helper_name))


def _fixed(text: str) -> str:
    plan = _plan(text)
    assert isinstance(plan, Extraction), plan.hazards
    found = proved_extraction(plan, module_of)
    assert isinstance(found, Proved), found
    return plan.after["m.py"]
