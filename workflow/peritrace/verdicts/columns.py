"""The columns of verdicts.csv, the same for rows and for published tables."""

VERDICT_COLUMNS = (
    "claim_id",
    "location",
    "quantity",
    "statement",
    "reported",
    "recomputed",
    "method",
    "verdict",
    "explanation",
    "convention",
    "standard",
    "moved",
    "touches",
    "variable",
    "group",
    "statistics",  # lines of estimate/ard.csv
    "typed_in",
    "typed_line",
    "typed_column",
)
