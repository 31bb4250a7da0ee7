"""The canonical form of a table: one order of rows and columns, one way to quote."""

from __future__ import annotations

import polars as pl

from returnees.package.model import Resource
from returnees.tables.model import Table

#: Findings after which a file's cells cannot be told apart with certainty: writing it anew could lose data.
UNSAFE = frozenset({
    "F006", "F100", "F101", "F102", "F104", "F105", "F107", "F108", "F109", "F110", "F112", "F113", "F115", "F118",
    "F119", "F123",
})  # fmt: skip


def canonical_text(table: Table) -> pl.DataFrame:
    """Return the cells as text, columns in the schema's order, rows sorted by primary key (by code point)."""
    names = [name for name in table.schema.names if name in table.raw.text.columns]
    text = table.raw.text.select(names)
    key = [name for name in table.schema.primary_key if name in names]
    # Rows of a table without a key keep their order: it may mean something.
    return text.sort(key, maintain_order=True) if key else text


def csv_bytes(text: pl.DataFrame, delimiter: str = ",", *, header: bool = True) -> bytes:
    """Return a table of text as CSV: UTF-8, LF, a header, and quotes only where RFC 4180 needs them.

    Without `header` it is the rows alone, to be written after others.
    """
    if text.width > 1:
        # Polars would quote an empty text to tell it from null; a lone empty cell needs it, for a blank line is no row.
        cells = pl.col(pl.String)
        text = text.with_columns(pl.when(cells != "").then(cells))
    return text.write_csv(separator=delimiter, include_header=header, quote_style="necessary").encode()


def encoded(text: pl.DataFrame, resource: Resource) -> bytes:
    """Return a table of text as the file of `resource`: in its declared encoding and with its declared delimiter."""
    content = csv_bytes(text, resource.delimiter)
    if resource.encoding.lower() in ("utf-8", "utf8"):
        return content
    return content.decode("utf-8").encode(resource.encoding)


def unsafe(table: Table) -> str | None:
    """Return which findings stand in the way of writing the table anew, or None."""
    codes = sorted({item.code for item in table.findings} & UNSAFE)
    return f"mend {', '.join(codes)} first" if codes else None
