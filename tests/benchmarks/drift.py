"""How surely drift of declared copies is reported, at which line, and what re-sync makes of it.

One token at a time is changed in the body of a copy that agrees today; then its layout and comments alone.  In process,
with the functions that a check and a fix call; a sample goes through the commands themselves, on a copy of the tree.
"""

from __future__ import annotations

import argparse
import ast
import json
import keyword
import random
import shutil
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from esper_lint.config import load
from esper_lint.contracts.agreement import code_of
from esper_lint.contracts.changes import header
from esper_lint.contracts.ledger import Ledger, Verdict, verdict
from esper_lint.contracts.membership import Following, Located
from esper_lint.contracts.suites import DEFINITIONS, Code, Gap, Ignored, first_line, is_docstring, last_line
from esper_lint.contracts.tokens import Token, rows_in_strings, tokens_of
from esper_lint.fixing.lockstep.resync import Resynced, resynced
from esper_lint.fixing.working_copy import WorkingCopy
from esper_lint.progress import Silence
from esper_lint.selection import on_disk

KINDS = ("name", "attribute", "constant", "operator", "keyword")
LAYOUTS = ("comment line", "blank line", "trailing comment", "call on two lines")
_OPERATORS = {
    "+": "-", "-": "+", "*": "/", "/": "*", "//": "/", "%": "*", "@": "*", "**": "*", "==": "!=", "!=": "==",
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "&": "|", "|": "&",
}  # fmt: skip
_KEYWORDS = {
    "True": "False", "False": "True", "None": "True", "and": "or", "or": "and", "if": "while", "return": "yield",
    "is": "in", "in": "is", "break": "continue", "continue": "break", "not": "-", "pass": "return",
}  # fmt: skip
_TRIES = 200


@dataclass(frozen=True)
class Copy:
    """A copy that agrees, with the lines of both sides, and the tokens of its body that count."""

    following: Following
    source: list[str]
    member: list[str]
    tokens: list[Token]
    code: Code

    @property
    def is_equal_text(self) -> bool:
        """Whether the copy is its source after renaming, header and body, to the letter."""
        start = self.following.source.definition
        theirs = self.source[start.line - start.first :]
        own = self.following.member.definition
        return [self.following.renaming.text(line) for line in theirs] == self.member[own.line - own.first :]


@dataclass(frozen=True)
class Mutant:
    """``lines`` are the copy's with one change, on line ``row`` from 0."""

    kind: str
    row: int
    lines: list[str]


AGREED = Verdict(0, ())


def copies(root: Path) -> list[Copy]:
    """All declared copies of a tree that agree today."""
    config = load(str(root), {"copied-from": True, "include-generated": True}).config
    tree = WorkingCopy(on_disk([str(root)], config, str(root)))
    ledger = Ledger(tree, config, Silence(), {}, {})
    ledger.book(frozenset(), tree.copies, is_whole=True)

    def text(one: Located) -> list[str]:
        return tree.lines(one.path)[one.definition.first - 1 : one.definition.end]

    found = []
    for one in ledger.followings:
        source, member = text(one.source), text(one.member)
        if verdict(one, source, member) == AGREED:
            code = code_of(member, copies=True)
            found.append(Copy(one, source, member, list(_that_count(code)), code))
    return [one for one in found if one.tokens]


def _that_count(code: Code) -> Iterator[Token]:
    """The tokens of the body outside docstrings, comments and ignored parts."""
    left_out = {*range(1, header(code.node, code).last + 1), *range(code.end + 1, len(code.lines) + 1)}
    for node in ast.walk(code.node):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements:
                if isinstance(node, DEFINITIONS) and is_docstring(statements[0]):
                    left_out.update(range(first_line(statements[0]), last_line(statements[0]) + 1))
                for item in code.suite(statements, node):
                    if isinstance(item, (Gap, Ignored)):
                        left_out.update(range(item.start, item.end + 1))
    yield from (token for token in tokens_of(code.lines) if not token.is_comment and token.start[0] not in left_out)


