"""flake8, with its worker processes started by the method that the first argument names.

A file of its own, run as a program: under spawn and forkserver every worker imports the main module again.
"""

import multiprocessing
import sys

from flake8.main.cli import main

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
