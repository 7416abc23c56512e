"""Tells people in time that the base of a version they use will be turned off."""
