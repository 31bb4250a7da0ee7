"""Packages with something wrong in them, for two judges: what is mutated, and which differences are known."""
