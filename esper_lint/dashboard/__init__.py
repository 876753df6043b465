"""Everything that becomes HTML: in goes a report with its tickets, out come pages, served or in one file.

Views are frozen values made by pure functions; templates only write them down.  Nothing here writes to the project, and
what is shown of it is foreign text, which reaches a page through Jinja's escaping and nothing else.
"""
