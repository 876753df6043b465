"""Which noqa comments act, and where: what flake8 reads, to the letter, since as a plugin we leave them to flake8."""

from __future__ import annotations

from argparse import Namespace

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import example, given
from hypothesis import strategies as st

from esper_lint.discovery.modules import read_source
from esper_lint.discovery.noqa import Noqa
from esper_lint.discovery.reading import facts_of
from esper_lint.suppression.status import Silencers, status_at

CODES = ("ESP101", "ESP104", "ESP202")
OPTIONS = Namespace(
    hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0, disable_noqa=False
)


def silent(text: str, line: int, code: str) -> bool:
    found = {"a.py": read_source(text)[0].noqa}
    return status_at("a.py", line, code, Silencers(found, {})) is not None


def silent_for_flake8(text: str, line: int, code: str) -> bool:
    processor = FileProcessor("a.py", OPTIONS, lines=text.splitlines(keepends=True))
    violation = Violation(code, "a.py", line, 1, "", processor.noqa_line_for(line))
    return bool(processor.should_ignore_file() or violation.is_inline_ignored(disable_noqa=False))


# -- the law ----------------------------------------------------------------------------------------------------------

PIECES = [
    *("#", " ", "  ", "\t", ":", "=", ",", ";", "-", "'", "(", "\\", "\xa0"),
    *("noqa", "NOQA", "NoQa", "noqa:", "# noqa", "#noqa", "# noqa:", "# noqa: ", "flake8", "# flake8: noqa"),
    *("ESP101", "ESP104", "ESP1", "ESP", "esp101", "Esp104", "ESP2", "ESP9", "E501", "W6", "ESP101E501", "101", "E"),
    *("see", "issue12", "type: ignore", "\u017f1", "\u212a9"),
]
COMMENTS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)

FILES = {
    "the def line": "class A(nn.Module):\n    def forward(self, x):  #{}\n        return x\n",
    "a parameter's line": "class A(nn.Module):\n    def forward(\n        self,  #{}\n    ):\n        return x\n",
    "a decorator's line": "class A(nn.Module):\n    @f  #{}\n    def forward(self, x):\n        return x\n",
    "after a long string": 'class A(nn.Module):\n    def forward(self, x="""\n    """):  #{}\n        return x\n',
    "in a long string": 'class A(nn.Module):\n    def forward(self, x="""\n    #{} """):\n        return x\n',
    "after a backslash": "class A(nn.Module):\n    def forward \\\n        (self, x):  #{}\n        return x\n",
    "a line of its own": "class A(nn.Module):\n  #{}\n    def forward(self, x):\n        return x\n",
    "the first line": "#{}\nclass A(nn.Module):\n    def forward(self, x):\n        return x\n",
    "the end": "class A(nn.Module):\n    def forward(self, x):\n        return x  #{}",
    "two comments": "class A(nn.Module):\n    def forward(  #{}\n        self, x):  # noqa: ESP104\n        return x\n",
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
@given(comment=COMMENTS)
@example(" noqa: ESP101")
@example(" noqa:  ESP101")
@example(" flake8: noqa")
def test_a_comment_silences_what_it_silences_for_flake8(file: str, comment: str) -> None:
    quoted = comment.replace("\\", "/") if '"""\n    #' in file else comment
    text = file.replace("{}", quoted)
    forward = next(number for number, line in enumerate(text.splitlines(), 1) if "def forward" in line)
    for code in CODES:
        assert silent(text, forward, code) == silent_for_flake8(text, forward, code), (text, code)


@given(comment=COMMENTS)
def test_a_finding_on_an_unused_comment_is_silenced_by_it_or_not_as_in_flake8(comment: str) -> None:
    text = f"class A(nn.Module):\n    x = 1  #{comment}\n    def forward(self, x):\n        return x\n"
    for noqa in read_source(text)[0].noqa:
        for code in CODES:
            assert silent(text, noqa.line, code) == silent_for_flake8(text, noqa.line, code), (text, code)


# -- what is kept -----------------------------------------------------------------------------------------------------


def kept(forward_line: str, above: str = "") -> list[tuple[int, int, tuple[str, ...]]]:
    facts = read_source(f"{above}class A(nn.Module):\n    {forward_line}\n        return x\n")[0]
    return [(one.line, one.column, one.codes) for one in facts.noqa]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa", ()),
        ("# NOQA", ()),
        ("# noqa: ESP101", ("ESP101",)),
        ("# noqa:ESP101,ESP102", ("ESP101", "ESP102")),
        ("# noqa: ESP101 E501", ("ESP101", "E501")),
        ("# noqa: E501", ("E501",)),
        ("# noqa: esp101", ("esp101",)),
        ("# noqa: ESP101 since it must stay", ("ESP101",)),
        ("# type: ignore  # noqa: ESP101", ("ESP101",)),
        ("# noqa: ESP101  # noqa: ESP102", ("ESP101",)),
        # What looks like codes and is none for flake8 leaves the comment bare.
        ("# noqa : ESP101", ()),
        ("# noqa:  ESP101", ()),
        ("# noqa: ESP", ()),
        ("# noqaESP101", ()),
        ("#noqa: ESP101", None),
        ("# see noqa", None),
        ("# no qa", None),
    ],
)
def test_the_codes_of_a_comment_on_the_def_line(comment: str, codes: tuple[str, ...] | None) -> None:
    found = kept(f"def forward(self, x):  {comment}")
    assert [(line, named) for line, _, named in found] == ([] if codes is None else [(2, codes)])


