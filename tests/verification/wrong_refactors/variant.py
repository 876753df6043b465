"""What a variant is, and what most have in common."""

from __future__ import annotations

from dataclasses import dataclass

from esper_lint.verification.specs import Arguments, Build, Call, Case, TensorSpec, Value

HEAD = """\
from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

"""
MODULE = "seeds"  # what cases call the module of either version


@dataclass(frozen=True, slots=True)
class Variant:
    """``caught``: the rows that differ; empty for a refactor that is right."""

    name: str
    old: str
    new: str
    caught: frozenset[str]
    case: Case


def case(*inputs: Value, built: tuple[tuple[str, Value], ...] = (), **keywords: Value) -> Case:
    """A call of ``Seed``, built with the keyword arguments ``built``."""
    call = Call(Arguments(inputs or (TensorSpec((3, 7, 24)),), tuple(keywords.items())))
    return Case(Build(f"{MODULE}:Seed", Arguments(keywords=built)), call)


def variant(
    name: str,
    texts: tuple[str, str],
    caught: str,
    *edits: tuple[str, str],
    of: Case | None = None,
    before: tuple[tuple[str, str], ...] = (),
) -> Variant:
    """The pair with replacements made in the second text, and others in the first; the rows separated by blanks."""
    old, new = texts
    for text, other in before:
        assert text in old, text
        old = old.replace(text, other)
    for text, other in edits:
        assert text in new, text
        new = new.replace(text, other)
    return Variant(name, HEAD + old, HEAD + new, frozenset(caught.split()), case() if of is None else of)


def same(text: str) -> tuple[str, str]:
    """For changes that need no helper to go wrong."""
    return text, text
