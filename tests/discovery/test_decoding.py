"""Bytes become the text that Python would read, or an error at its line; nothing else happens."""

from __future__ import annotations

import ast
import pickle
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from esper_lint.discovery.decoding import LINE_END, Undecodable, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1", "x = 1"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "# coding: latin-1\nx = 'é'\n"),
        (
            b"#!/bin/python\n# -*- coding: cp1252 -*-\nx = '\x80'\n",
            "#!/bin/python\n# -*- coding: cp1252 -*-\nx = '€'\n",
        ),
        (b"# J\xe9r\xf4me\n# coding: latin-1\n", "# Jérôme\n# coding: latin-1\n"),
        (b"# coding: latin-1 \xe9\n", "# coding: latin-1 é\n"),
        (b"# one\r# coding: latin-1\r'\xe9'", "# one\r# coding: latin-1\r'é'"),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n"),
        (b"\n\n# coding: nonsense\n", "\n\n# coding: nonsense\n"),
        (b"a\r\nb\rc\n\x0cd\x0be\x1c", "a\r\nb\rc\n\x0cd\x0be\x1c"),
    ],
)
def test_text(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "byte 0xe9 is not valid utf-8"),
        (b"\xef\xbb\xbf\n\n'\xff'", 3, "byte 0xff is not valid utf-8 (invalid start byte)"),
        (b"a\r\nb\rc\n# \xff", 4, "byte 0xff is not valid utf-8"),
        (b"# \xe9\n", 1, "byte 0xe9 is not valid utf-8"),
        (b"# coding: ascii\n\n\xc3\xa9", 3, "byte 0xc3 is not valid ascii"),
        (b"# coding: nonsense\n", 1, "unknown encoding: nonsense"),
        (b"#!x\n# coding: nonsense\n", 2, "unknown encoding: nonsense"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "byte order mark but declares another encoding"),
        (b"\xef\xbb\xbf#\n# coding: nonsense\n", 2, "byte order mark but declares another encoding"),
        (b"x = 1\ny = '\0'\n", 2, "source code contains a null byte"),
        (b"# coding: rot13\n", 1, "cannot be decoded as rot13"),
        (b"# coding: undefined\n", 1, "cannot be decoded as undefined"),
        (b"# coding: utf-7\n\n'+AAA-'", 3, "U+0000"),
        (b"# coding: utf-7\n'+2AA-'", 2, "U+D800"),
        ("x = 1\n".encode("utf-16"), 1, "UTF-16"),
        (b"\xfe\xff" + "x".encode("utf-16-be"), 1, "UTF-16"),
        ("x = 1\n".encode("utf-32"), 1, "UTF-32"),
        (b"\0\0\xfe\xff", 1, "UTF-32"),
    ],
)
def test_refusals_have_the_line_and_the_reason(data: bytes, line: int, message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(data)
    assert caught.value.line == line
    assert message in caught.value.message
    assert str(caught.value) == f"line {line}: {caught.value.message}"


def test_refusals_pickle() -> None:
    copy = pickle.loads(pickle.dumps(Undecodable(3, "why")))
    assert (copy.line, copy.message) == (3, "why")


COOKIES = [
    b"",
    b"\xef\xbb\xbf",
    b"# coding: latin-1\n",
    b"# coding: utf-7\r",
    b"\n#coding=punycode\n",
    b"# coding: idna\n",
]
MORE_COOKIES = [b"# coding: unicode_escape\n", b"# coding: shift_jis\n", b"# coding: base64\n", b"# coding: utf-16\n"]


@given(st.sampled_from(COOKIES + MORE_COOKIES), st.binary(max_size=80))
@example(b"", b"\xed\xa0\x80")
def test_any_bytes_give_speakable_text_or_undecodable(start: bytes, rest: bytes) -> None:
    try:
        text = decode(start + rest)
    except Undecodable as error:
        assert 1 <= error.line <= len((start + rest).splitlines()) + 1
    else:
        assert "\0" not in text
        text.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assume(not text.startswith("\ufeff") and "coding" not in text)
    assert decode(text.encode()) == text
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text


PIECES = [
    "x = 1",
    "y = '''a",
    "b'''",
    "\x0cz = 2",
    "",
    "# \u2028 \x1c",
    "w = (1,",
    "  2)",
    "v = 1 + \\",
    "3",
    "u = '\x0b\x85'",
]


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(["\n", "\r\n", "\r"])), max_size=12))
@example([("x = 1", "\r"), ("y = '''a", "\r\n"), ("b'''", "\r"), ("\x0cz = 2", "\n")])
def test_the_lines_of_ast_are_those_of_the_file(pieces: list[tuple[str, str]]) -> None:
    text = decode("".join(piece + end for piece, end in pieces).encode())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(text)
        except SyntaxError:
            return
    lines = LINE_END.split(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            assert lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset] == node.id.encode()
    assert ast.dump(tree, include_attributes=True) == ast.dump(ast.parse(text.encode()), include_attributes=True)
