"""What is silent, and why: comments, per-file settings, the baseline (and later contracts) -> one status a group."""
