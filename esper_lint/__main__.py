"""``python -m esper_lint``."""

import sys

from esper_lint.cli import main

if __name__ == "__main__":
    sys.exit(main())
