"""Exports: the tables of a package in other formats, one module a format."""

from returnees.export.neutral import restored
from returnees.export.plan import FORMATS, export

__all__ = ["FORMATS", "export", "restored"]
