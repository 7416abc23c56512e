"""The cleaning report: what was found, and choosing what becomes of it."""
