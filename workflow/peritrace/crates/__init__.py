"""Crates: a study's run as a Workflow Run RO-Crate, written from its records, and held against itself."""
