"""What changed between two extracts of a cohort: rows, distributions, results."""

MOVED = 0.2
"""Standardised difference from which on a distribution is said to have moved (a small effect after Cohen)."""
