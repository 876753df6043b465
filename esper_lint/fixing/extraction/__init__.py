"""Extraction of shared helpers: in go the texts of files and the forwards of one clone group; out comes a plan of what
moves into which helper and the texts with it done, or the hazards that stand in the way.

Nothing here proves anything: that is for ``fixing.certificate``, which shares no code with this room.
"""
