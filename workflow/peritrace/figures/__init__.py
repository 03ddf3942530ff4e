"""Figures as journals print them: drawn from the ARD and the patients' rows, the same bytes on every run."""
