"""A new version drafts for requests it never saw, and its thread says how it came out."""
