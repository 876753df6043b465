"""Units -> candidate pairs -> clusters -> the template and holes of each."""
