"""Text in the encodings that other programs insist on.

The names of files may hold lone surrogates, which is what undecodable bytes become; no encoder takes them as they are.
"""

from __future__ import annotations

from urllib.parse import quote_from_bytes


def well_formed(text: str) -> str:
    """The text with each lone surrogate written as its escape: readers of JSON may refuse what is no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def uri_path(path: str) -> str:
    """A relative path as a URI reference (RFC 3986), with the bytes of the file's real name."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a name that no file system with bytes for names can have
        name = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(name)


def utf8_length(text: str) -> int:
    """How many bytes the text takes."""
    return len(text.encode("utf-8", "surrogatepass"))
