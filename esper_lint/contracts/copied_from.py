"""``# Copied from PACKAGE.PATH.Object [with A->B, C->D [all-casing]]``, as Hugging Face's repositories write it.

Their tool (``utils/check_copies.py`` of transformers) replaces the pairs one after the other, each as a regular
expression and anywhere in the text.  Here they are replaced at once, and only where they are words of an identifier:
``Bert->Roberta`` turns ``BertLayer`` into ``RobertaLayer`` and leaves ``Bertha`` alone.  ``as_their_tool`` is the other
reading, for what the two disagree about.
"""

from __future__ import annotations

import re

from esper_lint.contracts.declaration import Declaration, Target

COMMENT = re.compile(r"[^#\"']*#\s*Copied from\s+(?P<object>\w+(?:\.\w+)+)\s*(?P<rest>.*)")
IGNORE = re.compile(r"#\s*Ignore copy\b")
END = re.compile(r"\s*#\s*End copy\b")
_PAIR = re.compile(r"\s*(?P<old>\S+)->(?P<new>\S+)(?P<option>\s.*|$)")
_CASING = "all-casing"


def parsed(line: str, number: int) -> Declaration:
    """What the comment on line ``number`` says; ``COMMENT`` matches it.

    What follows the object and is no pair is ignored, as their tool does.  The object is left whole, as a qualname:
    where its module ends depends on the files that there are.
    """
    match = COMMENT.match(line)
    assert match is not None
    pairs: dict[str, str] = {}
    for part in re.sub(r"\bwith\b", "", match["rest"]).split(","):  # they write it before every pair, or once
        if pair := _PAIR.match(part):
            old, new = pair["old"], pair["new"]
            pairs.setdefault(old, new)
            if pair["option"].strip() == _CASING:
                pairs.setdefault(old.lower(), new.lower())
                pairs.setdefault(old.upper(), new.upper())
    target = Target("", match["object"])
    return Declaration("", number, line.index("#") + 1, target, tuple(pairs.items()), parts=True)


def as_their_tool(text: str, renames: tuple[tuple[str, str], ...]) -> str:
    """The text with the pairs replaced one after the other.

    Of regular expressions only the dot is read as one.  Whatever else a comment may say it is text here: an expression
    can take for ever, and nobody writes any.
    """
    for old, new in renames:
        pattern = re.escape(old).replace(r"\.", ".")
        text = re.sub(pattern, lambda _, new=new: new, text)  # type: ignore[misc]
    return text
