"""Where the citations of survival results lie."""

from pathlib import Path

CITED = Path("resources/evidence/cited.csv")
