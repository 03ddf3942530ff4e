"""From claims and statistics to verdicts: what a printed number is bound to, and whether it fits."""
