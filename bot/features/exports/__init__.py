"""Everything about a voice as a file, for those who may have it."""
