"""A first study file for an extract: what its columns are taken for, with the evidence, and what must be checked."""
