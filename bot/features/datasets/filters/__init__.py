"""Which texts belong to the voice, counted while a person chooses."""
