"""Whole-class clones of one file -> one base class for what they share: in goes text and the lines of the classes, out
come the text with the base, or a coded reason why there is none."""
