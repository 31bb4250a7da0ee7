"""Cells that a spreadsheet would take for a formula, made harmless in a way that can be undone.

A text whose first character starts a formula (OWASP, "CSV Injection") gets an apostrophe before it, and so does a text
that already looks like one made harmless. So nothing is lost: `restored` takes one apostrophe away from exactly the
texts that got one.
"""

from __future__ import annotations

import polars as pl

from returnees.tables.model import Table

#: What starts a formula, or is passed over before one; the full-width signs count in East Asian editions.
_STARTS = r"[=+\-@\t\r\n＝＋－＠]"
_HARMFUL = f"^'*{_STARTS}"
_HARMLESS = f"^'('*{_STARTS})"
#: A signed number starts like a formula and is none.
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"


def neutralised(table: Table) -> pl.DataFrame:
    """Return the cells of `table` as text, header included, none of which a spreadsheet takes for a formula.

    Numbers in fields of numbers stay as they are.
    """
    numbers = {field.name for field in table.schema.fields if field.type in ("integer", "number", "year")}
    text = table.raw.text
    made = text.select(_neutral(name, name in numbers) for name in text.columns)
    return made.rename(dict(zip(text.columns, _neutral_names(text.columns), strict=True)))


def restored(text: pl.DataFrame) -> pl.DataFrame:
    """Return what `neutralised` was given, read back from CSV as text."""
    names = pl.Series(text.columns, dtype=pl.String).str.replace(_HARMLESS, "$1").to_list()
    made = text.with_columns(pl.col(pl.String).str.replace(_HARMLESS, "$1"))
    return made.rename(dict(zip(text.columns, names, strict=True)))


def _neutral(name: str, numeric: bool) -> pl.Expr:
    """Return the cells of one column with an apostrophe where one is needed."""
    cell = pl.col(name)
    harmful = cell.str.contains(_HARMFUL)
    if numeric:
        harmful &= ~cell.str.contains(_NUMBER)
    return pl.when(harmful).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell).alias(name)


def _neutral_names(names: list[str]) -> list[str]:
    """Return the header in the same way: a stranger's field may be called anything."""
    return pl.DataFrame({"name": names}, schema={"name": pl.String}).select(_neutral("name", False))["name"].to_list()
