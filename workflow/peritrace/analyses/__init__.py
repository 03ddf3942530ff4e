"""From a cohort to its statistics: each module computes one family of rows of the ARD."""
