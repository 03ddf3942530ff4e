"""What changed between two extracts of a cohort: rows, distributions, results."""
