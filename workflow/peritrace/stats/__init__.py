"""Pure functions on arrays: estimators and tests with named conventions. No files, no configuration."""
