"""The proof of a fix: in go the texts of files before and after and what is claimed of them; out comes a certificate
that nothing changed, or the reason why that could not be shown. It shares no code with what makes fixes."""
