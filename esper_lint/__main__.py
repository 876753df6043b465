"""``python -m esper_lint``."""

import sys

if __name__ == "__main__":
    # ``-m`` looks for modules in the working directory first: a ``copy.py`` there would be imported, and so run, in the
    # place of Python's own by whatever is imported from here on.  ``-P`` of Python 3.11 has done this already.
    if not getattr(sys.flags, "safe_path", False):
        sys.path.pop(0)

    from esper_lint.cli import main

    sys.exit(main())
