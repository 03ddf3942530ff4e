"""From the bytes of an extract to sound cells: reading, the rules of a cell, validation."""
