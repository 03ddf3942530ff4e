"""What binds the printed numbers of a source: each relation says which numbers it ties and whether they fit."""
