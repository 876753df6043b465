"""The dashboard over HTTP: requests of signed-in browsers in, pages and written tickets out.

Everything in here guards or carries; what a page shows is the business of the room above, and what becomes of a ticket
that of ``tickets``.  The analysed code is read as text and never imported.
"""
