"""SQLite: one database with keys, references, checks and views, and the metadata that Datasette shows beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from returnees.errors import ReturneesError
from returnees.export.contents import Content, Contents
from returnees.export.datasette import metadata
from returnees.export.relational import Dialect, create_table, quoted, relations, text_literal
from returnees.export.views import views_of, without_views
from returnees.tables.lexical import not_checked
from returnees.tables.schema import Field
from returnees.writing import replacing, write_text


def write_sqlite(contents: Contents, files: Sequence[Path]) -> None:
    """Write the tables and views to a database, and ``metadata.json`` for Datasette.

    Raises
    ------
    UsageError
        If SQL takes two columns of a table for one.
    ReturneesError
        If a file cannot be written, or SQLite cannot hold a table.
    """
    database, beside = files
    with replacing(database) as aside:
        try:
            _build(contents, aside)
        except (sqlite3.Error, ValueError) as error:
            raise ReturneesError(f"{database} was not written and is as it was: {error}") from None
    stem = database.stem
    write_text(beside, json.dumps(metadata(contents, stem), ensure_ascii=False, indent=2) + "\n")


def _build(contents: Contents, file: Path) -> None:
    """Fill an empty file: without a journal beside it, for nobody reads it before it is whole."""
    stored = relations(without_views(contents), "sqlite")
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "page_size = 4096", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for relation in stored:
            connection.execute(create_table(relation, SQLITE))
            marks = ", ".join("?" * relation.content.table.frame.width)
            connection.executemany(f"INSERT INTO {quoted(relation.name)} VALUES ({marks})", _rows(relation.content))
        for name, query in views_of(contents, stored).items():
            connection.execute(f"CREATE VIEW {quoted(name)} AS\n{query}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def _rows(content: Content) -> Iterator[tuple[Any, ...]]:
    """Give the rows; what is no number is text, for SQLite takes NaN for a missing value."""
    plain = content.plain()
    floats = [name for name, kind in plain.schema.items() if kind.is_float()]
    if floats and plain.select(pl.any_horizontal(pl.col(floats).is_nan().any())).item():
        for row in plain.iter_rows():
            yield tuple("NaN" if value != value else value for value in row)
    else:
        yield from plain.iter_rows()


def _literal(field: Field, value: Any) -> str | None:
    """Return a value as SQLite stores it, or None for a moment or a month: as text these have another order."""
    if field.type in ("datetime", "yearmonth") and not not_checked(field):
        return None
    if isinstance(value, bool):
        return str(int(value))
    return repr(value) if isinstance(value, int | float) else text_literal(str(value))


def _own_checks(field: Field, cells: pl.Series) -> list[str]:
    """Return checks of the type, which SQLite itself only suggests."""
    column = quoted(field.name)
    kind = "string" if not_checked(field) else field.type
    if kind == "boolean":
        return [f"{column} IN (0, 1)"]
    if kind in ("integer", "year"):
        return [f"typeof({column}) IN ('integer', 'null')"]
    if kind == "number" and not cells.is_nan().any():
        return [f"typeof({column}) IN ('integer', 'real', 'null')"]
    # SQLite takes the 30th of February for a date until it counts days from it.
    return [f"{column} IS date({column}, '+0 days')"] if kind == "date" else []


#: NUMERIC keeps 129 a whole number and 49.6 a fraction, where REAL would show 129.0.
SQLITE = Dialect(
    {"string": "TEXT", "integer": "INTEGER", "year": "INTEGER", "boolean": "INTEGER", "number": "NUMERIC"},
    _literal,
    _own_checks,
)
