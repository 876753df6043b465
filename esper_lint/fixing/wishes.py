"""What is asked of a fix."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for: UNSAFE fixes too, only the group of that id, a name for its helper, generated files too.

    ``override`` says why what reviewers object to is made all the same; empty, it is not made.
    """

    is_unsafe: bool = False
    group: str = ""
    helper_name: str = ""
    even_generated: bool = False
    override: str = ""
