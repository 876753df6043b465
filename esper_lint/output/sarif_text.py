"""Plain text messages of SARIF (§3.11), in which brackets are links and braces are places for arguments."""

from __future__ import annotations

from esper_lint.output.encoding import well_formed
from esper_lint.output.peers import Nearest

# Braces must be doubled (§3.11.5).  Brackets must be escaped within a link, and may be anywhere (§3.11.6): code such as
# ``blocks[0](1)`` would be a link.  Backquotes are Markdown, which plain text must not hold: the best-known host drops
# them, and escapes underscores between them (https://github.com/github/codeql/issues/14128).
_ESCAPES = str.maketrans({"\\": "\\\\", "[": "\\[", "]": "\\]", "{": "{{", "}": "}}", "`": "'"})


def plain(text: str) -> str:
    """What a reader of SARIF shows as this text, with apostrophes for backquotes."""
    return well_formed(text).translate(_ESCAPES)


def sentence(text: str) -> str:
    """The same, with an end."""
    text = plain(text)
    return text if text.endswith((".", "…")) else f"{text}."


def links(peers: Nearest) -> str:
    """A sentence with a link to each of the peers: ``[name](1)`` leads to the location with the id 1."""
    names = (plain(member.qualname.rpartition(".")[2]) for member in peers.members)
    linked = ", ".join(f"[{name}]({number})" for number, name in enumerate(names, start=1))
    copies = "copy" if len(peers.members) + peers.more == 1 else "copies"
    return f"The other {copies}: {linked}{f' and {peers.more} more' if peers.more else ''}."