def mutant(one: Copy, kind: str, chance: random.Random) -> Mutant | None:
    """The copy with one token changed that changes its syntax tree, or None if this try gave none."""
    place = chance.randrange(len(one.tokens))
    token = one.tokens[place]
    before = one.tokens[place - 1].text if place else ""
    names = sorted({other.text for other in one.tokens if _is_name(other)} - {token.text})
    new = ""
    if kind in ("name", "attribute") and _is_name(token) and (before == ".") is (kind == "attribute") and names:
        new = chance.choice(names)
    elif kind == "constant" and token.kind == tokenize.NUMBER:
        new = f"1{token.text}" if token.text[:1] != "0" else "7"
    elif kind == "constant" and token.kind == tokenize.STRING and "\n" not in token.text and len(token.text) > 2:
        new = token.text[:-1] + "x" + token.text[-1] if token.text[-3:] not in ('"""', "'''") else ""
    elif kind == "operator":
        new = _OPERATORS.get(token.text, "")
    elif kind == "keyword":
        new = _KEYWORDS.get(token.text, "")
    if not new or token.start[0] != token.end[0]:
        return None
    row = token.start[0] - 2
    lines = list(one.member)
    lines[row] = lines[row][: token.start[1]] + new + lines[row][token.end[1] :]
    try:
        changed = code_of(lines, copies=True)
    except (SyntaxError, AssertionError):
        return None
    return None if ast.dump(changed.node) == ast.dump(one.code.node) else Mutant(kind, row, lines)


def relaid(one: Copy, kind: str, chance: random.Random) -> Mutant | None:
    """The copy with its layout or a comment changed, and the same syntax tree."""
    place = chance.randrange(len(one.tokens))
    token = one.tokens[place]
    row, strings = token.start[0] - 2, rows_in_strings(one.tokens)
    lines = list(one.member)
    line = lines[row]
    indent = line[: len(line) - len(line.lstrip())]
    if (
        token.start[0] in strings
        or token.start[0] + 1 in strings
        or line.endswith("\\")
        or lines[row - 1].endswith("\\")
    ):
        return None
    if kind == "comment line":
        lines.insert(row, f"{indent}# a comment")
    elif kind == "blank line":
        lines.insert(row, "")
    elif kind == "trailing comment":
        lines[row] = f"{line}  # a comment"
    elif token.text == ",":
        lines[row : row + 1] = [line[: token.end[1]], f"{indent}    {line[token.end[1] :].lstrip()}"]
    else:
        return None
    try:
        changed = code_of(lines, copies=True)
    except (SyntaxError, AssertionError):
        return None
    return Mutant(kind, row, lines) if ast.dump(changed.node) == ast.dump(one.code.node) else None


def _is_name(token: Token) -> bool:
    return token.kind == tokenize.NAME and not keyword.iskeyword(token.text)


def drawn(
    found: Sequence[Copy], kinds: Sequence[str], count: int, make: object, chance: random.Random
) -> Iterator[tuple[Copy, Mutant]]:
    """So many mutants, the kinds in turn."""
    assert callable(make)
    for number in range(count):
        while True:
            one = chance.choice(found)
            tries = (make(one, kinds[number % len(kinds)], chance) for _ in range(_TRIES))
            made = next((made for made in tries if made is not None), None)
            if made is not None:
                yield one, made
                break


def touches_only_its_statement(one: Copy, change: Mutant, new: Sequence[str]) -> bool:
    """Whether only lines of the statement, or header, around the change are other ones."""
    code = code_of(change.lines, copies=True)
    row = change.row + 2
    extents = []
    for node in ast.walk(code.node):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            first, last = first_line(node), last_line(node)
            if isinstance(body, list) and first <= row < first_line(body[0]):
                last = first_line(body[0]) - 1
            if first <= row <= last:
                extents.append((last - first, first - 2, last - 2))
    _, first, last = min(extents)
    blocks = SequenceMatcher(None, change.lines, new, autojunk=False).get_opcodes()
    return all(tag == "equal" or (first <= start and end <= last + 1) for tag, start, end, _, _ in blocks)


