"""Tickets, the review records of findings: Markdown files of the repository in, plain values out, and back.

The folder of tickets in git is the only truth.  ``check`` and flake8 never read it.
"""
