"""What a run finds in each corpus, in numbers.  To pin the present numbers, once a change of them is understood:

python -m tests.corpus.counts FOLDER > tests/corpus/pinned.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from esper_lint.findings import Report
from tests.benchmarks.reported import report_on

PINNED = Path(__file__).with_name("pinned.json")

# Under the folder that ``fetch`` filled.
CORPORA = {"timm": "timm/timm", "transformers": "transformers/transformers/models"}

COPIED = "copied-from, transformers"

Counts = dict[str, int]


def counts(report: Report) -> Counts:
    summary = report.summary
    found = {"files": summary.files, "module_classes": summary.module_classes, "forwards": summary.forwards}
    by_rule = Counter(group.rule for group in report.groups)
    found |= {rule: by_rule[rule] for rule in sorted(by_rule)}
    found["findings"] = summary.findings
    found["errors"] = len(report.errors)
    return found


def copies(report: Report) -> Counts:
    """What ``# Copied from`` comments make of a report."""
    active = Counter(finding.rule for finding in report.active)
    held = sum(group.suppressed is not None and group.suppressed.kind == "contract" for group in report.groups)
    return {"held": held, "ESP201": active["ESP201"], "ESP202": active["ESP202"], "notes": len(report.notes)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    corpora = {name: Path(sys.argv[1]) / folder for name, folder in CORPORA.items()}
    measured = {name: counts(report_on(folder)) for name, folder in corpora.items()}
    measured[COPIED] = copies(report_on(corpora["transformers"], copied_from=True))
    print(json.dumps(measured, indent=2))
