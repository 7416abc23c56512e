"""A file, a person or one text of a voice is forgotten."""