def through_the_commands(root: Path, sample: Sequence[tuple[Copy, Mutant]]) -> tuple[int, int]:
    """Of mutants that are all written into the tree at once: reported at their lines, and restored by a fix."""
    originals = {}
    for one, change in sample:
        path, definition = root / one.following.member.path, one.following.member.definition
        originals[path] = path.read_bytes()
        lines = originals[path].decode("utf-8").split("\n")
        lines[definition.first - 1 : definition.end] = change.lines
        path.write_bytes("\n".join(lines).encode("utf-8"))
    options = ["--copied-from", "--include-generated", "--select", "ESP201", "--cache-dir", str(root / ".cache")]
    command = [sys.executable, "-m", "esper_lint"]
    report = subprocess.run(
        [*command, "check", ".", "--output-format", "json", *options], cwd=root, capture_output=True, check=False
    )
    places = {(one["path"], one["line"]) for one in json.loads(report.stdout)["findings"]}
    told = sum(
        (one.following.member.path, one.following.member.definition.first + change.row) in places
        for one, change in sample
    )
    subprocess.run([*command, "fix", *map(str, originals), *options], cwd=root, check=True)
    restored = sum(path.read_bytes() == data for path, data in originals.items())
    return told, restored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--layout", type=int, default=500)
    parser.add_argument("--commands", type=int, default=20, help="mutants that go through the commands")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "tree"
        shutil.copytree(given.folder, root, ignore=shutil.ignore_patterns("*.pyc", ".git"))
        (root / "pyproject.toml").write_text("[tool.esper_lint]\n", encoding="utf-8")
        found = copies(root)
        equal = sum(one.is_equal_text for one in found)
        print(f"{len(found)} copies that agree, {equal} ({equal / len(found):.1%}) equal to the letter after renaming")
        changes = list(drawn(found, KINDS, given.changes, mutant, chance))
        _detect(changes)
        _resync(changes)
        layouts = list(drawn(found, LAYOUTS, given.layout, relaid, chance))
        reported = [change for one, change in layouts if verdict(one.following, one.source, change.lines).first]
        print(f"layout and comments: {len(reported)} of {len(layouts)} reported")
        sample: list[tuple[Copy, Mutant]] = []
        taken: set[str] = set()
        for one, change in changes:
            paths = {one.following.member.path, one.following.source.path}
            if len(sample) < given.commands and not paths & taken:
                sample.append((one, change))
                taken |= paths
        told, restored = through_the_commands(root, sample)
        print(f"through the commands: {told} of {len(sample)} reported at their line, {restored} restored")


def _detect(changes: Sequence[tuple[Copy, Mutant]]) -> None:
    right: Counter[str] = Counter()
    for one, change in changes:
        found = verdict(one.following, one.source, change.lines)
        first = found.first[0] if found.first else None
        right[change.kind] += first is not None and first.line == change.row
        if first is None or first.line != change.row:
            place = f"{one.following.member.path}:{one.following.member.definition.first + change.row}"
            told = "not reported" if first is None else f"reported {first.line - change.row:+} lines away"
            print(f"  {place} {change.kind}: {told}: {change.lines[change.row].strip()}")
    total = Counter(change.kind for _, change in changes)
    print(f"drift: {sum(right.values())} of {len(changes)} reported at the line that changed", end=": ")
    print(", ".join(f"{kind} {right[kind]}/{total[kind]}" for kind in KINDS))


def _resync(changes: Sequence[tuple[Copy, Mutant]]) -> None:
    counts: Counter[str] = Counter()
    for one, change in changes:
        if not verdict(one.following, one.source, change.lines).first:
            continue
        kind = "equal" if one.is_equal_text else "other"
        done = resynced(one.source, change.lines, one.following.renaming, copies=True)
        counts[kind] += 1
        if not isinstance(done, Resynced):
            counts[f"{kind} {done.code}"] += 1
            continue
        counts[f"{kind} restored"] += list(done.lines) == one.member
        held = verdict(one.following, one.source, done.lines) == AGREED
        if list(done.lines) != one.member:
            place = f"{one.following.member.path}:{one.following.member.definition.first + change.row}"
            print(f"  {place} {change.kind}: not restored: {change.lines[change.row].strip()}")
        counts[f"{kind} held, only its statement touched"] += held and touches_only_its_statement(
            one, change, done.lines
        )
    for kind in ("equal", "other"):
        told = ", ".join(f"{key[6:]} {number}" for key, number in sorted(counts.items()) if key.startswith(f"{kind} "))
        print(f"re-sync of copies whose text is {kind}: {counts[kind]}: {told}")


if __name__ == "__main__":
    main()
