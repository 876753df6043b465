"""Files on disk -> module classes, their units and guards.  Nothing is imported or executed."""
