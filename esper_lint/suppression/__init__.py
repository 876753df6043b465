"""What is silent, and why: comments, per-file settings (and later contracts and the baseline) -> one status a group."""
