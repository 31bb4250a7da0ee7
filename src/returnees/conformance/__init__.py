"""Conformance: frictionless, which we did not write, judges the package beside our own checks."""
