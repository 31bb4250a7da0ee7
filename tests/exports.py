"""Exports read back, each by a library that others wrote, as rows of plain values."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from returnees.export import restored
from returnees.package.model import Package
from returnees.tables.model import Table

Rows = list[tuple[Any, ...]]


def plain(value: Any) -> Any:
    """Return a value without what formats cannot tell apart: true is 1, 129.0 is 129, a date is its text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def wanted(table: Table) -> Rows:
    """Return the rows of a table as any export should give them back, in canonical order."""
    key = [name for name in table.schema.primary_key if name in table.raw.text.columns]
    order = table.raw.text.select(pl.arg_sort_by(key)).to_series() if key else slice(None)
    return [tuple(map(plain, row)) for row in table.frame[order].rows()]


def columns(table: Table) -> list[str]:
    return table.frame.columns


def read_csv(folder: Path, package: Package, name: str) -> Rows:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    text = restored(pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row"))
    return as_typed(package, name, text)


def as_typed(package: Package, name: str, text: pl.DataFrame) -> Rows:
    """Return cells of text read as the types of the table."""
    from returnees.tables.lexical import typed

    fields = package.tables[name].schema.fields
    assert text.columns == [field.name for field in fields]
    return [tuple(map(plain, row)) for row in text.select(typed(field) for field in fields).rows()]


def read_json(folder: Path, package: Package, name: str) -> Rows:
    records = json.loads((folder / f"{name}.json").read_text("utf-8"))
    whole = json.loads((folder / f"{package.name}.json").read_text("utf-8"))
    assert whole["tables"][name] == records
    return [tuple(record.values()) for record in records]


def read_ndjson(folder: Path, package: Package, name: str) -> Rows:
    lines = (folder / f"{name}.ndjson").read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    return [tuple(json.loads(line).values()) for line in lines]


def read_xlsx(folder: Path, package: Package, name: str) -> Rows:
    return read_sheet(folder / f"{package.name}.xlsx", name)[1:]


def read_sheet(file: Path, name: str, formulas: bool = False) -> Rows:
    """Return the rows of a sheet, its header first; of a formula its value, as pandas and others do, or itself."""
    return _workbook(file, file.stat().st_mtime_ns, formulas)[name]


@lru_cache(maxsize=2)
def _workbook(file: Path, changed: int, formulas: bool) -> dict[str, Rows]:
    """Return all sheets; openpyxl leaves the escapes of XLSX (ECMA-376, ST_Xstring) as they are, so they are undone."""
    from openpyxl import load_workbook

    def unescaped(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value)

    book = load_workbook(file, data_only=not formulas)
    return {
        sheet.title: [tuple(map(unescaped, row)) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    }


def read_parquet(folder: Path, package: Package, name: str) -> Rows:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
    return [tuple(map(plain, row.values())) for row in table.to_pylist()]


def read_sqlite(folder: Path, package: Package, name: str) -> Rows:
    connection = sqlite3.connect(folder / f"{package.name}.sqlite")
    try:
        return connection.execute(f'SELECT * FROM "{name}"').fetchall()
    finally:
        connection.close()


def read_duckdb(folder: Path, package: Package, name: str) -> Rows:
    import duckdb

    with duckdb.connect(folder / f"{package.name}.duckdb", read_only=True) as connection:
        rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
    return [tuple(map(plain, row)) for row in rows]


READERS: dict[str, Callable[[Path, Package, str], Rows]] = {
    "csv": read_csv,
    "json": read_json,
    "ndjson": read_ndjson,
    "xlsx": read_xlsx,
    "parquet": read_parquet,
    "sqlite": read_sqlite,
    "duckdb": read_duckdb,
}
