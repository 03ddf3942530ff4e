"""One module per stage: reads files, calls stats, writes files."""
