"""DuckDB: one database with types, keys, references, checks, views, and a comment on each table and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from returnees.errors import ReturneesError
from returnees.export.contents import Contents
from returnees.export.relational import Dialect, Relation, create_table, quoted, relations, text_literal
from returnees.export.views import views_of, without_views
from returnees.package import temporary
from returnees.tables.lexical import not_checked
from returnees.tables.schema import Field
from returnees.writing import replacing

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def write_duckdb(contents: Contents, files: Sequence[Path]) -> None:
    """Write the tables and views to a database.

    Raises
    ------
    UsageError
        If SQL takes two columns of a table for one.
    ReturneesError
        If the file cannot be written, or DuckDB cannot hold a table.
    """
    import duckdb

    (file,) = files
    with replacing(file) as aside:
        try:
            # DuckDB makes files beside its own; in a folder of their own they all go when it goes.
            with temporary.made(f".{file.name}.", file.parent) as room:
                made = Path(room) / "database"
                with duckdb.connect(made) as connection:
                    _build(contents, connection, Path(room))
                made.replace(aside)
        except (duckdb.Error, pl.exceptions.PolarsError, ValueError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ReturneesError(f"{file} was not written and is as it was: {said}") from None


def _build(contents: Contents, connection: DuckDBPyConnection, room: Path) -> None:
    """Fill an empty database."""
    stored = relations(without_views(contents), "duckdb")
    for relation in _referred_to_first(stored):
        table = relation.content.table
        rows = room / "rows.parquet"
        # By way of a file: handing over a frame would need a further library.
        table.frame.write_parquet(rows, compression="uncompressed")
        source = f"read_parquet({text_literal(str(rows))})"
        connection.execute(create_table(relation, _dialect(connection, source)))
        connection.execute(f"INSERT INTO {quoted(relation.name)} SELECT * FROM {source}")
        _comment(connection, relation)
    for name, query in views_of(contents, stored).items():
        connection.execute(f"CREATE VIEW {quoted(name)} AS\n{query}")
    for content in contents.tables:
        if content.description and content.name not in {relation.name for relation in stored}:
            connection.execute(f"COMMENT ON VIEW {quoted(content.name)} IS {text_literal(content.description)}")


def _comment(connection: DuckDBPyConnection, relation: Relation) -> None:
    """Say of a table and of its columns what the Table Schema says."""
    name = quoted(relation.name)
    if relation.content.description:
        connection.execute(f"COMMENT ON TABLE {name} IS {text_literal(relation.content.description)}")
    for field in relation.content.table.schema.fields:
        if field.description:
            column = f"{name}.{quoted(field.name)}"
            connection.execute(f"COMMENT ON COLUMN {column} IS {text_literal(field.description)}")


def _referred_to_first(stored: Sequence[Relation]) -> list[Relation]:
    """Return the tables in an order in which each comes after those it refers to.

    DuckDB takes no reference to a table that is not there yet, and none within a table to a row that is not: references
    within a table, and those that close a circle, are left out.
    """
    ordered: list[Relation] = []
    waiting = list(stored)
    while waiting:
        there = {relation.name for relation in ordered}
        ready = [item for item in waiting if {key.target for key in item.references} <= there | {item.name, ""}]
        taken = ready[0] if ready else waiting[0]
        waiting.remove(taken)
        references = tuple(key for key in taken.references if key.target in there)
        ordered.append(Relation(taken.content, taken.primary_key, taken.unique, references, taken.broken))
    return ordered


def _dialect(connection: DuckDBPyConnection, source: str) -> Dialect:
    """Return how DuckDB writes what Table Schema says; patterns are tried on the rows first."""
    from duckdb import Error

    def pattern(column: str, stated: str) -> str | None:
        check = f"regexp_full_match({column}, {text_literal(stated)})"
        try:
            # Engines for regular expressions differ in little, but they do.
            (others,) = connection.execute(f"SELECT count(*) FROM {source} WHERE NOT {check}").fetchone() or (1,)
        except Error:
            return None
        return None if others else check

    types = {
        "string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "datetime": "TIMESTAMP", "year": "INTEGER",
    }  # fmt: skip
    return Dialect(types, _literal, lambda field, cells: [], pattern)


def _literal(field: Field, value: Any) -> str | None:
    """Return a value as DuckDB writes it; months are text, which has another order."""
    kind = "string" if not_checked(field) else field.type
    if kind == "yearmonth":
        return None
    if kind in ("date", "datetime"):
        return f"{'DATE' if kind == 'date' else 'TIMESTAMP'} {text_literal(str(value))}"
    if isinstance(value, bool):
        return str(value).upper()
    return repr(value) if isinstance(value, int | float) else text_literal(str(value))
