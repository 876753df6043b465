"""Contracts kept and written: in go members that drifted, or names of definitions that shall be held together; out come
edits after which the contract holds, or the reason why there are none."""
