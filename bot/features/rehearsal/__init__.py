"""Free rehearsal: what the cleaned texts would teach, before anybody pays."""
