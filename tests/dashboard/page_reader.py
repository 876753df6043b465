"""HTML -> what of it could do something."""

from __future__ import annotations

from html.parser import HTMLParser

_SCRIPTS = ("/static/esper.js", "/static/rescan.js")
_CAN_ACT = frozenset(
    {"applet", "audio", "base", "embed", "frame", "iframe", "image", "img", "math", "object", "portal", "video"}
)
_ADDRESSES = frozenset(
    {"action", "background", "cite", "data", "formaction", "href", "ping", "poster", "src", "srcset"}
)


class PageReader(HTMLParser):
    """``dangers`` are elements and attributes that no page of ours has; ``links`` the addresses of others."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.dangers: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()
        self.dangers += [f"raw {one!r}" for one in html if _acts_raw(one)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _CAN_ACT or (tag == "script" and given.get("src") not in _SCRIPTS):
            self.dangers.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in given:
            self.dangers.append(f"<meta http-equiv={given['http-equiv']}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.dangers.append(f"{name}={value}")
            if name.rpartition(":")[2] in _ADDRESSES:
                self._see(tag, name, value or "", given.get("rel") or "")

    def _see(self, tag: str, name: str, address: str, rel: str) -> None:
        if address.startswith("#") or (address.startswith("/") and not address.startswith(("//", "/\\"))):
            self.links.append(address)
        elif (tag, name) != ("a", "href") or not address.startswith("https://") or "noreferrer" not in rel.split():
            self.dangers.append(f"address {address}")


def _acts_raw(character: str) -> bool:
    """Whether a character turns the direction of text, or controls a terminal that shows the page's source."""
    code = ord(character)
    return (
        (code < 32 and character not in "\t\n")
        or 0x7F <= code < 0xA0
        or character in "\u061c\u200e\u200f"
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x2069
    )
