"""Packages: opening a folder, a descriptor or a zip without leaving it."""
