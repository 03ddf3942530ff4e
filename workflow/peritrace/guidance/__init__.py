"""A treatment algorithm as data: its model, its reading, and what patients' records say of its conditions."""
