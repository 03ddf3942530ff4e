"""Survival results side by side: those that the sources cite from elsewhere, and those of the studies of this run."""
