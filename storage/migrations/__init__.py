"""Alembic's folder; run by storage.migrate."""
