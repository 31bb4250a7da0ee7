"""Whether each figure was read somewhere, and whether its readings say what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from returnees.findings import Finding, finding
from returnees.tables.capped import rows_findings
from returnees.tables.model import Table

_NUMBERS = ("value", "low", "high")


def reading_findings(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield findings for figures without a reading, and for readings that print another number than their figure."""
    figures, readings = tables["figures"], tables.get("readings")
    if readings is None or "figure_id" not in figures.frame.columns or "figure_id" not in readings.frame.columns:
        return
    rows = _rows_read(figures.frame, readings.frame)
    if readings.complete:
        ids, never = figures.frame["figure_id"], _never_read(figures.frame, rows)
        yield from rows_findings(figures, "F307", never, "figure_id", lambda row: f"No reading of '{ids[row]}'.")
    else:
        yield finding("F300", "It was not checked that each figure has a reading: 'readings' was not read in full.")
    shared = ["qualifier", *_NUMBERS]
    if not set(shared) <= set(figures.frame.columns) & set(readings.frame.columns):
        return
    stated = figures.frame.select(pl.col(name).gather(rows).alias(f"own_{name}") for name in shared)
    other = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"own_{name}")) for name in shared)
    printed_here = readings.frame.select(shared).with_row_index("row").hstack(stated)
    differ = printed_here.filter(other & rows.is_not_null())
    other_number = differ.filter(_says_another_number())
    for code, part in (("F308", other_number), ("F309", differ.join(other_number, on="row", how="anti"))):
        words = {row["row"]: row for row in part.head(2_000).iter_rows(named=True)}
        yield from rows_findings(
            readings,
            code,
            part["row"],
            "value",
            lambda row, words=words: (  # type: ignore[misc]
                f"Printed here: {printed(words[row])}; the figure says {printed(words[row], 'own_')}."
            ),
        )


def _rows_read(figures: pl.DataFrame, readings: pl.DataFrame) -> pl.Series:
    """Return the row of the figure that each reading is of, the first with its id; null where there is none."""
    ids = figures.select("figure_id").with_row_index("row")
    if ids["figure_id"].hash().n_unique() < ids.height:
        ids = ids.unique("figure_id", keep="first")
    return readings.select("figure_id").join(ids, on="figure_id", how="left", maintain_order="left")["row"]


def _never_read(figures: pl.DataFrame, read: pl.Series) -> pl.Series:
    """Return the rows of the figures whose id no reading has, given the rows that are `read`, repeated ids aside."""
    # Of a figure without an id something else is said.
    ids = figures.select("figure_id").with_row_index("row").drop_nulls()
    unread = ids.filter(~pl.col("row").is_in(read.implode()))
    if unread.height:
        # The second row of an id is read when the first is.
        known = ids.filter(pl.col("row").is_in(read.implode()))
        unread = unread.join(known, on="figure_id", how="anti").sort("row")
    return unread["row"]


def _says_another_number() -> pl.Expr:
    """Whether the numbers of a reading are not those of its figure, wherever they stand (value, low or high)."""
    own = pl.concat_list(f"own_{name}" for name in _NUMBERS).list.drop_nulls().list.sort()
    read = pl.concat_list(*_NUMBERS).list.drop_nulls().list.sort()
    return read.ne_missing(own)


def printed(row: Mapping[str, object], prefix: str = "") -> str:
    """Return a figure's or a reading's qualifier and numbers in words: ``at least 5,600``."""
    qualifier = str(row[f"{prefix}qualifier"])
    value, low, high = (row[f"{prefix}{name}"] for name in _NUMBERS)
    if qualifier == "range":
        return f"{number(low)} to {number(high)}"
    stated = next((item for item in (value, low, high) if item is not None), None)
    words = {"exact": "", "about": "about ", "at_least": "at least ", "more_than": "more than ", "up_to": "up to ",
             "less_than": "less than "}  # fmt: skip
    return f"{words.get(qualifier, qualifier + ' ')}{number(stated)}"


def amount(row: Mapping[str, object]) -> str:
    """Return a figure's number as the source qualified it, with a sign for percent."""
    return printed(row) + (" %" if row.get("unit") == "percent" else "")


def number(value: object) -> str:
    """Return a number with separators and no more decimals than it has; nothing is said of None."""
    if not isinstance(value, int | float):
        return "no number"
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"
