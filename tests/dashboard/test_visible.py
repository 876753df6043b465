"""Foreign text shows all that it holds, and what is readable stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esper_lint.dashboard.markdown import markdown_html
from esper_lint.dashboard.visible import one_line, ticked, visible
from tests.dashboard.html_reading import Page
from tests.output.strategies import anything

_MARKDOWN = st.lists(
    st.one_of(
        anything,
        st.sampled_from(
            [
                "[a](javascript:x)",
                "![i](https://e.example/i.png)",
                "<script>x</script>",
                "<!-- -->",
                "[r]: javascript:x",
                "[r]",
                "<https://e.example>",
                "&lt;b&gt; &#106;avascript:",
                "&#x202e;a &rlm; **&#x2066;** [&ZeroWidthSpace;](https://e.example/&#x202e;)",
                "```\n<b>",
                "# h",
                "- [x] a",
                "| a |\n|--|\n| <i> |",
                "[a](<https://e.example> 'onclick=x')",
                "[a](vbscript&colon;x)",
                "[a](//e.example)",
            ]
        ),
    ),
    max_size=6,
).map("\n".join)


@given(anything)
def test_nothing_that_acts_is_left(text: str) -> None:
    assert all(char.isprintable() or char in "\n\t" or char.isspace() for char in visible(text))
    assert one_line(text).isprintable()
    assert "\u202e" not in visible(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_read_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\u202eb", "a\\u202eb"), ("\x1b[31m", "\\x1b[31m"), ("\ud800", "\\ud800"), ("a\n\tb", "a\n\tb")],
)
def test_what_acts_is_written_as_its_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_back_ticks_make_code_of_text_and_never_of_markup() -> None:
    assert ticked("a `<b>` c") == "a <code>&lt;b&gt;</code> c"
    assert ticked("odd ` <b>") == "odd ` &lt;b&gt;"


@given(_MARKDOWN)
def test_markdown_can_do_nothing(text: str) -> None:
    page = Page(markdown_html(text))
    assert page.unbalanced == []
    assert page.names.isdisjoint({"img", "script", "svg", "iframe", "style", "b", "i"})
    assert page.attributes <= {"href", "rel", "tabindex", "class", "aria-hidden", "start"}
    assert all(one["href"].lower().startswith(("http://", "https://")) for one in page.all("a"))
    assert all("noreferrer" in one["rel"] for one in page.all("a"))


def test_entities_of_markdown_are_written_as_the_escapes_of_what_they_mean() -> None:
    html = markdown_html("a&#x202e;b\n\n- [ ] c&rlm;\n\n| d&#x2066; |\n|---|\n")
    assert "a\\u202eb" in html and "c\\u200f" in html and "d\\u2066" in html


def test_markdown_is_read() -> None:
    html = markdown_html("# Head\n\n- [x] *done*\n- [ ] `not`\n\n[web](https://e.example)\n\n    code\n")
    page = Page(html)
    assert {"h3", "ul", "em", "code", "a", "pre"} <= page.names
    assert "☑" in page.text and "☐" in page.text and "done: " in page.text and "[x]" not in page.text


def test_markdown_that_is_too_long_is_shown_as_it_is() -> None:
    assert markdown_html("*a* " * 30_000).startswith("<pre>")
