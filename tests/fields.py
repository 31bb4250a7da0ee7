"""Schemas of one field or two, and their cells read as a file's would be."""

from __future__ import annotations

from typing import Any

import polars as pl
from pandera.errors import SchemaErrors

from returnees.schemas import pandera_schema, satisfies, violations
from returnees.tables.lexical import typed
from returnees.tables.schema import TableSchema, parse_schema

PAIRS = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}


def table(schema: dict[str, Any], *cells: str | None) -> tuple[TableSchema, pl.DataFrame]:
    """Return the schema, and the cells of its first field read as a file's would be; None is an empty cell."""
    parsed = parse_schema(schema)
    (field,) = parsed.fields
    text = pl.DataFrame({field.name: pl.Series(["" if cell is None else cell for cell in cells], dtype=pl.String)})
    return parsed, text.select(typed(field))


def broken(schema: dict[str, Any], *cells: str | None) -> list[tuple[int, str]]:
    """Return the rows that break the contract and the property each breaks."""
    parsed, frame = table(schema, *cells)
    return [(row, constraint) for row, _, constraint, _ in violations(parsed, frame).sort("row").iter_rows()]


def agreed(schema: TableSchema, frame: pl.DataFrame) -> bool:
    """Whether pandera lets `frame` pass; the one look at the table, before pandera is asked, must say the same."""
    try:
        pandera_schema(schema, "table").validate(frame, lazy=True)
    except SchemaErrors:
        passes = False
    else:
        passes = True
    assert satisfies(schema, frame) is passes
    return passes


def one(**properties: Any) -> dict[str, Any]:
    return {"fields": [{"name": "a", **properties}]}
