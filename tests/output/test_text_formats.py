from __future__ import annotations

import dataclasses
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.findings import Group, HoleKind, Report, Span, Summary
from esper_lint.output import FORMATS, Style, statistics
from esper_lint.output.extract import cut, extract, width
from tests.output.samples import FINDINGS, FLEX_GROUP, REPORT, sources
from tests.output.strategies import anything, group_findings, reports
from tests.rules.builders import group, hole, member

WIDE = Style(color=False, width=120)
NARROW = Style(color=False, width=80)

BESIDE = """\
  Flex (flex.py:1)                                          | Plain (plain.py:2)
      1 def forward(self, x):                               |     2 def forward(self, x):
        … 3 equal lines
      5     q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  |     6     q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
      6     mask = self.mask(length)                        |
            ^^^^^^^^^^^^^^^^^^^^^^^^ [1]                    |
      7     out = flex_attention(q, k, v)                   |     7     out = F.scaled_dot_product_attention(q, k, v)
                  ^^^^^^^^^^^^^^^^^^^^^^^ [2]               |                 {carets} [2]
      8     out = out.transpose(1, 2)                       |     8     out = out.transpose(1, 2)
        … 3 equal lines
  [1] statements: mask = self.mask(length) / nothing
  [2] call: flex_attention(q, k, v) / F.scaled_dot_product_attention(q, k, v)
  help: esper-lint explain ESP103""".format(carets="^" * 37)  # two make room for the number

ABOVE = """\
  Flex (flex.py:1)
      1 def forward(self, x):
        … 3 equal lines
      5     q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
      6     mask = self.mask(length)
            ^^^^^^^^^^^^^^^^^^^^^^^^ [1]
      7     out = flex_attention(q, k, v)
                  ^^^^^^^^^^^^^^^^^^^^^^^ [2]
      8     out = out.transpose(1, 2)
        … 3 equal lines
  Plain (plain.py:2)
      2 def forward(self, x):
        … 3 equal lines
      6     q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
      7     out = F.scaled_dot_product_attention(q, k, v)
                  {carets} [2]
      8     out = out.transpose(1, 2)
        … 3 equal lines""".format(carets="^" * 39)


def lines(name: str, report: Report, style: Style = WIDE) -> list[str]:
    return list(FORMATS[name](report, sources, style))


def report_of(*groups: Group) -> Report:
    findings = tuple(finding for one in groups for finding in group_findings(one))
    return Report(Summary(1, 1, 1, len(groups), len(findings)), groups, findings, ())


def test_concise() -> None:
    assert lines("concise", REPORT) == [
        "bad.py:3:1: ESP900 invalid syntax",
        "flex.py:1:9: ESP103 " + FINDINGS[0].message,
        "old.py:2:28: ESP202 `# noqa: ESP101` silences nothing",
        "plain.py:2:9: ESP103 " + FINDINGS[1].message,
    ]


def test_full_shows_the_members_beside_each_other() -> None:
    assert lines("full", report_of(FLEX_GROUP)) == [
        "flex.py:1:9: ESP103 " + FINDINGS[0].message,
        "plain.py:2:9: ESP103 " + FINDINGS[1].message,
        *BESIDE.splitlines(),
    ]


def test_full_shows_the_members_one_above_the_other_on_a_narrow_terminal() -> None:
    shown = lines("full", report_of(FLEX_GROUP), NARROW)
    assert shown[2:-3] == ABOVE.splitlines()


def test_loose_groups_come_last_and_without_a_snippet() -> None:
    loose = dataclasses.replace(group(member("A", "early.py"), member("B", "early.py", 9)), is_loose=True)
    told = [f"{one.path}:{one.line}:{one.column}: {one.rule} {one.message}" for one in group_findings(loose)]
    report = report_of(loose, FLEX_GROUP)
    firm = lines("full", report_of(FLEX_GROUP))
    assert lines("full", report) == [*firm, "", "loose groups, in short:", *told]
    assert lines("concise", report) == [*lines("concise", report_of(FLEX_GROUP)), *told]
    assert lines("full", report_of(loose)) == ["loose groups, in short:", *told]
    another = dataclasses.replace(group_findings(loose)[0], rule="ESP203", message="changed alone")
    both = dataclasses.replace(report, findings=(*report.findings, another))
    assert lines("concise", both)[0] == f"{another.path}:{another.line}:{another.column}: ESP203 changed alone"


def test_full_shows_the_line_of_a_finding_without_a_group_if_it_can_be_read() -> None:
    shown = "\n".join(lines("full", REPORT))
    assert "\n\nold.py:2:28: ESP202 " in shown
    assert "\n      2 def forward(self, x):  # noqa: ESP101\n  help: esper-lint explain ESP202" in shown
    assert "bad.py:3:1: ESP900 invalid syntax\n  help: esper-lint explain ESP900" in shown


