"""What people could do about a clone group: in go the group and what the project requires, out come suggestions of a
line each, which edit nothing."""
