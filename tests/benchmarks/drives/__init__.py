"""Tests that build and call modules of libraries, so that there is something to record; see ``replayed.py``."""
