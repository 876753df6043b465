"""What a finding is called on a host that follows it from run to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from esper_lint.findings import Finding


def identifiers(findings: Iterable[Finding]) -> list[str]:
    """For each finding 32 hexadecimal digits that no other one has, and in which no line number takes part.

    A member is known by its rule and fingerprint, wherever it moves; the group's id is left out, since it may change
    when a copy joins.  What is said of a line or a file is known by rule, file and fingerprint, and equals by order.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    result = []
    for finding in findings:
        known_by = finding.rule, "" if finding.group else finding.path, finding.fingerprint
        text = "\0".join((*known_by, str(seen[known_by])))
        seen[known_by] += 1
        result.append(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest())
    return result
