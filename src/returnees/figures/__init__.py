"""Figures and readings: the checks that need a single row, or a row and the one it belongs to."""
