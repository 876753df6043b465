"""Writing: in go findings that can be mended and the files they are in; out come new files, all of them or none, and
what was refused and why."""
