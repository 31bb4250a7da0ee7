"""Rows of tables by what stands in a field, each table gone through once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from returnees.tables.model import Table


class Shelf:
    """The tables of a package, in which rows are found by a field's value; kept by those who look up many."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables
        self._found: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = {}

    def rows(self, table: str, field: str, value: str) -> list[Mapping[str, Any]]:
        """Return the rows of a table, which may be missing or lack the field, whose `field` is `value`."""
        if not value or table not in self.tables or field not in self.tables[table].frame.columns:
            return []
        if (table, field) not in self._found:
            found: dict[str, list[Mapping[str, Any]]] = {}
            for row in self.tables[table].frame.iter_rows(named=True):
                if row[field] is not None:
                    found.setdefault(str(row[field]), []).append(row)
            self._found[table, field] = found
        return self._found[table, field].get(value, [])

    def row(self, table: str, field: str, value: str) -> Mapping[str, Any]:
        """Return the first of these rows, or nothing."""
        return next(iter(self.rows(table, field, value)), {})
