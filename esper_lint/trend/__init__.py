"""The trend: the commits of a repository in, out come the clone groups of each and what became of every group."""
