"""One cell on its own: whether it reads as its field's type and keeps the field's constraints."""

from __future__ import annotations

import polars as pl

from returnees.tables.constraints import check_contract
from returnees.tables.lexical import typed
from returnees.tables.model import RawTable, Table
from returnees.tables.reading import unread_findings
from returnees.tables.schema import Field, TableSchema


def cell_fault(table: str, field: Field, cell: str) -> str | None:
    """Return in words what is wrong with a cell, or None."""
    text = pl.DataFrame({field.name: [cell]}, schema={field.name: pl.String})
    alone = Table(table, table, TableSchema((field,)), text.select(typed(field)), RawTable(text))
    found = unread_findings(alone)
    if not any(item.code == "F120" for item in found):
        found = check_contract(alone)
    return next((item.message for item in found if item.severity == "error"), None)


def empty_cell(field: Field) -> str:
    """Return how the field writes that there is no value."""
    return "" if "" in field.missing_values or not field.missing_values else field.missing_values[0]
