"""Stages: tables, properties and measurements on real writing."""
