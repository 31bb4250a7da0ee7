"""Links of a workbook: addresses, and codes of a table whose rows have one (a figure's source leads to its page)."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from returnees.export.contents import Content, Contents
from returnees.tables.lexical import present
from returnees.tables.model import Table

#: Excel's limit on the links of one sheet.
MOST_LINKS = 65_530
#: Excel's limit on the length of a link's address, in UTF-16 units.
LONGEST_ADDRESS = 2_079
_ADDRESS = r"^https?://\S+$"

#: For each column that has links, the address for each text in it.
Links = Mapping[str, Mapping[str, str]]


def links_of(content: Content, contents: Contents) -> Links:
    """Return the links of one sheet; none when there would be more than Excel can hold."""
    table = content.table
    found: dict[str, Mapping[str, str]] = {
        name: {cell: cell for cell in cells(table, name).unique()} for name in address_columns(table)
    }
    for key in table.schema.foreign_keys:
        target = contents.package.tables.get(key.target)
        if target is None or len(key.fields) > 1 or key.fields[0] not in table.raw.text.columns:
            continue
        addresses = address_columns(target)
        if len(addresses) == 1 and key.target_fields[0] in target.schema.names:
            found[key.fields[0]] = _addresses(target, key.target_fields[0], addresses[0])
    count = sum(cells(table, name).is_in(list(known)).sum() for name, known in found.items())
    return found if count <= MOST_LINKS else {}


def address_columns(table: Table) -> list[str]:
    """Return the columns that hold addresses of the web and nothing else."""
    columns = []
    for field in table.schema.fields:
        if field.type != "string" or field.name not in table.raw.text.columns:
            continue
        found = cells(table, field.name)
        if len(found) and found.str.contains(_ADDRESS).all():
            columns.append(field.name)
    return columns


def cells(table: Table, name: str) -> pl.Series:
    """Return the cells of a column that are not missing, as text."""
    return table.raw.text.select(present(table.schema.field(name))).to_series().drop_nulls()


def is_address(text: str) -> bool:
    """Whether a text is an address of the web that a link can hold."""
    return bool(re.match(_ADDRESS, text)) and utf16(text) <= LONGEST_ADDRESS


def utf16(text: str) -> int:
    """Return the length of a text as Excel counts it."""
    return len(text.encode("utf-16-le")) // 2


def _addresses(table: Table, key: str, column: str) -> Mapping[str, str]:
    """Return the address of each row that has one, by the row's key."""
    columns = [present(table.schema.field(name)).alias(alias) for name, alias in ((key, "key"), (column, "address"))]
    rows = table.raw.text.select(columns).drop_nulls()
    return {key: address for key, address in rows.iter_rows() if is_address(address)}
