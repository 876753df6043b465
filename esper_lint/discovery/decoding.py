"""Bytes of a Python file -> its text, as the interpreter would read it when it imports the file.

The text keeps the file's own line ends.  ``ast.parse`` takes ``\\n``, ``\\r\\n`` and a lone ``\\r`` for line ends in a
``str`` too (checked on 3.10 to 3.13), so its line numbers are those of the file; form feeds, vertical tabs and the
Unicode separators end no line for it.  Whoever cuts the text into lines must do the same, which ``str.splitlines``
does not: ``LINE_END`` is what to split at.
"""

from __future__ import annotations

import codecs
import re
import tokenize

LINE_END = re.compile(r"\r\n?|\n")

_LINE_END_BYTES = re.compile(rb"\r\n?|\n")
_FIRST_TWO_LINES = re.compile(rb"(?:[^\r\n]*(?:\r\n?|\n)?){2}")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=]")
_NOT_ASCII_TO_QUESTION_MARK = bytes(byte if byte < 0x80 else 0x3F for byte in range(256))
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class Undecodable(Exception):
    """Bytes that Python would refuse to read as source: the line (from 1) of the trouble, and what it is."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


def decode(data: bytes) -> str:
    """The text of a source file, without its byte order mark and with its line ends as they are.

    The encoding is that of the mark or of the PEP 263 comment, else UTF-8.  The text holds no null character and no
    lone surrogate, so ``ast.parse`` and any UTF-8 output take it.  Bytes that are invalid in the encoding are refused
    even inside comments, as when a file is run.  Raises ``Undecodable``, and nothing else, for any input.
    """
    for mark, encoding in _WIDE_MARKS:
        if data.startswith(mark):
            raise Undecodable(1, f"the file is {encoding} (by its byte order mark), which Python cannot read")
    null = data.find(b"\0")
    if null >= 0:
        raise Undecodable(_line_at(data, null), "source code contains a null byte")
    encoding, declared = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        # The codec's own view of the data counts: that of utf-8-sig begins after the mark.
        byte = error.object[error.start]
        message = f"byte 0x{byte:02x} is not valid {encoding.removesuffix('-sig')} ({error.reason})"
        raise Undecodable(_line_at(error.object, error.start), message) from error
    except Exception as error:  # the comment may name any codec, and some raise what they like
        raise Undecodable(declared, f"cannot be decoded as {encoding}: {error}") from error
    # utf-7 and unicode_escape can spell both; UTF-8 cannot, and is spared a search that takes longer than decoding.
    bad = None if encoding.startswith("utf-8") else _UNSPEAKABLE.search(text)
    if bad is not None:
        line = len(LINE_END.findall(text, 0, bad.start())) + 1
        raise Undecodable(line, f"the text holds U+{ord(bad[0]):04X}, which no source code may")
    return text


def encoding_of(data: bytes) -> str:
    """The encoding, for writing too (with the byte order mark where there is one), of bytes that ``decode`` takes."""
    return _encoding(data)[0]


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding of the file and the line that declares it (1 where none does)."""
    found = _FIRST_TWO_LINES.match(data)
    header = found[0] if found else b""
    mark = codecs.BOM_UTF8 if header.startswith(codecs.BOM_UTF8) else b""
    if not mark and b"coding" not in header:  # most files
        return "utf-8", 1
    # The comment itself is ASCII.  Up to 3.13, detect_encoding wants the whole two lines to be UTF-8, unlike the
    # compiler (cpython issue 63161): a latin-1 name in the first line, its declaration in the second.
    plain = header[len(mark) :].translate(_NOT_ASCII_TO_QUESTION_MARK)
    lines = plain.splitlines(keepends=True)
    declared = 2 if len(lines) == 2 and not _COOKIE.match(lines[0]) and _COOKIE.match(lines[1]) else 1
    reading = iter([mark + b"".join(lines[:1]), *lines[1:]])
    try:
        # Cut at universal line ends, for the sake of files that know only "\r".
        encoding, _ = tokenize.detect_encoding(lambda: next(reading, b""))
    except SyntaxError as error:
        if mark:
            message = "the file begins with a UTF-8 byte order mark but declares another encoding"
        else:
            message = f"{error.msg} in the encoding declaration"
        raise Undecodable(declared, message) from error
    return encoding, declared


def _line_at(data: bytes, offset: int) -> int:
    return len(_LINE_END_BYTES.findall(data, 0, offset)) + 1
