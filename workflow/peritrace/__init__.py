"""Regenerate, audit and re-use the survival analyses of surgical-oncology papers."""

__version__ = "0.1.0"
