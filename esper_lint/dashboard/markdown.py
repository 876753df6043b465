"""Markdown of tickets -> HTML that can do nothing: no HTML of its own, no images, no links but to the web."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from esper_lint.dashboard.visible import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

# A ticket is a text of people; what is longer than this is none, and would keep a page waiting.
_LIMIT = 100_000
_WEB = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_BOX = re.compile(r"\[([ xX~\-])\] ")
_HEADING = 3


def markdown_html(text: str) -> Markup:
    """The text as HTML.  Headings are of the third level at least, since they stand within a page of ours."""
    shown = visible(text)
    if len(shown) > _LIMIT:
        return Markup("<pre>{}</pre>").format(shown)
    return Markup(_reader().render(shown))


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt  # only tickets need it

    reader = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20})
    reader.enable("table").disable(["image", "html_inline", "html_block", "autolink"])
    reader.validateLink = _is_of_the_web  # type: ignore[method-assign]
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("heading_open", _heading)
    reader.add_render_rule("heading_close", _heading)
    reader.add_render_rule("text", _text)
    reader.add_render_rule("fence", _code)
    reader.add_render_rule("code_block", _code)
    return reader


def _is_of_the_web(url: str) -> bool:
    return _WEB.fullmatch(url) is not None


def _link_open(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    address = str(tokens[index].attrGet("href") or "")
    return str(Markup('<a href="{}" rel="noopener noreferrer nofollow">').format(address))


def _heading(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    level = min(max(int(token.tag[1:]), 1) + _HEADING - 1, 6)
    return f"<h{level}>" if token.nesting > 0 else f"</h{level}>\n"


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Text, with the check box that it may begin with as a sign and a word.

    It is made visible here too, since an entity (``&#x202e;``) has only now become what it means.
    """
    text = visible(tokens[index].content)
    box = _BOX.match(text) if index == 0 else None
    if box is None:
        return str(escape(text))
    words = {" ": "open", "x": "done", "~": "partly done", "-": "dropped"}[box[1].lower()]
    sign = {" ": "☐", "x": "☑", "~": "◪", "-": "⊟"}[box[1].lower()]
    html = Markup('<span class="box" aria-hidden="true">{}</span><span class="unseen">{}: </span>{}')
    return str(html.format(sign, words, text[box.end() :]))


def _code(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A block that can be scrolled without a mouse."""
    return str(Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(tokens[index].content))
