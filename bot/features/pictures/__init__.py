"""The cleaning report as pictures, for those who would rather look."""
