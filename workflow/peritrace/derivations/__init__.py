"""From sound cells to groups, events and times."""
