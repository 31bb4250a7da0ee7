"""Conformance: frictionless, which we did not write, judges the package beside our own checks."""

from returnees.conformance.authority import Authority

__all__ = ["Authority"]
