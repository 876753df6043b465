"""What flake8 hands over becomes the bytes that were meant."""

from __future__ import annotations

import os
import tokenize
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from esper_lint.discovery.decoding import Undecodable, decode
from esper_lint.flake8_text import Source, encoded, source

CONTENTS = {
    "plain": b"x = 1\n",
    "empty": b"",
    "no last line end": b"x = 1",
    "CRLF": b"x = 1\r\ny = 2\r\n",
    "old Mac": b"x = 1\ry = 2\r",
    "mixed line ends": b"x = 1\ry = 2\r\nz = 3\n",
    "form feed": b"x = 1\n\x0c\ny = 2\x0b\n",
    "separators of Unicode": "x = '\u2028\x85'\n".encode(),
    "mark": b"\xef\xbb\xbfx = 1\n",
    "mark and declaration": b"\xef\xbb\xbf# coding: utf-8\nx = 1\n",
    "latin-1": b"# coding: latin-1\nx = '\xe9'\n",
    "cp1252, second line": b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
    "iso-2022-jp": "# coding: iso-2022-jp\nx = '\u65e5\u672c'\n".encode("iso-2022-jp"),
    "undecodable": b"x = '\xff'\n",
    "undecodable after a mark": b"\xef\xbb\xbfx = '\xff'\r\n",
    "latin-1 before its declaration": b"# \xe9\n# coding: latin-1\n",
    "unknown encoding": b"# coding: klingon\nx = '\xe9'\n",
}


def as_flake8_reads(path: Path) -> str:
    """The text of a file as flake8's file processor makes it."""
    try:
        with tokenize.open(path) as stream:
            text = stream.read()
    except (SyntaxError, UnicodeError):
        text = path.read_text(encoding="latin-1")
    return text.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_was_read_from_disk_needs_nothing_to_stand_in_for_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert source(str(tmp_path / "a.py"), as_flake8_reads(tmp_path / "a.py")) == Source(data, is_on_disk=True)


@pytest.mark.parametrize("data", CONTENTS.values(), ids=CONTENTS)
def test_one_character_more_is_another_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.py").write_bytes(data)
    text = as_flake8_reads(tmp_path / "a.py") + "#"
    assert source(str(tmp_path / "a.py"), text) == Source(encoded(text), is_on_disk=False)


@pytest.mark.parametrize("name", ["missing.py", "no/folder.py", "folder.py", "script", "\0.py"])
def test_where_there_is_no_file_to_compare_the_text_stands_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "script").write_bytes(b"x = 1\n")
    assert source(str(tmp_path / name), "x = 1\n") == Source(b"x = 1\n", is_on_disk=False)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    assert source(str(tmp_path / "a.py"), "x = 1\n") == Source(b"x = 1\n", is_on_disk=False)


@pytest.mark.parametrize("declared", ["", "# coding: utf-8\n", "#!/bin/sh\n# coding: utf-8\n"])
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")))
def test_bytes_for_a_text_are_read_as_that_text(declared: str, text: str) -> None:
    if "coding" not in text:
        assert decode(encoded(declared + text)) == declared + text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "koi8-r", "iso-2022-jp", "ascii"])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\ufeff")))
def test_bytes_for_a_text_are_in_the_encoding_that_it_declares(encoding: str, text: str) -> None:
    text = f"# coding: {encoding}\nx = '{text}'\n"
    try:
        is_kept = text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return
    assume(is_kept)  # a codec with states takes an escape of the text's own for one of its shifts
    assert decode(encoded(text)) == text


def test_an_impossible_declaration_is_refused_as_in_a_file() -> None:
    for text in ("# coding: klingon\nx = 1\n", "# coding: ascii\nx = '\xe9'\n"):
        with pytest.raises(Undecodable) as of_text:
            decode(encoded(text))
        with pytest.raises(Undecodable) as of_file:
            decode(text.encode())
        assert str(of_text.value) == str(of_file.value)
