"""Parquet read as the text that Table Schema would write, so that one set of lexical rules judges every table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

#: What keeps a column from being read as text, besides what is nested.
_NO_TEXT = (pl.Binary, pl.Object, pl.Time, pl.Duration, pl.Null)


class NotRead(Exception):
    """A Parquet file that is not read; the message says why, after the file's name."""


def scanned(files: list[Path], most_cells: int) -> pl.LazyFrame:
    """Return the columns of Parquet files, lazily, in the order of the rows.

    Raises
    ------
    NotRead
        If one is not Parquet, they differ in their columns, they have more than `most_cells` cells, or a column of a
        kind that no field of a Table Schema has.
    """
    frame = pl.scan_parquet(files, hive_partitioning=False, glob=False)
    try:
        schema = frame.collect_schema()
        rows = frame.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise NotRead(f"is not readable Parquet ({str(error).splitlines()[0][:200]})") from None
    if rows * max(1, len(schema)) > most_cells:
        raise NotRead(f"has {rows * len(schema):,} cells, more than {most_cells:,}; it was not read")
    for name, kind in schema.items():
        if kind.is_nested() or kind.base_type() in _NO_TEXT:
            raise NotRead(f"has the column '{name}' of type {kind}, which no field of a Table Schema has")
    return frame


def as_text(schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    """Return each column as text: numbers with a point, dates in ISO 8601, moments in UTC, nothing where it is null."""
    return [_text(pl.col(name), kind).fill_null("").alias(name) for name, kind in schema.items()]


def _text(cell: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        moment = cell.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else cell
        return moment.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") + ("Z" if kind.time_zone else "")
    if kind.is_float():
        # As Table Schema writes what is no finite number.
        words = {"inf": "INF", "-inf": "-INF"}
        return cell.cast(pl.Float64).cast(pl.String).replace(words)
    return cell.cast(pl.String)
