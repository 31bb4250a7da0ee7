"""Renderings of a report: one module a format, each a function from a report to pieces of text."""