def test_a_source_that_is_gone_or_has_shrunk_costs_the_snippet_only() -> None:
    report = report_of(FLEX_GROUP)

    def gone(path: str) -> list[str]:
        raise PermissionError(path)

    def shrunk(path: str) -> list[str]:
        return []

    for unusable in (gone, shrunk):
        shown = list(FORMATS["full"](report, unusable, WIDE))
        assert [line[:5] for line in shown] == ["flex.", "plain", "  [1]", "  [2]", "  hel"]


def test_lines_that_differ_by_a_renaming_only_are_equal_past_its_first_place() -> None:
    files = {
        "a.py": ["def forward(self, x):", *[f"    x = self.f{number}(x)" for number in range(6)]],
        "b.py": ["def forward(self, hidden):", *[f"    hidden = self.f{number}(hidden)" for number in range(6)]],
    }
    found = group(
        member("A", "a.py", 1, length=7),
        member("B", "b.py", 1, length=7),
        holes=(hole(HoleKind.NAME, "x", "hidden", spans=(Span(1, 19, 1, 20), Span(1, 19, 1, 25))),),
        clone_type=2,
    )
    shown = list(FORMATS["full"](report_of(found), files.__getitem__, NARROW))
    assert shown[2:7] == [
        "  A (a.py:1)",
        "      1 def forward(self, x):",
        "                          ^ [1]",
        "      2     x = self.f0(x)",
        "        … 5 equal lines",
    ]


def test_a_large_group_has_one_snippet_and_a_legend_by_member() -> None:
    found = group(
        *(member(name, "flex.py", 1) for name in "ABCDEF"),
        holes=(hole(HoleKind.LITERAL, "1", "2", "1", "1", "1", "2"),),
    )
    shown = lines("full", report_of(found))
    assert sum(line.startswith("flex.py:1:9: ESP101 ") for line in shown) == 6
    assert next(line for line in shown if " | " in line).split() == ["A", "(flex.py:1)", "|", "B", "(flex.py:1)"]
    at = shown.index("  [1] literal")
    assert shown[at + 1 : at + 3] == ["      A, C, D and 1 more: 1", "      B, F: 2"]


def test_suppressed_findings_are_not_shown_as_text() -> None:
    for name in ("full", "concise"):
        assert not any("silent.py" in line for line in lines(name, REPORT))


@given(reports(), st.integers(1, 200), st.lists(anything, max_size=45), st.sampled_from(["full", "concise"]))
def test_text_is_printable_whatever_the_files_hold(report: Report, columns: int, source: list[str], name: str) -> None:
    shown = FORMATS[name](report, lambda path: source, Style(False, columns))
    assert all(line.isprintable() for line in shown)


@given(reports(), st.lists(anything, max_size=45))
def test_colour_adds_escapes_and_nothing_else(report: Report, source: list[str]) -> None:
    plain = list(FORMATS["full"](report, lambda path: source, WIDE))
    coloured = list(FORMATS["full"](report, lambda path: source, dataclasses.replace(WIDE, color=True)))
    assert [re.sub("\x1b\\[[0-9;]*m", "", line).rstrip() for line in coloured] == [line.rstrip() for line in plain]


def test_concise_is_quick() -> None:
    findings = tuple(dataclasses.replace(FINDINGS[0], line=number) for number in range(3000))
    report = Report(REPORT.summary, REPORT.groups, findings, ())

    def seconds() -> float:
        start = time.perf_counter()
        assert len(lines("concise", report)) == 3000
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.05


def test_marks_follow_tabs_wide_characters_and_escapes() -> None:
    source = ["\tdef forward(self, x):", "\t\ty = '界\x1b' + f(x)"]
    text = source[1]
    start = text.index("f(x)") + 1
    found = extract(member("A", line=1, length=2), source, [(7, Span(2, start, 2, start + 4))], {})[1]
    assert found.text == r"    y = '界\x1b' + f(x)"
    (mark,) = found.marks
    before = found.text[: found.text.index("f(x)")]
    assert (mark.start, mark.end, mark.number) == (width(before), width(before) + 4, 7)
    assert width("界") == 2 and width("e\u0301") == 1


@pytest.mark.parametrize("limit", range(8))
def test_cut_keeps_to_the_limit(limit: int) -> None:
    for text in ("abcdef", "界界界", "a界", ""):
        assert width(cut(text, limit)) <= limit
    assert cut("abc", 3) == "abc"


def test_statistics() -> None:
    assert list(statistics(REPORT)) == [
        "      2  ESP103  duplicate-fallback",
        "      1  ESP202  unused-suppression",
        "      1  ESP900  unreadable-file",
        "      4  in all, in 1 group",
        "     10  duplicated forward lines that could be saved",
    ]
    assert list(statistics(Report(REPORT.summary, (), (), ()))) == ["      0  in all, in 0 groups"]
