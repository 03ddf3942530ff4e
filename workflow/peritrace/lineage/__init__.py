"""Lineage: which cells of the raw files each figure and table is made of."""