def test_a_comment_knows_its_column() -> None:
    assert kept("def forward(self, x):  # type: ignore  # noqa: ESP101") == [(2, 44, ("ESP101",))]


def test_of_other_lines_only_comments_with_our_codes_are_kept() -> None:
    text = """\
class A(nn.Module):  # noqa: ESP104
    '''Quiet one: # noqa: ESP101'''
    @f  # noqa
    def forward(  # noqa: ESP101
        self,
        x,  # noqa: E501
    ):  # noqa: esp101
        return x  # noqa
"""
    found = read_source(text)[0].noqa
    assert [(one.line, one.codes) for one in found] == [(1, ("ESP104",)), (4, ("ESP101",)), (7, ("esp101",))]


def test_a_comment_speaks_for_the_lines_that_it_is_joined_with() -> None:
    text = "class A(nn.Module):\n    def forward(self, x='''\n\n'''):  # noqa: ESP102\n        return x\n"
    assert read_source(text)[0].noqa == (Noqa(4, 8, ("ESP102",), 2, 4),)


def test_a_string_that_says_noqa_counts_on_a_def_line_as_it_does_in_flake8() -> None:
    assert kept('def forward(self, x="# noqa: ESP101"):  # noqa: ESP102') == [(2, 26, ("ESP101",))]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_noqa_is_found_whatever_ends_a_line(newline: str) -> None:
    text = "x = '\x0c'\n\x0c\nclass A(nn.Module):\n    def forward(self, x):  # noqa\n        return x\n"
    facts = read_source(text.replace("\n", newline))[0]
    assert [(one.line, one.column) for one in facts.noqa] == [(4, 28)]


# -- the whole file ---------------------------------------------------------------------------------------------------

FORWARD = "class A(nn.Module):\n    def forward(self, x):  # noqa: ESP101\n        return x\n"


@pytest.mark.parametrize("comment", ["# flake8: noqa", "  # FLAKE8=NOQA", "# flake8: noqa: ESP102", "# flake8:noqas"])
def test_a_file_is_silent_as_a_whole_whatever_follows(comment: str) -> None:
    facts = read_source(f"{comment}\n{FORWARD}")[0]
    assert facts.noqa == (Noqa(1, comment.index("#") + 1, (), 1, 5),)


@pytest.mark.parametrize("comment", ["x = 1  # flake8: noqa", "#flake8: noqa", "# flake8 noqa"])
def test_but_only_by_a_line_of_its_own(comment: str) -> None:
    facts = read_source(f"{comment}\n{FORWARD}")[0]
    assert [(one.line, one.codes) for one in facts.noqa] == [(3, ("ESP101",))]


@pytest.mark.parametrize("data", [b"def forward(:\n", b"def forward(self):\n    '\xff'\n"])
def test_a_file_that_cannot_be_read_may_be_silent_too(data: bytes) -> None:
    facts, _ = facts_of(b"# flake8: noqa\n" + data)
    assert facts.error and [(one.line, one.first) for one in facts.source.noqa] == [(1, 1)]
    facts, _ = facts_of(data)
    assert facts.error and not facts.source.noqa
